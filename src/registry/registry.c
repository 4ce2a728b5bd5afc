/*
 * registry.c - finding model functions in pg_proc; see registry.h.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/catalog.h"
#include "catalog/dependency.h"
#include "catalog/indexing.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_depend.h"
#include "catalog/pg_language.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "commands/proclang.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "storage/lock.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/json.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/syscache.h"

#include "base/compat.h"
#include "base/document.h"
#include "base/names.h"
#include "base/sql.h"
#include "registry/answers.h"
#include "registry/binding.h"
#include "registry/model_text.h"
#include "registry/proc.h"
#include "registry/registry.h"

bool
orm_registry_is_installed(void)
{
	Oid schema = get_namespace_oid("orm", true);

	return OidIsValid(schema) && OidIsValid(get_relname_relid("binding", schema));
}

Oid
orm_registry_schema(void)
{
	return get_namespace_oid("orm", false);
}

Oid
orm_registry_document_type(void)
{
	return GetSysCacheOid2(TYPENAMENSP, Anum_pg_type_oid, CStringGetDatum("document"),
						   ObjectIdGetDatum(orm_registry_schema()));
}

void
orm_registry_check_writable(void)
{
	/* catalog writes do not check it themselves */
	PreventCommandIfReadOnly("a change of models");
}

void
orm_registry_lock(void)
{
	orm_registry_check_writable();
	if (!orm_registry_is_installed())
		ereport(ERROR, errcode(ERRCODE_UNDEFINED_TABLE), errmsg("extension \"orm\" is not installed in this database"),
				errhint("CREATE EXTENSION orm;"));
	LockDatabaseObject(NamespaceRelationId, orm_registry_schema(), 0, ShareRowExclusiveLock);
}

/* The functions orm.model(text, text, document[]) and orm.map(regclass, text, document[]). */
static Oid
declaring_function(bool by_map)
{
	Oid types[3] = {by_map ? REGCLASSOID : TEXTOID, TEXTOID, get_array_type(orm_registry_document_type())};

	return orm_proc_exact(orm_registry_schema(), by_map ? "map" : "model", 3, types);
}

bool
orm_registry_may_declare(Oid role, bool by_map)
{
	Oid function = declaring_function(by_map);

	return OidIsValid(function) && orm_function_aclcheck(function, role) == ACLCHECK_OK;
}

Oid
orm_registry_table_owner(Oid relid)
{
	HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relid));
	Oid owner;

	if (!HeapTupleIsValid(tuple))
		return InvalidOid;
	owner = ((Form_pg_class) GETSTRUCT(tuple))->relowner;
	ReleaseSysCache(tuple);
	return owner;
}

Oid
orm_registry_owner(const OrmRegistered *row)
{
	return row->mapped ? orm_registry_table_owner(row->relid) : row->owner;
}

/* May the owner of a model's function declare it? */
static OrmStanding
standing_of(const OrmRegistered *row)
{
	Oid table_owner = orm_registry_owner(row);

	if (!orm_registry_may_declare(row->owner, row->by_map))
		return ORM_STANDING_MAY_NOT_DECLARE;
	if (!OidIsValid(table_owner) || !has_privs_of_role(row->owner, table_owner))
		return ORM_STANDING_NOT_THE_TABLES;
	return ORM_STANDING_GOOD;
}

bool
orm_registry_is_table(Oid relid)
{
	char relkind = get_rel_relkind(relid);

	if (IsCatalogRelationOid(relid) || get_rel_persistence(relid) == RELPERSISTENCE_TEMP)
		return false;
	return relkind == RELKIND_RELATION || relkind == RELKIND_PARTITIONED_TABLE || relkind == RELKIND_VIEW ||
		relkind == RELKIND_MATVIEW || relkind == RELKIND_FOREIGN_TABLE;
}

/* The table that a function depends on, InvalidOid: none. */
static Oid
table_by_dependency(Oid function)
{
	Relation depend = table_open(DependRelationId, AccessShareLock);
	Oid found = InvalidOid;
	ScanKeyData keys[2];
	SysScanDesc scan;
	HeapTuple tuple;

	ScanKeyInit(&keys[0], Anum_pg_depend_classid, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(ProcedureRelationId));
	ScanKeyInit(&keys[1], Anum_pg_depend_objid, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(function));
	scan = systable_beginscan(depend, DependDependerIndexId, true, NULL, 2, keys);
	while (!OidIsValid(found) && HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		Form_pg_depend form = (Form_pg_depend) GETSTRUCT(tuple);

		if (form->refclassid == RelationRelationId && form->deptype == DEPENDENCY_AUTO &&
			orm_registry_is_table(form->refobjid))
			found = form->refobjid;
	}
	systable_endscan(scan);
	table_close(depend, AccessShareLock);
	return found;
}

