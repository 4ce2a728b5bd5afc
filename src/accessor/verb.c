/*
 * verb.c - the verbs of LANGUAGE orm whose arguments are attributes; see
 * verb.h. query_verb.c and object_verb.c have the verbs with documents.
 */
#include "postgres.h"

#include "utils/builtins.h"
#include "utils/datum.h"

#include "base/nearest.h"
#include "accessor/call.h"
#include "accessor/object_verb.h"
#include "accessor/query_verb.h"
#include "accessor/verb.h"
#include "exec/access.h"
#include "exec/get.h"
#include "exec/object_shape.h"
#include "model/after.h"
#include "query/named_scope.h"
#include "remove/delete.h"
#include "store/batch.h"
#include "remove/expected.h"
#include "store/record_error.h"
#include "store/insert.h"
#include "store/lookup.h"
#include "store/update.h"
#include "store/upsert.h"
#include "store/seen.h"

/* Makes the function's result, a json object, from a row. */
static Datum
make_json(const OrmCall *call, TupleTableSlot *slot)
{
	OrmPlan *shape = orm_object_shape_open(call->model, call->rows.returned);
	StringInfoData out;
	MemoryContext caller = MemoryContextSwitchTo(call->rows.context);

	orm_json_begin(&out);
	MemoryContextSwitchTo(caller);
	orm_json_write_slot(&out, orm_plan_payload(shape), slot);
	orm_plan_release(shape);
	return orm_json_end(&out);
}

/* Keeps the key of a stored row. */
static void
keep_key(OrmCall *call, TupleTableSlot *slot)
{
	const OrmModel *model = call->model;
	MemoryContext caller = MemoryContextSwitchTo(call->rows.context);

	for (int k = 0; k < model->primary_key->nattributes; k++)
	{
		int i = model->primary_key->attributes[k];
		bool isnull;
		Datum value = slot_getattr(slot, orm_record_column(call->rows.returned, i), &isnull);

		if (!isnull)
			value = datumCopy(value, model->attributes[i].type->by_value, model->attributes[i].type->length);
		orm_record_set(call->again, i, value, isnull);
	}
	MemoryContextSwitchTo(caller);
}

/* Receives the stored row, which is the function's result. */
static void
keep_stored(void *argument, const OrmRecord *record, TupleTableSlot *slot)
{
	OrmCall *call = argument;

	if (call->again != NULL)
		keep_key(call, slot);
	if (call->function->result != ORM_RESULT_JSON)
	{
		orm_rows_keep(&call->rows, slot);
		return;
	}
	call->rows.found = true;
	call->rows.result = make_json(call, slot);
}

/* Makes NULL key attributes with a default not given: the object is new. */
static void
drop_null_key(const OrmModel *model, OrmRecord *record)
{
	for (int k = 0; k < model->primary_key->nattributes; k++)
	{
		int i = model->primary_key->attributes[k];

		if (record->isnull[i] && model->attributes[i].has_default)
			orm_record_unset(record, i);
	}
}

/* The columns that a write returns: of a row the readable ones, of an object the shown ones. */
static const bool *
columns_to_return(const OrmCall *call)
{
	const bool *shown = call->function->result == ORM_RESULT_JSON ? orm_access_returnable(call->model) : NULL;
	const bool *readable = shown != NULL ? shown : orm_access_readable(call->model);

	return readable != NULL ? readable : call->function->all;
}

/* Does the write return the primary key? */
static bool
returns_key(const OrmCall *call)
{
	const OrmKey *key = call->model->primary_key;

	for (int i = 0; key != NULL && i < key->nattributes; i++)
		if (!call->rows.returned[key->attributes[i]])
			return false;
	return key != NULL;
}

/* The arguments of a call's write, with the columns to return. */
static OrmWrite
make_write(OrmCall *call)
{
	OrmWrite write = {0};

	write.model = call->model;
	if (call->function->result == ORM_RESULT_VOID)
		return write;
	call->rows.returned = columns_to_return(call);
	write.returning = call->rows.returned;
	write.stored = keep_stored;
	write.argument = call;
	return write;
}

/* Prepares reading the row again, if AFTER triggers can change rows at these events (model/after.h). */
static void
watch(OrmCall *call, int events)
{
	const OrmModel *model = call->model;

	if ((model->after_events & events) && call->function->result != ORM_RESULT_VOID && returns_key(call))
		call->again = orm_record_make(model, 1);
}

/* The stored row, as it is at the end of the call. */
static Datum
stored_result(OrmCall *call, const OrmWrite *write)
{
	OrmBatch batch = {write, &call->again, 1};

	if (call->again != NULL && call->rows.found)
	{
		call->rows.found = false;
		if (orm_record_has_key(call->again, call->model->primary_key))
			orm_lookup_read(&batch, call->model->primary_key);
	}
	return orm_call_result(call);
}

static Datum
run_create(OrmCall *call)
{
	OrmWrite write = make_write(call);

	watch(call, ORM_AFTER_INSERT);
	orm_insert_records(&write, orm_call_record(call), 1);
	return stored_result(call, &write);
}

static Datum
run_save(OrmCall *call)
{
	OrmWrite write = make_write(call);
	OrmRecord *record = orm_call_record(call);

	drop_null_key(call->model, record);
	watch(call, ORM_AFTER_INSERT | ORM_AFTER_UPDATE);
	orm_upsert_save_records(&write, record, 1);
	return stored_result(call, &write);
}

