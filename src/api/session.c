/*
 * session.c - SQL functions of the unit of work; see session/session.h.
 */
#include "postgres.h"

#include "commands/trigger.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"

#include "api/argument.h"
#include "api/output.h"
#include "base/local_settings.h"
#include "session/pending.h"
#include "session/session.h"
#include "store/options.h"
#include "store/write.h"

PG_FUNCTION_INFO_V1(orm_sql_add);
PG_FUNCTION_INFO_V1(orm_sql_merge);
PG_FUNCTION_INFO_V1(orm_sql_remove);
PG_FUNCTION_INFO_V1(orm_sql_expunge);
PG_FUNCTION_INFO_V1(orm_sql_flush);
PG_FUNCTION_INFO_V1(orm_sql_pending);
PG_FUNCTION_INFO_V1(orm_sql_set_local);
PG_FUNCTION_INFO_V1(orm_sql_flush_at_commit);

/* Queues the object of a call. */
static Datum
queue_object(FunctionCallInfo fcinfo, OrmOperationKind kind)
{
	const OrmModel *model = orm_argument_model(fcinfo, RowExclusiveLock);
	const OrmDocument *object = orm_argument_document(fcinfo, 1, "object");
	OrmWriteOptions options = orm_options_read(orm_argument_document(fcinfo, 3, "options"), ORM_VERB_QUEUE);
	int level = orm_options_enter_settings(&options);

	orm_session_add(kind, model, object, orm_argument_text_if_any(fcinfo, 2), options.unscoped);
	orm_settings_leave(level);
	PG_RETURN_VOID();
}

/* orm.add(model, object, label, options) */
Datum
orm_sql_add(PG_FUNCTION_ARGS)
{
	return queue_object(fcinfo, ORM_OPERATION_ADD);
}

/* orm.merge(model, object, label, options) */
Datum
orm_sql_merge(PG_FUNCTION_ARGS)
{
	return queue_object(fcinfo, ORM_OPERATION_MERGE);
}

/* orm.remove(model, key, options), with a key of type text or anyelement; a null key removes nothing */
Datum
orm_sql_remove(PG_FUNCTION_ARGS)
{
	const OrmModel *model = orm_argument_model(fcinfo, RowExclusiveLock);
	const Datum *key = orm_argument_key(fcinfo, 1, model);
	OrmWriteOptions options = orm_options_read(orm_argument_document(fcinfo, 2, "options"), ORM_VERB_REMOVE);
	OrmPath place = orm_path_key(NULL, "options");
	OrmExpected expected = orm_expected_read(model, options.etag, options.version, &place);
	int level = orm_options_enter_settings(&options);

	if (key != NULL)
		orm_session_remove(model, key, &expected, options.unscoped);
	orm_settings_leave(level);
	PG_RETURN_VOID();
}

/* orm.expunge(label) */
Datum
orm_sql_expunge(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(orm_session_expunge(orm_argument_text(fcinfo, 0, "label")));
}

/* orm.flush() */
Datum
orm_sql_flush(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(orm_session_flush());
}

/* The name of a role; its number when it has been dropped since. */
static Datum
role_name(Oid role)
{
	char *name = GetUserNameFromId(role, true);

	return DirectFunctionCall1(namein, CStringGetDatum(name != NULL ? name : psprintf("%u", role)));
}

/* Puts an entry into the result of orm.pending. */
static void
put_pending(void *argument, const OrmPending *pending)
{
	OrmOutput *row = argument;

	orm_output_integer(row, pending->position);
	orm_output_text(row, pending->action);
	orm_output_text(row, pending->model);
	orm_output_text(row, pending->label);
	orm_output_text(row, pending->object);
	orm_output_value(row, role_name(pending->role));
	orm_output_put(row);
}

/* orm.pending() */
Datum
orm_sql_pending(PG_FUNCTION_ARGS)
{
	OrmOutput row = {.fcinfo = fcinfo};

	InitMaterializedSRF(fcinfo, 0);
	orm_pending_each(put_pending, &row);
	return (Datum) 0;
}

/* orm.set_local(settings) */
Datum
orm_sql_set_local(PG_FUNCTION_ARGS)
{
	orm_local_settings_set(orm_document_root(orm_argument_document(fcinfo, 0, "settings")), NULL);
	PG_RETURN_VOID();
}

/* The deferred trigger on orm.anchor. */
Datum
orm_sql_flush_at_commit(PG_FUNCTION_ARGS)
{
	if (!CALLED_AS_TRIGGER(fcinfo))
		ereport(ERROR, errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				errmsg("function \"orm.flush_at_commit\" was not called by the trigger manager"));
	orm_session_flush_anchored();
	PG_RETURN_POINTER(NULL);
}
