/*
 * declare.c - orm.model, orm.map, orm.unmap.
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "accessor/accessor.h"
#include "base/error.h"
#include "base/members.h"
#include "base/names.h"
#include "define/counting.h"
#include "define/declare.h"
#include "define/model_function.h"
#include "define/keep.h"
#include "define/mixing.h"
#include "define/owner.h"
#include "define/reconcile.h"
#include "define/register.h"
#include "define/removal.h"
#include "define/rename.h"
#include "define/report.h"
#include "define/scopes.h"
#include "define/positioning.h"
#include "model/cache.h"
#include "model/follow.h"
#include "model/hook.h"
#include "model/in_force.h"
#include "model/naming.h"
#include "model/relationship.h"
#include "model/renaming.h"
#include "model/stamp.h"
#include "model/soft_delete.h"
#include "query/named_scope.h"
#include "query/filter.h"
#include "registry/binding.h"

void
orm_declare_check_inverses(const OrmDeclaration *declaration)
{
	ListCell *cell;

	foreach(cell, declaration->relationships)
	{
		OrmDeclaredRelationship *relationship = lfirst(cell);
		OrmRegistered *target = orm_registry_find(relationship->model);

		if (strcmp(relationship->model, declaration->model) == 0)
			orm_relationship_check_inverse(declaration->model, relationship, declaration, true);
		else if (target != NULL)
		{
			orm_relationship_check_inverse(declaration->model, relationship, orm_register_declaration(target), false);
			orm_filter_check(declaration->model, relationship);
		}
	}
}

/* Are the tables on the way of a path there, as they are declared?  A step that does not exist is left to the check. */
static bool
is_way_open(const OrmModel *model, const char *path)
{
	char *rest = pstrdup(path);

	for (char *step = strsep(&rest, "."); step != NULL; step = strsep(&rest, "."))
	{
		const OrmRelationship *relationship = orm_model_relationship(model, step);

		if (relationship == NULL)
			return true;
		model = orm_cache_open_if_any(relationship->target, AccessShareLock);
		if (model == NULL || model->pending != NIL)
			return false;
	}
	return true;
}

void
orm_declare_check_derived(const char *name)
{
	const OrmModel *model = orm_cache_open_if_any(name, AccessShareLock);

	if (model == NULL || model->pending != NIL)
		return;
	for (int i = 0; i < model->nrelationships; i++)
	{
		const OrmRelationship *relationship = &model->relationships[i];

		if (orm_model_is_derived(relationship) &&
			(relationship->path == NULL || is_way_open(model, relationship->path)))
			orm_filter_check_resolved(model, relationship);
	}
}

/* Raises 22023 for what only the extension itself writes into a declaration. */
static void
refuse_notes(const OrmDeclaration *declaration)
{
	ListCell *cell;

	foreach(cell, declaration->relationships)
	{
		const OrmDeclaredRelationship *relationship = lfirst(cell);
		OrmElementPlace place;

		if (relationship->made != ORM_NOT_GIVEN)
			ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("key \"made\" is not allowed here"),
					orm_error_place(orm_declaration_place(&place, relationship->position, "many_to_many", "made")),
					errhint("The extension itself marks the join tables that it has created."));
	}
}

/* Raises for what a client must not say. */
static OrmDeclaration *
check_sent(OrmDeclaration *declaration)
{
	OrmPath place = orm_path_key(NULL, "map");

	refuse_notes(declaration);
	orm_hook_check_functions(declaration);
	if (declaration->by_map)
		orm_members_raise_not_allowed("key", "map", &place, "orm.map makes a model of a table that exists.");
	return declaration;
}

OrmDeclaration *
orm_declare_read(const char *document, bool mapped)
{
	document = orm_mixing_complete(document);
	return check_sent(orm_declaration_parse(orm_document_parse(document, strlen(document)), mapped));
}

OrmDeclaration *
orm_declare_read_elements(const char *document)
{
	return check_sent(orm_declaration_parse_part(orm_document_parse(document, strlen(document)), false));
}

OrmDeclaration *
orm_declare_read_part(const char *document, bool mapped)
{
	document = orm_mixing_complete(document);
	return check_sent(orm_declaration_parse_part(orm_document_parse(document, strlen(document)), mapped));
}

/* A row for a model that has no function yet. */
static OrmRegistered *
new_row(const char *name)
{
	OrmRegistered *row = palloc0(sizeof(OrmRegistered));

	orm_name_check(name, "model");
	row->name = pstrdup(name);
	row->owner = GetUserId();
	return row;
}

