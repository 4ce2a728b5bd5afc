/*
 * request.h - arguments of the functions that read by query documents.
 */
#ifndef ORM_API_REQUEST_H
#define ORM_API_REQUEST_H

#include "exec/query.h"
#include "fmgr.h"
#include "storage/lockdefs.h"

/* The model that the first argument names, after an autoflush (session/session.h). */
extern const OrmModel *orm_request_model(FunctionCallInfo fcinfo, LOCKMODE lockmode);

/*
 * Makes a request of the arguments "query", number n, and "params", number
 * params; neither may be null (22004).
 */
extern void orm_request_take(FunctionCallInfo fcinfo, OrmQueryRequest *request, OrmQueryVerb verb,
							 const OrmModel *model, int query, int params);

/* The open query of a function with the arguments (model, query, params). */
extern OrmQuery *orm_request_open(FunctionCallInfo fcinfo, OrmQueryVerb verb);

#endif