static Datum
run_update(OrmCall *call)
{
	OrmWrite write = make_write(call);
	OrmRecord *record = orm_call_record(call);
	bool missing = orm_call_has_null_key(call, record);

	watch(call, ORM_AFTER_UPDATE);
	if (!missing)
		orm_update_records(&write, record, 1, &missing);
	if (missing)
		orm_record_error_missing(call->model, call->model->primary_key, record);
	return stored_result(call, &write);
}

static Datum
run_delete(OrmCall *call)
{
	const OrmModel *model = call->model;
	OrmRecord *record = orm_call_record(call);
	OrmExpected expected = {0};

	if (orm_call_has_null_key(call, record))
		return BoolGetDatum(false);
	if (model->version >= 0 && record->given[model->version] && !record->isnull[model->version])
	{
		expected.versioned = true;
		expected.version = record->values[model->version];
	}
	orm_seen_check_key(model, orm_call_key(call, record), NULL, ORM_SCOPE_LIFTS_DELETED);
	orm_expected_check(model, orm_call_key(call, record), &expected, NULL);
	return BoolGetDatum(orm_delete_object(model, orm_call_key(call, record), 0));
}

/* Reads the rows that equal the given arguments. */
static void
read_rows(OrmCall *call, bool first, OrmRowFunction row)
{
	OrmRecord *record = orm_call_record(call);
	OrmGet get = {
		.model = call->model,
		.where = record->given,
		.isnull = record->isnull,
		.values = record->values,
		.first = first,
	};

	call->rows.returned = call->function->all;
	orm_get_rows(&get, row, &call->rows);
}

/* Runs a verb that reads. */
static Datum
read_result(OrmCall *call, bool first)
{
	if (call->function->result == ORM_RESULT_ROWS)
	{
		orm_rows_begin_set(call->fcinfo);
		read_rows(call, first, orm_rows_store);
		return orm_call_null(call);
	}
	read_rows(call, first, orm_rows_keep);
	return orm_call_result(call);
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

static Datum
run_model(OrmCall *call)
{
	return PointerGetDatum(cstring_to_text(call->function->declaration));
}

#define STORED (ORM_RESULT_ROW | ORM_RESULT_JSON | ORM_RESULT_VOID)

static const OrmLanguageVerb verbs[] = {
	{.name = "create", .run = run_create, .writes = true, .results = STORED, .arguments = ORM_ARGUMENTS_TO_STORE},
	{.name = "filter_by", .run = run_filter_by, .results = ORM_RESULT_ROWS, .arguments = ORM_ARGUMENTS_TO_MATCH},
	{.name = "find_by",
	 .run = run_find_by,
	 .results = ORM_RESULT_ROW | ORM_RESULT_ROWS,
	 .arguments = ORM_ARGUMENTS_TO_MATCH},
	{.name = "update",
	 .run = run_update,
	 .writes = true,
	 .results = STORED,
	 .arguments = ORM_ARGUMENTS_TO_CHANGE,
	 .key = ORM_KEY_GIVEN},
	{.name = "save",
	 .run = run_save,
	 .writes = true,
	 .results = STORED,
	 .arguments = ORM_ARGUMENTS_TO_CHANGE,
	 .key = ORM_KEY_KNOWN,
	 .takes_row = true},
	{.name = "model",
	 .run = run_model,
	 .results = ORM_RESULT_JSON,
	 .arguments = ORM_ARGUMENTS_PARAMETERS,
	 .no_model = true,
	 .queues = true},
	{.name = "mixin",
	 .run = run_model,
	 .results = ORM_RESULT_JSON,
	 .arguments = ORM_ARGUMENTS_PARAMETERS,
	 .no_model = true,
	 .queues = true},
	{.name = "delete",
	 .run = run_delete,
	 .writes = true,
	 .results = ORM_RESULT_BOOLEAN,
	 .arguments = ORM_ARGUMENTS_KEY,
	 .key = ORM_KEY_GIVEN},
};

/* Finds a verb in a table, or NULL; adds the other names to a list. */
static const OrmLanguageVerb *
find_in(const OrmLanguageVerb *table, int n, const char *name, const char **names, int *nnames)
{
	for (int i = 0; i < n; i++)
	{
		if (strcmp(table[i].name, name) == 0)
			return &table[i];
		names[(*nnames)++] = table[i].name;
	}
	return NULL;
}

const OrmLanguageVerb *
orm_verb_find(const char *name, bool with_documents)
{
	int n = lengthof(verbs) + orm_query_verb_count + orm_object_verb_count;
	const char **names = palloc(sizeof(char *) * n);
	int nnames = 0;
	const OrmLanguageVerb *verb = NULL;

	if (!with_documents)
		verb = find_in(verbs, lengthof(verbs), name, names, &nnames);
	if (verb == NULL)
		verb = find_in(orm_query_verb_table, orm_query_verb_count, name, names, &nnames);
	if (verb == NULL)
		verb = find_in(orm_object_verb_table, orm_object_verb_count, name, names, &nnames);
	if (verb == NULL && with_documents)
		verb = find_in(verbs, lengthof(verbs), name, names, &nnames);
	if (verb == NULL)
		ereport(ERROR, errcode(ERRCODE_SYNTAX_ERROR), errmsg("unrecognized verb \"%s\"", name),
				orm_nearest_hint("verb", name, names, nnames));
	return verb;
}
