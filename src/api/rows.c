/*
 * rows.c - orm.rows: the objects of a query as rows of the table's type.
 */
#include "postgres.h"

#include "catalog/pg_class.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "accessor/rows.h"
#include "api/request.h"
#include "exec/run.h"
#include "model/table.h"
#include "session/session.h"

PG_FUNCTION_INFO_V1(orm_sql_rows);

/* The table of the row type of the first argument. */
static Oid
row_argument(FunctionCallInfo fcinfo)
{
	Oid type = get_fn_expr_argtype(fcinfo->flinfo, 0);
	Oid relid = OidIsValid(type) ? get_typ_typrelid(type) : InvalidOid;
	char kind = OidIsValid(relid) ? get_rel_relkind(relid) : '\0';

	if (kind == '\0' || kind == RELKIND_COMPOSITE_TYPE)
		ereport(ERROR, errcode(ERRCODE_DATATYPE_MISMATCH),
				errmsg("argument \"row\" must be a row of a table, not of type %s", format_type_be(type)),
				errhint("Only its type is used: NULL::schema.table."));
	return relid;
}

/* orm.rows(row, query, params) */
Datum
orm_sql_rows(PG_FUNCTION_ARGS)
{
	OrmQueryRequest request;
	OrmQuery *query;
	OrmResultRows rows = {.fcinfo = fcinfo};

	orm_session_autoflush(true);
	rows.model = orm_table_open(row_argument(fcinfo), AccessShareLock);
	orm_rows_check(&rows);
	orm_rows_begin_set(fcinfo);
	orm_request_take(fcinfo, &request, ORM_QUERY_ROWS, rows.model, 1, 2);
	query = orm_query_open(&request);
	rows.members = query->compiled->levels[0]->members;
	orm_run_rows(query, 0, orm_rows_store, &rows);
	orm_query_close(query);
	PG_RETURN_NULL();
}
