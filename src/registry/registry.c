/*
 * registry.c - reading and writing orm.model and orm.binding.
 *
 * See registry.h for what they hold and why.  Both are small: one row a model.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/xact.h"
#include "catalog/indexing.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_collation.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/syscache.h"

#include "base/compat.h"
#include "registry/registry.h"

/* Columns of orm.model and orm.binding; registry.sql declares them in this order. */
enum
{
	MODEL_NAME = 1,
	MODEL_SCHEMA,
	MODEL_RELATION,
	MODEL_OWNER,
	MODEL_STATE,
	MODEL_DOCUMENT,
	MODEL_COLUMNS = MODEL_DOCUMENT
};

enum
{
	BINDING_MODEL = 1,
	BINDING_RELATION,
	BINDING_COLUMN_RELATIONS,
	BINDING_COLUMN_NAMES,
	BINDING_COLUMN_NUMBERS,
	BINDING_OWNER,
	BINDING_COLUMNS = BINDING_OWNER
};

/* OID of a relation of the extension, InvalidOid when it is not installed. */
static Oid
relation_of_extension(const char *name)
{
	Oid schema = get_namespace_oid("orm", true);

	return OidIsValid(schema) ? get_relname_relid(name, schema) : InvalidOid;
}

Oid
orm_registry_relid(void)
{
	return relation_of_extension("model");
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

/* Opens one of the two tables; raises when the extension is not installed. */
static Relation
open_table(const char *name, LOCKMODE lockmode)
{
	Oid relid = relation_of_extension(name);

	if (!OidIsValid(relid))
		ereport(ERROR, errcode(ERRCODE_UNDEFINED_TABLE), errmsg("extension \"orm\" is not installed in this database"),
				errhint("CREATE EXTENSION orm;"));
	return table_open(relid, lockmode);
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
	Relation model;

	orm_registry_check_writable();
	model = open_table("model", ShareRowExclusiveLock);
	table_close(model, NoLock);
}

/* Starts a scan of a table by its name column, or of all of it when name is NULL. */
static SysScanDesc
begin_scan(Relation table, const char *name)
{
	ScanKeyData key;

	if (name == NULL)
		return systable_beginscan(table, InvalidOid, false, NULL, 0, NULL);

	/* texteq needs a collation; the deterministic default one is the index's */
	ScanKeyEntryInitialize(&key, 0, 1, BTEqualStrategyNumber, InvalidOid, DEFAULT_COLLATION_OID, F_TEXTEQ,
						   CStringGetTextDatum(name));
	return systable_beginscan(table, orm_primary_key_index(table), true, NULL, 1, &key);
}

/* A text column of a tuple, or NULL. */
static char *
text_column(HeapTuple tuple, int column, TupleDesc descriptor)
{
	bool isnull;
	Datum value = heap_getattr(tuple, column, descriptor, &isnull);

	return isnull ? NULL : TextDatumGetCString(value);
}

/* The elements of an array column. */
static Datum *
array_column(HeapTuple tuple, int column, TupleDesc descriptor, Oid type, int *count)
{
	bool isnull;
	Datum value = heap_getattr(tuple, column, descriptor, &isnull);
	Datum *elements;
	int16 length;
	bool by_value;
	char align;

	*count = 0;
	if (isnull)
		return NULL;
	get_typlenbyvalalign(type, &length, &by_value, &align);
	deconstruct_array(DatumGetArrayTypeP(value), type, length, by_value, align, &elements, NULL, count);
	return elements;
}

/* Fills in what a tuple of orm.binding says. */
static void
read_binding(HeapTuple tuple, TupleDesc descriptor, OrmRegistered *row)
{
	bool isnull;
	int nrelations, nnames, nnumbers;
	Datum *relations = array_column(tuple, BINDING_COLUMN_RELATIONS, descriptor, OIDOID, &nrelations);
	Datum *names = array_column(tuple, BINDING_COLUMN_NAMES, descriptor, TEXTOID, &nnames);
	Datum *numbers = array_column(tuple, BINDING_COLUMN_NUMBERS, descriptor, INT2OID, &nnumbers);

	row->relid = DatumGetObjectId(heap_getattr(tuple, BINDING_RELATION, descriptor, &isnull));
	row->declarer = DatumGetObjectId(heap_getattr(tuple, BINDING_OWNER, descriptor, &isnull));
	row->nrefs = Min(nrelations, Min(nnames, nnumbers));
	row->refs = palloc0(sizeof(OrmColumnRef) * Max(row->nrefs, 1));
	for (int i = 0; i < row->nrefs; i++)
	{
		row->refs[i].relation = DatumGetObjectId(relations[i]);
		row->refs[i].name = TextDatumGetCString(names[i]);
		row->refs[i].attnum = DatumGetInt16(numbers[i]);
	}
}

/* A declaration stays with the role that it is of, whatever that is called, and is nobody's when the role is gone. */
static void
follow_declarer(OrmRegistered *row)
{
	char *name = OidIsValid(row->declarer) ? GetUserNameFromId(row->declarer, true) : NULL;

	if (name == NULL)
		row->declarer = InvalidOid;
	else
		row->owner = name;
}

/* Completes a row with its binding, if it has one. */
static void
fill_binding(OrmRegistered *row)
{
	Relation binding = open_table("binding", AccessShareLock);
	SysScanDesc scan = begin_scan(binding, row->name);
	HeapTuple tuple = systable_getnext(scan);

	if (HeapTupleIsValid(tuple))
		read_binding(tuple, RelationGetDescr(binding), row);
	systable_endscan(scan);
	table_close(binding, AccessShareLock);
	if (!row->mapped)
		follow_declarer(row);
}

OrmRegistered *
orm_registry_row(HeapTuple tuple, TupleDesc descriptor)
{
	OrmRegistered *row = palloc0(sizeof(OrmRegistered));

	row->name = text_column(tuple, MODEL_NAME, descriptor);
	row->schema = text_column(tuple, MODEL_SCHEMA, descriptor);
	row->relation = text_column(tuple, MODEL_RELATION, descriptor);
	row->owner = text_column(tuple, MODEL_OWNER, descriptor);
	row->by_map = strcmp(text_column(tuple, MODEL_STATE, descriptor), "mapped") == 0;
	row->mapped = row->by_map || strcmp(text_column(tuple, MODEL_STATE, descriptor), "created") == 0;
	row->document = text_column(tuple, MODEL_DOCUMENT, descriptor);
	return row;
}

/* Is this row to be treated as absent: mapped to a relation that is gone? */
static bool
is_dangling(const OrmRegistered *row)
{
	return row->mapped && !SearchSysCacheExists1(RELOID, ObjectIdGetDatum(row->relid));
}

/* Reads rows: the one of that name, or all. */
static List *
read_rows(const char *name)
{
	Relation model = open_table("model", AccessShareLock);
	SysScanDesc scan = begin_scan(model, name);
	HeapTuple tuple;
	List *rows = NIL;

	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		OrmRegistered *row = orm_registry_row(tuple, RelationGetDescr(model));

		CHECK_FOR_INTERRUPTS();
		fill_binding(row);
		if (!is_dangling(row))
			rows = lappend(rows, row);
	}
	systable_endscan(scan);
	table_close(model, AccessShareLock);
	return rows;
}

