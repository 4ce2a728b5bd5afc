/*
 * online_step.c - see online_step.h.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/lsyscache.h"

#include "base/sql.h"
#include "define/applied.h"
#include "define/loosen.h"
#include "define/migrate.h"
#include "define/online_step.h"
#include "define/owner.h"
#include "define/sync.h"
#include "exec/execute.h"
#include "model/foreign_key.h"

/* So many rows are filled in one transaction. */
#define BATCH 2000

/* Runs a statement as the owner of the table. */
static uint64
run_sql(const OrmMigrationStep *step, const char *sql)
{
	OrmIdentity identity = orm_owner_begin_pinned(orm_online_owner(step), step->schema);
	uint64 rows = orm_execute_statement(sql);

	orm_owner_end(identity);
	return rows;
}

/* Is the step about the columns of its table, so that functions of its rows may change? */
static bool
is_about_columns(const OrmMigrationStep *step)
{
	return strncmp(step->object, "column ", strlen("column ")) == 0 ||
		strncmp(step->object, "table ", strlen("table ")) == 0;
}

/* Makes the functions of the models of a table what they are to be. */
static void
sync_models(Oid relid)
{
	ListCell *cell;

	foreach(cell, OidIsValid(relid) ? orm_registry_of_relation(relid) : NIL)
		(void) orm_sync_model(((OrmRegistered *) lfirst(cell))->name);
}

/* Locks the declarations of a plan, and checks once more that they say what was planned. */
static void
lock_declarations(const OrmMigrationStep *step, const List *models)
{
	ListCell *cell;

	orm_registry_lock();
	foreach(cell, models)
		orm_registry_lock_name(lfirst(cell));
	(void) orm_online_check(step->migration);
}

/* A statement as it is; what depends on columns is loosened, and made again, see loosen.h. */
static bool
run_statement(OrmMigrationStep *step, const List *models)
{
	bool renames = strcmp(step->action, "rename") == 0;
	OrmStep loosened = {.phase = ORM_PHASE_COLUMN, .model = step->model, .loosens = step->loosens};
	List *indexes = NIL;
	OrmIdentity identity;
	ListCell *cell;

	if (renames)
		lock_declarations(step, models);
	loosened.relid = orm_online_relation(step);
	identity = orm_owner_begin_pinned(orm_online_owner(step), step->schema);
	if (is_about_columns(step))
		orm_loosen_computed(&loosened, &indexes);
	step->rows += (int64) orm_execute_statement(step->sql);
	orm_owner_end(identity);
	if (!is_about_columns(step))
		return true;
	sync_models(loosened.relid);
	foreach(cell, indexes)
		(void) run_sql(step, ((OrmStep *) lfirst(cell))->sql);
	if (renames) /* the declaration of a former model follows its table and columns */
		orm_applied_write_after(step->migration, models, ORM_HISTORY_PLANNED);
	return true;
}

/* Primary key columns of a table: as a list, and as SQL for their values. */
typedef struct FillKey
{
	StringInfoData columns; /* t.a, t.b */
	StringInfoData format;	/* for format(): %L::integer, %L::uuid */
} FillKey;

static void
read_key(FillKey *key, const OrmMigrationStep *step, Oid relid)
{
	AttrNumber numbers[INDEX_MAX_KEYS];
	int n = orm_foreign_key_primary(relid, numbers);

	initStringInfo(&key->columns);
	initStringInfo(&key->format);
	for (int i = 0; i < n; i++)
	{
		StringInfoData type;
		Oid typid;
		int32 typmod;
		Oid collation;

		get_atttypetypmodcoll(relid, numbers[i], &typid, &typmod, &collation);
		initStringInfo(&type);
		orm_sql_type(&type, typid, typmod);
		appendStringInfo(&key->columns, "%s%s.%s", i > 0 ? ", " : "", step->table,
						 orm_sql_quoted(get_attname(relid, numbers[i], false)));
		appendStringInfoString(&key->format, i > 0 ? ", %L::" : "%L::");
		for (const char *c = type.data; *c != '\0'; c++)
			appendStringInfo(&key->format, *c == '%' ? "%%%c" : "%c", *c);
	}
}