OrmRegistered *
orm_declare_lock(const char *name)
{
	OrmRegistered *row = orm_registry_find(name);

	if (row != NULL)
		orm_owner_check(row);
	orm_registry_lock();
	orm_registry_lock_name(name);
	row = orm_registry_find(name);
	if (row != NULL)
		orm_owner_check(row);
	return row;
}

/*
 * A model that is declared again while it has a table: its accessors stay
 * where the new declaration has them as well, under the same names on the same
 * table; the others go.  So does the trigger of a version that is no more.
 */
static void
drop_superseded(const OrmRegistered *old, const OrmDeclaration *now, bool same_table, List **changes)
{
	const OrmModel *model = old->mapped ? orm_cache_open_if_any(old->name, AccessShareLock) : NULL;

	if (model == NULL)
		return;
	if (same_table)
		orm_reconcile_drop_stale(model, now, changes);
	else
		orm_reconcile_drop(model, false, changes);
	orm_keep_reconcile(model->relid, model->name, same_table ? now : NULL, false, changes);
	orm_counting_drop_changed(model, same_table ? now : NULL, changes);
	orm_positioning_drop_changed(model, same_table ? now : NULL, changes);
}

/* Fills in the schema of a declaration that gives none: where a table would be created now. */
static void
complete_schema(OrmDeclaration *declaration)
{
	List *path = declaration->schema ? NIL : fetch_search_path(false);

	if (path != NIL)
		declaration->schema = get_namespace_name(linitial_oid(path));
	if (declaration->schema == NULL)
		ereport(ERROR, errcode(ERRCODE_UNDEFINED_SCHEMA), errmsg("no schema has been selected to create in"));
}

/* Is a declaration for the table that a model has? */
static bool
names_table(const OrmDeclaration *declaration, const OrmRegistered *old)
{
	return old->mapped && strcmp(get_rel_name(old->relid), declaration->relation) == 0 &&
		strcmp(get_namespace_name(get_rel_namespace(old->relid)), declaration->schema) == 0;
}

void
orm_declare_keep_pins(OrmDeclaration *declaration, const OrmDeclaration *before)
{
	ListCell *cell;

	foreach(cell, declaration->relationships)
	{
		OrmDeclaredRelationship *now = lfirst(cell);
		const OrmDeclaredRelationship *then = orm_declaration_relationship(before, now->name);

		if (then == NULL || then->kind != now->kind ||
			(strcmp(then->model, now->model) != 0 &&
			 (strcmp(then->model, before->model) != 0 || strcmp(now->model, declaration->model) != 0)))
			continue;
		if (now->through == NULL && then->through != NULL)
		{
			now->through = then->through;
			now->made = then->made;
		}
		if (now->foreign_key == NIL)
			now->foreign_key = then->foreign_key;
	}
}

/* orm.model returns a word, so it says what it drops. */
static void
notice_dropped(const char *model, const List *changes)
{
	StringInfoData names;
	ListCell *cell;

	if (changes == NIL)
		return;
	initStringInfo(&names);
	foreach(cell, changes)
		appendStringInfo(&names, "%s%s", names.len ? "\n" : "", ((OrmReported *) lfirst(cell))->name);
	ereport(NOTICE, errmsg("dropping objects that the new declaration of model \"%s\" does not have", model),
			errdetail_internal("%s", names.data));
}

/* The table that a declaration names, if it is there; the current user must own it. */
static Oid
existing_table(const OrmDeclaration *declaration)
{
	Oid namespace_id = get_namespace_oid(declaration->schema, true);
	Oid relid = OidIsValid(namespace_id) ? get_relname_relid(declaration->relation, namespace_id) : InvalidOid;

	if (OidIsValid(relid))
		orm_register_check_relation(relid);
	return relid;
}

char *
orm_declare_state(const char *name)
{
	const OrmModel *model = orm_cache_open_if_any(name, AccessShareLock);
	int n = model != NULL ? orm_in_force_count_pending(orm_registry_find(name), model) : 0;

	if (model == NULL)
		return pstrdup("declared");
	if (n > 0)
		return psprintf("pending: %d %s", n, n == 1 ? "change" : "changes");
	return pstrdup("in force");
}