/* Orders rows by name, bytewise, so that no result depends on where rows lie. */
static int
compare_rows(const ListCell *a, const ListCell *b)
{
	return strcmp(((OrmRegistered *) lfirst(a))->name, ((OrmRegistered *) lfirst(b))->name);
}

OrmRegistered *
orm_registry_find(const char *name)
{
	List *rows = read_rows(name);

	return rows == NIL ? NULL : linitial(rows);
}

List *
orm_registry_all(void)
{
	List *rows = read_rows(NULL);

	list_sort(rows, compare_rows);
	return rows;
}

List *
orm_registry_of_relation(Oid relid)
{
	List *rows = NIL;
	ListCell *cell;

	foreach(cell, orm_registry_all())
	{
		OrmRegistered *row = lfirst(cell);

		if (row->mapped && row->relid == relid)
			rows = lappend(rows, row);
	}
	return rows;
}

/*
 * Sends what tells every backend that the models on a table have changed.  To
 * be called before the rows are written: this backend itself takes it in with
 * the next CommandCounterIncrement() that has something to make visible.
 */
static void
send_invalidations(Oid relid)
{
	CacheInvalidateRelcacheByRelid(orm_registry_relid());
	if (OidIsValid(relid) && SearchSysCacheExists1(RELOID, ObjectIdGetDatum(relid)))
		CacheInvalidateRelcacheByRelid(relid);
}

