/*
 * binding.c - reading and writing orm.binding; see binding.h.
 *
 * Rows are written with CatalogTupleInsert and its kin, as no user has the
 * right to.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/parallel.h"
#include "access/table.h"
#include "access/xact.h"
#include "access/xlog.h"
#include "catalog/indexing.h"
#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/syscache.h"

#include "base/compat.h"
#include "registry/binding.h"
#include "registry/model_text.h"

/* Columns of orm.binding; registry.sql declares them in this order. */
enum
{
	BINDING_FUNCTION = 1,
	BINDING_HASH,
	BINDING_RELATION,
	BINDING_COLUMN_RELATIONS,
	BINDING_COLUMN_NAMES,
	BINDING_COLUMN_NUMBERS,
	BINDING_FORMER,
	BINDING_COLUMNS = BINDING_FORMER
};

/* Opens the table; NULL when the extension is not installed. */
static Relation
open_bindings(LOCKMODE lockmode)
{
	Oid schema = get_namespace_oid("orm", true);
	Oid relid = OidIsValid(schema) ? get_relname_relid("binding", schema) : InvalidOid;

	return OidIsValid(relid) ? table_open(relid, lockmode) : NULL;
}

/* Starts a scan for the row of a function. */
static SysScanDesc
begin_scan(Relation table, Oid function)
{
	ScanKeyData key;

	ScanKeyInit(&key, BINDING_FUNCTION, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(function));
	return systable_beginscan(table, orm_primary_key_index(table), true, NULL, 1, &key);
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

/* Was a binding made for this text and table? */
static bool
is_of(HeapTuple tuple, TupleDesc descriptor, const OrmRegistered *row)
{
	bool isnull;
	uint32 hash = DatumGetInt32(heap_getattr(tuple, BINDING_HASH, descriptor, &isnull));
	Oid relation = DatumGetObjectId(heap_getattr(tuple, BINDING_RELATION, descriptor, &isnull));

	return hash == orm_model_text_hash(row->text) && relation == row->relid;
}

/* Fills in what a tuple of orm.binding says. */
static void
read_refs(HeapTuple tuple, TupleDesc descriptor, OrmRegistered *row)
{
	int nrelations, nnames, nnumbers;
	Datum *relations = array_column(tuple, BINDING_COLUMN_RELATIONS, descriptor, OIDOID, &nrelations);
	Datum *names = array_column(tuple, BINDING_COLUMN_NAMES, descriptor, TEXTOID, &nnames);
	Datum *numbers = array_column(tuple, BINDING_COLUMN_NUMBERS, descriptor, INT2OID, &nnumbers);

	row->nrefs = Min(nrelations, Min(nnames, nnumbers));
	row->refs = palloc0(sizeof(OrmColumnRef) * Max(row->nrefs, 1));
	for (int i = 0; i < row->nrefs; i++)
	{
		row->refs[i].relation = DatumGetObjectId(relations[i]);
		row->refs[i].name = TextDatumGetCString(names[i]);
		row->refs[i].attnum = DatumGetInt16(numbers[i]);
	}
}

void
orm_binding_read(OrmRegistered *row)
{
	Relation binding;
	SysScanDesc scan;
	HeapTuple tuple;

	row->bound = false;
	row->nrefs = 0;
	row->refs = NULL;
	binding = row->mapped ? open_bindings(AccessShareLock) : NULL;
	if (binding == NULL)
		return;
	scan = begin_scan(binding, row->function);
	tuple = systable_getnext(scan);
	if (HeapTupleIsValid(tuple) && is_of(tuple, RelationGetDescr(binding), row))
	{
		row->bound = true;
		read_refs(tuple, RelationGetDescr(binding), row);
	}
	systable_endscan(scan);
	table_close(binding, AccessShareLock);
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

/* A row as a tuple; the former text stays that of the old one, unless NULL. */
static HeapTuple
make_tuple(const OrmRegistered *row, const char *text, HeapTuple old, TupleDesc descriptor)
{
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
	values[BINDING_FUNCTION - 1] = ObjectIdGetDatum(row->function);
	values[BINDING_HASH - 1] = Int32GetDatum((int32) orm_model_text_hash(text));
	values[BINDING_RELATION - 1] = ObjectIdGetDatum(row->relid);
	values[BINDING_COLUMN_RELATIONS - 1] = make_array(relations, row->nrefs, OIDOID);
	values[BINDING_COLUMN_NAMES - 1] = make_array(names, row->nrefs, TEXTOID);
	values[BINDING_COLUMN_NUMBERS - 1] = make_array(numbers, row->nrefs, INT2OID);
	if (HeapTupleIsValid(old))
		values[BINDING_FORMER - 1] = heap_getattr(old, BINDING_FORMER, descriptor, &nulls[BINDING_FORMER - 1]);
	else
		nulls[BINDING_FORMER - 1] = true;
	return heap_form_tuple(descriptor, values, nulls);
}

/* May hints be written now? */
static bool
is_writable(void)
{
	return !IsBinaryUpgrade && !XactReadOnly && !RecoveryInProgress() && !IsInParallelMode();
}

void
orm_binding_write(const OrmRegistered *row, const char *text)
{
	Relation binding = is_writable() ? open_bindings(RowExclusiveLock) : NULL;
	SysScanDesc scan;
	HeapTuple old;
	HeapTuple tuple;

	Assert(OidIsValid(row->function) && OidIsValid(row->relid));
	if (binding == NULL)
		return;
	scan = begin_scan(binding, row->function);
	old = systable_getnext(scan);
	tuple = make_tuple(row, text, old, RelationGetDescr(binding));
	if (HeapTupleIsValid(old))
	{
		tuple->t_self = old->t_self;
		CatalogTupleUpdate(binding, &tuple->t_self, tuple);
	}
	else
		CatalogTupleInsert(binding, tuple);
	systable_endscan(scan);
	table_close(binding, NoLock);
	CommandCounterIncrement();
}

void
orm_binding_remove(Oid function)
{
	Relation binding = is_writable() ? open_bindings(RowExclusiveLock) : NULL;
	SysScanDesc scan;
	HeapTuple old;

	if (binding == NULL)
		return;
	scan = begin_scan(binding, function);
	old = systable_getnext(scan);
	if (HeapTupleIsValid(old))
		CatalogTupleDelete(binding, &old->t_self);
	systable_endscan(scan);
	table_close(binding, NoLock);
	CommandCounterIncrement();
}

/* The functions in bindings that are gone (List of Oid). */
static List *
dangling_functions(Relation binding)
{
	SysScanDesc scan = systable_beginscan(binding, InvalidOid, false, NULL, 0, NULL);
	HeapTuple tuple;
	List *functions = NIL;

	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		bool isnull;
		Oid function = DatumGetObjectId(heap_getattr(tuple, BINDING_FUNCTION, RelationGetDescr(binding), &isnull));

		CHECK_FOR_INTERRUPTS();
		if (!SearchSysCacheExists1(PROCOID, ObjectIdGetDatum(function)))
			functions = lappend_oid(functions, function);
	}
	systable_endscan(scan);
	return functions;
}

void
orm_binding_sweep(void)
{
	Relation binding = open_bindings(AccessShareLock);
	List *functions;
	ListCell *cell;

	if (binding == NULL)
		return;
	functions = dangling_functions(binding);
	table_close(binding, AccessShareLock);
	foreach(cell, functions)
		orm_binding_remove(lfirst_oid(cell));
}

/* Sets the former text of a function's row, if it has one; NULL: none.  With "keep" one that is there stays. */
static void
set_former(Oid function, const char *text, bool keep)
{
	Relation binding = is_writable() ? open_bindings(RowExclusiveLock) : NULL;
	Datum values[BINDING_COLUMNS] = {0};
	bool nulls[BINDING_COLUMNS] = {false};
	bool replaces[BINDING_COLUMNS] = {false};
	SysScanDesc scan;
	HeapTuple old;
	bool is_null;

	if (binding == NULL)
		return;
	scan = begin_scan(binding, function);
	old = systable_getnext(scan);
	if (HeapTupleIsValid(old))
		(void) heap_getattr(old, BINDING_FORMER, RelationGetDescr(binding), &is_null);
	if (HeapTupleIsValid(old) && (is_null ? text != NULL : !keep))
	{
		HeapTuple tuple;

		replaces[BINDING_FORMER - 1] = true;
		nulls[BINDING_FORMER - 1] = text == NULL;
		if (text != NULL)
			values[BINDING_FORMER - 1] = CStringGetTextDatum(text);
		tuple = heap_modify_tuple(old, RelationGetDescr(binding), values, nulls, replaces);
		CatalogTupleUpdate(binding, &tuple->t_self, tuple);
	}
	systable_endscan(scan);
	table_close(binding, NoLock);
	CommandCounterIncrement();
}

void
orm_binding_keep(Oid function, const char *text)
{
	Assert(text != NULL);
	set_former(function, text, true);
}

void
orm_binding_forget(Oid function)
{
	set_former(function, NULL, false);
}

char *
orm_binding_former(Oid function)
{
	Relation binding = open_bindings(AccessShareLock);
	SysScanDesc scan;
	HeapTuple tuple;
	char *former = NULL;

	if (binding == NULL)
		return NULL;
	scan = begin_scan(binding, function);
	tuple = systable_getnext(scan);
	if (HeapTupleIsValid(tuple))
	{
		bool is_null;
		Datum value = heap_getattr(tuple, BINDING_FORMER, RelationGetDescr(binding), &is_null);

		former = is_null ? NULL : TextDatumGetCString(value);
	}
	systable_endscan(scan);
	table_close(binding, AccessShareLock);
	return former;
}
