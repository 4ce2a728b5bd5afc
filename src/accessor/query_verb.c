/*
 * query_verb.c - the verbs of LANGUAGE orm for queries: arguments become query
 * parameters, and found rows the result.
 */
#include "postgres.h"

#include "utils/datum.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#include "accessor/call.h"
#include "accessor/query_function.h"
#include "accessor/query_verb.h"
#include "exec/query.h"
#include "exec/run.h"
#include "exec/stream.h"
#include "graph/deleted.h"
#include "remove/delete_where.h"

/* The arguments of a call, without those for attributes, as query parameters. */
static OrmQueryParameter *
make_parameters(const OrmCall *call, int *n)
{
	const OrmFunction *function = call->function;
	OrmQueryParameter *parameters = palloc0(sizeof(OrmQueryParameter) * Max(function->nparameters, 1));

	*n = 0;
	for (int i = 0; i < function->nparameters; i++)
	{
		const OrmParameter *argument = &function->parameters[i];
		OrmQueryParameter *parameter = &parameters[*n];

		if (argument->attribute >= 0)
			continue;
		parameter->name = argument->name;
		parameter->type = argument->type;
		parameter->unset = !call->given[i];
		parameter->isnull = call->fcinfo->args[i].isnull;
		parameter->value = call->fcinfo->args[i].value;
		(*n)++;
	}
	return parameters;
}

/* The query request of a call. */
static OrmQueryRequest
make_request(const OrmCall *call)
{
	OrmQueryRequest request;

	orm_query_request(&request, orm_query_function_verb(call->function), call->model, call->function->query, NULL);
	request.patch = call->function->patch;
	request.parameters = make_parameters(call, &request.nparameters);
	return request;
}

/* Opens the query of a call. */
static OrmQuery *
open_query(const OrmCall *call)
{
	OrmQueryRequest request = make_request(call);

	return orm_query_open(&request);
}

/* State of receiving the values of one column. */
typedef struct Values
{
	OrmCall *call;
	int position; /* column, from 0 */
	bool composite;
} Values;

/* Prepares receiving the values of a query. */
static Values
begin_values(OrmCall *call, const OrmQuery *query)
{
	const OrmMember *member = &query->compiled->levels[0]->members[0];
	Values values = {call, member->position, type_is_rowtype(member->type->oid)};

	return values;
}

/* Receives the only value of the result. */
static void
keep_value(void *argument, TupleTableSlot *slot)
{
	Values *values = argument;
	OrmResultRows *rows = &values->call->rows;
	int16 length;
	bool by_value;
	bool isnull;
	Datum value = slot_getattr(slot, values->position + 1, &isnull);
	MemoryContext caller;

	rows->found = !isnull;
	if (isnull)
		return;
	get_typlenbyval(values->call->function->result_type, &length, &by_value);
	caller = MemoryContextSwitchTo(rows->context);
	rows->result = datumCopy(value, by_value, length);
	MemoryContextSwitchTo(caller);
}

/* Receives one value of a set. */
static void
store_value(void *argument, TupleTableSlot *slot)
{
	Values *values = argument;
	bool isnull;
	Datum value = slot_getattr(slot, values->position + 1, &isnull);

	orm_rows_store_value(values->call->fcinfo, value, isnull, values->composite);
}

/* Reads rows into the result, a single one or a set; returns their number. */
static uint64
read_values(OrmCall *call, OrmQuery *query, uint64 limit)
{
	bool set = (call->function->result & (ORM_RESULT_ROWS | ORM_RESULT_SCALARS)) != 0;
	Values values;

	if (call->function->result & (ORM_RESULT_ROW | ORM_RESULT_ROWS))
	{
		call->rows.members = query->compiled->levels[0]->members;
		return orm_run_rows(query, limit, set ? orm_rows_store : orm_rows_keep, &call->rows);
	}
	values = begin_values(call, query);
	return orm_run_rows(query, limit, set ? store_value : keep_value, &values);
}

