/*
 * difference.c - orm.diff; see define/difference.h.
 */
#include "postgres.h"

#include "fmgr.h"
#include "funcapi.h"

#include "api/argument.h"
#include "api/output.h"
#include "base/members.h"
#include "define/difference.h"

PG_FUNCTION_INFO_V1(orm_sql_diff);

/* The options of orm.diff. */
typedef struct DiffOptions
{
	bool strict;
} DiffOptions;

/* Reads "strict". */
static void
read_strict(void *options, OrmJson value, const OrmPath *place)
{
	((DiffOptions *) options)->strict = orm_members_boolean(value, place);
}

static const OrmMemberKey option_keys[] = {
	{ORM_MEMBER_KEY("strict"), .allowed = ORM_MEMBER_ALWAYS, .read = read_strict},
};

static const OrmMemberTable option_table = {
	.document = "options", .noun = "option", ORM_MEMBER_RECORDS(option_keys), .empty_array = true};

/* A step as a row. */
static void
put_step(OrmOutput *row, const OrmStep *step, int number)
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

/* orm.diff(model, options) */
Datum
orm_sql_diff(PG_FUNCTION_ARGS)
{
	OrmOutput row = {.fcinfo = fcinfo};
	DiffOptions options = {false};
	OrmDifference difference;
	ListCell *cell;

	orm_members_read(&option_table, ORM_MEMBER_ALWAYS, orm_document_root(orm_argument_document(fcinfo, 1, "options")),
					 NULL, &options);
	difference = orm_difference_find(orm_argument_text_if_any(fcinfo, 0), options.strict);
	orm_difference_count(difference.steps);
	InitMaterializedSRF(fcinfo, 0);
	foreach(cell, difference.steps)
	{
		put_step(&row, lfirst(cell), foreach_current_index(cell) + 1);
		orm_output_put(&row);
	}
	return (Datum) 0;
}