/* Checks the scopes of a model that has been declared, if it has a table; "scoped": it had default ones before. */
static void
follow_scopes(const char *name, bool scoped)
{
	const OrmModel *model = orm_cache_open_if_any(name, AccessShareLock);

	if (model == NULL)
		return;
	orm_scopes_check(model);
	if (scoped || orm_named_scope_any(model))
		orm_scopes_refresh_bodies(model);
}

/* Of a model without a table the new one takes the place at once. */
static void
replace_undeclared(const OrmRegistered *renamed, const char *successor)
{
	List *followers = orm_rename_followers(renamed->name, successor, GetUserId());

	orm_model_function_drop(renamed);
	orm_rename_follow(followers, renamed->name, successor);
}

/* What is known of the model before: by the declaration of it, or of the model that is to be renamed. */
static void
complete_from(OrmDeclaration *declaration, const OrmRegistered *before)
{
	OrmDeclaration *former = orm_register_declaration(before);

	orm_declare_keep_pins(declaration, former);
	orm_removal_complete(declaration, former, before->relid);
}

/* Drops what a model has and its new declaration has not.  Returns its text if it has the declared table. */
static char *
supersede(OrmDeclaration *declaration, const OrmRegistered *old)
{
	bool same = names_table(declaration, old);
	List *dropped = NIL;

	if (same)
		complete_from(declaration, old);
	drop_superseded(old, declaration, same, &dropped);
	notice_dropped(declaration->model, dropped);
	return same ? old->text : NULL;
}

void
orm_declare_write(OrmDeclaration *declaration)
{
	OrmRegistered *row = new_row(declaration->model);
	OrmRegistered *renamed;
	OrmRegistered *old;
	char *former = NULL;
	bool scoped;

	complete_schema(declaration);
	orm_renaming_apply(declaration);
	old = orm_declare_lock(declaration->model);
	renamed = orm_rename_former(declaration, old);
	scoped = old != NULL && orm_scope_hides_rows(orm_register_declaration(old));
	if (old != NULL)
	{
		former = supersede(declaration, old);
		row = old;
	}
	else if (renamed != NULL && renamed->mapped)
		complete_from(declaration, renamed);
	if (orm_model_function_write(row, declaration, existing_table(declaration)) && former != NULL)
		orm_binding_keep(row->function, former);
	if (declaration->scopes != NIL || declaration->soft_deletes != NIL || scoped)
		follow_scopes(declaration->model, scoped);
	if (renamed != NULL && !renamed->mapped)
		replace_undeclared(renamed, declaration->model);
}

char *
orm_declare_model(const char *document)
{
	OrmDeclaration *declaration = orm_declare_read(document, false);

	orm_declare_write(declaration);
	orm_declare_check_inverses(declaration);
	orm_declare_check_derived(declaration->model);
	return psprintf("%s: %s", declaration->model, orm_declare_state(declaration->model));
}

void
orm_declare_check_columns(const OrmDeclaration *declaration, Oid relid)
{
	ListCell *cell;
	List *names = list_copy(orm_declaration_key(declaration));

	foreach(cell, declaration->columns)
		names = lappend(names, ((OrmDeclaredColumn *) lfirst(cell))->name);
	foreach(cell, orm_stamp_rules(declaration))
		names = lappend(names, ((OrmStampRule *) lfirst(cell))->column);
	foreach(cell, declaration->counters)
		names = lappend(names, ((OrmDeclaredCounter *) lfirst(cell))->column);
	foreach(cell, declaration->positions)
		names = lappend(names, ((OrmDeclaredPosition *) lfirst(cell))->column);
	foreach(cell, declaration->soft_deletes)
		names = lappend(names, ((OrmDeclaredSoftDelete *) lfirst(cell))->column);
	foreach(cell, names)
		if (get_attnum(relid, lfirst(cell)) <= 0)
			ereport(
				ERROR, errcode(ERRCODE_UNDEFINED_COLUMN),
				errmsg("column \"%s\" of relation \"%s\" does not exist", (char *) lfirst(cell), get_rel_name(relid)));
	orm_soft_delete_check_column(declaration, relid);
	orm_soft_delete_check_key(declaration, relid);
	orm_naming_check_relation(declaration, relid);
}

/* Can a text name one of these models?  JSON may write any character with a backslash. */
static bool
may_name(const char *text, const List *names)
{
	ListCell *cell;

	if (strchr(text, '\\') != NULL)
		return true;
	foreach(cell, names)
		if (strstr(text, lfirst(cell)) != NULL)
			return true;
	return false;
}