/* Reads the objects of a query, one by one, into the result set. */
static void
store_objects(const OrmCall *call)
{
	OrmQueryRequest request = make_request(call);
	OrmStream *stream = orm_stream_open(&request, CurrentMemoryContext);
	MemoryContext per_row = AllocSetContextCreate(CurrentMemoryContext, "orm object", ALLOCSET_DEFAULT_SIZES);
	MemoryContext caller = MemoryContextSwitchTo(per_row);
	Datum json;

	while (orm_stream_next(stream, &json))
	{
		orm_rows_store_value(call->fcinfo, json, false, false);
		MemoryContextReset(per_row);
	}
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(per_row);
}

static Datum
run_all(OrmCall *call)
{
	bool set = call->function->result != ORM_RESULT_JSON;
	OrmQuery *query;

	if (set)
		orm_rows_begin_set(call->fcinfo);
	if (call->function->result == ORM_RESULT_JSONS)
	{
		store_objects(call);
		return orm_call_null(call);
	}
	query = open_query(call);
	if (set)
		read_values(call, query, 0);
	else
	{
		call->rows.found = true;
		call->rows.result = orm_run_all(query);
	}
	orm_query_close(query);
	return set ? orm_call_null(call) : orm_call_result(call);
}

/* The first row of a request, or NULL. */
static Datum
read_first(OrmCall *call, const OrmQueryRequest *request)
{
	OrmQuery *query = orm_query_open(request);

	if (call->function->result == ORM_RESULT_JSON)
		call->rows.found = orm_run_first(query, &call->rows.result);
	else
		read_values(call, query, 1);
	orm_query_close(query);
	return orm_call_result(call);
}

static Datum
run_first(OrmCall *call)
{
	OrmQueryRequest request = make_request(call);

	return read_first(call, &request);
}

static Datum
run_get(OrmCall *call)
{
	OrmQueryRequest request = make_request(call);
	OrmRecord *record = orm_call_record(call);

	if (orm_call_has_null_key(call, record))
		return orm_call_null(call);
	request.key = orm_call_key(call, record);
	return read_first(call, &request);
}

/* The only row of a call's query. */
static Datum
read_one(OrmCall *call, bool required)
{
	OrmQuery *query = open_query(call);

	if (call->function->result == ORM_RESULT_JSON)
		call->rows.found = orm_run_one(query, required, &call->rows.result);
	else
		orm_run_check_one(query, required, read_values(call, query, 2));
	orm_query_close(query);
	return orm_call_result(call);
}

static Datum
run_one(OrmCall *call)
{
	return read_one(call, true);
}

static Datum
run_one_or_none(OrmCall *call)
{
	return read_one(call, false);
}

static Datum
run_count(OrmCall *call)
{
	OrmQuery *query = open_query(call);
	int64 n = orm_run_count(query);

	orm_query_close(query);
	return Int64GetDatum(n);
}

static Datum
run_exists(OrmCall *call)
{
	OrmQuery *query = open_query(call);
	bool exists = orm_run_exists(query);

	orm_query_close(query);
	return BoolGetDatum(exists);
}

static Datum
run_page(OrmCall *call)
{
	OrmQuery *query = open_query(call);
	Datum json = orm_run_page(query);

	orm_query_close(query);
	return json;
}

/* The number of rows as the result, unless the function returns void. */
static Datum
number_of_rows(OrmCall *call, int64 n)
{
	return call->function->result == ORM_RESULT_VOID ? orm_call_null(call) : Int64GetDatum(n);
}

static Datum
run_update_where(OrmCall *call)
{
	OrmQuery *query;
	int64 n;

	call->settings = orm_options_enter_settings(&call->function->given);
	query = open_query(call);
	n = orm_run_change_rows(query, call->function->given.expect);
	orm_query_close(query);
	return number_of_rows(call, n);
}

static Datum
run_delete_where(OrmCall *call)
{
	OrmQueryRequest request = make_request(call);

	call->settings = orm_options_enter_settings(&call->function->given);
	return number_of_rows(
		call, orm_delete_where_run(&request, call->function->given.expect, orm_deleted_flags(&call->function->given)));
}

