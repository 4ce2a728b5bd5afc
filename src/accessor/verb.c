/*
 * verb.c - the verbs of LANGUAGE orm: arguments to records, records to the
 * statements of write/ and query/, rows to results.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "executor/executor.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/tuplestore.h"
#include "utils/typcache.h"

#include "accessor/call.h"
#include "exec/json.h"
#include "exec/plan.h"
#include "exec/receiver.h"
#include "query/select.h"
#include "write/write.h"

/* The result of a call that has none. */
static Datum
null_result(OrmCall *call)
{
	call->fcinfo->isnull = true;
	return (Datum) 0;
}

/*
 * Spreads a row, which has the returned attributes in table order, over the
 * columns of the table's row type; all others are NULL.
 */
static void
spread_row(const OrmCall *call, TupleTableSlot *slot, int natts, Datum *values, bool *isnull)
{
	int			position = 0;

	slot_getallattrs(slot);
	memset(values, 0, sizeof(Datum) * natts);
	memset(isnull, true, sizeof(bool) * natts);
	for (int i = 0; i < call->model->nattributes; i++)
	{
		int			column = call->model->attributes[i].attnum - 1;

		if (!call->returned[i])
			continue;
		values[column] = slot->tts_values[position];
		isnull[column] = slot->tts_isnull[position];
		position++;
	}
}

/* Makes the function's result, a value of the table's row type, of a row. */
static Datum
make_row(const OrmCall *call, TupleTableSlot *slot)
{
	TupleDesc	desc = lookup_rowtype_tupdesc(call->model->row_type, -1);
	Datum	   *values = palloc(sizeof(Datum) * Max(desc->natts, 1));
	bool	   *isnull = palloc(sizeof(bool) * Max(desc->natts, 1));
	MemoryContext caller;
	Datum		row;

	spread_row(call, slot, desc->natts, values, isnull);
	caller = MemoryContextSwitchTo(call->context);
	row = HeapTupleGetDatum(heap_form_tuple(desc, values, isnull));
	MemoryContextSwitchTo(caller);
	ReleaseTupleDesc(desc);
	return row;
}

/* Makes the function's result, a json object, of a row. */
static Datum
make_json(const OrmCall *call, TupleTableSlot *slot)
{
	OrmJsonShape *shape = orm_json_shape_make(call->model->nattributes);
	StringInfoData out;
	MemoryContext caller;
	int			position = 0;

	for (int i = 0; i < call->model->nattributes; i++)
		if (call->returned[i])
			orm_json_shape_add(shape, call->model->attributes[i].name,
							   call->model->attributes[i].type, position++);
	caller = MemoryContextSwitchTo(call->context);
	orm_json_begin(&out);
	MemoryContextSwitchTo(caller);
	orm_json_write_slot(&out, shape, slot);
	return orm_json_end(&out);
}

/* Receives the row that is the function's result. */
static void
keep_row(void *argument, TupleTableSlot *slot)
{
	OrmCall    *call = argument;

	call->found = true;
	call->result = call->function->result == ORM_RESULT_JSON ? make_json(call, slot) : make_row(call, slot);
}

/* The same from a write. */
static void
keep_stored(void *argument, const OrmRecord *record, TupleTableSlot *slot)
{
	keep_row(argument, slot);
}

/* Receives one row of many: into the tuplestore, straight where its columns are the row type's. */
static void
store_row(void *argument, TupleTableSlot *slot)
{
	OrmCall    *call = argument;
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) call->fcinfo->resultinfo;
	int			natts = call->model->natts;
	Datum	   *values;
	bool	   *isnull;

	if (natts == call->model->nattributes)
	{
		tuplestore_puttupleslot(rsinfo->setResult, slot);
		return;
	}
	values = palloc(sizeof(Datum) * natts);
	isnull = palloc(sizeof(bool) * natts);
	spread_row(call, slot, natts, values, isnull);
	tuplestore_putvalues(rsinfo->setResult, rsinfo->expectedDesc, values, isnull);
}

/* Turns an argument into a value of its attribute's type. */
static Datum
cast_value(const OrmCall *call, const OrmParameter *parameter, Datum value, bool *isnull)
{
	const OrmAttribute *attribute = &call->model->attributes[parameter->attribute];
	Expr	   *cast = orm_function_cast(call->function->name, parameter, attribute);
	EState	   *estate = CreateExecutorState();
	ExprContext *econtext = GetPerTupleExprContext(estate);
	ExprState  *state = ExecPrepareExpr(cast, estate);
	Datum		result;

	econtext->caseValue_datum = value;
	econtext->caseValue_isNull = *isnull;
	result = ExecEvalExprSwitchContext(state, econtext, isnull);
	if (!*isnull)
		result = datumCopy(result, attribute->type->by_value, attribute->type->length);
	FreeExecutorState(estate);
	return result;
}

