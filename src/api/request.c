/*
 * request.c - see request.h.
 */
#include "postgres.h"

#include "api/argument.h"
#include "api/object.h"
#include "api/request.h"
#include "session/session.h"

const OrmModel *
orm_request_model(FunctionCallInfo fcinfo, LOCKMODE lockmode)
{
	orm_session_autoflush(true);
	return orm_cache_open(orm_argument_text(fcinfo, 0, "model"), lockmode);
}

void
orm_request_take(FunctionCallInfo fcinfo, OrmQueryRequest *request, OrmQueryVerb verb, const OrmModel *model, int query,
				 int params)
{
	const OrmDocument *document = orm_object_document(fcinfo, query, "query");

	orm_query_request(request, verb, model, document, orm_object_document(fcinfo, params, "params"));
}

OrmQuery *
orm_request_open(FunctionCallInfo fcinfo, OrmQueryVerb verb)
{
	OrmQueryRequest request;

	orm_request_take(fcinfo, &request, verb, orm_request_model(fcinfo, AccessShareLock), 1, 2);
	return orm_query_open(&request);
}
