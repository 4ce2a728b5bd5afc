/*
 * output.h - rows of a set that an SQL-callable function returns, value by value:
 *
 *     OrmOutput row = {.fcinfo = fcinfo};
 *
 *     orm_output_text(&row, model->name);
 *     orm_output_boolean(&row, true);
 *     orm_output_put(&row);
 *
 * after InitMaterializedSRF.  Values are in the order of the columns.
 */
#ifndef ORM_API_OUTPUT_H
#define ORM_API_OUTPUT_H

#include "fmgr.h"
#include "nodes/pg_list.h"

/* So many columns a row may have. */
#define ORM_OUTPUT_COLUMNS 16

typedef struct OrmOutput
{
	FunctionCallInfo fcinfo;
	int n;
	Datum values[ORM_OUTPUT_COLUMNS];
	bool isnull[ORM_OUTPUT_COLUMNS];
} OrmOutput;

/* Appends a value of any type. */
extern void orm_output_value(OrmOutput *row, Datum value);

/* Appends a text; NULL: null. */
extern void orm_output_text(OrmOutput *row, const char *text);

/* Appends names (List of char *) as text[]; NIL: null. */
extern void orm_output_names(OrmOutput *row, const List *names);

extern void orm_output_integer(OrmOutput *row, int value);
extern void orm_output_boolean(OrmOutput *row, bool value);

/* Append a number; a negative one: null. */
extern void orm_output_count(OrmOutput *row, int64 value);
extern void orm_output_seconds(OrmOutput *row, double value);

/* Adds the row, which must be complete, to the set, and begins the next one. */
extern void orm_output_put(OrmOutput *row);

#endif