/* Takes the given arguments as a record. */
static void
record_arguments(const OrmCall *call, OrmRecord *record)
{
	for (int i = 0; i < call->function->nparameters; i++)
	{
		const OrmParameter *parameter = &call->function->parameters[i];
		int			attribute = parameter->attribute;

		if (!call->given[i])
			continue;
		if (!parameter->usable)
			orm_function_refuse(call->function, call->model, parameter);
		record->given[attribute] = true;
		record->isnull[attribute] = call->fcinfo->args[i].isnull;
		record->values[attribute] = call->fcinfo->args[i].value;
		if (parameter->cast)
			record->values[attribute] = cast_value(call, parameter, record->values[attribute],
												   &record->isnull[attribute]);
	}
}

/*
 * Takes a whole row as a record.  NULL where none may be, and there is a
 * default, means that default; what the database generates is not given.
 */
static void
record_row(const OrmCall *call, OrmRecord *record)
{
	HeapTupleHeader row;
	HeapTupleData tuple = {0};
	TupleDesc	desc;
	Datum	   *values;
	bool	   *isnull;

	if (call->fcinfo->args[0].isnull)
		ereport(ERROR,
				errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				errmsg("the row for function \"%s\" is null", call->function->name));
	row = DatumGetHeapTupleHeader(call->fcinfo->args[0].value);
	desc = lookup_rowtype_tupdesc(HeapTupleHeaderGetTypeId(row), HeapTupleHeaderGetTypMod(row));
	values = palloc(sizeof(Datum) * Max(desc->natts, 1));
	isnull = palloc(sizeof(bool) * Max(desc->natts, 1));
	tuple.t_len = HeapTupleHeaderGetDatumLength(row);
	tuple.t_data = row;
	heap_deform_tuple(&tuple, desc, values, isnull);
	for (int i = 0; i < call->model->nattributes; i++)
	{
		const OrmAttribute *attribute = &call->model->attributes[i];
		int			column = attribute->attnum - 1;
		bool		by_default = isnull[column] && attribute->not_null && attribute->has_default;

		record->values[i] = values[column];
		record->isnull[i] = isnull[column];
		record->given[i] = !attribute->generated && !by_default &&
			(!attribute->identity_always || attribute->in_key);
	}
	ReleaseTupleDesc(desc);
}

/* The record of a call. */
static OrmRecord *
make_record(const OrmCall *call)
{
	OrmRecord  *record = orm_record_make(call->model, 1);

	record->index = -1;
	if (call->function->row)
		record_row(call, record);
	else
		record_arguments(call, record);
	return record;
}

/* A key that is NULL, where there is a default, means that default: the object is new. */
static void
drop_null_key(const OrmModel *model, OrmRecord *record)
{
	for (int k = 0; k < model->primary_key->nattributes; k++)
	{
		int			i = model->primary_key->attributes[k];

		if (record->isnull[i] && model->attributes[i].has_default)
			record->given[i] = false;
	}
}

/* What a write of a call is to be; decides what comes back. */
static OrmWrite
make_write(OrmCall *call)
{
	OrmWrite	write = {0};

	write.model = call->model;
	if (call->function->result == ORM_RESULT_VOID)
		return write;
	call->returned = orm_write_readable(call->model);
	if (call->returned == NULL)
		call->returned = call->function->all;
	write.returning = call->returned;
	write.stored = keep_stored;
	write.argument = call;
	return write;
}

/* The result of a write. */
static Datum
write_result(OrmCall *call)
{
	return call->found ? call->result : null_result(call);
}

static Datum
run_create(OrmCall *call)
{
	OrmWrite	write = make_write(call);

	orm_write_insert(&write, make_record(call), 1);
	return write_result(call);
}

static Datum
run_save(OrmCall *call)
{
	OrmWrite	write = make_write(call);
	OrmRecord  *record = make_record(call);

	drop_null_key(call->model, record);
	orm_write_save(&write, record, 1);
	return write_result(call);
}

/* Is a part of the key in the record NULL?  Such a key finds nothing. */
static bool
has_null_key(const OrmCall *call, const OrmRecord *record)
{
	const OrmKey *key = call->model->primary_key;

	for (int k = 0; k < key->nattributes; k++)
		if (record->isnull[key->attributes[k]])
			return true;
	return false;
}

static Datum
run_update(OrmCall *call)
{
	OrmWrite	write = make_write(call);
	OrmRecord  *record = make_record(call);
	bool		missing = has_null_key(call, record);

	if (!missing)
		orm_write_update(&write, record, 1, &missing);
	if (missing)
		orm_write_missing(call->model, record);
	return write_result(call);
}

static Datum
run_delete(OrmCall *call)
{
	const OrmKey *key = call->model->primary_key;
	OrmRecord  *record = make_record(call);
	Datum	   *values = palloc(sizeof(Datum) * key->nattributes);

	for (int k = 0; k < key->nattributes; k++)
		values[k] = record->values[key->attributes[k]];
	return BoolGetDatum(!has_null_key(call, record) && orm_write_delete(call->model, values));
}

