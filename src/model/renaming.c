/*
 * renaming.c - see renaming.h.
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "utils/lsyscache.h"

#include "base/error.h"
#include "base/names.h"
#include "model/renaming.h"
#include "registry/registry.h"

const OrmDeclaredRename *
orm_renaming_table(const OrmDeclaration *declaration)
{
	return declaration->table_renames != NIL ? linitial(declaration->table_renames) : NULL;
}

const OrmDeclaredRename *
orm_renaming_model(const OrmDeclaration *declaration)
{
	return declaration->renames != NIL ? linitial(declaration->renames) : NULL;
}

/* Raises 42710 for an element that is given twice. */
static void
check_once(const List *renames, const char *builder)
{
	OrmElementPlace place;

	if (list_length(renames) > 1)
		ereport(ERROR, errcode(ERRCODE_DUPLICATE_OBJECT), errmsg("element \"%s\" is given twice", builder),
				orm_error_place(orm_declaration_place(&place, ((const OrmDeclaredRename *) lsecond(renames))->position,
													  builder, NULL)));
}

/* Raises 42P16 for a name that is the declared one. */
static void
check_other(const OrmDeclaredRename *rename, const char *builder, const char *what, const char *name)
{
	OrmElementPlace place;

	if (strcmp(rename->name, name) == 0)
		ereport(ERROR, errcode(ERRCODE_INVALID_TABLE_DEFINITION),
				errmsg("%s \"%s\" cannot be renamed from its own name", what, name),
				orm_error_place(orm_declaration_place(&place, rename->position, builder, "name")));
}

/* Raises 42P16 for a former name in another schema; that of the declaration may not be known yet. */
static void
check_schema(const OrmDeclaration *declaration, const OrmDeclaredRename *rename)
{
	OrmElementPlace place;

	if (rename->schema != NULL && declaration->schema != NULL && strcmp(rename->schema, declaration->schema) != 0)
		ereport(ERROR, errcode(ERRCODE_INVALID_TABLE_DEFINITION),
				errmsg("table \"%s\" of another schema cannot be renamed \"%s\"",
					   orm_name_compose(rename->schema, rename->name),
					   orm_name_compose(declaration->schema, orm_renaming_declared(declaration))),
				orm_error_place(orm_declaration_place(&place, rename->position, "table_renamed_from", "name")),
				errhint("Move it first: ALTER TABLE ... SET SCHEMA ...;"));
}

void
orm_renaming_check(OrmDeclaration *declaration)
{
	OrmDeclaredRename *rename;
	char *schema;

	check_once(declaration->renames, "renamed_from");
	check_once(declaration->table_renames, "table_renamed_from");
	if (declaration->renames != NIL)
		check_other(linitial(declaration->renames), "renamed_from", "model", declaration->model);
	if (declaration->table_renames == NIL)
		return;
	rename = linitial(declaration->table_renames);
	orm_name_split(rename->name, &schema, &rename->name);
	if (schema != NULL)
		rename->schema = schema;
	check_schema(declaration, rename);
	check_other(rename, "table_renamed_from", "table", orm_renaming_declared(declaration));
}

void
orm_renaming_follow(OrmDeclaration *declaration, char *relation)
{
	const OrmDeclaredRename *rename = orm_renaming_table(declaration);
	char *declared = orm_renaming_declared(declaration);

	declaration->becomes = NULL;
	if (rename != NULL && strcmp(rename->name, relation) == 0 && strcmp(declared, relation) != 0)
		declaration->becomes = declared;
	declaration->relation = relation;
}

/* Raises 42P07: both tables are there. */
static void
raise_both(const OrmDeclaration *declaration, const OrmDeclaredRename *rename)
{
	OrmElementPlace place;

	ereport(ERROR, errcode(ERRCODE_DUPLICATE_TABLE),
			errmsg("table \"%s\" cannot be renamed \"%s\": that table already exists", rename->name,
				   orm_renaming_declared(declaration)),
			orm_error_place(orm_declaration_place(&place, rename->position, "table_renamed_from", "name")),
			errhint("Leave out table_renamed_from, or rename or drop one of the two tables."));
}

/* Is there a relation of that name in the schema of a declaration? */
static bool
is_there(const OrmDeclaration *declaration, const char *relation)
{
	Oid schema = get_namespace_oid(declaration->schema, true);

	return OidIsValid(schema) && OidIsValid(get_relname_relid(relation, schema));
}

void
orm_renaming_apply(OrmDeclaration *declaration)
{
	const OrmDeclaredRename *rename = orm_renaming_table(declaration);

	if (rename == NULL)
		return;
	check_schema(declaration, rename);
	if (!is_there(declaration, rename->name))
		return;
	if (is_there(declaration, orm_renaming_declared(declaration)))
		raise_both(declaration, rename);
	orm_renaming_follow(declaration, rename->name);
}

void
orm_renaming_check_tables(const OrmDeclaration *declaration)
{
	const OrmDeclaredRename *rename = orm_renaming_table(declaration);
	bool former = rename != NULL && is_there(declaration, rename->name);
	OrmElementPlace place;

	if (rename == NULL || declaration->becomes != NULL)
		return;
	if (former)
		raise_both(declaration, rename);
	if (!is_there(declaration, declaration->relation))
		ereport(ERROR, errcode(ERRCODE_UNDEFINED_TABLE),
				errmsg("table \"%s\", to be renamed \"%s\", does not exist", rename->name, declaration->relation),
				orm_error_place(orm_declaration_place(&place, rename->position, "table_renamed_from", "name")),
				errhint("Leave out table_renamed_from to make a new table."));
}

bool
orm_renaming_model_is_there(const OrmDeclaration *declaration, Oid relid)
{
	const OrmDeclaredRename *rename = orm_renaming_model(declaration);
	const OrmRegistered *former = rename != NULL ? orm_registry_find_if_unique(rename->name) : NULL;

	return former != NULL && former->mapped && former->relid == relid;
}

/* A former name that no document has. */
static List *
make_rename(char *name)
{
	OrmDeclaredRename *rename = palloc0(sizeof(OrmDeclaredRename));

	rename->name = name;
	return list_make1(rename);
}

void
orm_renaming_set_model(OrmDeclaration *declaration, char *name)
{
	declaration->renames = make_rename(name);
}

void
orm_renaming_set_table(OrmDeclaration *declaration, char *relation)
{
	declaration->table_renames = make_rename(relation);
}