/* The table that a row names, or that has its former name; InvalidOid: there is none. */
static Oid
table_by_name(const OrmRegistered *row)
{
	Oid namespace_id = get_namespace_oid(row->schema, true);
	Oid relid = OidIsValid(namespace_id) ? get_relname_relid(row->relation, namespace_id) : InvalidOid;
	char *former = OidIsValid(relid) ? NULL : orm_model_text_former_table(row->document, row->schema);

	if (former != NULL && OidIsValid(namespace_id))
		relid = get_relname_relid(former, namespace_id);
	return OidIsValid(relid) && orm_registry_is_table(relid) ? relid : InvalidOid;
}

/* Reads what the registry must know of a document: "table" and "map". */
static void
read_document(OrmRegistered *row)
{
	OrmDocument *document = orm_document_parse(row->document, strlen(row->document));
	OrmJson value;

	row->relation = pstrdup("");
	if (orm_json_member(orm_document_root(document), "table", &value) && orm_json_kind(value) == ORM_JSON_STRING)
	{
		char *name = orm_json_string(value);

		if (!orm_name_is_table(name, &row->schema, &row->relation))
			row->relation = name;
	}
	if (row->schema == NULL)
		row->schema = get_namespace_name(row->function_schema);
	if (row->schema == NULL)
		row->schema = pstrdup("");
	row->by_map = orm_json_member(orm_document_root(document), "map", &value) && orm_json_kind(value) == ORM_JSON_TRUE;
}

/* Has a function the form of a model's? */
static bool
has_form(Form_pg_proc form, Oid language)
{
	return form->prolang == language && form->pronargs == 0 && form->prorettype == JSONOID && !form->proretset;
}

/* Completes a row whose name and text are known. */
static void
complete(OrmRegistered *row)
{
	read_document(row);
	row->relid = table_by_dependency(row->function);
	row->tied = OidIsValid(row->relid);
	if (!row->tied)
		row->relid = table_by_name(row);
	row->mapped = OidIsValid(row->relid);
	row->standing = standing_of(row);
	orm_binding_read(row);
}

/* A function of our language as a model: of that name, NULL: of any.  NULL: it is none. */
static OrmRegistered *
read_function(HeapTuple tuple, const char *name)
{
	Form_pg_proc form = (Form_pg_proc) GETSTRUCT(tuple);
	bool isnull;
	Datum source = SysCacheGetAttr(PROCOID, tuple, Anum_pg_proc_prosrc, &isnull);
	char *body = isnull ? NULL : TextDatumGetCString(source);
	OrmRegistered *row;
	char *model;
	const char *document;

	if (body == NULL || !orm_model_text_split(body, &model, &document) || (name != NULL && strcmp(model, name) != 0))
		return NULL;
	row = palloc0(sizeof(OrmRegistered));
	row->function = form->oid;
	row->function_schema = form->pronamespace;
	row->owner = form->proowner;
	row->name = model;
	row->text = body;
	row->document = orm_model_text_document("model", model, document);
	return row;
}

OrmRegistered *
orm_registry_read(Oid function)
{
	HeapTuple tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(function));
	OrmRegistered *row = NULL;

	if (!HeapTupleIsValid(tuple))
		return NULL;
	if (has_form((Form_pg_proc) GETSTRUCT(tuple), get_language_oid("orm", true)))
		row = read_function(tuple, NULL);
	ReleaseSysCache(tuple);
	if (row != NULL)
		complete(row);
	return row;
}

bool
orm_registry_is_well_named(const OrmRegistered *row)
{
	char *names[ORM_MODEL_FUNCTION_NAMES];
	char *called = get_func_name(row->function);

	orm_model_text_functions(row->name, names);
	return called != NULL && !isAnyTempNamespace(row->function_schema) &&
		(strcmp(called, names[0]) == 0 || strcmp(called, names[1]) == 0);
}

bool
orm_registry_is_in_force(const OrmRegistered *row)
{
	return row->standing == ORM_STANDING_GOOD && orm_registry_is_well_named(row);
}

