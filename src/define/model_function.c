/*
 * model_function.c - see model_function.h.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/xact.h"
#include "catalog/dependency.h"
#include "catalog/indexing.h"
#include "catalog/namespace.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "commands/defrem.h"
#include "commands/proclang.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "parser/parse_func.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"

#include "base/body.h"
#include "base/compat.h"
#include "base/sql.h"
#include "define/declare.h"
#include "define/mixing.h"
#include "define/model_function.h"
#include "exec/execute.h"
#include "model/follow.h"
#include "model/hook.h"
#include "model/naming.h"
#include "registry/binding.h"
#include "registry/model_text.h"
#include "registry/proc.h"

/* A text may have so many bytes. */
#define LONGEST_TEXT (16 * 1024 * 1024)

void
orm_model_function_announce(Oid relid)
{
	if (OidIsValid(relid) && SearchSysCacheExists1(RELOID, ObjectIdGetDatum(relid)))
		CacheInvalidateRelcacheByRelid(relid);
}

void
orm_model_function_check_length(const char *verb, const char *name, const char *text)
{
	if (strlen(text) > LONGEST_TEXT)
		ereport(ERROR, errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				errmsg("declaration of %s \"%s\" is too long", verb, name),
				errdetail("It has %zu bytes; the limit is %d.", strlen(text), LONGEST_TEXT));
}

/* May the current user create in a schema, and find there what was created? */
static bool
may_create_in(Oid schema)
{
	return OidIsValid(schema) && !isAnyTempNamespace(schema) &&
		orm_schema_aclcheck(schema, GetUserId(), ACL_CREATE) == ACLCHECK_OK &&
		orm_schema_aclcheck(schema, GetUserId(), ACL_USAGE) == ACLCHECK_OK;
}

/* The schema of a new function. */
static Oid
choose_schema(const char *of_table)
{
	Oid schema = get_namespace_oid(of_table, true);
	List *path = fetch_search_path(false);
	ListCell *cell;

	if (may_create_in(schema))
		return schema;
	foreach(cell, path)
		if (may_create_in(lfirst_oid(cell)))
			return lfirst_oid(cell);
	if (OidIsValid(schema))
		aclcheck_error(ACLCHECK_NO_PRIV, OBJECT_SCHEMA, of_table);
	ereport(ERROR, errcode(ERRCODE_UNDEFINED_SCHEMA), errmsg("no schema has been selected to create in"));
	return InvalidOid;
}

/* Who has a name in a schema. */
typedef enum Holder
{
	HOLDER_NONE,
	HOLDER_MODEL, /* the function of a model */
	HOLDER_OTHER
} Holder;

/* Who has the name of a function in a schema, with whatever arguments? */
static Holder
holder_of(const char *name, Oid schema)
{
	Holder holder = HOLDER_NONE;
	ListCell *cell;

	foreach(cell, orm_proc_named(name, InvalidOid))
	{
		Form_pg_proc form = (Form_pg_proc) GETSTRUCT((HeapTuple) lfirst(cell));

		if (form->pronamespace != schema)
			continue;
		if (orm_registry_read(form->oid) == NULL)
			return HOLDER_OTHER;
		holder = HOLDER_MODEL;
	}
	return holder;
}

/* What a new function is called; raises 42723. */
static char *
choose_name(const char *model, Oid schema)
{
	char *names[ORM_MODEL_FUNCTION_NAMES];

	orm_model_text_functions(model, names);
	for (int i = 0; i < ORM_MODEL_FUNCTION_NAMES; i++)
	{
		Holder holder = holder_of(names[i], schema);

		if (holder == HOLDER_NONE)
			return names[i];
		if (holder == HOLDER_OTHER || i == ORM_MODEL_FUNCTION_NAMES - 1)
			ereport(ERROR, errcode(ERRCODE_DUPLICATE_FUNCTION),
					errmsg("could not create the function of model \"%s\": the name \"%s\" is already in use", model,
						   names[i]),
					errhint("Rename the other function, or the model."));
	}
	return NULL;
}