/* Inserts a tuple, or puts it in place of the one with that name; closes the relation. */
static void
put_tuple(Relation relation, const char *name, HeapTuple tuple)
{
	SysScanDesc scan = begin_scan(relation, name);
	HeapTuple old = systable_getnext(scan);

	if (HeapTupleIsValid(old))
	{
		tuple->t_self = old->t_self;
		CatalogTupleUpdate(relation, &tuple->t_self, tuple);
	}
	else
		CatalogTupleInsert(relation, tuple);
	systable_endscan(scan);
	table_close(relation, NoLock);
	CommandCounterIncrement();
}

/* Removes the tuple with that name, if there is one. */
static void
remove_tuple(const char *table, const char *name)
{
	Relation relation = open_table(table, RowExclusiveLock);
	SysScanDesc scan = begin_scan(relation, name);
	HeapTuple old = systable_getnext(scan);

	if (HeapTupleIsValid(old))
		CatalogTupleDelete(relation, &old->t_self);
	systable_endscan(scan);
	table_close(relation, NoLock);
	CommandCounterIncrement();
}

/* An array of n values of one type as a Datum. */
static Datum
make_array(Datum *values, int n, Oid type)
{
	int16 length;
	bool by_value;
	char align;

	get_typlenbyvalalign(type, &length, &by_value, &align);
	return PointerGetDatum(construct_array(values, n, type, length, by_value, align));
}

/* Writes the binding of a row. */
static void
put_binding(const OrmRegistered *row)
{
	Relation binding = open_table("binding", RowExclusiveLock);
	Datum values[BINDING_COLUMNS];
	bool nulls[BINDING_COLUMNS] = {false};
	Datum *relations = palloc(sizeof(Datum) * Max(row->nrefs, 1));
	Datum *names = palloc(sizeof(Datum) * Max(row->nrefs, 1));
	Datum *numbers = palloc(sizeof(Datum) * Max(row->nrefs, 1));

	for (int i = 0; i < row->nrefs; i++)
	{
		relations[i] = ObjectIdGetDatum(row->refs[i].relation);
		names[i] = CStringGetTextDatum(row->refs[i].name);
		numbers[i] = Int16GetDatum(row->refs[i].attnum);
	}
	values[BINDING_MODEL - 1] = CStringGetTextDatum(row->name);
	values[BINDING_RELATION - 1] = ObjectIdGetDatum(row->relid);
	values[BINDING_COLUMN_RELATIONS - 1] = make_array(relations, row->nrefs, OIDOID);
	values[BINDING_COLUMN_NAMES - 1] = make_array(names, row->nrefs, TEXTOID);
	values[BINDING_COLUMN_NUMBERS - 1] = make_array(numbers, row->nrefs, INT2OID);
	values[BINDING_OWNER - 1] = ObjectIdGetDatum(row->mapped ? InvalidOid : row->declarer);
	put_tuple(binding, row->name, heap_form_tuple(RelationGetDescr(binding), values, nulls));
}