bool
orm_declare_leads_to(const OrmRegistered *row, const List *names)
{
	ListCell *cell;

	if (names == NIL || orm_name_is_among(names, row->name) || !may_name(row->text, names))
		return false;
	foreach(cell, orm_register_declaration(row)->relationships)
		if (orm_name_is_among(names, ((OrmDeclaredRelationship *) lfirst(cell))->model))
			return true;
	return false;
}

void
orm_declare_make_waiting(const List *names, List **changes)
{
	ListCell *cell;

	foreach(cell, names != NIL ? orm_registry_all() : NIL)
	{
		OrmRegistered *row = lfirst(cell);

		if (!row->mapped || !orm_declare_leads_to(row, names))
			continue;
		CHECK_FOR_INTERRUPTS();
		orm_register_pin(row->name);
		orm_counting_make(row->name, false, changes);
		orm_positioning_make(row->name, false, changes);
		orm_reconcile_accessors(orm_cache_open(row->name, AccessShareLock), true, changes);
	}
}

/* Raises 42710: the name is that of a model of another table. */
static void
raise_in_use(const OrmRegistered *old)
{
	ereport(ERROR, errcode(ERRCODE_DUPLICATE_OBJECT), errmsg("model \"%s\" already exists", old->name),
			old->mapped ? errdetail("It is the model of table \"%s\".", orm_follow_table_name(old->relid))
						: errdetail("It is declared and has no table yet."),
			errhint("Choose another name, or forget that model first: SELECT orm.unmap(%s);",
					quote_literal_cstr(old->name)));
}

/* A version that the model has stays where the new declaration says nothing of one: its trigger counts. */
static void
keep_version(OrmDeclaration *declaration, const OrmRegistered *old)
{
	if (declaration->versions == NIL)
		declaration->versions = orm_register_declaration(old)->versions;
}

void
orm_declare_map(Oid relid, const char *name, const char *document, List **changes)
{
	OrmDeclaration *declaration = orm_declare_read(document, true);
	OrmRegistered *row = new_row(name);
	OrmRegistered *old;
	bool scoped;

	orm_register_check_relation(relid);
	old = orm_declare_lock(name);
	scoped = old != NULL && orm_scope_hides_rows(orm_register_declaration(old));
	if (old != NULL)
		row = old;
	if (old != NULL && old->mapped)
	{
		if (old->relid != relid)
			raise_in_use(old);
		keep_version(declaration, old);
		drop_superseded(old, declaration, true, changes);
	}
	orm_declare_check_columns(declaration, relid);
	orm_declare_check_inverses(declaration);
	declaration->by_map = true;
	orm_keep_reconcile(relid, name, declaration, true, changes);
	orm_register_mapped(row, declaration, relid);
	orm_register_check_relationships(name, true);
	orm_register_pin(name);
	orm_counting_make(name, true, changes);
	orm_positioning_make(name, true, changes);
	follow_scopes(name, scoped);
	orm_reconcile_accessors(orm_cache_open(name, AccessShareLock), false, changes);
	orm_declare_make_waiting(list_make1(unconstify(char *, name)), changes);
}

void
orm_declare_mapped(Oid relid, OrmDeclaration *declaration)
{
	OrmRegistered *row = new_row(declaration->model);
	OrmRegistered *old;

	orm_register_check_relation(relid);
	old = orm_declare_lock(declaration->model);
	if (old != NULL)
		raise_in_use(old);
	orm_declare_check_columns(declaration, relid);
	declaration->by_map = true;
	orm_register_mapped(row, declaration, relid);
}

void
orm_declare_unmap(const char *name, List **changes)
{
	OrmRegistered *row;
	const OrmModel *model;
	char *successor;
	List *followers = NIL;

	row = orm_declare_lock(name);
	if (row == NULL)
		orm_cache_raise_unknown(name);
	successor = orm_rename_successor(row);
	if (successor != NULL)
		followers = orm_rename_followers(name, successor, GetUserId());
	model = orm_cache_open_if_any(name, AccessShareLock);
	if (model != NULL)
	{
		orm_reconcile_drop(model, false, changes);
		orm_keep_reconcile(model->relid, name, NULL, false, changes);
		orm_counting_drop_changed(model, NULL, changes);
		orm_positioning_drop_changed(model, NULL, changes);
	}
	orm_model_function_drop(row);
	orm_rename_follow(followers, name, successor);
}
