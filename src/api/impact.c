/*
 * impact.c - the SQL function orm.impact; see remove/impact.h.
 */
#include "postgres.h"

#include "fmgr.h"

#include "api/argument.h"
#include "api/request.h"
#include "remove/impact.h"

PG_FUNCTION_INFO_V1(orm_sql_impact);

/* orm.impact(model, key), with a key of type text or anyelement */
Datum
orm_sql_impact(PG_FUNCTION_ARGS)
{
	const OrmModel *model = orm_request_model(fcinfo, AccessShareLock);
	const Datum *key = orm_argument_key(fcinfo, 1, model);
	Datum json;

	if (key == NULL || !orm_impact_read(model, key, &json))
		PG_RETURN_NULL();
	PG_RETURN_DATUM(json);
}
