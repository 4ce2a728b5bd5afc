/*
 * rename.c - see rename.h.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/lsyscache.h"

#include "base/error.h"
#include "base/names.h"
#include "define/model_function.h"
#include "define/owner.h"
#include "define/register.h"
#include "define/rename.h"
#include "model/renaming.h"

/* Is there a word in a text at all?  Most declarations need not be read. */
static bool
may_rename(const OrmRegistered *row)
{
	return strstr(row->text, "\"renamed_from\"") != NULL;
}

const char *
orm_rename_pending(const OrmRegistered *row, const OrmDeclaration *declaration)
{
	return row->mapped && orm_renaming_model_is_there(declaration, row->relid) ? orm_renaming_model(declaration)->name
																			   : NULL;
}

char *
orm_rename_successor(const OrmRegistered *row)
{
	ListCell *cell;

	foreach(cell, row->mapped ? orm_registry_of_relation(row->relid) : NIL)
	{
		OrmRegistered *other = lfirst(cell);
		const OrmDeclaredRename *rename = may_rename(other) ? orm_renaming_model(orm_register_declaration(other))
															: NULL;

		if (rename != NULL && strcmp(rename->name, row->name) == 0)
			return other->name;
	}
	return NULL;
}

/* Raises 42710: both models are there, or the former one is renamed already. */
static void
raise_taken(const OrmDeclaration *declaration, const OrmDeclaredRename *rename, const char *detail, const char *hint)
{
	OrmElementPlace place;

	ereport(ERROR, errcode(ERRCODE_DUPLICATE_OBJECT),
			errmsg("model \"%s\" cannot be renamed \"%s\": %s", rename->name, declaration->model, detail),
			orm_error_place(orm_declaration_place(&place, rename->position, "renamed_from", "name")),
			errhint("%s", hint));
}

/* Raises 42P16 unless the former model has the declared table. */
static void
check_table(const OrmDeclaration *declaration, const OrmDeclaredRename *rename, const OrmRegistered *former)
{
	OrmElementPlace place;
	char *table = get_rel_name(former->relid);

	if (strcmp(table, declaration->relation) == 0 &&
		strcmp(get_namespace_name(get_rel_namespace(former->relid)), declaration->schema) == 0)
		return;
	ereport(ERROR, errcode(ERRCODE_INVALID_TABLE_DEFINITION),
			errmsg("model \"%s\" cannot be renamed \"%s\" with another table", rename->name, declaration->model),
			errdetail("At %s. Its table is \"%s\", and \"%s\" is declared.",
					  orm_path_text(orm_declaration_place(&place, rename->position, "renamed_from", "name")), table,
					  declaration->relation),
			errhint("Rename the table, too: orm.table_renamed_from('%s').", table));
}

/* Raises 42704: there is nothing to rename. */
static void
raise_none(const OrmDeclaration *declaration, const OrmDeclaredRename *rename)
{
	OrmElementPlace place;

	ereport(ERROR, errcode(ERRCODE_UNDEFINED_OBJECT),
			errmsg("model \"%s\", to be renamed \"%s\", does not exist", rename->name, declaration->model),
			orm_error_place(orm_declaration_place(&place, rename->position, "renamed_from", "name")),
			errhint("Leave out renamed_from to declare a new model."));
}

OrmRegistered *
orm_rename_former(const OrmDeclaration *declaration, const OrmRegistered *now)
{
	const OrmDeclaredRename *rename = orm_renaming_model(declaration);
	OrmRegistered *former;
	char *successor;

	if (rename == NULL)
		return NULL;
	former = orm_registry_find(rename->name);
	if (former == NULL && now == NULL)
		raise_none(declaration, rename);
	if (former == NULL)
		return NULL;
	orm_owner_check(former);
	orm_registry_lock_name(former->name);
	successor = orm_rename_successor(former);
	if (successor != NULL && strcmp(successor, declaration->model) != 0)
		raise_taken(declaration, rename, psprintf("it is to be renamed \"%s\"", successor),
					"A model has one new name; run orm.migrate() first to rename it again.");
	if (successor == NULL && now != NULL)
		raise_taken(declaration, rename, "that model already exists",
					"Leave out renamed_from, or forget one of the two models: orm.unmap().");
	if (former->mapped)
		check_table(declaration, rename, former);
	return former;
}

/* The place of a name of a model in a declaration. */
typedef void (*ModelNameVisitor)(char **name, void *argument);

/* Visits the names of models that a declaration has. */
static void
visit_names(OrmDeclaration *declaration, ModelNameVisitor visit, void *argument)
{
	ListCell *cell;

	foreach(cell, declaration->relationships)
	{
		OrmDeclaredRelationship *relationship = lfirst(cell);

		visit(&relationship->model, argument);
		if (relationship->through != NULL)
			visit(&relationship->through, argument);
	}
	foreach(cell, declaration->columns)
		if (((OrmDeclaredColumn *) lfirst(cell))->foreign_key != NULL)
			visit(&((OrmDeclaredColumn *) lfirst(cell))->foreign_key, argument);
	foreach(cell, declaration->constraints)
		if (((OrmDeclaredConstraint *) lfirst(cell))->target != NULL)
			visit(&((OrmDeclaredConstraint *) lfirst(cell))->target, argument);
}

/* A name of a model that becomes another one. */
typedef struct NameChange
{
	const char *from;
	const char *to;
	bool found;
} NameChange;

/* Changes "from", and "from.column". */
static void
change_name(char **name, void *argument)
{
	NameChange *change = argument;
	size_t length = strlen(change->from);

	if (strncmp(*name, change->from, length) != 0 || ((*name)[length] != '\0' && (*name)[length] != '.'))
		return;
	change->found = true;
	*name = psprintf("%s%s", change->to, *name + length);
}

List *
orm_rename_followers(const char *name, const char *successor, Oid owner)
{
	List *names = NIL;
	ListCell *cell;

	foreach(cell, orm_registry_all())
	{
		OrmRegistered *row = lfirst(cell);
		NameChange change = {name, successor, false};

		CHECK_FOR_INTERRUPTS();
		if (strcmp(row->name, name) == 0 || strcmp(row->name, successor) == 0 ||
			(strstr(row->text, name) == NULL && strchr(row->text, '\\') == NULL))
			continue;
		visit_names(orm_register_declaration(row), change_name, &change);
		if (!change.found)
			continue;
		if (!has_privs_of_role(owner, orm_registry_owner(row)) || !has_privs_of_role(owner, row->owner))
			ereport(
				ERROR, errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				errmsg("model \"%s\" cannot be renamed: model \"%s\" of role \"%s\" refers to it", name, row->name,
					   GetUserNameFromId(orm_registry_owner(row), false)),
				errhint("Have model \"%s\" declared with relationships to model \"%s\" first.", row->name, successor));
		names = lappend(names, row->name);
	}
	return names;
}

void
orm_rename_follow(const List *followers, const char *name, const char *successor)
{
	ListCell *cell;

	foreach(cell, followers)
	{
		NameChange change = {name, successor, false};
		OrmRegistered *row;
		OrmDeclaration *declaration;

		orm_registry_lock_name(lfirst(cell));
		row = orm_registry_find(lfirst(cell));
		if (row == NULL)
			continue;
		declaration = orm_register_declaration(row);
		visit_names(declaration, change_name, &change);
		orm_model_function_write(row, declaration, row->relid);
	}
}