/* Makes the function, with CREATE FUNCTION, as anybody could. */
static Oid
make_function(const char *model, const char *text, Oid schema)
{
	char *name = choose_name(model, schema);
	char *schema_name = get_namespace_name(schema);
	StringInfoData sql;

	initStringInfo(&sql);
	appendStringInfoString(&sql, "CREATE FUNCTION ");
	orm_sql_qualified(&sql, schema_name, name);
	appendStringInfoString(&sql, "() RETURNS pg_catalog.json LANGUAGE orm STABLE AS ");
	orm_sql_literal(&sql, text);
	orm_execute_statement(sql.data);
	return LookupFuncName(list_make2(makeString(schema_name), makeString(name)), 0, NULL, false);
}

/* A function that could not be made beside its table, or whose table moved, moves there. */
static void
move_beside(OrmRegistered *row, const char *schema_name)
{
	Oid schema = get_namespace_oid(schema_name, true);

	if (schema == row->function_schema || !may_create_in(schema) ||
		holder_of(get_func_name(row->function), schema) != HOLDER_NONE)
		return;
	orm_proc_set_schema(row->function, schema);
	row->function_schema = schema;
}

/* Makes the function of a row that has none. */
static void
write_new(OrmRegistered *row, const OrmDeclaration *declaration)
{
	row->function_schema = choose_schema(declaration->schema);
	row->owner = GetUserId();
	row->text = orm_declaration_text(declaration, get_namespace_name(row->function_schema));
	orm_model_function_check_length("model", declaration->model, row->text);
	row->function = make_function(declaration->model, row->text, row->function_schema);
}

/* Replaces the text of a function; false when it is that already. */
static bool
write_again(OrmRegistered *row, const OrmDeclaration *declaration, bool beside)
{
	if (beside)
		move_beside(row, declaration->schema);
	row->text = orm_declaration_text(declaration, get_namespace_name(row->function_schema));
	orm_model_function_check_length("model", declaration->model, row->text);
	return orm_proc_set_body(row->function, row->text);
}

/* Ties a function to its table, and binds its names. */
static void
tie(OrmRegistered *row, const OrmDeclaration *declaration, Oid relid)
{
	List *mixins = NIL;
	ListCell *cell;

	foreach(cell, declaration->uses)
		mixins = lappend(mixins, ((OrmDeclaredUse *) lfirst(cell))->name);
	orm_mixing_tie(row->function, mixins);
	orm_proc_tie_model(row->function, relid);
	row->name = declaration->model;
	row->by_map = declaration->by_map;
	row->relid = relid;
	row->mapped = OidIsValid(relid);
	if (row->mapped)
	{
		orm_follow_bind(declaration, row);
		orm_binding_write(row, row->text);
	}
	else
		orm_binding_remove(row->function);
}

bool
orm_model_function_write(OrmRegistered *row, OrmDeclaration *declaration, Oid relid)
{
	bool changed = row->relid != relid;

	Assert(declaration->schema != NULL);
	orm_model_function_announce(relid);
	if (changed)
		orm_model_function_announce(row->relid);
	if (!OidIsValid(row->function))
	{
		write_new(row, declaration);
		changed = true;
	}
	else
	{
		if (!has_privs_of_role(GetUserId(), row->owner))
		{
			orm_proc_set_owner(row->function, GetUserId());
			row->owner = GetUserId();
		}
		changed = write_again(row, declaration, true) || changed;
	}
	if (row->relid != relid)
		orm_proc_touch(row->function); /* what sessions know of its table holds no longer */
	tie(row, declaration, relid);
	return changed;
}

void
orm_model_function_follow(OrmRegistered *row, OrmDeclaration *declaration, bool moved)
{
	char *schema = get_namespace_name(row->function_schema);

	Assert(row->mapped && OidIsValid(row->function));
	orm_model_function_announce(row->relid);
	write_again(row, declaration, !moved && schema != NULL && strcmp(row->schema, schema) == 0);
	tie(row, declaration, row->relid);
	orm_binding_forget(row->function); /* its names are the old ones */
}

void
orm_model_function_drop(const OrmRegistered *row)
{
	ObjectAddress function;

	orm_model_function_announce(row->relid);
	orm_binding_remove(row->function);
	ObjectAddressSet(function, ProcedureRelationId, row->function);
	performDeletion(&function, DROP_RESTRICT, 0);
	CommandCounterIncrement();
}

