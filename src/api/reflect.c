/*
 * reflect.c - orm.reflect; see src/define/reflection.h.
 */
#include "postgres.h"

#include "fmgr.h"
#include "funcapi.h"

#include "api/argument.h"
#include "api/output.h"
#include "define/reflection.h"

PG_FUNCTION_INFO_V1(orm_sql_reflect);

/* The patterns in an argument. */
static List *
pattern_arguments(FunctionCallInfo fcinfo, int n, const char *name)
{
	int count;
	char **names = orm_argument_names(fcinfo, n, name, &count);
	List *patterns = NIL;

	for (int i = 0; i < count; i++)
		patterns = lappend(patterns, names[i]);
	return patterns;
}

/* orm.reflect(schema_name, include, exclude, options) */
Datum
orm_sql_reflect(PG_FUNCTION_ARGS)
{
	OrmReflectionRequest request = {0};
	OrmOutput row = {.fcinfo = fcinfo};
	ListCell *cell;

	request.schema = orm_argument_text_if_any(fcinfo, 0);
	request.has_include = !PG_ARGISNULL(1);
	request.include = pattern_arguments(fcinfo, 1, "include");
	request.exclude = pattern_arguments(fcinfo, 2, "exclude");
	request.options = orm_argument_document(fcinfo, 3, "options");
	InitMaterializedSRF(fcinfo, 0);
	foreach(cell, orm_reflection_run(&request))
	{
		const OrmReflectionRow *result = lfirst(cell);

		orm_output_text(&row, result->model);
		orm_output_text(&row, result->action);
		orm_output_text(&row, result->kind);
		orm_output_text(&row, result->identity);
		orm_output_text(&row, result->detail);
		orm_output_put(&row);
	}
	return (Datum) 0;
}
