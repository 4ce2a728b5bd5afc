/*
 * migration_step.c - see migration_step.h.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/xact.h"
#include "catalog/indexing.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/timestamp.h"

#include "base/compat.h"
#include "registry/migration_step.h"
#include "registry/registry.h"

/* Columns of orm.migration_step; migration_step.sql declares them in this order. */
enum
{
	STEP_MIGRATION = 1,
	STEP_STEP,
	STEP_MODEL,
	STEP_ACTION,
	STEP_OBJECT,
	STEP_KIND,
	STEP_SQL,
	STEP_TRANSACTIONAL,
	STEP_LOOSENS,
	STEP_SCHEMA,
	STEP_TABLE,
	STEP_TARGET,
	STEP_LOCK_TIMEOUT,
	STEP_STATE,
	STEP_ROWS,
	STEP_LAST_KEY,
	STEP_ERROR,
	STEP_PID,
	STEP_STARTED,
	STEP_FINISHED,
	STEP_COLUMNS = STEP_FINISHED
};

/* A row that is being made. */
typedef struct StepRow
{
	Datum values[STEP_COLUMNS];
	bool nulls[STEP_COLUMNS];
	bool replaces[STEP_COLUMNS];
} StepRow;

static Relation
open_steps(LOCKMODE lockmode)
{
	return table_open(get_relname_relid("migration_step", orm_registry_schema()), lockmode);
}

bool
orm_migration_step_is_concurrent(const OrmMigrationStep *step)
{
	return strcmp(step->kind, ORM_STEP_CREATE_INDEX) == 0 || strcmp(step->kind, ORM_STEP_DROP_INDEX) == 0;
}

static void
set(StepRow *row, int column, Datum value)
{
	row->values[column - 1] = value;
	row->nulls[column - 1] = false;
	row->replaces[column - 1] = true;
}

/* Sets a text; NULL: null. */
static void
set_text(StepRow *row, int column, const char *text)
{
	set(row, column, text != NULL ? CStringGetTextDatum(text) : (Datum) 0);
	row->nulls[column - 1] = text == NULL;
}

/* Sets what a run of the step changes. */
static void
set_progress(StepRow *row, const OrmMigrationStep *step)
{
	set_text(row, STEP_STATE, step->state);
	set(row, STEP_ROWS, Int64GetDatum(step->rows));
	set_text(row, STEP_LAST_KEY, step->last_key);
	set_text(row, STEP_ERROR, step->error);
	set(row, STEP_PID, Int32GetDatum(step->pid));
	row->nulls[STEP_PID - 1] = step->pid == 0;
}

void
orm_migration_step_add(const OrmMigrationStep *step)
{
	Relation steps = open_steps(RowExclusiveLock);
	StepRow row;

	memset(&row, 0, sizeof(StepRow));
	set(&row, STEP_MIGRATION, Int64GetDatum(step->migration));
	set(&row, STEP_STEP, Int32GetDatum(step->step));
	set_text(&row, STEP_MODEL, step->model);
	set_text(&row, STEP_ACTION, step->action);
	set_text(&row, STEP_OBJECT, step->object);
	set_text(&row, STEP_KIND, step->kind);
	set_text(&row, STEP_SQL, step->sql);
	set(&row, STEP_TRANSACTIONAL, BoolGetDatum(!orm_migration_step_is_concurrent(step)));
	set(&row, STEP_LOOSENS, BoolGetDatum(step->loosens));
	set_text(&row, STEP_SCHEMA, step->schema);
	set_text(&row, STEP_TABLE, step->table);
	set_text(&row, STEP_TARGET, step->target);
	set(&row, STEP_LOCK_TIMEOUT, Int32GetDatum(step->lock_timeout));
	set_progress(&row, step);
	row.nulls[STEP_STARTED - 1] = row.nulls[STEP_FINISHED - 1] = true;
	CatalogTupleInsert(steps, heap_form_tuple(RelationGetDescr(steps), row.values, row.nulls));
	table_close(steps, NoLock);
}

/* The text of a column, palloc'd; NULL: null. */
static char *
text_of(HeapTuple tuple, TupleDesc descriptor, int column)
{
	bool is_null;
	Datum value = heap_getattr(tuple, column, descriptor, &is_null);

	return is_null ? NULL : TextDatumGetCString(value);
}

/* The value of a column; 0: null. */
static Datum
value_of(HeapTuple tuple, TupleDesc descriptor, int column)
{
	bool is_null;
	Datum value = heap_getattr(tuple, column, descriptor, &is_null);

	return is_null ? (Datum) 0 : value;
}

