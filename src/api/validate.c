/*
 * validate.c - the SQL functions orm.validate and orm.violations; see graph/check.h.
 */
#include "postgres.h"

#include "fmgr.h"

#include "api/argument.h"
#include "api/request.h"
#include "graph/check.h"
#include "session/session.h"

PG_FUNCTION_INFO_V1(orm_sql_validate);
PG_FUNCTION_INFO_V1(orm_sql_violations);

/* orm.validate(model, object) */
Datum
orm_sql_validate(PG_FUNCTION_ARGS)
{
	const OrmModel *model = orm_request_model(fcinfo, AccessShareLock);
	OrmJson document = orm_document_root(orm_argument_document(fcinfo, 1, "object"));

	PG_RETURN_DATUM(orm_finding_json(orm_check_document(model, ORM_VERB_SAVE, document, NULL, orm_session_find_label)));
}

/* orm.violations(model, object) */
Datum
orm_sql_violations(PG_FUNCTION_ARGS)
{
	const OrmModel *model = orm_request_model(fcinfo, AccessShareLock);
	OrmJson document = orm_document_root(orm_argument_document(fcinfo, 1, "object"));

	PG_RETURN_DATUM(
		orm_finding_violations(orm_check_document(model, ORM_VERB_SAVE, document, NULL, orm_session_find_label)));
}
