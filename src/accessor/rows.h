/*
 * rows.h - rows of a model's table, as the result of an SQL function.
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
	MemoryContext context;	  /* the caller's, where a single row goes */
	const bool *returned;	  /* by attribute: is it in the rows that come, which have those in table order? */
	const OrmMember *members; /* or, not NULL: where each attribute is */
	bool found;				  /* a row was kept, */
	Datum result;			  /* this one */
} OrmResultRows;

/*
 * Raises 0A000 when the caller expects rows as the table's were before
 * somebody changed it, while this call waited for its lock: what a prepared
 * SELECT on the table would.  (The server looks as well, but stumbles over a
 * dropped column: XX000.)  Where columns were added the caller gets the rows
 * that it expects, without them.
 */
extern void orm_rows_check(const OrmResultRows *rows);

/* Begins a result of many rows or values; raises 0A000 where none can be taken. */
extern void orm_rows_begin_set(FunctionCallInfo fcinfo);

/* Receive, as an OrmRowFunction, a row of many, or the only one; the argument is the OrmResultRows. */
extern void orm_rows_store(void *rows, TupleTableSlot *slot);
extern void orm_rows_keep(void *rows, TupleTableSlot *slot);

/* Adds a value to a result of many; of a composite type it becomes a row, as the server has it. */
extern void orm_rows_store_value(FunctionCallInfo fcinfo, Datum value, bool isnull, bool composite);

#endif
