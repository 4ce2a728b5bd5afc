/*
 * online_run.c - see online_run.h.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "base/error.h"
#include "define/online_index.h"
#include "define/online_run.h"
#include "define/online_step.h"
#include "exec/transaction.h"

#define ATTEMPTS 5
#define FIRST_PAUSE 100000L /* microseconds; doubled for each attempt */
#define NOTICE_EVERY 5000	/* milliseconds */

/* A run of a migration. */
typedef struct OnlineRun
{
	OrmOnline *plan;
	MemoryContext memory; /* of the step; outlives transactions */
	TimestampTz noticed;  /* when progress was last told */
	int n;				  /* steps */
	int attempt;		  /* of the step */
	int failed;			  /* the step of these attempts */
} OnlineRun;

/* Commits; what follows is in the memory of the step. */
static void
commit(const OnlineRun *run, const OrmMigrationStep *step)
{
	orm_transaction_next();
	MemoryContextSwitchTo(run->memory);
	orm_online_set_timeout(step);
}

/* Says how far the migration is, now and then. */
static void
tell(OnlineRun *run, const OrmMigrationStep *step)
{
	TimestampTz now = GetCurrentTimestamp();

	if (!TimestampDifferenceExceeds(run->noticed, now, NOTICE_EVERY))
		return;
	run->noticed = now;
	ereport(NOTICE,
			errmsg("migration " INT64_FORMAT ": step %d of %d, " INT64_FORMAT " rows done: %s", run->plan->id,
				   step->step, run->n, step->rows, step->object));
}

/* Writes a state. */
static void
write_state(OrmMigrationStep *step, const char *state)
{
	step->state = state;
	orm_migration_step_write(step);
}

/* A step that runs outside of transactions. */
static void
run_concurrently(OnlineRun *run, OrmMigrationStep *step, OrmOnlineIndex found)
{
	if (found == ORM_ONLINE_INDEX_DROP)
	{
		char *sql = orm_online_index_drop(step);

		orm_transaction_process(orm_online_index_read(step, sql), sql);
		commit(run, step);
	}
	if (found != ORM_ONLINE_INDEX_DONE)
	{
		orm_transaction_process(orm_online_index_read(step, step->sql), step->sql);
		commit(run, step);
	}
	write_state(step, ORM_STEP_DONE);
}

static void
run_step(OnlineRun *run, OrmMigrationStep *step)
{
	bool concurrent = orm_migration_step_is_concurrent(step);
	OrmOnlineIndex found = concurrent ? orm_online_index_look(step) : ORM_ONLINE_INDEX_RUN;

	step->pid = MyProcPid;
	step->error = NULL;
	write_state(step, ORM_STEP_RUNNING);
	commit(run, step);
	if (concurrent)
		run_concurrently(run, step, found);
	else
		while (!orm_online_step_run(step, run->plan->models))
		{
			commit(run, step);
			tell(run, step);
		}
	commit(run, step);
	tell(run, step);
}

/* Is it an error that may not come again? */
static bool
is_passing(const ErrorData *error)
{
	return error->sqlerrcode == ERRCODE_LOCK_NOT_AVAILABLE || error->sqlerrcode == ERRCODE_T_R_DEADLOCK_DETECTED;
}

/* A unique index that rows have refused is invalid, and would refuse others: it goes at once. */
static void
drop_refused(const OnlineRun *run, const OrmMigrationStep *step, const ErrorData *error)
{
	char *sql;

	if (error->sqlerrcode != ERRCODE_UNIQUE_VIOLATION || !orm_migration_step_is_concurrent(step) ||
		orm_online_index_look(step) != ORM_ONLINE_INDEX_DROP)
		return;
	orm_online_set_timeout(step);
	sql = orm_online_index_drop(step);
	orm_transaction_process(orm_online_index_read(step, sql), sql);
	orm_transaction_next();
	MemoryContextSwitchTo(run->memory);
}

/* After an error: it is written, and raised unless the step is tried again. */
static void
fail(OnlineRun *run, ErrorData *error)
{
	OrmMigrationStep *step;

	orm_transaction_again();
	MemoryContextSwitchTo(run->memory);
	step = orm_online_next(run->plan->id, &run->n); /* as far as it was committed */
	if (step != NULL)
	{
		step->pid = MyProcPid;
		step->error = psprintf("%s: %s", unpack_sql_state(error->sqlerrcode), error->message);
		write_state(step, ORM_STEP_FAILED);
		orm_transaction_next();
		MemoryContextSwitchTo(run->memory);
		drop_refused(run, step, error);
		run->attempt = run->failed == step->step ? run->attempt + 1 : 1;
		run->failed = step->step;
	}
	if (step == NULL || !is_passing(error) || run->attempt >= ATTEMPTS)
		ReThrowError(error);
	CHECK_FOR_INTERRUPTS();
	pg_usleep(FIRST_PAUSE << (run->attempt - 1));
}

/* Runs the next step; false: there is none. */
static bool
run_next(OnlineRun *run)
{
	OrmMigrationStep *step;
	ErrorData *volatile error = NULL;

	MemoryContextReset(run->memory);
	MemoryContextSwitchTo(run->memory);
	step = orm_online_next(run->plan->id, &run->n);
	if (step == NULL)
		return false;
	orm_online_set_timeout(step);
	PG_TRY();
	{
		(void) orm_online_check(run->plan->id); /* models may be declared between the steps */
		run_step(run, step);
	}
	PG_CATCH();
	{
		error = orm_error_take(run->memory);
	}
	PG_END_TRY();
	if (error != NULL)
		fail(run, error);
	return true;
}

void
orm_online_run(int64 id)
{
	MemoryContext caller = CurrentMemoryContext;
	OnlineRun run = {.plan = orm_online_open(id, true), .noticed = GetCurrentTimestamp()};

	if (run.plan == NULL)
	{
		ereport(NOTICE, errmsg("migration " INT64_FORMAT " is done already", id));
		return;
	}
	run.memory = AllocSetContextCreate(caller, "orm online migration", ALLOCSET_DEFAULT_SIZES);
	PG_TRY();
	{
		while (run_next(&run))
			CHECK_FOR_INTERRUPTS();
	}
	PG_FINALLY();
	{
		orm_online_close(run.plan);
	}
	PG_END_TRY();
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(run.memory);
}
