/*
 * accessor.c - the accessors of a model in pg_proc; see accessor.h.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/namespace.h"
#include "catalog/pg_language.h"
#include "catalog/pg_proc.h"
#include "commands/proclang.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/regproc.h"
#include "utils/syscache.h"

#include "accessor/accessor.h"
#include "accessor/arrange.h"
#include "accessor/function.h"
#include "accessor/generate.h"
#include "accessor/relation.h"
#include "base/sql.h"
#include "registry/proc.h"

static char *
source_of(HeapTuple tuple)
{
	bool isnull;
	Datum source = SysCacheGetAttr(PROCOID, tuple, Anum_pg_proc_prosrc, &isnull);

	return isnull ? pstrdup("") : TextDatumGetCString(source);
}

/* Does a function take a row of the model as its only argument? */
static bool
takes_row(const OrmModel *model, Form_pg_proc form)
{
	return form->pronargs == 1 && form->proargtypes.values[0] == model->row_type;
}

/* Is this function an accessor except for its owner? */
static bool
is_such(const OrmModel *model, const OrmAccessor *accessor, HeapTuple tuple)
{
	Form_pg_proc form = (Form_pg_proc) GETSTRUCT(tuple);
	const char *body = accessor->in_sql ? accessor->other_body : accessor->body;

	if ((accessor->in_sql || accessor->other_body != NULL) && form->prolang == SQLlanguageId)
		return form->proretset && (accessor->by_row ? takes_row(model, form) : form->prorettype == model->row_type) &&
			orm_proc_is_marked(form->oid);
	return body != NULL && form->prolang == get_language_oid("orm", true) && strcmp(source_of(tuple), body) == 0;
}

/* Is this function an accessor of the model?  See accessor.h. */
static bool
is_ours(const OrmModel *model, const OrmAccessor *accessor, HeapTuple tuple)
{
	return ((Form_pg_proc) GETSTRUCT(tuple))->proowner == model->owner && is_such(model, accessor, tuple);
}

/*
 * The existing accessors of a name (List of Oid), in a schema or, with
 * InvalidOid, in all schemas.  *stranger receives a conflicting function of schema
 * "home": another one of that name, or, for a relationship, another one that takes
 * the same row type.
 */
static List *
find_ours(const OrmModel *model, const OrmAccessor *accessor, Oid namespace_id, Oid home, Oid *stranger)
{
	List *ours = NIL;
	ListCell *cell;

	foreach(cell, orm_proc_named(accessor->name, accessor->by_row ? model->row_type : InvalidOid))
	{
		HeapTuple tuple = lfirst(cell);
		Form_pg_proc form = (Form_pg_proc) GETSTRUCT(tuple);

		if (OidIsValid(namespace_id) && form->pronamespace != namespace_id)
			continue;
		if (is_ours(model, accessor, tuple))
			ours = lappend_oid(ours, form->oid);
		else if (stranger != NULL && form->pronamespace == home)
			*stranger = form->oid;
	}
	return ours;
}

/* Are the argument names those of the definition? */
static bool
same_names(const OrmAccessor *accessor, HeapTuple tuple)
{
	Oid *types;
	char **names;
	char *modes;
	int n = get_func_arg_info(tuple, &types, &names, &modes);

	if (n != accessor->nargs || modes != NULL || (names == NULL) != (accessor->argument_names == NULL))
		return false;
	for (int i = 0; names != NULL && i < n; i++)
		if (strcmp(names[i], accessor->argument_names[i]) != 0)
			return false;
	return true;
}

/* Do exactly the optional arguments have the default orm.unset(...)? */
static bool
same_defaults(const OrmAccessor *accessor, HeapTuple tuple)
{
	bool optional[FUNC_MAX_ARGS];

	orm_function_optional(tuple, optional);
	for (int i = 0; i < accessor->nargs; i++)
		if (optional[i] != (i >= accessor->required))
			return false;
	return ((Form_pg_proc) GETSTRUCT(tuple))->pronargdefaults == accessor->nargs - accessor->required;
}

/* Does a function with these argument types match the definition otherwise? */
static bool
is_same(const OrmAccessor *accessor, HeapTuple tuple)
{
	Form_pg_proc form = (Form_pg_proc) GETSTRUCT(tuple);

	return form->prorettype == accessor->result && form->proretset == accessor->set &&
		form->provolatile == (accessor->writes ? PROVOLATILE_VOLATILE : PROVOLATILE_STABLE) &&
		strcmp(source_of(tuple), accessor->body) == 0 && same_names(accessor, tuple) && same_defaults(accessor, tuple);
}

