/*
 * lint.c - orm.lint; see define/lint.h.
 */
#include "postgres.h"

#include "fmgr.h"
#include "funcapi.h"

#include "api/argument.h"
#include "api/output.h"
#include "define/lint.h"

PG_FUNCTION_INFO_V1(orm_sql_lint);

/* orm.lint(model) */
Datum
orm_sql_lint(PG_FUNCTION_ARGS)
{
	OrmOutput row = {.fcinfo = fcinfo};
	ListCell *cell;

	InitMaterializedSRF(fcinfo, 0);
	foreach(cell, orm_lint_run(orm_argument_text_if_any(fcinfo, 0)))
	{
		const OrmLintRow *found = lfirst(cell);

		orm_output_text(&row, found->rule->severity);
		orm_output_text(&row, found->model);
		orm_output_text(&row, found->object);
		orm_output_text(&row, found->rule->name);
		orm_output_text(&row, found->message);
		orm_output_text(&row, found->fix);
		orm_output_put(&row);
	}
	return (Datum) 0;
}
