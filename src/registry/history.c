/*
 * history.c - see history.h.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/xact.h"
#include "catalog/indexing.h"
#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "commands/sequence.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/timestamp.h"

#include "base/compat.h"
#include "registry/history.h"
#include "registry/registry.h"

/* Columns of orm.migration; history.sql declares them in this order. */
enum
{
	HISTORY_ID = 1,
	HISTORY_NAME,
	HISTORY_ACTION,
	HISTORY_STATE,
	HISTORY_APPLIED_AT,
	HISTORY_APPLIED_BY,
	HISTORY_MODELS,
	HISTORY_STEPS,
	HISTORY_BEFORE,
	HISTORY_DECLARED,
	HISTORY_AFTER,
	HISTORY_HASH_BEFORE,
	HISTORY_HASH_AFTER,
	HISTORY_UNDOES,
	HISTORY_NOTE,
	HISTORY_COLUMNS = HISTORY_NOTE
};

/* Opens the table. */
static Relation
open_history(LOCKMODE lockmode)
{
	return table_open(get_relname_relid("migration", orm_registry_schema()), lockmode);
}

/* The next id. */
static int64
next_id(void)
{
	return nextval_internal(get_relname_relid("migration_id_seq", orm_registry_schema()), false);
}

/* The text of a column, palloc'd; NULL: null. */
static char *
text_of(HeapTuple tuple, TupleDesc descriptor, int column)
{
	bool is_null;
	Datum value = heap_getattr(tuple, column, descriptor, &is_null);

	return is_null ? NULL : TextDatumGetCString(value);
}

/* The number in a column; 0: null. */
static int64
number_of(HeapTuple tuple, TupleDesc descriptor, int column)
{
	bool is_null;
	Datum value = heap_getattr(tuple, column, descriptor, &is_null);

	return is_null ? 0 : DatumGetInt64(value);
}

/* The names in a column (List of char *). */
static List *
names_of(HeapTuple tuple, TupleDesc descriptor, int column)
{
	bool is_null;
	Datum value = heap_getattr(tuple, column, descriptor, &is_null);
	Datum *elements;
	bool *nulls;
	int n;
	List *names = NIL;

	deconstruct_array(DatumGetArrayTypeP(value), TEXTOID, -1, false, TYPALIGN_INT, &elements, &nulls, &n);
	for (int i = 0; i < n; i++)
		if (!nulls[i])
			names = lappend(names, TextDatumGetCString(elements[i]));
	return names;
}

/* Names as text[]. */
static Datum
names_datum(const List *names)
{
	Datum *elements = palloc(sizeof(Datum) * Max(list_length(names), 1));
	ListCell *cell;

	foreach(cell, names)
		elements[foreach_current_index(cell)] = CStringGetTextDatum(lfirst(cell));
	return PointerGetDatum(construct_array(elements, list_length(names), TEXTOID, -1, false, TYPALIGN_INT));
}

/* Reads a row; members that are texts of a fixed set stay texts. */
static OrmHistory *
read_row(HeapTuple tuple, TupleDesc descriptor)
{
	OrmHistory *row = palloc0(sizeof(OrmHistory));

	row->id = number_of(tuple, descriptor, HISTORY_ID);
	row->name = text_of(tuple, descriptor, HISTORY_NAME);
	row->action = text_of(tuple, descriptor, HISTORY_ACTION);
	row->state = text_of(tuple, descriptor, HISTORY_STATE);
	row->models = names_of(tuple, descriptor, HISTORY_MODELS);
	row->steps = text_of(tuple, descriptor, HISTORY_STEPS);
	row->before = text_of(tuple, descriptor, HISTORY_BEFORE);
	row->declared = text_of(tuple, descriptor, HISTORY_DECLARED);
	row->after = text_of(tuple, descriptor, HISTORY_AFTER);
	row->hash_before = text_of(tuple, descriptor, HISTORY_HASH_BEFORE);
	row->hash_after = text_of(tuple, descriptor, HISTORY_HASH_AFTER);
	row->undoes = number_of(tuple, descriptor, HISTORY_UNDOES);
	row->note = text_of(tuple, descriptor, HISTORY_NOTE);
	return row;
}

/* Sets a text; NULL: null. */
static void
set_text(Datum *values, bool *nulls, int column, const char *text)
{
	nulls[column - 1] = text == NULL;
	values[column - 1] = text != NULL ? CStringGetTextDatum(text) : (Datum) 0;
}

