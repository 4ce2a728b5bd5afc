/*
 * tuples.h - values of columns, row by row, to be passed as arrays.
 */
#ifndef ORM_STORE_TUPLES_H
#define ORM_STORE_TUPLES_H

#include "exec/plan.h"
#include "store/columns.h"

/* Rows of values, allocated in the current context. */
typedef struct OrmTuples
{
	const OrmJoinColumns *columns;
	int n;
	int capacity;
	Datum *values; /* capacity * columns->n values, row by row */
} OrmTuples;

extern OrmTuples orm_tuples_make(const OrmJoinColumns *columns);

/* Returns room for the next row, which the caller adds by incrementing "n". */
extern Datum *orm_tuples_next(OrmTuples *rows);

/*
 * The planning mode of a statement with an anti-join against these rows.  A
 * generic plan assumes few rows, and would compare each row of the table with
 * all of them.
 */
extern OrmPlanning orm_tuples_planning(const OrmTuples *rows);

/* Makes one array per column; arrays[] has room for columns->n. */
extern void orm_tuples_arrays(const OrmTuples *rows, Datum *arrays);

#endif
