/*
 * rows.c - returning rows of a model's table; see rows.h.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/tuplestore.h"
#include "utils/typcache.h"

#include "accessor/rows.h"

/* The row type that the caller expects, or NULL. */
static TupleDesc
expected_of(const OrmResultRows *rows)
{
	ReturnSetInfo *caller = (ReturnSetInfo *) rows->fcinfo->resultinfo;

	return caller && IsA(caller, ReturnSetInfo) ? caller->expectedDesc : NULL;
}

/* Does a row type have the columns of the model's table, except for columns added later? */
static bool
has_columns(const OrmModel *model, TupleDesc row)
{
	const OrmAttribute *next = model->attributes;
	const OrmAttribute *end = next + model->nattributes;

	if (row->natts > model->natts)
		return false;
	for (int i = 0; i < row->natts; i++)
	{
		bool exists = next < end && next->attnum == i + 1;

		if (exists == TupleDescAttr(row, i)->attisdropped)
			return false;
		if (exists && next++->type->oid != TupleDescAttr(row, i)->atttypid)
			return false;
	}
	return true;
}

void
orm_rows_check(const OrmResultRows *rows)
{
	TupleDesc expected = expected_of(rows);

	if (expected != NULL && !has_columns(rows->model, expected))
		ereport(ERROR, errcode(ERRCODE_FEATURE_NOT_SUPPORTED), errmsg("cached plan must not change result type"));
}

/*
 * Not by InitMaterializedSRF(), which would build a descriptor for the caller
 * to check; orm_rows_check() has done that.
 */
void
orm_rows_begin_set(FunctionCallInfo fcinfo)
{
	ReturnSetInfo *caller = (ReturnSetInfo *) fcinfo->resultinfo;
	MemoryContext context;

	if (caller == NULL || !IsA(caller, ReturnSetInfo) || caller->expectedDesc == NULL ||
		(caller->allowedModes & SFRM_Materialize) == 0)
		ereport(ERROR, errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				errmsg("set-valued function called in context that cannot accept a set"));
	context = MemoryContextSwitchTo(caller->econtext->ecxt_per_query_memory);
	caller->returnMode = SFRM_Materialize;
	caller->setResult = tuplestore_begin_heap((caller->allowedModes & SFRM_Materialize_Random) != 0, false, work_mem);
	MemoryContextSwitchTo(context);
}

/* Copies a received row to the columns of the table's row type; other columns are NULL. */
static void
spread_row(const OrmResultRows *rows, TupleTableSlot *slot, int natts, Datum *values, bool *isnull)
{
	int next = 0;

	slot_getallattrs(slot);
	memset(values, 0, sizeof(Datum) * natts);
	memset(isnull, true, sizeof(bool) * natts);
	for (int i = 0; i < rows->model->nattributes; i++)
	{
		int column = rows->model->attributes[i].attnum - 1;
		int position;

		if (rows->members == NULL && !rows->returned[i])
			continue;
		position = rows->members ? rows->members[i].position : next++;
		values[column] = slot->tts_values[position];
		isnull[column] = slot->tts_isnull[position];
	}
}

/* Do the columns of received rows match the expected row type? */
static bool
is_as_it_comes(const OrmResultRows *rows, TupleTableSlot *slot)
{
	int n = rows->model->nattributes;

	if (slot->tts_tupleDescriptor->natts != n || rows->model->natts != n || expected_of(rows)->natts != n)
		return false;
	for (int i = 0; rows->members && i < n; i++)
		if (rows->members[i].position != i)
			return false;
	return true;
}

void
orm_rows_store(void *argument, TupleTableSlot *slot)
{
	OrmResultRows *rows = argument;
	ReturnSetInfo *caller = (ReturnSetInfo *) rows->fcinfo->resultinfo;
	int natts = rows->model->natts;
	Datum *values;
	bool *isnull;

	Assert(rows->members != NULL || rows->returned != NULL);
	if (is_as_it_comes(rows, slot))
	{
		tuplestore_puttupleslot(caller->setResult, slot);
		return;
	}
	values = palloc(sizeof(Datum) * Max(natts, 1));
	isnull = palloc(sizeof(bool) * Max(natts, 1));
	spread_row(rows, slot, natts, values, isnull);
	tuplestore_putvalues(caller->setResult, caller->expectedDesc, values, isnull);
}

/*
 * The row type from before columns were added, as a record type: the server
 * compares the type of the row with the expected one.
 */
static TupleDesc
row_before(TupleDesc expected)
{
	TupleDesc desc = CreateTupleDescCopy(expected);

	desc->tdtypeid = RECORDOID;
	desc->tdtypmod = -1;
	return BlessTupleDesc(desc);
}

void
orm_rows_keep(void *argument, TupleTableSlot *slot)
{
	OrmResultRows *rows = argument;
	int natts = rows->model->natts;
	TupleDesc expected = expected_of(rows);
	TupleDesc desc = expected && expected->natts < natts ? row_before(expected)
														 : lookup_rowtype_tupdesc_copy(rows->model->row_type, -1);
	Datum *values = palloc(sizeof(Datum) * Max(natts, 1));
	bool *isnull = palloc(sizeof(bool) * Max(natts, 1));
	MemoryContext caller;

	Assert(desc->natts <= natts);
	spread_row(rows, slot, natts, values, isnull);
	caller = MemoryContextSwitchTo(rows->context);
	rows->result = HeapTupleGetDatum(heap_form_tuple(desc, values, isnull));
	rows->found = true;
	MemoryContextSwitchTo(caller);
}

/* Adds a composite value as a row. */
static void
store_composite(ReturnSetInfo *caller, HeapTupleHeader row)
{
	HeapTupleData tuple = {0};

	tuple.t_len = HeapTupleHeaderGetDatumLength(row);
	tuple.t_data = row;
	tuplestore_puttuple(caller->setResult, &tuple);
}

void
orm_rows_store_value(FunctionCallInfo fcinfo, Datum value, bool isnull, bool composite)
{
	ReturnSetInfo *caller = (ReturnSetInfo *) fcinfo->resultinfo;
	int natts = caller->expectedDesc->natts;
	bool *nulls;

	if (!composite)
		tuplestore_putvalues(caller->setResult, caller->expectedDesc, &value, &isnull);
	else if (!isnull)
		store_composite(caller, DatumGetHeapTupleHeader(value));
	else
	{
		nulls = palloc(sizeof(bool) * Max(natts, 1));
		memset(nulls, true, natts);
		tuplestore_putvalues(caller->setResult, caller->expectedDesc, palloc0(sizeof(Datum) * Max(natts, 1)), nulls);
	}
}
