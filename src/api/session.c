/*
 * session.c - SQL functions of the unit of work; see session/session.h.
 */
#include "postgres.h"

#include "commands/trigger.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/tuplestore.h"

#include "api/argument.h"
#include "api/dry_run.h"
#include "api/object.h"
#include "model/cache.h"
#include "session/session.h"

PG_FUNCTION_INFO_V1(orm_sql_add);
PG_FUNCTION_INFO_V1(orm_sql_merge);
PG_FUNCTION_INFO_V1(orm_sql_remove_text);
PG_FUNCTION_INFO_V1(orm_sql_remove_any);
PG_FUNCTION_INFO_V1(orm_sql_expunge);
PG_FUNCTION_INFO_V1(orm_sql_flush);
PG_FUNCTION_INFO_V1(orm_sql_flush_document);
PG_FUNCTION_INFO_V1(orm_sql_pending);
PG_FUNCTION_INFO_V1(orm_sql_flush_at_commit);

/* The model that the first argument names, to be written to. */
static const OrmModel *
model_argument(FunctionCallInfo fcinfo)
{
	return orm_cache_open(orm_argument_text(fcinfo, 0, "model"), RowExclusiveLock);
}

/* Queues the object of a call. */
static Datum
queue_object(FunctionCallInfo fcinfo, OrmChangeKind kind)
{
	const OrmModel *model = model_argument(fcinfo);
	const OrmDocument *object = orm_object_document(fcinfo, 1, "object");

	orm_session_add(kind, model, object, PG_ARGISNULL(2) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(2)));
	PG_RETURN_VOID();
}

/* orm.add(model, object, label) */
Datum
orm_sql_add(PG_FUNCTION_ARGS)
{
	return queue_object(fcinfo, ORM_CHANGE_ADD);
}

/* orm.merge(model, object, label) */
Datum
orm_sql_merge(PG_FUNCTION_ARGS)
{
	return queue_object(fcinfo, ORM_CHANGE_MERGE);
}

/* orm.remove(model, key text); a null key removes nothing */
Datum
orm_sql_remove_text(PG_FUNCTION_ARGS)
{
	const OrmModel *model = model_argument(fcinfo);
	const Datum *key = orm_object_key_text(fcinfo, 1, model);

	if (key != NULL)
		orm_session_remove(model, key);
	PG_RETURN_VOID();
}

/* orm.remove(model, key anyelement) */
Datum
orm_sql_remove_any(PG_FUNCTION_ARGS)
{
	const OrmModel *model = model_argument(fcinfo);
	const Datum *key = orm_object_key_any(fcinfo, 1, model);

	if (key != NULL)
		orm_session_remove(model, key);
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

/* The work of orm.flush(document, options).  What is queued goes first: the document may refer to it. */
static Datum
work_flush_document(FunctionCallInfo fcinfo, OrmWriteOptions *options)
{
	const OrmDocument *document = orm_object_document(fcinfo, 0, "document");

	orm_session_autoflush(true);
	PG_RETURN_DATUM(orm_changeset_write(document, orm_session_find_label));
}

/* orm.flush(document, options) */
Datum
orm_sql_flush_document(PG_FUNCTION_ARGS)
{
	return orm_dry_run(fcinfo, 1, ORM_VERB_FLUSH, work_flush_document);
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
	ReturnSetInfo *result = argument;
	Datum values[6];
	bool isnull[6] = {false};

	values[0] = Int32GetDatum(pending->position);
	values[1] = CStringGetTextDatum(pending->action);
	values[2] = CStringGetTextDatum(pending->model);
	isnull[3] = pending->label == NULL;
	values[3] = pending->label ? CStringGetTextDatum(pending->label) : (Datum) 0;
	isnull[4] = pending->object == NULL;
	values[4] = pending->object ? CStringGetTextDatum(pending->object) : (Datum) 0;
	values[5] = role_name(pending->role);
	tuplestore_putvalues(result->setResult, result->setDesc, values, isnull);
}

/* orm.pending() */
Datum
orm_sql_pending(PG_FUNCTION_ARGS)
{
	InitMaterializedSRF(fcinfo, 0);
	orm_session_each_pending(put_pending, fcinfo->resultinfo);
	return (Datum) 0;
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
