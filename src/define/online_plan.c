/*
 * online_plan.c - see online_plan.h.
 */
#include "postgres.h"

#include "catalog/pg_constraint.h"
#include "commands/defrem.h"
#include "utils/lsyscache.h"

#include "base/names.h"
#include "base/sql.h"
#include "define/migrate_check.h"
#include "define/migrate_lock.h"
#include "define/online.h"
#include "define/online_plan.h"
#include "define/owner.h"
#include "exec/execute.h"
#include "model/foreign_key.h"
#include "registry/history.h"
#include "registry/migration_step.h"

/* The end of the name of a check that stands for NOT NULL. */
#define CHECK_LABEL "not_null~orm"

/* A plan that is being written. */
typedef struct Plan
{
	int64 id;
	int n; /* steps written */
	const OrmMigrateOptions *options;
	const char *about; /* the model of the last step */
	bool tables;	   /* the step of new tables is written */
	StringInfoData rest;
	List *filled; /* of OrmStep *: fills */
} Plan;

/* Is a step left to the last one? */
static bool
is_rest(const OrmStep *step)
{
	return step->normalizes || strncmp(step->object, "trigger ", strlen("trigger ")) == 0 ||
		(step->phase >= ORM_PHASE_COMMENT && step->phase != ORM_PHASE_CLEANUP);
}

/* Writes a step that comes from a step of the difference; kind, sql and target NULL: those of an ordinary one. */
static void
write(Plan *plan, const OrmStep *from, const char *kind, const char *object, char *sql, const char *target)
{
	OrmMigrationStep step = {.migration = plan->id, .step = ++plan->n, .state = ORM_STEP_PLANNED};

	plan->about = from->about;
	step.model = from->about;
	step.action = from->action;
	step.object = object != NULL ? object : from->object;
	step.kind = kind != NULL ? kind : ORM_STEP_STATEMENT;
	step.sql = sql != NULL ? sql : from->sql;
	step.loosens = sql == NULL && (from->loosens || from->rewrites);
	step.schema = from->schema;
	step.table = OidIsValid(from->relid) ? from->table : NULL;
	step.target = target;
	step.lock_timeout = plan->options->lock_timeout;
	orm_migration_step_add(&step);
}

/* "constraint name on s.t" */
static char *
constraint_object(const OrmStep *step, const char *name)
{
	return psprintf("constraint %s on %s", orm_sql_quoted(name), step->table);
}

/* "index s.name" */
static char *
index_object(const OrmStep *step, const char *name)
{
	StringInfoData object;

	initStringInfo(&object);
	appendStringInfoString(&object, "index ");
	orm_sql_qualified(&object, step->schema, name);
	return object.data;
}

/* CREATE or DROP INDEX, with CONCURRENTLY. */
static char *
concurrently(const char *sql)
{
	const char *rest = strstr(sql, " INDEX ");

	Assert(rest != NULL);
	rest += strlen(" INDEX ");
	return psprintf("%.*sCONCURRENTLY %s", (int) (rest - sql), sql, rest);
}

static void
write_index(Plan *plan, const OrmStep *step)
{
	write(plan, step, ORM_STEP_CREATE_INDEX, index_object(step, step->named), concurrently(step->gentle_sql),
		  step->named);
}

static void
write_drop_index(Plan *plan, const OrmStep *step)
{
	write(plan, step, ORM_STEP_DROP_INDEX, NULL, concurrently(step->sql), step->named);
}

static void
write_unique(Plan *plan, const OrmStep *step)
{
	char *name = orm_sql_quoted(step->named);

	write_index(plan, step);
	write(plan, step, NULL, constraint_object(step, step->named),
		  psprintf("ALTER TABLE %s ADD CONSTRAINT %s UNIQUE USING INDEX %s%s", step->table, name, name, step->attach),
		  NULL);
}

static void
write_validate(Plan *plan, const OrmStep *step)
{
	char *object = constraint_object(step, step->named);

	write(plan, step, NULL, object, psprintf("%s NOT VALID", step->gentle_sql), NULL);
	write(plan, step, NULL, object,
		  psprintf("ALTER TABLE %s VALIDATE CONSTRAINT %s", step->table, orm_sql_quoted(step->named)), NULL);
}

/* Has the table a primary key by which rows are filled? */
static bool
has_key(const OrmStep *step)
{
	AttrNumber key[INDEX_MAX_KEYS];

	return orm_foreign_key_primary(step->relid, key) > 0;
}

