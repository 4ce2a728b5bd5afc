/*
 * difference.c - orm.diff; see define/difference.h.
 */
#include "postgres.h"

#include "fmgr.h"
#include "funcapi.h"

#include "api/argument.h"
#include "api/output.h"
#include "api/steps.h"
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

/* orm.diff(model, options) */
Datum
orm_sql_diff(PG_FUNCTION_ARGS)
{
	OrmOutput row = {.fcinfo = fcinfo};
	DiffOptions options = {false};
	char *model = orm_argument_text_if_any(fcinfo, 0);
	OrmDifference difference;
	ListCell *cell;

	orm_members_read(&option_table, ORM_MEMBER_ALWAYS, orm_document_root(orm_argument_document(fcinfo, 1, "options")),
					 NULL, &options);
	difference = orm_difference_find(model != NULL ? list_make1(model) : NIL, options.strict);
	orm_difference_count(difference.steps);
	InitMaterializedSRF(fcinfo, 0);
	foreach(cell, difference.steps)
	{
		orm_steps_put(&row, lfirst(cell), foreach_current_index(cell) + 1);
		orm_output_put(&row);
	}
	return (Datum) 0;
}
