/*
 * tuples.h - rows of values for columns that are passed as arrays.
 */
#ifndef ORM_STORE_TUPLES_H
#define ORM_STORE_TUPLES_H

#include "exec/plan.h"
#include "store/columns.h"

/* Values for the columns, row by row. */
typedef struct OrmTuples
{
	const OrmJoinColumns *columns;
	int n;
	int capacity;
	Datum *values; /* n times as many as there are columns */
} OrmTuples;

extern OrmTuples orm_tuples_make(const OrmJoinColumns *columns);

/* Room for the next row, which counts once the caller has added 1 to "n". */
extern Datum *orm_tuples_next(OrmTuples *rows);

/*
 * How a statement is planned that passes over what stands in these rows.  A generic plan, which takes them for few,
 * would look for every row of the table in all of them.
 */
extern OrmPlanning orm_tuples_planning(const OrmTuples *rows);

/* The values as arrays, one for each column. */
extern void orm_tuples_arrays(const OrmTuples *rows, Datum *arrays);

#endif
