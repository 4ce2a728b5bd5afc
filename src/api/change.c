/*
 * change.c - SQL functions that write what a query finds.
 */
#include "postgres.h"

#include "api/dry_run.h"
#include "api/object.h"
#include "api/request.h"
#include "remove/delete.h"
#include "store/write.h"

PG_FUNCTION_INFO_V1(orm_sql_update_where);
PG_FUNCTION_INFO_V1(orm_sql_delete_where);

/* The work of orm.update_where(model, query, patch, params, options) */
static Datum
work_update_where(FunctionCallInfo fcinfo, OrmWriteOptions *options)
{
	OrmQueryRequest request;
	OrmQuery *query;
	int64 n;

	orm_request_take(fcinfo, &request, ORM_QUERY_UPDATE, orm_request_model(fcinfo, RowExclusiveLock), 1, 3);
	request.patch = orm_object_document(fcinfo, 2, "patch");
	query = orm_query_open(&request);
	n = orm_query_change_rows(query, options->expect);
	orm_query_close(query);
	PG_RETURN_INT64(n);
}

/* orm.update_where(model, query, patch, params, options) */
Datum
orm_sql_update_where(PG_FUNCTION_ARGS)
{
	return orm_dry_run(fcinfo, 4, ORM_VERB_UPDATE_WHERE, work_update_where);
}

/* The work of orm.delete_where(model, query, params, options) */
static Datum
work_delete_where(FunctionCallInfo fcinfo, OrmWriteOptions *options)
{
	OrmQueryRequest request;

	orm_request_take(fcinfo, &request, ORM_QUERY_DELETE, orm_request_model(fcinfo, RowExclusiveLock), 1, 2);
	PG_RETURN_INT64(orm_delete_query(&request, options->expect));
}

/* orm.delete_where(model, query, params, options) */
Datum
orm_sql_delete_where(PG_FUNCTION_ARGS)
{
	return orm_dry_run(fcinfo, 3, ORM_VERB_DELETE_WHERE, work_delete_where);
}
