/*
 * get.h - reading rows of one table by equality, the object with a primary key
 * above all: one statement, no document, no shape.  It is the call that
 * programs make most.
 *
 * The model is open and its table locked.  Rows are read under the snapshot of
 * the call (orm_execute_snapshot_begin); errors of the server pass through.
 */
#ifndef ORM_EXEC_GET_H
#define ORM_EXEC_GET_H

#include "exec/receiver.h"
#include "model/model.h"

/* The condition: arrays are by attribute. */
typedef struct OrmGet
{
	const OrmModel *model;
	const bool *where;	 /* is it compared? */
	const bool *isnull;	 /* ... with NULL: IS NULL */
	const Datum *values; /* ... with this value */
	bool first;			 /* one row at most */
} OrmGet;

/* Hands each row, all attributes in table order, to the function.  Raises 42883 for a type without equality. */
extern void orm_get_rows(const OrmGet *get, OrmRowFunction row, void *argument);

/*
 * The object with a primary key (values in key order) as JSON; false: there is
 * none.  Raises 42501 naming a column that the current user may not read.
 */
extern bool orm_get_object(const OrmModel *model, const Datum *key, Datum *json);

#endif
