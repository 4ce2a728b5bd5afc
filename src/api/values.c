/*
 * values.c - SQL functions that say how much a query finds.
 */
#include "postgres.h"

#include "api/request.h"

PG_FUNCTION_INFO_V1(orm_sql_count);
PG_FUNCTION_INFO_V1(orm_sql_exists);

/* orm.count(model, query, params) */
Datum
orm_sql_count(PG_FUNCTION_ARGS)
{
	OrmQuery *query = orm_request_open(fcinfo, ORM_QUERY_COUNT);
	int64 n = orm_query_count_rows(query);

	orm_query_close(query);
	PG_RETURN_INT64(n);
}

/* orm.exists(model, query, params) */
Datum
orm_sql_exists(PG_FUNCTION_ARGS)
{
	OrmQuery *query = orm_request_open(fcinfo, ORM_QUERY_EXISTS);
	bool exists = orm_query_exists(query);

	orm_query_close(query);
	PG_RETURN_BOOL(exists);
}
