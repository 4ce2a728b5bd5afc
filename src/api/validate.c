/*
 * validate.c - the SQL function orm.validate; see graph/check.h.
 */
#include "postgres.h"

#include "fmgr.h"

#include "api/argument.h"
#include "api/request.h"
#include "graph/check.h"

PG_FUNCTION_INFO_V1(orm_sql_validate);

/* orm.validate(model, object) */
Datum
orm_sql_validate(PG_FUNCTION_ARGS)
{
	const OrmModel *model = orm_request_model(fcinfo, AccessShareLock);

	PG_RETURN_DATUM(orm_validate(model, orm_document_root(orm_argument_document(fcinfo, 1, "object"))));
}