/* The key of the last row of the next batch, as SQL values; NULL: fewer rows are left. */
static char *
find_bound(const OrmMigrationStep *step, const FillKey *key)
{
	OrmIdentity identity = orm_owner_begin_pinned(orm_online_owner(step), step->schema);
	StringInfoData sql;
	StringInfoData format;
	char *bound = NULL;

	initStringInfo(&format);
	orm_sql_literal(&format, key->format.data);
	initStringInfo(&sql);
	appendStringInfo(&sql, "SELECT 0, (SELECT pg_catalog.format(%s, %s) FROM %s", format.data, key->columns.data,
					 step->table);
	if (step->last_key != NULL)
		appendStringInfo(&sql, " WHERE ROW(%s) > ROW(%s)", key->columns.data, step->last_key);
	appendStringInfo(&sql, " ORDER BY %s OFFSET %d LIMIT 1)", key->columns.data, BATCH - 1);
	(void) orm_execute_count(sql.data, &bound);
	orm_owner_end(identity);
	return bound;
}

/* Fills the rows of a batch. */
static bool
run_fill(OrmMigrationStep *step, const List *models)
{
	Oid relid = orm_online_relation(step);
	FillKey key;
	StringInfoData sql;
	char *bound;

	if (!OidIsValid(relid))
		ereport(ERROR, errcode(ERRCODE_UNDEFINED_TABLE), errmsg("table %s does not exist", step->table));
	read_key(&key, step, relid);
	if (key.columns.len == 0)
		return run_statement(step, models);
	bound = find_bound(step, &key);
	initStringInfo(&sql);
	appendStringInfoString(&sql, step->sql);
	if (step->last_key != NULL)
		appendStringInfo(&sql, " AND ROW(%s) > ROW(%s)", key.columns.data, step->last_key);
	if (bound != NULL)
		appendStringInfo(&sql, " AND ROW(%s) <= ROW(%s)", key.columns.data, bound);
	step->rows += (int64) run_sql(step, sql.data);
	step->last_key = bound != NULL ? bound : step->last_key;
	return bound == NULL;
}

/* Options of what is done at once. */
static OrmMigrateOptions
options_of(const OrmMigrationStep *step, const List *models)
{
	OrmMigrateOptions options = {.lock_timeout = step->lock_timeout, .max_lock = PG_INT32_MAX};

	options.models = unconstify(List *, models);
	return options;
}

static bool
run_tables(OrmMigrationStep *step, const List *models)
{
	OrmMigrateOptions options = options_of(step, models);

	orm_migrate_make_tables(&options);
	orm_applied_write_after(step->migration, models, ORM_HISTORY_PLANNED);
	return true;
}

static bool
run_finish(OrmMigrationStep *step, const List *models)
{
	OrmMigrateOptions options = options_of(step, models);

	orm_migrate_finish(&options);
	orm_applied_write_after(step->migration, models, ORM_HISTORY_DONE);
	return true;
}

/* What the kinds of steps do; false: there is more to do. */
static const struct
{
	const char *kind;
	bool (*run)(OrmMigrationStep *step, const List *models);
} runs[] = {
	{ORM_STEP_STATEMENT, run_statement},
	{ORM_STEP_FILL, run_fill},
	{ORM_STEP_TABLES, run_tables},
	{ORM_STEP_FINISH, run_finish},
};

/* Error context: the statement of a step. */
static void
add_step_context(void *argument)
{
	const OrmMigrationStep *step = argument;

	errcontext("step %d of the migration: %s", step->step, step->sql);
}

bool
orm_online_step_run(OrmMigrationStep *step, const List *models)
{
	ErrorContextCallback context = {error_context_stack, add_step_context, step};
	bool finished = true;

	CHECK_FOR_INTERRUPTS();
	error_context_stack = &context;
	for (int i = 0; i < (int) lengthof(runs); i++)
		if (strcmp(step->kind, runs[i].kind) == 0)
			finished = runs[i].run(step, models);
	error_context_stack = context.previous;
	step->state = finished ? ORM_STEP_DONE : ORM_STEP_RUNNING;
	step->error = NULL;
	orm_migration_step_write(step);
	return finished;
}