#define SINGLE (ORM_RESULT_ROW | ORM_RESULT_JSON | ORM_RESULT_SCALAR)
#define MANY (ORM_RESULT_ROWS | ORM_RESULT_JSON | ORM_RESULT_JSONS | ORM_RESULT_SCALARS)
#define NUMBER (ORM_RESULT_BIGINT | ORM_RESULT_VOID)

const OrmLanguageVerb orm_query_verb_table[] = {
	{.name = "all",
	 .run = run_all,
	 .results = MANY,
	 .query = ORM_QUERY_ALL,
	 .arguments = ORM_ARGUMENTS_PARAMETERS,
	 .documents = {"query"}},
	{.name = "each",
	 .run = run_all,
	 .results = ORM_RESULT_JSONS,
	 .query = ORM_QUERY_ALL,
	 .arguments = ORM_ARGUMENTS_PARAMETERS,
	 .documents = {"query"}},
	{.name = "rows",
	 .run = run_all,
	 .results = ORM_RESULT_ROWS,
	 .query = ORM_QUERY_ROWS,
	 .arguments = ORM_ARGUMENTS_PARAMETERS,
	 .documents = {"query"}},
	{.name = "first",
	 .run = run_first,
	 .results = SINGLE,
	 .query = ORM_QUERY_FIRST,
	 .arguments = ORM_ARGUMENTS_PARAMETERS,
	 .documents = {"query"}},
	{.name = "one",
	 .run = run_one,
	 .results = SINGLE,
	 .query = ORM_QUERY_ONE,
	 .arguments = ORM_ARGUMENTS_PARAMETERS,
	 .documents = {"query"}},
	{.name = "one_or_none",
	 .run = run_one_or_none,
	 .results = SINGLE,
	 .query = ORM_QUERY_ONE,
	 .arguments = ORM_ARGUMENTS_PARAMETERS,
	 .documents = {"query"}},
	{.name = "get",
	 .run = run_get,
	 .results = SINGLE,
	 .query = ORM_QUERY_GET,
	 .key = ORM_KEY_GIVEN,
	 .arguments = ORM_ARGUMENTS_PARAMETERS,
	 .documents = {"query"}},
	{.name = "count",
	 .run = run_count,
	 .results = ORM_RESULT_BIGINT,
	 .query = ORM_QUERY_COUNT,
	 .arguments = ORM_ARGUMENTS_PARAMETERS,
	 .documents = {"query"}},
	{.name = "exists",
	 .run = run_exists,
	 .results = ORM_RESULT_BOOLEAN,
	 .query = ORM_QUERY_EXISTS,
	 .arguments = ORM_ARGUMENTS_PARAMETERS,
	 .documents = {"query"}},
	{.name = "aggregate",
	 .run = run_all,
	 .results = ORM_RESULT_JSON,
	 .query = ORM_QUERY_AGGREGATE,
	 .arguments = ORM_ARGUMENTS_PARAMETERS,
	 .documents = {"query"}},
	{.name = "page",
	 .run = run_page,
	 .results = ORM_RESULT_JSON,
	 .query = ORM_QUERY_PAGE,
	 .arguments = ORM_ARGUMENTS_PARAMETERS,
	 .documents = {"query"}},
	{.name = "update_where",
	 .run = run_update_where,
	 .results = NUMBER,
	 .query = ORM_QUERY_UPDATE,
	 .writes = true,
	 .arguments = ORM_ARGUMENTS_PARAMETERS,
	 .documents = {"query", "patch", "options"},
	 .required = 2},
	{.name = "delete_where",
	 .run = run_delete_where,
	 .results = NUMBER,
	 .query = ORM_QUERY_DELETE,
	 .writes = true,
	 .arguments = ORM_ARGUMENTS_PARAMETERS,
	 .documents = {"query", "options"},
	 .required = 1},
};

const int orm_query_verb_count = lengthof(orm_query_verb_table);
