/*
 * call.h - a call of a function in LANGUAGE orm, the argument of verbs.
 */
#ifndef ORM_ACCESSOR_CALL_H
#define ORM_ACCESSOR_CALL_H

#include "accessor/function.h"
#include "accessor/rows.h"
#include "store/record.h"

typedef struct OrmCall
{
	FunctionCallInfo fcinfo;
	const OrmFunction *function;
	const OrmModel *model;
	bool given[FUNC_MAX_ARGS];
	int settings;		/* level of the settings in its options, until its end; 0: none */
	OrmResultRows rows; /* the result, if it consists of rows */
	OrmRecord *again;	/* key of the stored row, to read it again; NULL: it is not read again */
} OrmCall;

/* The result of a call without one. */
static inline Datum
orm_call_null(OrmCall *call)
{
	call->fcinfo->isnull = true;
	return (Datum) 0;
}

/* The row that was kept, or NULL. */
static inline Datum
orm_call_result(OrmCall *call)
{
	return call->rows.found ? call->rows.result : orm_call_null(call);
}

/* The given arguments for attributes, or the whole row, as a record; values are cast to the attributes' types. */
extern OrmRecord *orm_call_record(const OrmCall *call);

/* Is a part of the primary key in the record NULL?  No row has such a key. */
extern bool orm_call_has_null_key(const OrmCall *call, const OrmRecord *record);

/* The values of the primary key in the record, in key order, palloc'd. */
extern Datum *orm_call_key(const OrmCall *call, const OrmRecord *record);

#endif
