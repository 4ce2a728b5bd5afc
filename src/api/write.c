/*
 * write.c - SQL functions that write and have options.
 *
 * A verb is a row of the table below.  The option "dry_run" is that of all of
 * them: the call runs in a subtransaction that is rolled back, so triggers and
 * checks run and the result is the true one.  Sequences have advanced
 * afterwards, as after any rollback.
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/builtins.h"

#include "api/argument.h"
#include "api/calls.h"
#include "api/request.h"
#include "base/attempt.h"
#include "exec/run.h"
#include "graph/deleted.h"
#include "graph/objects.h"
#include "remove/delete_where.h"
#include "session/changeset.h"
#include "session/session.h"
#include "remove/expected.h"
#include "store/options.h"
#include "store/seen.h"

PG_FUNCTION_INFO_V1(orm_sql_create);
PG_FUNCTION_INFO_V1(orm_sql_save);
PG_FUNCTION_INFO_V1(orm_sql_upsert);
PG_FUNCTION_INFO_V1(orm_sql_update);
PG_FUNCTION_INFO_V1(orm_sql_delete);
PG_FUNCTION_INFO_V1(orm_sql_update_where);
PG_FUNCTION_INFO_V1(orm_sql_delete_where);
PG_FUNCTION_INFO_V1(orm_sql_flush_document);
PG_FUNCTION_INFO_V1(orm_sql_batch);

/* A call of a verb. */
typedef struct WritingCall
{
	FunctionCallInfo fcinfo;
	OrmVerb verb;
	OrmWriteOptions options;
	bool with_options; /* the function has an argument for them */
	Datum result;	   /* palloc'd in the context of the call; not set: null */
} WritingCall;

/* Writes the second argument: (model, object[, conflict_on], options) */
static void
write_object(WritingCall *call)
{
	FunctionCallInfo fcinfo = call->fcinfo;
	const OrmModel *model = orm_request_model(fcinfo, RowExclusiveLock);
	const OrmDocument *object = orm_argument_document(fcinfo, 1, "object");
	int nconflict_on = 0;
	char **conflict_on = NULL;

	if (call->verb == ORM_VERB_UPSERT)
		conflict_on = orm_argument_names(fcinfo, 2, "conflict_on", &nconflict_on);
	fcinfo->isnull = !orm_objects_write(model, call->verb, object, &call->options, orm_session_find_label, nconflict_on,
										conflict_on, &call->result);
}

/* (model, key, patch, options) */
static void
update(WritingCall *call)
{
	FunctionCallInfo fcinfo = call->fcinfo;
	const OrmModel *model = orm_request_model(fcinfo, RowExclusiveLock);
	const Datum *key = orm_argument_key(fcinfo, 1, model);
	const OrmDocument *patch = orm_argument_document(fcinfo, 2, "patch");

	fcinfo->isnull = !orm_objects_patch(model, key, patch, &call->options, orm_session_find_label, &call->result);
}

/* The result of a delete without the option "return": as it is declared, with options as json. */
static void
return_deleted(WritingCall *call, Datum value, const char *text)
{
	call->result = call->with_options ? CStringGetTextDatum(text) : value;
}

/* Is the deleted object, or are the deleted objects, returned? */
static bool
returns_objects(const WritingCall *call)
{
	return call->options.query.node != NULL;
}

/* (model, key[, options]) */
static void delete (WritingCall *call)
{
	const OrmModel *model = orm_request_model(call->fcinfo, RowExclusiveLock);
	const Datum *key = orm_argument_key(call->fcinfo, 1, model);
	OrmPath place = orm_path_key(NULL, "options");
	OrmExpected expected = orm_expected_read(model, call->options.etag, call->options.version, &place);
	bool deleted;

	if (key != NULL)
		orm_seen_check_key(model, key, NULL, orm_deleted_lifts(&call->options));
	if (key != NULL)
		orm_expected_check(model, key, &expected, NULL);
	if (returns_objects(call))
	{
		call->fcinfo->isnull = !orm_deleted_object(model, key, &call->options, &call->result);
		return;
	}
	deleted = key != NULL && orm_delete_object(model, key, orm_deleted_flags(&call->options));
	return_deleted(call, BoolGetDatum(deleted), deleted ? "true" : "false");
	call->fcinfo->isnull = call->options.no_result;
}

/* (model, query, patch, params, options) */
static void
update_where(WritingCall *call)
{
	const OrmModel *model = orm_request_model(call->fcinfo, RowExclusiveLock);
	OrmQueryRequest request;
	OrmQuery *query;

	orm_request_take(call->fcinfo, &request, ORM_QUERY_UPDATE, model, 1, 3);
	request.patch = orm_argument_document(call->fcinfo, 2, "patch");
	query = orm_query_open(&request);
	call->result = Int64GetDatum(orm_run_change_rows(query, call->options.expect));
	orm_query_close(query);
}

