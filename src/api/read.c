/*
 * read.c - SQL functions that read by a query document; and orm.get.
 */
#include "postgres.h"

#include "utils/builtins.h"

#include "api/argument.h"
#include "api/request.h"
#include "exec/get.h"
#include "exec/run.h"
#include "query/named_scope.h"

PG_FUNCTION_INFO_V1(orm_sql_all);
PG_FUNCTION_INFO_V1(orm_sql_first);
PG_FUNCTION_INFO_V1(orm_sql_one);
PG_FUNCTION_INFO_V1(orm_sql_one_or_none);
PG_FUNCTION_INFO_V1(orm_sql_page);
PG_FUNCTION_INFO_V1(orm_sql_count);
PG_FUNCTION_INFO_V1(orm_sql_exists);
PG_FUNCTION_INFO_V1(orm_sql_aggregate);
PG_FUNCTION_INFO_V1(orm_sql_get);

/* ---- Verbs ---- */

/* Runs an open query: returns false for null. */
typedef bool (*RunQuery)(OrmQuery *query, Datum *result);

/* orm.all, orm.aggregate */
static bool
run_all(OrmQuery *query, Datum *result)
{
	*result = orm_run_all(query);
	return true;
}

/* orm.one */
static bool
run_one(OrmQuery *query, Datum *result)
{
	return orm_run_one(query, true, result);
}

/* orm.one_or_none */
static bool
run_one_or_none(OrmQuery *query, Datum *result)
{
	return orm_run_one(query, false, result);
}

/* orm.page */
static bool
run_page(OrmQuery *query, Datum *result)
{
	*result = orm_run_page(query);
	return true;
}

/* orm.count */
static bool
run_count(OrmQuery *query, Datum *result)
{
	*result = Int64GetDatum(orm_run_count(query));
	return true;
}

/* orm.exists */
static bool
run_exists(OrmQuery *query, Datum *result)
{
	*result = BoolGetDatum(orm_run_exists(query));
	return true;
}

typedef enum ReadingVerb
{
	READ_ALL,
	READ_FIRST,
	READ_ONE,
	READ_ONE_OR_NONE,
	READ_PAGE,
	READ_COUNT,
	READ_EXISTS,
	READ_AGGREGATE
} ReadingVerb;

static const struct
{
	const char *name;
	OrmQueryVerb query;
	RunQuery run;
} verbs[] = {
	[READ_ALL] = {"all", ORM_QUERY_ALL, run_all},
	[READ_FIRST] = {"first", ORM_QUERY_FIRST, orm_run_first},
	[READ_ONE] = {"one", ORM_QUERY_ONE, run_one},
	[READ_ONE_OR_NONE] = {"one_or_none", ORM_QUERY_ONE, run_one_or_none},
	[READ_PAGE] = {"page", ORM_QUERY_PAGE, run_page},
	[READ_COUNT] = {"count", ORM_QUERY_COUNT, run_count},
	[READ_EXISTS] = {"exists", ORM_QUERY_EXISTS, run_exists},
	[READ_AGGREGATE] = {"aggregate", ORM_QUERY_AGGREGATE, run_all},
};

/* Runs an open query, closes it and returns its result. */
static Datum
finish(FunctionCallInfo fcinfo, OrmQuery *query, RunQuery run)
{
	Datum result;
	bool found = run(query, &result);

	orm_query_close(query);
	if (!found)
		PG_RETURN_NULL();
	return result;
}

/* Runs a verb with the arguments (model, query, params). */
static Datum
call(FunctionCallInfo fcinfo, ReadingVerb verb)
{
	return finish(fcinfo, orm_request_open(fcinfo, verbs[verb].query), verbs[verb].run);
}

/* orm.all(model, query, params) */
Datum
orm_sql_all(PG_FUNCTION_ARGS)
{
	return call(fcinfo, READ_ALL);
}

/* orm.first(model, query, params) */
Datum
orm_sql_first(PG_FUNCTION_ARGS)
{
	return call(fcinfo, READ_FIRST);
}

/* orm.one(model, query, params) */
Datum
orm_sql_one(PG_FUNCTION_ARGS)
{
	return call(fcinfo, READ_ONE);
}

/* orm.one_or_none(model, query, params) */
Datum
orm_sql_one_or_none(PG_FUNCTION_ARGS)
{
	return call(fcinfo, READ_ONE_OR_NONE);
}

/* orm.page(model, query, params) */
Datum
orm_sql_page(PG_FUNCTION_ARGS)
{
	return call(fcinfo, READ_PAGE);
}

/* orm.count(model, query, params) */
Datum
orm_sql_count(PG_FUNCTION_ARGS)
{
	return call(fcinfo, READ_COUNT);
}

/* orm.exists(model, query, params) */
Datum
orm_sql_exists(PG_FUNCTION_ARGS)
{
	return call(fcinfo, READ_EXISTS);
}

/* orm.aggregate(model, query, params) */
Datum
orm_sql_aggregate(PG_FUNCTION_ARGS)
{
	return call(fcinfo, READ_AGGREGATE);
}

/* ---- An object by its key ---- */

/* orm.get(model, key, query), with a key of type text or anyelement */
Datum
orm_sql_get(PG_FUNCTION_ARGS)
{
	const OrmModel *model = orm_request_model(fcinfo, AccessShareLock);
	const Datum *key = orm_argument_key(fcinfo, 1, model);
	const OrmDocument *document = orm_argument_document(fcinfo, 2, "query");
	OrmJson root = orm_document_root(document);
	OrmQueryRequest request;
	Datum json;

	if (key == NULL)
		PG_RETURN_NULL();
	if (orm_json_kind(root) == ORM_JSON_OBJECT && root.node->count == 0 && model->ncomputed == 0 &&
		!orm_named_scope_any(model))
	{
		if (!orm_get_object(model, key, &json))
			PG_RETURN_NULL();
		PG_RETURN_DATUM(json);
	}
	orm_query_request(&request, ORM_QUERY_GET, model, document, NULL);
	request.key = key;
	return finish(fcinfo, orm_query_open(&request), orm_run_first);
}