static void
write_fill(Plan *plan, const OrmStep *step)
{
	plan->filled = lappend(plan->filled, unconstify(OrmStep *, step));
	write(plan, step, has_key(step) ? ORM_STEP_FILL : NULL, NULL, step->sql, step->named);
}

/* Rows that came without a value after the fill. */
static void
write_refill(Plan *plan, const OrmStep *step)
{
	ListCell *cell;

	foreach(cell, plan->filled)
	{
		const OrmStep *fill = lfirst(cell);

		if (fill->relid == step->relid && strcmp(fill->named, step->named) == 0)
			write(plan, fill, NULL, NULL, fill->sql, NULL);
	}
}

static void
write_not_null(Plan *plan, const OrmStep *step)
{
	char *name = makeObjectName(step->named, NULL, CHECK_LABEL);
	char *object = constraint_object(step, name);
	char *quoted = orm_sql_quoted(name);

	write(plan, step, NULL, object,
		  psprintf("ALTER TABLE %s ADD CONSTRAINT %s CHECK (%s IS NOT NULL) NOT VALID", step->table, quoted,
				   orm_sql_quoted(step->named)),
		  name);
	write_refill(plan, step);
	write(plan, step, NULL, object, psprintf("ALTER TABLE %s VALIDATE CONSTRAINT %s", step->table, quoted), NULL);
	write(plan, step, NULL, NULL, NULL, NULL);
	write(plan, step, NULL, object, psprintf("ALTER TABLE %s DROP CONSTRAINT %s", step->table, quoted), NULL);
}

/* Writes a step in its gentle form; by OrmGentle. */
static void (*const writers[])(Plan *plan, const OrmStep *step) = {
	[ORM_GENTLE_NONE] = NULL,
	[ORM_GENTLE_INDEX] = write_index,
	[ORM_GENTLE_DROP_INDEX] = write_drop_index,
	[ORM_GENTLE_UNIQUE] = write_unique,
	[ORM_GENTLE_VALIDATE] = write_validate,
	[ORM_GENTLE_NOT_NULL] = write_not_null,
	[ORM_GENTLE_FILL] = write_fill,
};

/* Adds a statement to a text of several. */
static void
append_statement(StringInfo text, const char *sql)
{
	appendStringInfo(text, "%s%s", text->len > 0 ? ";\n" : "", sql);
}

/* The step of all new tables. */
static void
write_tables(Plan *plan, const List *steps)
{
	StringInfoData sql;
	const OrmStep *first = NULL;
	ListCell *cell;

	if (plan->tables)
		return;
	plan->tables = true;
	initStringInfo(&sql);
	foreach(cell, steps)
	{
		const OrmStep *step = lfirst(cell);

		if (!orm_migrate_is_new_table(step))
			continue;
		append_statement(&sql, step->sql);
		first = first != NULL ? first : step;
	}
	write(plan, first, ORM_STEP_TABLES, "new tables", sql.data, NULL);
}

static void
write_step(Plan *plan, const OrmStep *step, const List *steps)
{
	if (is_rest(step))
		append_statement(&plan->rest, step->sql);
	else if (orm_migrate_is_new_table(step))
		write_tables(plan, steps);
	else if (step->gentle != ORM_GENTLE_NONE)
		writers[step->gentle](plan, step);
	else
		write(plan, step, NULL, NULL, NULL, NULL);
}

/* Is a step the default of the column that the step before fills? New rows get it while the others are filled. */
static bool
is_default_of(const OrmStep *step, const OrmStep *fill)
{
	return fill->gentle == ORM_GENTLE_FILL && step->gentle == ORM_GENTLE_NONE && step->phase == ORM_PHASE_COLUMN &&
		strcmp(step->action, "alter") == 0 && strcmp(step->object, fill->object) == 0;
}

void
orm_online_plan_write(int64 id, const List *steps, const OrmMigrateOptions *options)
{
	Plan plan = {.id = id, .options = options};
	OrmStep last = {.action = "finish", .object = "declarations and functions"};
	int n = list_length(steps);

	initStringInfo(&plan.rest);
	for (int i = 0; i < n; i++)
	{
		const OrmStep *step = list_nth(steps, i);

		if (i + 1 < n && is_default_of(list_nth(steps, i + 1), step))
			write_step(&plan, list_nth(steps, ++i), steps);
		write_step(&plan, step, steps);
	}
	last.about = plan.about != NULL ? plan.about : ((const OrmStep *) linitial(steps))->about;
	if (plan.rest.len == 0)
	{
		appendStringInfoString(&plan.rest, "SELECT * FROM orm.sync(");
		orm_sql_literal(&plan.rest, last.about);
		appendStringInfoChar(&plan.rest, ')');
	}
	write(&plan, &last, ORM_STEP_FINISH, NULL, plan.rest.data, NULL);
}

