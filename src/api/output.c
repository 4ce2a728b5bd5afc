/*
 * output.c - rows of a set that an SQL-callable function returns; see output.h.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "funcapi.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/tuplestore.h"

#include "api/output.h"

/* Appends a value, or null. */
static void
append(OrmOutput *row, Datum value, bool isnull)
{
	Assert(row->n < ORM_OUTPUT_COLUMNS);
	row->values[row->n] = value;
	row->isnull[row->n++] = isnull;
}

void
orm_output_value(OrmOutput *row, Datum value)
{
	append(row, value, false);
}

void
orm_output_text(OrmOutput *row, const char *text)
{
	append(row, text ? CStringGetTextDatum(text) : (Datum) 0, text == NULL);
}

void
orm_output_names(OrmOutput *row, const List *names)
{
	Datum *elements = palloc(sizeof(Datum) * Max(list_length(names), 1));
	ListCell *cell;

	foreach(cell, names)
		elements[foreach_current_index(cell)] = CStringGetTextDatum(lfirst(cell));
	append(row, PointerGetDatum(construct_array(elements, list_length(names), TEXTOID, -1, false, TYPALIGN_INT)),
		   names == NIL);
}

void
orm_output_integer(OrmOutput *row, int value)
{
	append(row, Int32GetDatum(value), false);
}

void
orm_output_boolean(OrmOutput *row, bool value)
{
	append(row, BoolGetDatum(value), false);
}

void
orm_output_count(OrmOutput *row, int64 value)
{
	append(row, Int64GetDatum(Max(value, 0)), value < 0);
}

void
orm_output_seconds(OrmOutput *row, double value)
{
	append(row, Float8GetDatum(Max(value, 0)), value < 0);
}

void
orm_output_put(OrmOutput *row)
{
	ReturnSetInfo *set = (ReturnSetInfo *) row->fcinfo->resultinfo;

	Assert(row->n == set->setDesc->natts);
	tuplestore_putvalues(set->setResult, set->setDesc, row->values, row->isnull);
	row->n = 0;
}
