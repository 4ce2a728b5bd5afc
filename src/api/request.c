/*
 * request.c - arguments of the functions that read by query documents; see
 * request.h.
 */
#include "postgres.h"

#include "api/argument.h"
#include "api/request.h"
#include "session/session.h"

const OrmModel *
orm_request_model(FunctionCallInfo fcinfo, LOCKMODE lockmode)
{
	orm_session_autoflush(true);
	return orm_argument_model(fcinfo, lockmode);
}

void
orm_request_take(FunctionCallInfo fcinfo, OrmQueryRequest *request, OrmQueryVerb verb, const OrmModel *model, int query,
				 int params)
{
	const OrmDocument *document = orm_argument_document(fcinfo, query, "query");

	orm_query_request(request, verb, model, document, orm_argument_document(fcinfo, params, "params"));
}

OrmQuery *
orm_request_open(FunctionCallInfo fcinfo, OrmQueryVerb verb)
{
	OrmQueryRequest request;

	orm_request_take(fcinfo, &request, verb, orm_request_model(fcinfo, AccessShareLock), 1, 2);
	return orm_query_open(&request);
}
