/*
 * get.h - reading rows of one table by equality, without a query document.  This is the
 * fast path of reading an object by its primary key.
 *
 * The caller has opened the model and locked its table.  Rows are read under the snapshot
 * of the call (orm_execute_snapshot_begin).  Errors of the server are not changed.
 */
#ifndef ORM_EXEC_GET_H
#define ORM_EXEC_GET_H

#include "exec/receiver.h"
#include "model/model.h"

/* The condition; arrays are by attribute. */
typedef struct OrmGet
{
	const OrmModel *model;
	const bool *where;	 /* it is in the condition */
	const bool *isnull;	 /* its condition is IS NULL */
	const Datum *values; /* value to compare with */
	bool first;			 /* at most one row */
} OrmGet;

/* Calls the function for each row, with all attributes in table order.  Raises 42883 for a type without equality. */
extern void orm_get_rows(const OrmGet *get, OrmRowFunction row, void *argument);

/*
 * Reads the object with a primary key (values in key order) as JSON; false when it does
 * not exist.  Raises 42501 with a column that is not readable.
 */
extern bool orm_get_object(const OrmModel *model, const Datum *key, Datum *json);

#endif
