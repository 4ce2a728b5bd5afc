/*
 * impact.c - the SQL function orm.impact; see remove/impact.h.
 */
#include "postgres.h"

#include "fmgr.h"

#include "api/object.h"
#include "api/request.h"
#include "remove/impact.h"

PG_FUNCTION_INFO_V1(orm_sql_impact_text);
PG_FUNCTION_INFO_V1(orm_sql_impact_any);

/* What goes with the object of that key (NULL: the key was null), or NULL. */
static Datum
impact(FunctionCallInfo fcinfo, const OrmModel *model, const Datum *key)
{
	Datum json;

	if (key == NULL || !orm_impact_read(model, key, &json))
		PG_RETURN_NULL();
	PG_RETURN_DATUM(json);
}

/* orm.impact(model, key text) */
Datum
orm_sql_impact_text(PG_FUNCTION_ARGS)
{
	const OrmModel *model = orm_request_model(fcinfo, AccessShareLock);

	return impact(fcinfo, model, orm_object_key_text(fcinfo, 1, model));
}

/* orm.impact(model, key anyelement) */
Datum
orm_sql_impact_any(PG_FUNCTION_ARGS)
{
	const OrmModel *model = orm_request_model(fcinfo, AccessShareLock);

	return impact(fcinfo, model, orm_object_key_any(fcinfo, 1, model));
}