/* (model, query, params, options) */
static void
delete_where(WritingCall *call)
{
	const OrmModel *model = orm_request_model(call->fcinfo, RowExclusiveLock);
	OrmQueryRequest request;
	int64 n;

	orm_request_take(call->fcinfo, &request, ORM_QUERY_DELETE, model, 1, 2);
	if (returns_objects(call))
	{
		call->result = orm_deleted_query(&request, &call->options);
		return;
	}
	n = orm_delete_where_run(&request, call->options.expect, orm_deleted_flags(&call->options));
	return_deleted(call, Int64GetDatum(n), psprintf(INT64_FORMAT, n));
	call->fcinfo->isnull = call->options.no_result;
}

/* (document, options).  The queue goes first: the document may refer to it. */
static void
flush_document(WritingCall *call)
{
	const OrmDocument *document = orm_argument_document(call->fcinfo, 0, "document");
	OrmOperationOptions options = {
		.may_skip = call->options.may_skip,
		.unscoped = call->options.unscoped,
		.validate_all = call->options.validate_all,
	};

	orm_session_autoflush(true);
	call->result = orm_changeset_write(document, orm_session_find_label, &options);
}

/* (calls, options) */
static void
run_batch(WritingCall *call)
{
	call->result = orm_calls_run(orm_argument_document(call->fcinfo, 0, "calls"));
}

static const struct
{
	int options; /* number of the argument "options" */
	void (*run)(WritingCall *call);
} verbs[] = {
	[ORM_VERB_CREATE] = {2, write_object},
	[ORM_VERB_SAVE] = {2, write_object},
	[ORM_VERB_UPSERT] = {3, write_object},
	[ORM_VERB_UPDATE] = {3, update},
	[ORM_VERB_DELETE] = {2, delete},
	[ORM_VERB_UPDATE_WHERE] = {4, update_where},
	[ORM_VERB_DELETE_WHERE] = {3, delete_where},
	[ORM_VERB_FLUSH] = {1, flush_document},
	[ORM_VERB_BATCH] = {1, run_batch},
};

/* Runs a call, in a subtransaction of its own or not. */
static void
run(void *argument)
{
	WritingCall *call = argument;

	verbs[call->verb].run(call);
}

/* Reads the options of a call, and runs it. */
static Datum
call(FunctionCallInfo fcinfo, OrmVerb verb)
{
	WritingCall call = {.fcinfo = fcinfo, .verb = verb};
	ErrorData *error;
	int level;

	Assert(verbs[verb].run != NULL);
	call.with_options = PG_NARGS() > verbs[verb].options;
	call.options = orm_options_read(
		call.with_options ? orm_argument_document(fcinfo, verbs[verb].options, "options") : NULL, verb);
	level = orm_options_enter_settings(&call.options);
	if (call.options.dry_run)
	{
		error = orm_attempt(run, &call, ORM_ATTEMPT_UNDO);
		if (error != NULL)
			ReThrowError(error);
	}
	else
		run(&call);
	orm_settings_leave(level);
	return call.result;
}

/* orm.create(model, object, options) */
Datum
orm_sql_create(PG_FUNCTION_ARGS)
{
	return call(fcinfo, ORM_VERB_CREATE);
}

/* orm.save(model, object, options) */
Datum
orm_sql_save(PG_FUNCTION_ARGS)
{
	return call(fcinfo, ORM_VERB_SAVE);
}

/* orm.upsert(model, object, conflict_on, options) */
Datum
orm_sql_upsert(PG_FUNCTION_ARGS)
{
	return call(fcinfo, ORM_VERB_UPSERT);
}

/* orm.update(model, key, patch, options), with a key of type text or anyelement */
Datum
orm_sql_update(PG_FUNCTION_ARGS)
{
	return call(fcinfo, ORM_VERB_UPDATE);
}

/* orm.delete(model, key[, options]), with a key of type text or anyelement */
Datum
orm_sql_delete(PG_FUNCTION_ARGS)
{
	return call(fcinfo, ORM_VERB_DELETE);
}

/* orm.update_where(model, query, patch, params, options) */
Datum
orm_sql_update_where(PG_FUNCTION_ARGS)
{
	return call(fcinfo, ORM_VERB_UPDATE_WHERE);
}

/* orm.delete_where(model, query, params, options) */
Datum
orm_sql_delete_where(PG_FUNCTION_ARGS)
{
	return call(fcinfo, ORM_VERB_DELETE_WHERE);
}

/* orm.flush(document, options) */
Datum
orm_sql_flush_document(PG_FUNCTION_ARGS)
{
	return call(fcinfo, ORM_VERB_FLUSH);
}

/* orm.batch(calls, options) */
Datum
orm_sql_batch(PG_FUNCTION_ARGS)
{
	return call(fcinfo, ORM_VERB_BATCH);
}
