/*
 * soft_delete.c - the SQL functions orm.restore and orm.purge (remove/restore.h), and the trigger
 * function orm.soft_delete_guard (model/soft_delete.h).
 */
#include "postgres.h"

#include "commands/trigger.h"
#include "fmgr.h"
#include "utils/rel.h"
#include "utils/timestamp.h"

#include "api/argument.h"
#include "api/request.h"
#include "exec/run.h"
#include "query/query.h"
#include "remove/mark.h"
#include "remove/restore.h"

PG_FUNCTION_INFO_V1(orm_sql_restore);
PG_FUNCTION_INFO_V1(orm_sql_purge);
PG_FUNCTION_INFO_V1(orm_sql_soft_delete_guard);

/* orm.restore(model, key), with a key of type text or anyelement */
Datum
orm_sql_restore(PG_FUNCTION_ARGS)
{
	const OrmModel *model = orm_request_model(fcinfo, RowExclusiveLock);
	const Datum *key = orm_argument_key(fcinfo, 1, model);
	static const char unscoped[] = "{\"unscoped\": true}";
	OrmQueryRequest request;
	OrmQuery *query;
	Datum json;
	bool found;

	if (key == NULL)
		PG_RETURN_NULL();
	orm_restore_object(model, key);
	orm_query_request(&request, ORM_QUERY_GET, model, orm_document_parse(unscoped, sizeof(unscoped) - 1), NULL);
	request.key = key;
	query = orm_query_open(&request);
	found = orm_run_first(query, &json);
	orm_query_close(query);
	if (!found)
		PG_RETURN_NULL();
	PG_RETURN_DATUM(json);
}

/* orm.purge(model, before) */
Datum
orm_sql_purge(PG_FUNCTION_ARGS)
{
	const OrmModel *model = orm_request_model(fcinfo, RowExclusiveLock);
	TimestampTz before = PG_ARGISNULL(1) ? 0 : PG_GETARG_TIMESTAMPTZ(1);

	PG_RETURN_INT64(orm_restore_purge(model, PG_ARGISNULL(1) ? NULL : &before));
}

/* BEFORE DELETE FOR EACH ROW: raises, unless orm removes rows for good. */
Datum
orm_sql_soft_delete_guard(PG_FUNCTION_ARGS)
{
	TriggerData *data = (TriggerData *) fcinfo->context;

	if (!CALLED_AS_TRIGGER(fcinfo) || !TRIGGER_FIRED_BEFORE(data->tg_event) || !TRIGGER_FIRED_FOR_ROW(data->tg_event) ||
		!TRIGGER_FIRED_BY_DELETE(data->tg_event))
		ereport(
			ERROR, errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
			errmsg("function \"%s\" must be called by a trigger BEFORE DELETE FOR EACH ROW", "orm.soft_delete_guard"));
	if (!orm_mark_guard_is_lifted())
		ereport(ERROR, errcode(ERRCODE_RESTRICT_VIOLATION),
				errmsg("rows of \"%s\" are not deleted by DELETE", RelationGetRelationName(data->tg_relation)),
				errhint("orm.delete() marks them as deleted; with the option \"hard\": true, and by orm.purge(), they "
						"are removed for good."),
				errtable(data->tg_relation));
	return PointerGetDatum(data->tg_trigtuple);
}
