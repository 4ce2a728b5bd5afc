/*
 * migrate_check.c - see migrate_check.h.
 */
#include "postgres.h"

#include "base/names.h"
#include "define/obstacle.h"
#include "define/migrate_check.h"
#include "exec/execute.h"

/* Raises 42804 for a type without a cast. */
static void
check_casts(const List *steps)
{
	ListCell *cell;

	foreach(cell, steps)
	{
		const OrmStep *step = lfirst(cell);

		if (step->no_cast)
			ereport(ERROR, errcode(ERRCODE_DATATYPE_MISMATCH),
					errmsg("%s cannot be cast automatically to its new type", step->object),
					errdetail_internal("%s", step->note),
					errhint("Say how its values become the new type: orm.column(..., using_expr => 'expression')."));
	}
}

/* Is a column dropped that could have been renamed to one that is added? */
static void
check_renames(const List *steps)
{
	ListCell *cell;
	ListCell *other;

	foreach(cell, steps)
	{
		const OrmStep *drop = lfirst(cell);

		foreach(other, OidIsValid(drop->type) && drop->phase == ORM_PHASE_DROP ? steps : NIL)
		{
			const OrmStep *add = lfirst(other);

			if (add->phase == ORM_PHASE_COLUMN && add->relid == drop->relid && add->type == drop->type)
				ereport(ERROR, errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
						errmsg("%s would be dropped, and %s added with the same type", drop->object, add->object),
						errdetail("It may be one column that is renamed."),
						errhint("Rename it: orm.column(..., renamed_from => 'old name'); or the option "
								"{\"not_renamed\": true}."));
		}
	}
}

/* Is a destructive step allowed? */
static bool
is_allowed(const OrmStep *step, const OrmMigrateOptions *options)
{
	return !orm_difference_is_destructive(step) || options->destroy_all ||
		orm_name_is_among(options->destroy, step->lost_name);
}

/* Raises 55000 with all destructive steps that are not allowed. */
static void
check_destructive(const List *steps, const OrmMigrateOptions *options)
{
	StringInfoData lost;
	ListCell *cell;

	initStringInfo(&lost);
	foreach(cell, steps)
	{
		const OrmStep *step = lfirst(cell);

		if (!is_allowed(step, options))
			appendStringInfo(&lost, "%s%s: " INT64_FORMAT " %s (%s)", lost.len ? "\n" : "", step->lost_name, step->rows,
							 step->rows == 1 ? "value" : "values", step->sql);
	}
	if (lost.len > 0)
		ereport(ERROR, errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE), errmsg("migration would lose values"),
				errdetail_internal("%s", lost.data),
				errhint("The option {\"allow_destructive\": [\"Model.attribute\"]} allows it."));
}

/* Raises 55000 for a step that would keep its lock for too long. */
static void
check_time(const List *steps, const OrmMigrateOptions *options)
{
	ListCell *cell;

	foreach(cell, steps)
	{
		const OrmStep *step = lfirst(cell);

		if (step->lock != NULL && !(options->online && step->gentle != ORM_GENTLE_NONE) &&
			step->seconds * 1000 > options->max_lock)
			ereport(ERROR, errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
					errmsg("step would keep its lock for about %.1f s: %s", step->seconds, step->sql),
					errdetail("It locks the table in %s mode, and the limit is %.1f s.", step->lock,
							  options->max_lock / 1000.0),
					errhint("The option {\"max_lock\": \"1min\"} allows more."));
	}
}

void
orm_migrate_check_steps(const List *steps, const OrmMigrateOptions *options)
{
	orm_obstacle_check(steps);
	check_casts(steps);
	if (!options->not_renamed)
		check_renames(steps);
	check_destructive(steps, options);
	check_time(steps, options);
}

void
orm_migrate_check_rows(const OrmStep *step)
{
	char *examples = NULL;
	int64 count = step->wrong != NULL ? orm_execute_count(step->wrong, &examples) : 0;

	if (count > 0)
		ereport(ERROR, errcode(step->wrong_code), errmsg_internal("%s", step->wrong_message),
				errdetail_internal(count == 1 ? INT64_FORMAT " row: %s." : INT64_FORMAT " rows: %s%s.", count, examples,
								   count > 3 ? "..." : ""),
				step->wrong_hint != NULL ? errhint("%s", step->wrong_hint) : 0);
}