void
orm_history_add(OrmHistory *row)
{
	Relation history = open_history(RowExclusiveLock);
	Datum values[HISTORY_COLUMNS] = {0};
	bool nulls[HISTORY_COLUMNS] = {false};

	row->id = next_id();
	values[HISTORY_ID - 1] = Int64GetDatum(row->id);
	set_text(values, nulls, HISTORY_NAME, row->name);
	set_text(values, nulls, HISTORY_ACTION, row->action);
	set_text(values, nulls, HISTORY_STATE, row->state);
	values[HISTORY_APPLIED_AT - 1] = TimestampTzGetDatum(GetCurrentTransactionStartTimestamp());
	set_text(values, nulls, HISTORY_APPLIED_BY, GetUserNameFromId(GetUserId(), false));
	values[HISTORY_MODELS - 1] = names_datum(row->models);
	set_text(values, nulls, HISTORY_STEPS, row->steps);
	set_text(values, nulls, HISTORY_BEFORE, row->before);
	set_text(values, nulls, HISTORY_DECLARED, row->declared);
	set_text(values, nulls, HISTORY_AFTER, row->after);
	set_text(values, nulls, HISTORY_HASH_BEFORE, row->hash_before);
	set_text(values, nulls, HISTORY_HASH_AFTER, row->hash_after);
	nulls[HISTORY_UNDOES - 1] = row->undoes == 0;
	values[HISTORY_UNDOES - 1] = Int64GetDatum(row->undoes);
	set_text(values, nulls, HISTORY_NOTE, row->note);
	CatalogTupleInsert(history, heap_form_tuple(RelationGetDescr(history), values, nulls));
	table_close(history, NoLock);
	CommandCounterIncrement();
}

/* Starts a scan for a row. */
static SysScanDesc
begin_scan(Relation history, int64 id)
{
	ScanKeyData key;

	ScanKeyInit(&key, HISTORY_ID, BTEqualStrategyNumber, F_INT8EQ, Int64GetDatum(id));
	return systable_beginscan(history, orm_primary_key_index(history), true, NULL, 1, &key);
}

/* Replaces columns of a row. */
static void
replace_values(int64 id, Datum *values, bool *nulls, bool *replaces)
{
	Relation history = open_history(RowExclusiveLock);
	SysScanDesc scan = begin_scan(history, id);
	HeapTuple old = systable_getnext(scan);

	if (HeapTupleIsValid(old))
	{
		HeapTuple tuple = heap_modify_tuple(old, RelationGetDescr(history), values, nulls, replaces);

		CatalogTupleUpdate(history, &tuple->t_self, tuple);
	}
	systable_endscan(scan);
	table_close(history, NoLock);
	CommandCounterIncrement();
}

void
orm_history_set_state(int64 id, const char *state)
{
	Datum values[HISTORY_COLUMNS] = {0};
	bool nulls[HISTORY_COLUMNS] = {false};
	bool replaces[HISTORY_COLUMNS] = {false};

	replaces[HISTORY_STATE - 1] = true;
	set_text(values, nulls, HISTORY_STATE, state);
	replace_values(id, values, nulls, replaces);
}

void
orm_history_set_after(int64 id, const char *state, const char *after, const char *hash_after)
{
	Datum values[HISTORY_COLUMNS] = {0};
	bool nulls[HISTORY_COLUMNS] = {false};
	bool replaces[HISTORY_COLUMNS] = {false};

	replaces[HISTORY_STATE - 1] = replaces[HISTORY_APPLIED_AT - 1] = true;
	replaces[HISTORY_AFTER - 1] = replaces[HISTORY_HASH_AFTER - 1] = true;
	set_text(values, nulls, HISTORY_STATE, state);
	values[HISTORY_APPLIED_AT - 1] = TimestampTzGetDatum(GetCurrentTransactionStartTimestamp());
	set_text(values, nulls, HISTORY_AFTER, after);
	set_text(values, nulls, HISTORY_HASH_AFTER, hash_after);
	replace_values(id, values, nulls, replaces);
}

OrmHistory *
orm_history_find(int64 id)
{
	Relation history = open_history(AccessShareLock);
	SysScanDesc scan = begin_scan(history, id);
	HeapTuple tuple = systable_getnext(scan);
	OrmHistory *row = HeapTupleIsValid(tuple) ? read_row(tuple, RelationGetDescr(history)) : NULL;

	systable_endscan(scan);
	table_close(history, AccessShareLock);
	return row;
}

static int
compare_rows(const ListCell *a, const ListCell *b)
{
	const OrmHistory *left = lfirst(a);
	const OrmHistory *right = lfirst(b);

	return left->id > right->id ? -1 : left->id < right->id;
}

List *
orm_history_all(void)
{
	Relation history = open_history(AccessShareLock);
	SysScanDesc scan = systable_beginscan(history, InvalidOid, false, NULL, 0, NULL);
	HeapTuple tuple;
	List *rows = NIL;

	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		CHECK_FOR_INTERRUPTS();
		rows = lappend(rows, read_row(tuple, RelationGetDescr(history)));
	}
	systable_endscan(scan);
	table_close(history, AccessShareLock);
	list_sort(rows, compare_rows);
	return rows;
}