/* Sets "existing" and "same" if a function has the signature of the definition. */
static void
compare(OrmAccessor *accessor, Oid function)
{
	HeapTuple tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(function));
	Form_pg_proc form;

	if (!HeapTupleIsValid(tuple))
		return;
	form = (Form_pg_proc) GETSTRUCT(tuple);
	if (form->pronargs == accessor->nargs &&
		memcmp(form->proargtypes.values, accessor->argument_types, sizeof(Oid) * accessor->nargs) == 0)
	{
		accessor->existing = function;
		accessor->same = is_same(accessor, tuple);
	}
	ReleaseSysCache(tuple);
}

/* Keeps the argument order of an existing function. */
static void
arrange(const OrmModel *model, OrmAccessor *accessor, Oid function)
{
	HeapTuple tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(function));

	if (!HeapTupleIsValid(tuple))
		return;
	orm_arrange_arguments(model, accessor, tuple);
	ReleaseSysCache(tuple);
}

/* Raises 42723: another function has the name of an accessor. */
static void
raise_clash(const OrmModel *model, const OrmAccessor *accessor, const char *other, const char *hint)
{
	ereport(ERROR, errcode(ERRCODE_DUPLICATE_FUNCTION),
			errmsg("could not create function \"%s\" of model \"%s\": the name is already in use", accessor->name,
				   model->name),
			errdetail_internal("%s", other),
			hint				   ? errhint("%s", hint)
				: accessor->by_row ? errhint("Give the relationship another name, or another schema: "
											 "orm.accessors(schema => ...).")
								   : errhint("Choose another prefix: orm.accessors(prefix => ...)."));
}

/* The hint for a function of a former owner of the table. */
static char *
give_text(const char *function, Oid owner)
{
	StringInfoData text;

	initStringInfo(&text);
	appendStringInfo(&text, "An accessor belongs to the owner of the table: ALTER FUNCTION %s OWNER TO ", function);
	orm_sql_name(&text, GetUserNameFromId(owner, false));
	appendStringInfoChar(&text, ';');
	return text.data;
}

/* Raises 42723 for a conflicting function, with its owner and, for an accessor of another owner, a hint. */
static void
raise_stranger(const OrmModel *model, const OrmAccessor *accessor, Oid function)
{
	HeapTuple tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(function));
	Oid owner = HeapTupleIsValid(tuple) ? ((Form_pg_proc) GETSTRUCT(tuple))->proowner : model->owner;
	bool such = HeapTupleIsValid(tuple) && is_such(model, accessor, tuple);
	char *name = format_procedure(function);

	if (HeapTupleIsValid(tuple))
		ReleaseSysCache(tuple);
	if (owner == model->owner)
		raise_clash(model, accessor, psprintf("Function %s is not an accessor of this model.", name), NULL);
	raise_clash(model, accessor,
				psprintf("Function %s belongs to role \"%s\", which does not own this model.", name,
						 GetUserNameFromId(owner, false)),
				such ? give_text(name, model->owner) : NULL);
}

/* Raises 42723 if two accessors of the model have the same name: by a truncated prefix, or a relationship. */
static void
check_among_themselves(const OrmModel *model, List *accessors, const OrmAccessor *accessor)
{
	ListCell *cell;

	foreach(cell, accessors)
	{
		const OrmAccessor *other = lfirst(cell);

		if (other == accessor)
			return;
		if (strcmp(other->name, accessor->name) == 0)
			raise_clash(model, accessor, psprintf("Function %s of this model has the same name.", other->signature),
						NULL);
	}
}

List *
orm_accessor_wanted(const OrmModel *model, bool notices)
{
	List *accessors = orm_generate_all(model, notices);
	Oid namespace_id = InvalidOid;
	ListCell *cell;

	if (accessors != NIL)
		namespace_id = get_namespace_oid(orm_generate_schema(model), false);
	foreach(cell, accessors)
	{
		OrmAccessor *accessor = lfirst(cell);
		Oid stranger = InvalidOid;
		List *ours = find_ours(model, accessor, namespace_id, namespace_id, &stranger);
		ListCell *function;

		if (accessor->by_row)
			orm_relation_check_name(model->relid, model->name, accessor->name, "relationship");
		check_among_themselves(model, accessors, accessor);
		if (OidIsValid(stranger))
			raise_stranger(model, accessor, stranger);
		if (ours != NIL)
			arrange(model, accessor, linitial_oid(ours));
		foreach(function, ours)
			compare(accessor, lfirst_oid(function));
	}
	return accessors;
}

/*
 * Finds the existing accessors of names.  SQL accessors are found in any schema, since the table may have
 * moved; the others are looked for beside them.  *stranger receives a function that bars a wanted one.
 */
