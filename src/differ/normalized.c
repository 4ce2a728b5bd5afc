/*
 * normalized.c - see normalized.h.
 */
#include "postgres.h"

#include "utils/lsyscache.h"
#include "utils/rel.h"

#include "base/sql.h"
#include "differ/analysis.h"
#include "differ/cost.h"
#include "differ/normalized.h"
#include "differ/violation.h"
#include "model/kept.h"

/* Drops the trigger, once for a table. */
static void
drop_trigger(const OrmDiffer *differ)
{
	char *object = psprintf("trigger \"%s\" on %s", ORM_KEPT_TRIGGER, differ->name);
	ListCell *cell;

	foreach(cell, *differ->steps)
		if (strcmp(((OrmStep *) lfirst(cell))->object, object) == 0)
			return;
	orm_differ_step(differ, ORM_PHASE_COLUMN, "drop", object,
					psprintf("DROP TRIGGER \"%s\" ON %s", ORM_KEPT_TRIGGER, differ->name), NULL, ORM_LOCK_FULL)
		->seconds = 0;
}

/* Does the trigger keep the declared expression? */
static bool
is_kept(const OrmDiffer *differ, const List *kept, AttrNumber number, const char *text)
{
	const OrmKept *record = orm_kept_find(kept, ORM_KEPT_NORMALIZED, number);
	OrmAnalysisPlace place = {.kind = ORM_ANALYSIS_INDEX};

	return record != NULL &&
		orm_analysis_same(differ, &place, orm_analysis_analyse(differ, &place, text), record->expression);
}

/* The query for the number of values that change; NULL: the column is another one until then. */
static char *
count_query(const OrmDiffer *differ, AttrNumber number, const char *column, const char *condition)
{
	if (bms_is_member(number, differ->retyped) ||
		strcmp(get_attname(RelationGetRelid(differ->relation), number, false), column) != 0)
		return NULL;
	return psprintf("SELECT pg_catalog.count(*) FROM %s WHERE %s", differ->present, condition);
}

void
orm_normalized_compare(const OrmDiffer *differ, const OrmDdlColumn *column, AttrNumber number, char *object)
{
	const char *text = column->declared != NULL ? column->declared->normalizes : NULL;
	List *kept = text != NULL ? orm_kept_of_relation(RelationGetRelid(differ->relation)) : NIL;
	char *name = orm_sql_quoted(column->name);
	StringInfoData value;
	char *condition;
	OrmStep *step;

	if (text == NULL || is_kept(differ, kept, number, text))
		return;
	if (kept != NIL)
		drop_trigger(differ);
	initStringInfo(&value);
	orm_sql_fragment(&value, text);
	condition = psprintf("%s::pg_catalog.text IS DISTINCT FROM %s::pg_catalog.text", name, value.data);
	step = orm_differ_step(differ, ORM_PHASE_COLUMN, "fill", object,
						   psprintf("UPDATE %s SET %s = %s WHERE %s", differ->name, name, value.data, condition), NULL,
						   ORM_LOCK_FULL);
	orm_cost_rewrite(step, differ);
	step->normalizes = true;
	step->changed = count_query(differ, number, column->name, condition);
	if (column->declared->is_unique == ORM_YES)
		orm_violation_collisions(step, differ, column->name, text);
}