static OrmMigrationStep *
read_row(HeapTuple tuple, TupleDesc descriptor)
{
	OrmMigrationStep *step = palloc0(sizeof(OrmMigrationStep));

	step->migration = DatumGetInt64(value_of(tuple, descriptor, STEP_MIGRATION));
	step->step = DatumGetInt32(value_of(tuple, descriptor, STEP_STEP));
	step->model = text_of(tuple, descriptor, STEP_MODEL);
	step->action = text_of(tuple, descriptor, STEP_ACTION);
	step->object = text_of(tuple, descriptor, STEP_OBJECT);
	step->kind = text_of(tuple, descriptor, STEP_KIND);
	step->sql = text_of(tuple, descriptor, STEP_SQL);
	step->loosens = DatumGetBool(value_of(tuple, descriptor, STEP_LOOSENS));
	step->schema = text_of(tuple, descriptor, STEP_SCHEMA);
	step->table = text_of(tuple, descriptor, STEP_TABLE);
	step->target = text_of(tuple, descriptor, STEP_TARGET);
	step->lock_timeout = DatumGetInt32(value_of(tuple, descriptor, STEP_LOCK_TIMEOUT));
	step->state = text_of(tuple, descriptor, STEP_STATE);
	step->rows = DatumGetInt64(value_of(tuple, descriptor, STEP_ROWS));
	step->last_key = text_of(tuple, descriptor, STEP_LAST_KEY);
	step->error = text_of(tuple, descriptor, STEP_ERROR);
	step->pid = DatumGetInt32(value_of(tuple, descriptor, STEP_PID));
	return step;
}

/* Starts a scan of the steps of a migration; of one of them unless it is 0. */
static SysScanDesc
begin_scan(Relation steps, int64 migration, int step)
{
	ScanKeyData keys[2];

	ScanKeyInit(&keys[0], STEP_MIGRATION, BTEqualStrategyNumber, F_INT8EQ, Int64GetDatum(migration));
	ScanKeyInit(&keys[1], STEP_STEP, BTEqualStrategyNumber, F_INT4EQ, Int32GetDatum(step));
	return systable_beginscan(steps, orm_primary_key_index(steps), true, NULL, step != 0 ? 2 : 1, keys);
}

void
orm_migration_step_write(const OrmMigrationStep *step)
{
	Relation steps = open_steps(RowExclusiveLock);
	SysScanDesc scan = begin_scan(steps, step->migration, step->step);
	HeapTuple old = systable_getnext(scan);
	bool begins = strcmp(step->state, ORM_STEP_RUNNING) == 0;
	StepRow row;

	if (HeapTupleIsValid(old))
	{
		bool fresh = value_of(old, RelationGetDescr(steps), STEP_STARTED) == (Datum) 0;
		HeapTuple tuple;

		memset(&row, 0, sizeof(StepRow));
		set_progress(&row, step);
		if (fresh)
			set(&row, STEP_STARTED, TimestampTzGetDatum(GetCurrentTimestamp()));
		set(&row, STEP_FINISHED, TimestampTzGetDatum(GetCurrentTimestamp()));
		row.nulls[STEP_FINISHED - 1] = begins;
		tuple = heap_modify_tuple(old, RelationGetDescr(steps), row.values, row.nulls, row.replaces);
		CatalogTupleUpdate(steps, &tuple->t_self, tuple);
	}
	systable_endscan(scan);
	table_close(steps, NoLock);
	CommandCounterIncrement();
}

static int
compare_steps(const ListCell *a, const ListCell *b)
{
	return ((const OrmMigrationStep *) lfirst(a))->step - ((const OrmMigrationStep *) lfirst(b))->step;
}

List *
orm_migration_step_all(int64 migration)
{
	Relation steps = open_steps(AccessShareLock);
	SysScanDesc scan = begin_scan(steps, migration, 0);
	HeapTuple tuple;
	List *rows = NIL;

	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
		rows = lappend(rows, read_row(tuple, RelationGetDescr(steps)));
	systable_endscan(scan);
	table_close(steps, AccessShareLock);
	list_sort(rows, compare_steps);
	return rows;
}

HeapTuple
orm_migration_step_restore(HeapTuple tuple, TupleDesc descriptor)
{
	const char *state = text_of(tuple, descriptor, STEP_STATE);
	StepRow row;

	if (state == NULL || strcmp(state, ORM_STEP_DONE) == 0)
		return tuple;
	memset(&row, 0, sizeof(StepRow));
	set_text(&row, STEP_STATE, ORM_STEP_RESTORED);
	return heap_modify_tuple(tuple, descriptor, row.values, row.nulls, row.replaces);
}
