/*
 * read.c - SQL functions that read objects as JSON.
 */
#include "postgres.h"

#include "fmgr.h"

#include "api/object.h"
#include "api/request.h"
#include "exec/get.h"

PG_FUNCTION_INFO_V1(orm_sql_all);
PG_FUNCTION_INFO_V1(orm_sql_first);
PG_FUNCTION_INFO_V1(orm_sql_one);
PG_FUNCTION_INFO_V1(orm_sql_one_or_none);
PG_FUNCTION_INFO_V1(orm_sql_aggregate);
PG_FUNCTION_INFO_V1(orm_sql_page);
PG_FUNCTION_INFO_V1(orm_sql_get_text);
PG_FUNCTION_INFO_V1(orm_sql_get_any);

/* The result of a query that finds one object or none. */
static Datum
first_result(FunctionCallInfo fcinfo, OrmQuery *query)
{
	Datum json;
	bool found = orm_query_first(query, &json);

	orm_query_close(query);
	if (!found)
		PG_RETURN_NULL();
	PG_RETURN_DATUM(json);
}

/* The object with a primary key (NULL: the key was null) as the query in the third argument forms it, or NULL. */
static Datum
get(FunctionCallInfo fcinfo, const OrmModel *model, const Datum *key)
{
	const OrmDocument *document = orm_object_document(fcinfo, 2, "query");
	OrmJson root = orm_document_root(document);
	OrmQueryRequest request;
	Datum json;

	if (key == NULL)
		PG_RETURN_NULL();
	if (orm_json_kind(root) == ORM_JSON_OBJECT && root.node->count == 0)
	{
		if (!orm_get_object(model, key, &json))
			PG_RETURN_NULL();
		PG_RETURN_DATUM(json);
	}
	orm_query_request(&request, ORM_QUERY_GET, model, document, NULL);
	request.key = key;
	return first_result(fcinfo, orm_query_open(&request));
}

/* orm.get(model, key text, query) */
Datum
orm_sql_get_text(PG_FUNCTION_ARGS)
{
	const OrmModel *model = orm_request_model(fcinfo, AccessShareLock);

	return get(fcinfo, model, orm_object_key_text(fcinfo, 1, model));
}

/* orm.get(model, key anyelement, query) */
Datum
orm_sql_get_any(PG_FUNCTION_ARGS)
{
	const OrmModel *model = orm_request_model(fcinfo, AccessShareLock);

	return get(fcinfo, model, orm_object_key_any(fcinfo, 1, model));
}

/* The result of a query that makes an array. */
static Datum
all_result(OrmQuery *query)
{
	Datum json = orm_query_all(query);

	orm_query_close(query);
	return json;
}

/* orm.all(model, query, params) */
Datum
orm_sql_all(PG_FUNCTION_ARGS)
{
	return all_result(orm_request_open(fcinfo, ORM_QUERY_ALL));
}

/* orm.aggregate(model, query, params) */
Datum
orm_sql_aggregate(PG_FUNCTION_ARGS)
{
	return all_result(orm_request_open(fcinfo, ORM_QUERY_AGGREGATE));
}

/* orm.first(model, query, params) */
Datum
orm_sql_first(PG_FUNCTION_ARGS)
{
	return first_result(fcinfo, orm_request_open(fcinfo, ORM_QUERY_FIRST));
}

/* The object that a query finds; raises for a second one and, when it is required, for none. */
static Datum
one(FunctionCallInfo fcinfo, bool required)
{
	OrmQuery *query = orm_request_open(fcinfo, ORM_QUERY_ONE);
	Datum json;
	bool found = orm_query_one(query, required, &json);

	orm_query_close(query);
	if (!found)
		PG_RETURN_NULL();
	PG_RETURN_DATUM(json);
}

/* orm.one(model, query, params) */
Datum
orm_sql_one(PG_FUNCTION_ARGS)
{
	return one(fcinfo, true);
}

/* orm.one_or_none(model, query, params) */
Datum
orm_sql_one_or_none(PG_FUNCTION_ARGS)
{
	return one(fcinfo, false);
}

/* orm.page(model, query, params) */
Datum
orm_sql_page(PG_FUNCTION_ARGS)
{
	OrmQuery *query = orm_request_open(fcinfo, ORM_QUERY_PAGE);
	Datum json = orm_query_page(query);

	orm_query_close(query);
	PG_RETURN_DATUM(json);
}