bool
orm_model_function_has_verb(Oid function, const char *expected)
{
	HeapTuple tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(function));
	bool isnull = true;
	Datum source = HeapTupleIsValid(tuple) ? SysCacheGetAttr(PROCOID, tuple, Anum_pg_proc_prosrc, &isnull) : (Datum) 0;
	char *body = isnull ? NULL : TextDatumGetCString(source);
	char *verb;
	char *model;
	const char *rest;

	if (HeapTupleIsValid(tuple))
		ReleaseSysCache(tuple);
	if (body == NULL)
		return false;
	orm_body_split(body, &verb, &model, &rest);
	return strcmp(verb, expected) == 0;
}

/* Takes the text of the function of a model or mixin apart; *verb receives which, the rest as orm_model_text_split. */
static bool
split(const char *text, const char **verb, char **name, const char **document)
{
	*verb = "model";
	if (orm_model_text_split(text, name, document))
		return true;
	*verb = "mixin";
	return orm_model_text_split_mixin(text, name, document);
}

/* The name in a body with that verb; raises 42601, 54000 or 22P02 for one that is wrong whatever else there is. */
static const char *
check_body(const char *body, const char *expected)
{
	const char *verb;
	char *name;
	const char *document;
	char *whole;

	if (!split(body, &verb, &name, &document))
		orm_body_raise(name == NULL || name[0] == '\0'
						   ? psprintf("the body of the function names no %s", expected)
						   : psprintf("the body of the function has no %s document", expected));
	orm_model_function_check_length(verb, name, body);
	whole = orm_model_text_document(verb, name, document);
	orm_document_parse(whole, strlen(whole));
	return name;
}

/* Raises 42P13 for a function that cannot be a model's. */
static void
refuse_form(HeapTuple tuple, const char *what, const char *hint)
{
	ereport(ERROR, errcode(ERRCODE_INVALID_FUNCTION_DEFINITION),
			errmsg("function \"%s\" cannot declare a model", NameStr(((Form_pg_proc) GETSTRUCT(tuple))->proname)),
			errdetail("%s", what), hint ? errhint("%s", hint) : 0);
}

/* Checks the form of a model function. */
static void
check_form(HeapTuple tuple, const OrmRegistered *row)
{
	Form_pg_proc form = (Form_pg_proc) GETSTRUCT(tuple);
	char *names[ORM_MODEL_FUNCTION_NAMES];

	if (row == NULL)
		refuse_form(tuple, "It must have no arguments and return json.", NULL);
	if (form->provolatile != PROVOLATILE_STABLE)
		refuse_form(tuple, "It must be STABLE.", NULL);
	if (isAnyTempNamespace(form->pronamespace))
		refuse_form(tuple, "It would be dropped at the end of the session.", NULL);
	if (orm_registry_is_well_named(row))
		return;
	orm_model_text_functions(row->name, names);
	refuse_form(tuple, psprintf("Its name does not follow from that of model \"%s\".", row->name),
				psprintf("Name it %s, or %s.", orm_sql_quoted(names[0]), orm_sql_quoted(names[1])));
}

/* The text that a function had before this command, or NULL. */
static char *
text_before(Oid function)
{
	Relation procedures;
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple tuple;
	char *body = NULL;

	if (!ActiveSnapshotSet())
		return NULL;
	procedures = table_open(ProcedureRelationId, AccessShareLock);
	ScanKeyInit(&key, Anum_pg_proc_oid, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(function));
	scan = systable_beginscan(procedures, ProcedureOidIndexId, true, GetActiveSnapshot(), 1, &key);
	tuple = systable_getnext(scan);
	if (HeapTupleIsValid(tuple) && ((Form_pg_proc) GETSTRUCT(tuple))->prolang == get_language_oid("orm", true))
	{
		bool isnull;
		Datum source = heap_getattr(tuple, Anum_pg_proc_prosrc, RelationGetDescr(procedures), &isnull);

		body = isnull ? NULL : TextDatumGetCString(source);
	}
	systable_endscan(scan);
	table_close(procedures, AccessShareLock);
	return body;
}

/* Raises 42723 where the function was another model's or mixin's; "verb" NULL: the body declares none. */
static void
check_not_another(Oid function, const char *verb, const char *name)
{
	char *before = text_before(function);
	const char *previous_verb;
	char *previous;
	const char *document;

	if (before == NULL || !split(before, &previous_verb, &previous, &document) ||
		(verb != NULL && strcmp(previous_verb, verb) == 0 && strcmp(previous, name) == 0))
		return;
	ereport(ERROR, errcode(ERRCODE_DUPLICATE_FUNCTION),
			errmsg("function %s is that of %s \"%s\"", orm_registry_function_name(function), previous_verb, previous),
			verb ? errhint("Drop it, or create another function for %s \"%s\".", verb, name)
				 : errhint("Drop it first: DROP FUNCTION %s;", orm_registry_function_name(function)));
}

