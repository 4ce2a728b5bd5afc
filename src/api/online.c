/*
 * online.c - runners of online migrations; see define/online.h.
 */
#include "postgres.h"

#include "commands/trigger.h"
#include "fmgr.h"
#include "funcapi.h"
#include "utils/builtins.h"

#include "api/argument.h"
#include "api/output.h"
#include "define/online_next.h"
#include "define/online_run.h"
#include "exec/transaction.h"
#include "registry/migration_step.h"

PG_FUNCTION_INFO_V1(orm_sql_run_migration);
PG_FUNCTION_INFO_V1(orm_sql_migration_next);
PG_FUNCTION_INFO_V1(orm_sql_run_migration_step);
PG_FUNCTION_INFO_V1(orm_sql_migration_step_restored);

/* The id of a migration. */
static int64
argument_id(FunctionCallInfo fcinfo)
{
	if (PG_ARGISNULL(0))
		orm_argument_null("migration");
	return PG_GETARG_INT64(0);
}

/* CALL orm.run_migration(migration) */
Datum
orm_sql_run_migration(PG_FUNCTION_ARGS)
{
	int64 id = argument_id(fcinfo);

	orm_transaction_check(fcinfo);
	orm_online_run(id);
	orm_transaction_end();
	PG_RETURN_VOID();
}

/* orm.migration_next(migration) */
Datum
orm_sql_migration_next(PG_FUNCTION_ARGS)
{
	OrmOutput row = {.fcinfo = fcinfo};
	int number = 0;
	List *statements = orm_online_next_statements(argument_id(fcinfo), &number);
	ListCell *cell;

	InitMaterializedSRF(fcinfo, 0);
	foreach(cell, statements)
	{
		orm_output_integer(&row, number);
		orm_output_text(&row, lfirst(cell));
		orm_output_put(&row);
	}
	return (Datum) 0;
}

/* orm.run_migration_step(migration, step) */
Datum
orm_sql_run_migration_step(PG_FUNCTION_ARGS)
{
	int64 id = argument_id(fcinfo);

	if (PG_ARGISNULL(1))
		orm_argument_null("step");
	PG_RETURN_TEXT_P(cstring_to_text(orm_online_next_run(id, PG_GETARG_INT32(1))));
}

/* Trigger of orm.migration_step; C writes rows without triggers. */
Datum
orm_sql_migration_step_restored(PG_FUNCTION_ARGS)
{
	const TriggerData *trigger = (const TriggerData *) fcinfo->context;
	HeapTuple tuple;

	if (!CALLED_AS_TRIGGER(fcinfo) || !TRIGGER_FIRED_BEFORE(trigger->tg_event) ||
		!TRIGGER_FIRED_FOR_ROW(trigger->tg_event))
		ereport(ERROR, errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				errmsg("orm.migration_step_restored is a trigger of orm.migration_step"));
	tuple = TRIGGER_FIRED_BY_UPDATE(trigger->tg_event) ? trigger->tg_newtuple : trigger->tg_trigtuple;
	PG_RETURN_POINTER(orm_migration_step_restore(tuple, RelationGetDescr(trigger->tg_relation)));
}
