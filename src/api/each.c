/*
 * each.c - orm.each: objects one by one, in the memory of a few.
 *
 * It returns a value per call, so a SELECT list and a client's cursor read only
 * the objects they fetch; in FROM the server puts the whole set into a
 * tuplestore first.  A query that ends early (LIMIT) leaves the stream and its
 * cursor open: a callback of the executor's context closes them.  An error needs
 * no callback, as it closes all cursors.
 */
#include "postgres.h"

#include "executor/executor.h"
#include "funcapi.h"

#include "api/request.h"
#include "exec/stream.h"

PG_FUNCTION_INFO_V1(orm_sql_each);

/* Executor callback: the query ends before the last object. */
static void
close_early(Datum stream)
{
	orm_stream_close((OrmStream *) DatumGetPointer(stream));
}

/* Copies a document argument for the lifetime of the stream; NULL stays. */
static void
keep_argument(FunctionCallInfo fcinfo, int n)
{
	if (!PG_ARGISNULL(n))
		fcinfo->args[n].value = PointerGetDatum(PG_DETOAST_DATUM_COPY(fcinfo->args[n].value));
}

/* Opens the stream, in the multi-call memory context. */
static OrmStream *
open_stream(FunctionCallInfo fcinfo, FuncCallContext *calls)
{
	ReturnSetInfo *caller = (ReturnSetInfo *) fcinfo->resultinfo;
	MemoryContext per_call = MemoryContextSwitchTo(calls->multi_call_memory_ctx);
	OrmQueryRequest request;
	OrmStream *stream;

	keep_argument(fcinfo, 1);
	keep_argument(fcinfo, 2);
	orm_request_take(fcinfo, &request, ORM_QUERY_ALL, orm_request_model(fcinfo, AccessShareLock), 1, 2);
	stream = orm_stream_open(&request, calls->multi_call_memory_ctx);
	RegisterExprContextCallback(caller->econtext, close_early, PointerGetDatum(stream));
	MemoryContextSwitchTo(per_call);
	return stream;
}

/* orm.each(model, query, params) */
Datum
orm_sql_each(PG_FUNCTION_ARGS)
{
	FuncCallContext *calls;
	Datum json;

	if (SRF_IS_FIRSTCALL())
	{
		calls = SRF_FIRSTCALL_INIT();
		calls->user_fctx = open_stream(fcinfo, calls);
	}
	calls = SRF_PERCALL_SETUP();
	if (orm_stream_next(calls->user_fctx, &json))
		SRF_RETURN_NEXT(calls, json);
	UnregisterExprContextCallback(((ReturnSetInfo *) fcinfo->resultinfo)->econtext, close_early,
								  PointerGetDatum(calls->user_fctx));
	SRF_RETURN_DONE(calls);
}