HeapTuple
orm_registry_tuple(const OrmRegistered *row, TupleDesc descriptor)
{
	Datum values[MODEL_COLUMNS];
	bool nulls[MODEL_COLUMNS] = {false};

	values[MODEL_NAME - 1] = CStringGetTextDatum(row->name);
	nulls[MODEL_SCHEMA - 1] = row->schema == NULL;
	values[MODEL_SCHEMA - 1] = row->schema ? CStringGetTextDatum(row->schema) : (Datum) 0;
	values[MODEL_RELATION - 1] = CStringGetTextDatum(row->relation);
	values[MODEL_OWNER - 1] = CStringGetTextDatum(row->owner);
	values[MODEL_STATE - 1] = CStringGetTextDatum(row->by_map ? "mapped" : row->mapped ? "created" : "declared");
	values[MODEL_DOCUMENT - 1] = CStringGetTextDatum(row->document);
	return heap_form_tuple(descriptor, values, nulls);
}

/* Are two texts the same, or both NULL? */
static bool
same_text(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

/* Would two rows be the same tuple of orm.model? */
static bool
same_tuple(const OrmRegistered *a, const OrmRegistered *b)
{
	return a->mapped == b->mapped && a->by_map == b->by_map && same_text(a->schema, b->schema) &&
		same_text(a->relation, b->relation) && same_text(a->owner, b->owner) && same_text(a->document, b->document);
}

void
orm_registry_put(const OrmRegistered *row)
{
	OrmRegistered *old = orm_registry_find(row->name);

	Assert(row->mapped == OidIsValid(row->relid));
	Assert(row->mapped || !row->by_map);
	send_invalidations(row->relid);
	if (old != NULL && old->relid != row->relid)
		send_invalidations(old->relid);

	/* a tuple that moved for nothing would change the order of rows in a dump */
	if (old == NULL || !same_tuple(old, row))
	{
		Relation model = open_table("model", RowExclusiveLock);

		put_tuple(model, row->name, orm_registry_tuple(row, RelationGetDescr(model)));
	}
	put_binding(row);
}

void
orm_registry_bind(const OrmRegistered *row)
{
	send_invalidations(row->relid);
	put_binding(row);
}

void
orm_registry_unbind(const char *name)
{
	OrmRegistered *old = orm_registry_find(name);

	send_invalidations(old ? old->relid : InvalidOid);
	remove_tuple("binding", name);
}

void
orm_registry_remove(const char *name)
{
	OrmRegistered *old = orm_registry_find(name);

	send_invalidations(old ? old->relid : InvalidOid);
	remove_tuple("model", name);
	remove_tuple("binding", name);
}

/* Is a binding of nothing: of a relation that is gone, or of a declaration that is? */
static bool
binds_nothing(HeapTuple tuple, TupleDesc descriptor)
{
	bool isnull;
	Oid relid = DatumGetObjectId(heap_getattr(tuple, BINDING_RELATION, descriptor, &isnull));

	if (OidIsValid(relid))
		return !SearchSysCacheExists1(RELOID, ObjectIdGetDatum(relid));
	return read_rows(text_column(tuple, BINDING_MODEL, descriptor)) == NIL;
}

/* The names of the models that are bound to nothing. */
static List *
dangling_names(void)
{
	Relation binding = open_table("binding", AccessShareLock);
	SysScanDesc scan = begin_scan(binding, NULL);
	HeapTuple tuple;
	List *names = NIL;

	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		CHECK_FOR_INTERRUPTS();
		if (binds_nothing(tuple, RelationGetDescr(binding)))
			names = lappend(names, text_column(tuple, BINDING_MODEL, RelationGetDescr(binding)));
	}
	systable_endscan(scan);
	table_close(binding, AccessShareLock);
	return names;
}

bool
orm_registry_is_dangling(void)
{
	return dangling_names() != NIL;
}

void
orm_registry_sweep(void)
{
	ListCell *cell;

	foreach(cell, dangling_names())
		orm_registry_remove(lfirst(cell));
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
	return row->mapped ? orm_registry_table_owner(row->relid) : row->declarer;
}
