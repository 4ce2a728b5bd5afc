/*
 * steps.c - see steps.h.
 */
#include "postgres.h"

#include "api/steps.h"
#include "define/difference.h"

void
orm_steps_put(OrmOutput *row, const OrmStep *step, int number)
{
	orm_output_integer(row, number);
	orm_output_text(row, step->model);
	orm_output_text(row, step->action);
	orm_output_text(row, step->object);
	orm_output_text(row, step->sql);
	orm_output_text(row, step->lock);
	orm_output_boolean(row, step->rewrites);
	orm_output_boolean(row, orm_difference_is_destructive(step));
	orm_output_count(row, step->rows);
	orm_output_seconds(row, step->seconds);
	orm_output_text(row, step->reverse);
	orm_output_boolean(row, true);
	orm_output_text(row, step->note);
}
