/*
 * call.h - one call of a function in LANGUAGE orm, as the handler passes it to a
 * verb.
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
	OrmResultRows rows; /* its result, where that is rows */
	OrmRecord *again;	/* the key of the stored row, by which it is read again; NULL: it is not */
} OrmCall;

/* The result of a call that has none. */
static inline Datum
orm_call_null(OrmCall *call)
{
	call->fcinfo->isnull = true;
	return (Datum) 0;
}

/* The row that was kept; NULL where none was. */
static inline Datum
orm_call_result(OrmCall *call)
{
	return call->rows.found ? call->rows.result : orm_call_null(call);
}

/* The given arguments that are attributes, or the whole row, as a record; each cast to its attribute's type. */
extern OrmRecord *orm_call_record(const OrmCall *call);

/* Is a part of the primary key in the record NULL?  Such a key finds nothing. */
extern bool orm_call_has_null_key(const OrmCall *call, const OrmRecord *record);

/* The values of the primary key in the record, in key order. */
extern Datum *orm_call_key(const OrmCall *call, const OrmRecord *record);

#endif
