/*
 * call.h - one call of a function in LANGUAGE orm, between the handler and the
 * verbs.
 */
#ifndef ORM_ACCESSOR_CALL_H
#define ORM_ACCESSOR_CALL_H

#include "accessor/function.h"

typedef struct OrmCall
{
	FunctionCallInfo fcinfo;
	const OrmFunction *function;
	const OrmModel *model;
	MemoryContext context;		/* the caller's, where the result goes */
	bool		given[FUNC_MAX_ARGS];
	const bool *returned;		/* by attribute: is it in the rows that come back? */
	bool		found;			/* a row came back, */
	Datum		result;			/* this one */
} OrmCall;

#endif
