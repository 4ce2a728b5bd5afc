/*
 * tuples.c - values of columns, row by row; see tuples.h.
 */
#include "postgres.h"

#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "base/sql.h"
#include "model/join.h"
#include "store/tuples.h"
#include "store/unnest.h"
#include "store/statement.h"

/* Number of rows up to which a nested loop is acceptable. */
#define FEW_ROWS 50

OrmTuples
orm_tuples_make(const OrmJoinColumns *columns)
{
	OrmTuples rows = {.columns = columns, .capacity = 8};

	rows.values = palloc(sizeof(Datum) * rows.capacity * columns->n);
	return rows;
}

Datum *
orm_tuples_next(OrmTuples *rows)
{
	if (rows->n == rows->capacity)
	{
		rows->capacity *= 2;
		rows->values = repalloc_huge(rows->values, sizeof(Datum) * rows->capacity * rows->columns->n);
	}
	return rows->values + (Size) rows->n * rows->columns->n;
}

OrmPlanning
orm_tuples_planning(const OrmTuples *rows)
{
	return rows->n > FEW_ROWS ? ORM_PLAN_CUSTOM : ORM_PLAN_GENERIC;
}

void
orm_tuples_arrays(const OrmTuples *rows, Datum *arrays)
{
	int width = rows->columns->n;
	Datum *values = palloc_extended(sizeof(Datum) * Max(rows->n, 1), MCXT_ALLOC_HUGE);

	for (int c = 0; c < width; c++)
	{
		const OrmType *type = rows->columns->columns[c].type;

		for (int i = 0; i < rows->n; i++)
			values[i] = rows->values[(Size) i * width + c];
		arrays[c] = orm_unnest_array(type, values, NULL, rows->n);
	}
	pfree(values);
}