/* The plan that reads what equals a record, pinned; NULL is IS NULL. */
static OrmPlan *
reading_plan(const OrmCall *call, const OrmRecord *record, bool first)
{
	const OrmModel *model = call->model;
	OrmSelect	select = {.model = model, .where = record->given, .is_null = record->isnull, .first = first};
	OrmPlanKey	key;
	OrmPlan    *plan;
	StringInfoData sql;
	Oid		   *types;
	int			nparams;

	orm_plan_key_begin(&key, ORM_KIND_SELECT, model->epoch);
	orm_plan_key_add_flags(&key, record->given, model->nattributes);
	orm_plan_key_add_flags(&key, record->isnull, model->nattributes);
	orm_plan_key_add_flags(&key, &first, 1);
	plan = orm_plan_find(&key);
	if (plan != NULL)
		return plan;
	initStringInfo(&sql);
	types = palloc(sizeof(Oid) * Max(model->nattributes, 1));
	nparams = orm_select_text(&sql, &select, types);
	plan = orm_plan_add(&key, sql.data, nparams, types, ORM_PLAN_AUTO);
	orm_plan_expect(plan, types, orm_select_results(&select, types));
	return plan;
}

/* Reads the rows that equal the given arguments. */
static void
read_rows(OrmCall *call, bool first, OrmRowFunction row)
{
	const OrmModel *model = call->model;
	OrmRecord  *record = make_record(call);
	Datum	   *values = palloc(sizeof(Datum) * Max(model->nattributes, 1));
	OrmReceiver receiver;
	OrmPlan    *plan;
	bool		pushed;
	int			n = 0;

	call->returned = call->function->all;
	for (int i = 0; i < model->nattributes; i++)
	{
		record->isnull[i] = record->given[i] && record->isnull[i];
		if (record->given[i] && !record->isnull[i])
			values[n++] = record->values[i];
	}
	plan = reading_plan(call, record, first);
	pushed = orm_exec_snapshot_begin();
	orm_plan_execute(plan, values, NULL, ORM_READ, 0, orm_receiver_init(&receiver, row, call));
	orm_exec_snapshot_end(pushed);
	orm_plan_release(plan);
}

/*
 * Begins a result of many rows.  InitMaterializedSRF would make a descriptor
 * for the caller to compare with its own; that has been done (language.c).
 */
static void
begin_set(const OrmCall *call)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) call->fcinfo->resultinfo;
	MemoryContext caller;

	if (rsinfo == NULL || !IsA(rsinfo, ReturnSetInfo) || rsinfo->expectedDesc == NULL ||
		(rsinfo->allowedModes & SFRM_Materialize) == 0)
		ereport(ERROR,
				errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				errmsg("function \"%s\" is called where no set of rows can be taken", call->function->name));
	caller = MemoryContextSwitchTo(rsinfo->econtext->ecxt_per_query_memory);
	rsinfo->returnMode = SFRM_Materialize;
	rsinfo->setResult = tuplestore_begin_heap((rsinfo->allowedModes & SFRM_Materialize_Random) != 0,
											  false, work_mem);
	MemoryContextSwitchTo(caller);
}

/* Runs a reading verb; a set is returned as a tuplestore. */
static Datum
read_result(OrmCall *call, bool first)
{
	if (call->function->result == ORM_RESULT_ROWS)
	{
		begin_set(call);
		read_rows(call, first, store_row);
		return null_result(call);
	}
	read_rows(call, first, keep_row);
	return write_result(call);
}

static Datum
run_find_by(OrmCall *call)
{
	return read_result(call, true);
}

static Datum
run_filter_by(OrmCall *call)
{
	return read_result(call, false);
}

#define STORED (ORM_RESULT_ROW | ORM_RESULT_JSON | ORM_RESULT_VOID)

static const OrmLanguageVerb verbs[] = {
	{"create", true, STORED, ORM_ARGUMENTS_TO_STORE, ORM_KEY_UNUSED, false, run_create},
	{"filter_by", false, ORM_RESULT_ROWS, ORM_ARGUMENTS_TO_MATCH, ORM_KEY_UNUSED, false, run_filter_by},
	{"find_by", false, ORM_RESULT_ROW | ORM_RESULT_ROWS, ORM_ARGUMENTS_TO_MATCH, ORM_KEY_UNUSED, false,
	run_find_by},
	{"update", true, STORED, ORM_ARGUMENTS_TO_CHANGE, ORM_KEY_GIVEN, false, run_update},
	{"save", true, STORED, ORM_ARGUMENTS_TO_CHANGE, ORM_KEY_KNOWN, true, run_save},
	{"delete", true, ORM_RESULT_BOOLEAN, ORM_ARGUMENTS_KEY, ORM_KEY_GIVEN, false, run_delete},
};

const OrmLanguageVerb *
orm_language_verb(const char *name)
{
	const char *names[lengthof(verbs)];

	for (int i = 0; i < lengthof(verbs); i++)
	{
		if (strcmp(verbs[i].name, name) == 0)
			return &verbs[i];
		names[i] = verbs[i].name;
	}
	ereport(ERROR,
			errcode(ERRCODE_SYNTAX_ERROR),
			errmsg("language orm has no verb \"%s\"", name),
			orm_error_nearest("verb", name, names, lengthof(verbs)));
	return NULL;
}