/* Do other steps change the columns of the table? Then its rows are not looked at before. */
static bool
is_changed(const List *steps, Oid relid)
{
	ListCell *cell;

	foreach(cell, steps)
	{
		const OrmStep *step = lfirst(cell);

		if (step->relid == relid && step->gentle != ORM_GENTLE_NOT_NULL &&
			(step->phase == ORM_PHASE_RENAME || step->phase == ORM_PHASE_COLUMN))
			return true;
	}
	return false;
}

/* Raises for rows that would stop a step later. */
static void
check_rows(const List *steps)
{
	ListCell *cell;

	foreach(cell, steps)
	{
		const OrmStep *step = lfirst(cell);
		OrmIdentity identity;

		if (step->wrong == NULL || !OidIsValid(step->relid) || is_changed(steps, step->relid))
			continue;
		identity = orm_owner_begin_pinned(step->owner, step->schema);
		orm_migrate_check_rows(step);
		orm_owner_end(identity);
	}
}

List *
orm_online_plan_make(const OrmMigrateOptions *options, OrmApplied *applied)
{
	OrmDifference difference = orm_difference_find(options->models, false);

	orm_difference_drop_notes(&difference);
	if (difference.steps == NIL)
	{
		orm_online_plan_give_up(&difference, options);
		return NIL;
	}
	orm_difference_count(difference.steps);
	orm_migrate_check_steps(difference.steps, options);
	orm_migrate_lock_models(orm_difference_models(&difference), options);
	check_rows(difference.steps);
	applied->planned = true;
	orm_applied_note(applied, &difference);
	return difference.steps;
}

/* Drops a check that a plan has left. */
static void
drop_check(const OrmMigrationStep *step)
{
	Oid relid = orm_online_relation(step);
	OrmIdentity identity;

	if (step->target == NULL || strcmp(step->state, ORM_STEP_RESTORED) == 0 ||
		strcmp(step->kind, ORM_STEP_STATEMENT) != 0 || !OidIsValid(relid) ||
		strcmp(step->target + Max(strlen(step->target), strlen(CHECK_LABEL)) - strlen(CHECK_LABEL), CHECK_LABEL) != 0 ||
		!OidIsValid(get_relation_constraint_oid(relid, step->target, true)))
		return;
	identity = orm_owner_begin(orm_online_owner(step));
	orm_execute_statement(psprintf("ALTER TABLE %s DROP CONSTRAINT %s", step->table, orm_sql_quoted(step->target)));
	orm_owner_end(identity);
}

/* Gives a plan up. */
static void
give_up(const OrmHistory *planned)
{
	ListCell *cell;

	orm_history_set_state(planned->id, ORM_HISTORY_REPLACED);
	foreach(cell, orm_migration_step_all(planned->id))
		drop_check(lfirst(cell));
}

/* Have two migrations a model in common? */
static bool
share_model(const OrmHistory *a, const OrmHistory *b)
{
	ListCell *cell;

	foreach(cell, a->models)
		if (orm_name_is_among(b->models, lfirst(cell)))
			return true;
	return false;
}

void
orm_online_plan_replace(int64 id)
{
	const OrmHistory *row = orm_history_find(id);
	ListCell *cell;

	foreach(cell, orm_history_all())
	{
		const OrmHistory *planned = lfirst(cell);

		if (planned->id != id && strcmp(planned->state, ORM_HISTORY_PLANNED) == 0 && share_model(planned, row))
			give_up(planned);
	}
}

/* Are all models of a migration among those of a difference? */
static bool
is_within(const OrmHistory *planned, const OrmDifference *difference)
{
	List *names = NIL;
	ListCell *cell;

	foreach(cell, difference->rows)
		names = lappend(names, ((const OrmRegistered *) lfirst(cell))->name);
	foreach(cell, planned->models)
		if (!orm_name_is_among(names, lfirst(cell)))
			return false;
	return true;
}

void
orm_online_plan_give_up(const OrmDifference *difference, const OrmMigrateOptions *options)
{
	ListCell *cell;

	foreach(cell, orm_history_all())
	{
		const OrmHistory *planned = lfirst(cell);

		if (strcmp(planned->state, ORM_HISTORY_PLANNED) != 0 || !is_within(planned, difference) ||
			orm_online_is_current(planned))
			continue;
		orm_migrate_lock_models(planned->models, options);
		if (!orm_online_is_current(planned))
			give_up(planned);
	}
}