/* The functions that are called as that of a model would be and name it (List of OrmRegistered *, not complete). */
static List *
read_candidates(const char *name)
{
	Oid language = get_language_oid("orm", true);
	char *names[ORM_MODEL_FUNCTION_NAMES];
	List *rows = NIL;

	orm_model_text_functions(name, names);
	for (int n = 0; n < ORM_MODEL_FUNCTION_NAMES; n++)
	{
		ListCell *cell;

		if (n > 0 && strcmp(names[n], names[n - 1]) == 0)
			continue;
		foreach(cell, orm_proc_named(names[n], InvalidOid))
		{
			Form_pg_proc form = (Form_pg_proc) GETSTRUCT((HeapTuple) lfirst(cell));
			OrmRegistered *row = has_form(form, language) && !isAnyTempNamespace(form->pronamespace)
				? read_function(lfirst(cell), name)
				: NULL;

			if (row != NULL)
				rows = lappend(rows, row);
		}
	}
	return rows;
}

/* Raises 42725 for two functions that are both a model's. */
static void
raise_ambiguous(const OrmRegistered *one, const OrmRegistered *other)
{
	ereport(ERROR, errcode(ERRCODE_AMBIGUOUS_FUNCTION), errmsg("model \"%s\" is not unique", one->name),
			errdetail("Functions %s and %s both declare it.", orm_registry_function_name(one->function),
					  orm_registry_function_name(other->function)),
			errhint("Drop one of them."));
}

/* The first function that counts of a model, and the second one, which should not be there. */
static OrmRegistered *
find_valid(const char *name, OrmRegistered **second)
{
	OrmRegistered *found = NULL;
	List *rows = read_candidates(name);
	ListCell *cell;

	*second = NULL;
	foreach(cell, rows)
		complete(lfirst(cell));
	orm_answers_note(name, rows);
	foreach(cell, rows)
	{
		OrmRegistered *row = lfirst(cell);

		if (row->standing != ORM_STANDING_GOOD)
			continue;
		if (found != NULL)
		{
			*second = row;
			break;
		}
		found = row;
	}
	return found;
}

OrmRegistered *
orm_registry_find(const char *name)
{
	OrmRegistered *second;
	OrmRegistered *found = find_valid(name, &second);

	if (second != NULL)
		raise_ambiguous(found, second);
	return found;
}

OrmRegistered *
orm_registry_find_if_unique(const char *name)
{
	OrmRegistered *second;
	OrmRegistered *found = find_valid(name, &second);

	return second == NULL ? found : NULL;
}

OrmRegistered *
orm_registry_find_inert(const char *name)
{
	ListCell *cell;

	foreach(cell, read_candidates(name))
	{
		OrmRegistered *row = lfirst(cell);

		complete(row);
		if (row->standing != ORM_STANDING_GOOD)
			return row;
	}
	return NULL;
}

Oid
orm_registry_other(const char *name, Oid function)
{
	ListCell *cell;

	foreach(cell, read_candidates(name))
	{
		OrmRegistered *row = lfirst(cell);

		if (row->function == function)
			continue;
		read_document(row);
		if (orm_registry_may_declare(row->owner, row->by_map))
			return row->function;
	}
	return InvalidOid;
}

/*
 * Nothing else locks a language under such an OID.  Who locks one name says so
 * of all names, too, so that many can be locked as one.
 */
#define ALL_NAMES InvalidOid
#define PART_NAMES 2

/* So many names are locked one by one. */
#define MANY_NAMES 32

/* Has this transaction locked all names? */
static bool
holds_all_names(void)
{
	LOCKTAG tag;

	SET_LOCKTAG_OBJECT(tag, MyDatabaseId, LanguageRelationId, ALL_NAMES, PART_NAMES);
	return orm_lock_is_held(&tag, ShareRowExclusiveLock);
}

/* DROP and ALTER FUNCTION do not ask for the name: who must not hold up anybody is not waited for. */
static void
lock_functions(const char *name)
{
	ListCell *cell;

	foreach(cell, read_candidates(name))
	{
		OrmRegistered *row = lfirst(cell);

		read_document(row);
		if (orm_registry_may_declare(row->owner, row->by_map))
			LockDatabaseObject(ProcedureRelationId, row->function, 0, AccessShareLock);
	}
}

