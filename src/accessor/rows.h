/*
 * rows.h - returning rows of a model's table from an SQL-callable function.
 */
#ifndef ORM_ACCESSOR_ROWS_H
#define ORM_ACCESSOR_ROWS_H

#include "executor/tuptable.h"
#include "fmgr.h"
#include "query/query.h"

typedef struct OrmResultRows
{
	FunctionCallInfo fcinfo;
	const OrmModel *model;
	MemoryContext context;	  /* for a single row: the caller's context */
	const bool *returned;	  /* by attribute: is it in the received rows, which are in table order? */
	const OrmMember *members; /* if not NULL: positions of the attributes in the received rows */
	bool found;				  /* "result" is set */
	Datum result;			  /* the row that was kept */
} OrmResultRows;

/*
 * Raises 0A000 if the caller expects the row type from before a concurrent
 * change of the table, as a prepared SELECT on the table does.  (The server's
 * own check fails with XX000 for a dropped column.)  If columns were added, the
 * caller gets rows without them.
 */
extern void orm_rows_check(const OrmResultRows *rows);

/* Begins a result set of rows or values; raises 0A000 if the caller does not accept a set. */
extern void orm_rows_begin_set(FunctionCallInfo fcinfo);

/* OrmRowFunctions that add a row to the result set, or keep the only row; the argument is the OrmResultRows. */
extern void orm_rows_store(void *rows, TupleTableSlot *slot);
extern void orm_rows_keep(void *rows, TupleTableSlot *slot);

/* Adds a value to the result set; a composite value is added as a row. */
extern void orm_rows_store_value(FunctionCallInfo fcinfo, Datum value, bool isnull, bool composite);

#endif
