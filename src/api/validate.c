/*
 * validate.c - the SQL function orm.validate; see graph/check.h.
 */
#include "postgres.h"

#include "fmgr.h"

#include "api/argument.h"
#include "api/request.h"
#include "graph/check.h"
#include "session/session.h"

PG_FUNCTION_INFO_V1(orm_sql_validate);

/* orm.validate(model, object) */
Datum
orm_sql_validate(PG_FUNCTION_ARGS)
{
	const OrmModel *model = orm_request_model(fcinfo, AccessShareLock);
	OrmJson document = orm_document_root(orm_argument_document(fcinfo, 1, "object"));

	PG_RETURN_DATUM(orm_check_document(model, document, orm_session_find_label));
}