void
orm_model_function_check_not_replaced(Oid function)
{
	check_not_another(function, NULL, NULL);
}

void
orm_model_function_check_same(Oid function, const char *verb)
{
	HeapTuple tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(function));
	bool isnull;
	char *body;

	if (!HeapTupleIsValid(tuple))
		ereport(ERROR, errcode(ERRCODE_UNDEFINED_FUNCTION), errmsg("function with OID %u does not exist", function));
	body = TextDatumGetCString(SysCacheGetAttr(PROCOID, tuple, Anum_pg_proc_prosrc, &isnull));
	ReleaseSysCache(tuple);
	check_not_another(function, verb, check_body(body, verb));
}

/* Raises 42501 unless the owner may declare. */
static void
check_right(const OrmRegistered *row)
{
	if (!orm_registry_may_declare(row->owner, row->by_map))
		ereport(ERROR, errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				errmsg("permission denied for function %s", row->by_map ? "orm.map" : "orm.model"),
				errdetail("Who creates the function of a model must have EXECUTE on it."));
}

/* Checks the declaration as orm.model and orm.map do. */
static void
check_declaration(const OrmRegistered *row)
{
	OrmDeclaration *declaration = orm_declaration_parse(orm_document_parse(row->document, strlen(row->document)),
														row->by_map);

	if (row->by_map && !row->mapped)
		ereport(ERROR, errcode(ERRCODE_UNDEFINED_TABLE),
				errmsg("relation \"%s.%s\" does not exist", row->schema, row->relation));
	if (row->by_map)
		orm_naming_check_relation(declaration, row->relid);
	orm_declare_check_inverses(declaration);
	orm_hook_check_functions(declaration);
}

/* Makes the function the only one of its model, or raises 42710. */
static void
claim_name(const OrmRegistered *row)
{
	Oid other;

	orm_registry_lock_name(row->name);
	other = orm_registry_other(row->name, row->function);
	if (OidIsValid(other))
		ereport(ERROR, errcode(ERRCODE_DUPLICATE_OBJECT), errmsg("model \"%s\" already exists", row->name),
				errdetail("Function %s declares it.", orm_registry_function_name(other)));
}

/* Writes the elements of mixins that a text only names into it, as they are now. */
static OrmRegistered *
complete(OrmRegistered *row)
{
	char *model;
	const char *document;
	const char *completed;

	if (!orm_model_text_split(row->text, &model, &document))
		return row;
	completed = orm_mixing_complete(document);
	if (completed == document)
		return row;
	orm_proc_set_body(row->function, psprintf("%s%s", pnstrdup(row->text, document - row->text), completed));
	return orm_registry_read(row->function);
}

void
orm_model_function_validate(Oid function, bool check_bodies)
{
	HeapTuple tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(function));
	OrmRegistered *row;

	if (!HeapTupleIsValid(tuple))
		ereport(ERROR, errcode(ERRCODE_UNDEFINED_FUNCTION), errmsg("function with OID %u does not exist", function));
	orm_model_function_check_same(function, "model");
	row = orm_registry_read(function);
	if (check_bodies)
		check_form(tuple, row);
	ReleaseSysCache(tuple);
	if (row == NULL)
		return;
	if (check_bodies)
		check_right(row);

	/* in pg_upgrade the functions of the extension may come later than this one */
	if (row->mapped && orm_registry_is_well_named(row))
		orm_proc_tie_model(function, row->relid);

	if (orm_registry_is_well_named(row))
		orm_mixing_tie(function, orm_mixing_names(row->document));

	/* who may not declare holds up nobody */
	if (!orm_registry_is_well_named(row) || !orm_registry_may_declare(row->owner, row->by_map))
		return;
	claim_name(row);
	if (check_bodies)
		row = complete(row);
	if (row->mapped && text_before(function) != NULL)
		orm_binding_keep(function, text_before(function));
	if (check_bodies)
		check_declaration(row);
	orm_model_function_announce(row->relid);
	if (check_bodies && row->mapped && !row->by_map)
		orm_declare_check_derived(row->name);
}