void
orm_registry_lock_name(const char *name)
{
	orm_registry_check_writable();
	if (!holds_all_names())
	{
		LockDatabaseObject(LanguageRelationId, ALL_NAMES, PART_NAMES, RowExclusiveLock);
		LockDatabaseObject(LanguageRelationId, (Oid) orm_model_text_hash(name), 0, ExclusiveLock);
	}
	lock_functions(name);
}

void
orm_registry_lock_names(const List *rows)
{
	ListCell *cell;

	if (list_length(rows) > MANY_NAMES)
		LockDatabaseObject(LanguageRelationId, ALL_NAMES, PART_NAMES, ShareRowExclusiveLock);
	foreach(cell, rows)
		orm_registry_lock_name(((OrmRegistered *) lfirst(cell))->name);
}

/* Orders rows by name, bytewise, then by function, so that no result depends on where rows lie. */
static int
compare_rows(const ListCell *a, const ListCell *b)
{
	const OrmRegistered *left = lfirst(a);
	const OrmRegistered *right = lfirst(b);
	int order = strcmp(left->name, right->name);

	return order != 0 ? order : left->function < right->function ? -1 : 1;
}

List *
orm_registry_functions(void)
{
	Oid language = get_language_oid("orm", true);
	Relation procedures;
	SysScanDesc scan;
	HeapTuple tuple;
	List *rows = NIL;
	ListCell *cell;

	if (!OidIsValid(language))
		return NIL;
	procedures = table_open(ProcedureRelationId, AccessShareLock);
	scan = systable_beginscan(procedures, InvalidOid, false, NULL, 0, NULL);
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		OrmRegistered *row = has_form((Form_pg_proc) GETSTRUCT(tuple), language) ? read_function(tuple, NULL) : NULL;

		CHECK_FOR_INTERRUPTS();
		if (row != NULL)
			rows = lappend(rows, row);
	}
	systable_endscan(scan);
	table_close(procedures, AccessShareLock);
	foreach(cell, rows)
		complete(lfirst(cell));
	list_sort(rows, compare_rows);
	return rows;
}

List *
orm_registry_all(void)
{
	List *rows = NIL;
	const char *last = NULL;
	ListCell *cell;

	foreach(cell, orm_registry_functions())
	{
		OrmRegistered *row = lfirst(cell);

		/* of two, the one that opening it raises for */
		if (!orm_registry_is_in_force(row) || (last != NULL && strcmp(last, row->name) == 0))
			continue;
		rows = lappend(rows, row);
		last = row->name;
	}
	return rows;
}

List *
orm_registry_named(const List *names)
{
	List *rows = NIL;
	ListCell *cell;

	foreach(cell, names)
	{
		OrmRegistered *row = orm_registry_find(lfirst(cell));

		if (row != NULL)
			rows = lappend(rows, row);
	}
	list_sort(rows, compare_rows);
	return rows;
}

/* The functions that depend on a table as models do (List of Oid). */
static List *
dependent_functions(Oid relid)
{
	return orm_proc_depending_on(RelationRelationId, relid, DEPENDENCY_AUTO);
}

List *
orm_registry_tied(Oid relid)
{
	List *rows = NIL;
	ListCell *cell;

	foreach(cell, dependent_functions(relid))
	{
		OrmRegistered *row = orm_registry_read(lfirst_oid(cell));

		if (row != NULL && row->relid == relid)
			rows = lappend(rows, row);
	}
	list_sort(rows, compare_rows);
	return rows;
}

List *
orm_registry_of_relation(Oid relid)
{
	List *rows = NIL;
	ListCell *cell;

	foreach(cell, orm_registry_tied(relid))
	{
		OrmRegistered *row = lfirst(cell);

		if (orm_registry_is_in_force(row))
			rows = lappend(rows, row);
	}
	if (rows == NIL)
		foreach(cell, orm_registry_all())
			if (((OrmRegistered *) lfirst(cell))->relid == relid)
				rows = lappend(rows, lfirst(cell));
	list_sort(rows, compare_rows);
	return rows;
}

char *
orm_registry_function_name(Oid function)
{
	StringInfoData name;
	char *called = get_func_name(function);

	initStringInfo(&name);
	if (called == NULL)
		return psprintf("%u", function);
	orm_sql_qualified(&name, get_namespace_name(get_func_namespace(function)), called);
	appendStringInfoString(&name, "()");
	return name.data;
}
