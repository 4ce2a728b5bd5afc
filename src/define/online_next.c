/*
 * online_next.c - see online_next.h.
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/guc.h"

#include "base/settings.h"
#include "base/sql.h"
#include "define/online_index.h"
#include "define/online_next.h"
#include "define/online_step.h"

/* Settings by which the text of an index is read. */
static const char *const settings[] = {"search_path", "TimeZone", "DateStyle", "IntervalStyle"};

/* The statement that sets one for the session. */
static char *
print_setting(const char *name, const char *value)
{
	StringInfoData sql;

	initStringInfo(&sql);
	appendStringInfo(&sql, "SELECT pg_catalog.set_config('%s', ", name);
	orm_sql_literal(&sql, value);
	appendStringInfoString(&sql, ", false)");
	return sql.data;
}

/* Appends the statements that set them to what they are now. */
static List *
add_settings(List *statements)
{
	for (int i = 0; i < (int) lengthof(settings); i++)
		statements = lappend(statements, print_setting(settings[i], GetConfigOption(settings[i], false, false)));
	return statements;
}

/* A statement that runs outside of transactions, between settings if it needs them. */
static List *
add_pinned(const OrmMigrationStep *step, char *sql)
{
	List *statements = NIL;
	int level;

	if (sql != step->sql || !orm_online_index_has_expressions(step))
		return list_make1(sql);
	level = orm_settings_pin(step->schema);
	statements = add_settings(statements);
	orm_settings_leave(level);
	return add_settings(lappend(statements, sql));
}

/* The statements of a step outside of transactions; NIL: it is done, which is written. */
static List *
next_concurrent(OrmMigrationStep *step)
{
	OrmOnlineIndex found = orm_online_index_look(step);
	char *sql = found == ORM_ONLINE_INDEX_DROP ? orm_online_index_drop(step) : step->sql;

	step->state = found == ORM_ONLINE_INDEX_DONE ? ORM_STEP_DONE : ORM_STEP_RUNNING;
	step->pid = MyProcPid;
	step->error = NULL;
	orm_migration_step_write(step);
	if (found == ORM_ONLINE_INDEX_DONE)
		return NIL;
	orm_online_index_check(step, sql);
	return add_pinned(step, sql);
}

List *
orm_online_next_statements(int64 id, int *number)
{
	OrmOnline *plan = orm_online_open(id, false);
	OrmMigrationStep *step;
	int n;

	while (plan != NULL && (step = orm_online_next(id, &n)) != NULL)
	{
		List *statements;

		*number = step->step;
		if (!orm_migration_step_is_concurrent(step))
			return list_make1(psprintf("SELECT orm.run_migration_step(" INT64_FORMAT ", %d)", id, step->step));
		statements = next_concurrent(step);
		if (statements != NIL)
			return statements;
	}
	return NIL;
}

const char *
orm_online_next_run(int64 id, int number)
{
	OrmOnline *plan = orm_online_open(id, false);
	int n = 0;
	OrmMigrationStep *step = plan != NULL ? orm_online_next(id, &n) : NULL;
	int level;

	if (step == NULL || step->step != number || orm_migration_step_is_concurrent(step))
		ereport(ERROR, errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				errmsg("step %d of migration " INT64_FORMAT " is not to be run in a transaction now", number, id),
				step != NULL ? errdetail("The next step is %d: %s", step->step, step->sql) : 0,
				errhint("orm.migration_next gives the statements in their order."));
	level = NewGUCNestLevel();
	orm_online_set_timeout(step);
	step->pid = MyProcPid;
	step->state = ORM_STEP_RUNNING;
	orm_migration_step_write(step);
	(void) orm_online_step_run(step, plan->models);
	AtEOXact_GUC(false, level);
	return step->state;
}