static void
find_existing(const OrmModel *model, const List *names, Oid *stranger)
{
	Oid home = get_namespace_oid(orm_generate_schema(model), true);
	List *schemas = OidIsValid(home) ? list_make1_oid(home) : NIL;
	ListCell *cell;
	ListCell *other;

	foreach(cell, names)
	{
		OrmAccessor *accessor = lfirst(cell);

		if (!accessor->in_sql)
			continue;
		accessor->functions = find_ours(model, accessor, InvalidOid, home, accessor->wanted ? stranger : NULL);
		foreach(other, accessor->functions)
			schemas = list_append_unique_oid(schemas, get_func_namespace(lfirst_oid(other)));
	}
	foreach(cell, names)
	{
		OrmAccessor *accessor = lfirst(cell);

		if (accessor->in_sql)
			continue;
		foreach(other, schemas)
			accessor->functions = list_concat_unique_oid(
				accessor->functions,
				find_ours(model, accessor, lfirst_oid(other), home, accessor->wanted ? stranger : NULL));
	}
}

List *
orm_accessor_existing(const OrmModel *model)
{
	List *names = orm_generate_names(model);
	List *found = NIL;
	ListCell *cell;

	find_existing(model, names, NULL);
	for (int in_sql = 1; in_sql >= 0; in_sql--)
		foreach(cell, names)
			if (((OrmAccessor *) lfirst(cell))->in_sql == in_sql)
				found = list_concat_unique_oid(found, ((OrmAccessor *) lfirst(cell))->functions);
	return found;
}

/* Has a wanted accessor the name of another one? */
static bool
is_twice(const List *names, const OrmAccessor *accessor)
{
	ListCell *cell;

	foreach(cell, names)
	{
		const OrmAccessor *other = lfirst(cell);

		if (other != accessor && other->wanted && strcmp(other->name, accessor->name) == 0)
			return true;
	}
	return false;
}

int
orm_accessor_states(const OrmModel *model)
{
	List *names = orm_generate_names(model);
	bool has_schema = OidIsValid(get_namespace_oid(orm_generate_schema(model), true));
	Oid stranger = InvalidOid;
	int states = 0;
	ListCell *cell;

	find_existing(model, names, &stranger);
	foreach(cell, names)
	{
		const OrmAccessor *accessor = lfirst(cell);

		if (accessor->wanted && accessor->functions == NIL)
			states |= ORM_ACCESSORS_MISSING;
		if (!accessor->wanted && accessor->functions != NIL)
			states |= ORM_ACCESSORS_UNWANTED;
		if (accessor->wanted && (!has_schema || is_twice(names, accessor)))
			states |= ORM_ACCESSORS_BARRED;
		if (accessor->wanted && accessor->by_row)
			orm_relation_check_name(model->relid, model->name, accessor->name, "relationship");
	}
	return OidIsValid(stranger) ? states | ORM_ACCESSORS_BARRED : states;
}

void
orm_accessor_mark(const OrmModel *model, Oid function)
{
	HeapTuple tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(function));
	bool in_sql;
	bool of_rows;

	Assert(OidIsValid(function) && OidIsValid(model->owner));
	if (!HeapTupleIsValid(tuple))
		return;
	in_sql = ((Form_pg_proc) GETSTRUCT(tuple))->prolang == SQLlanguageId;
	of_rows = ((Form_pg_proc) GETSTRUCT(tuple))->prorettype == model->row_type;
	ReleaseSysCache(tuple);
	if (in_sql)
		orm_proc_mark(function);
	else if (!of_rows)
		orm_proc_tie(function, model->relid);
}

/* Updates the body of a function if its arguments still fit the definition. */
static void
refresh_body(const OrmModel *model, Oid function, const OrmAccessor *wanted)
{
	HeapTuple tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(function));
	OrmAccessor accessor = *wanted;
	bool fits;

	if (!HeapTupleIsValid(tuple))
		return;
	fits = ((Form_pg_proc) GETSTRUCT(tuple))->prolang == SQLlanguageId && orm_arrange_body(model, &accessor, tuple);
	ReleaseSysCache(tuple);
	if (fits)
		orm_proc_set_body(function, accessor.body);
}

void
orm_accessor_refresh_bodies(const OrmModel *model)
{
	ListCell *cell;

	foreach(cell, orm_generate_all(model, false))
	{
		OrmAccessor *accessor = lfirst(cell);
		ListCell *function;

		if (!accessor->in_sql)
			continue;
		foreach(function, find_ours(model, accessor, InvalidOid, InvalidOid, NULL))
			refresh_body(model, lfirst_oid(function), accessor);
	}
}
