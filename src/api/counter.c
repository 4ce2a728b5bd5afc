/*
 * counter.c - the trigger function orm.keep_counters, and orm.repair; see model/counter.h.
 *
 * A model that is not there any more counts nothing.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "commands/trigger.h"
#include "fmgr.h"
#include "funcapi.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/tuplestore.h"

#include "api/argument.h"
#include "api/output.h"
#include "define/owner.h"
#include "define/recount.h"
#include "exec/execute.h"
#include "model/cache.h"
#include "model/counter.h"
#include "model/join.h"

PG_FUNCTION_INFO_V1(orm_sql_keep_counters);
PG_FUNCTION_INFO_V1(orm_sql_repair);

/* So many rows of a transition table are few: they are joined with the counting table by its index. */
#define FEW 100

/* A statement for a trigger. */
typedef struct CounterStatement
{
	const OrmCounting *counting;
	const TriggerData *trigger; /* NULL: it names no transition table */
	OrmSharedEvent event;
	void (*print)(StringInfo sql, const OrmCounting *counting, OrmSharedEvent event);
	int step;
} CounterStatement;

/* OrmPlanDescribe */
static void
describe(OrmPlanText *text, const void *argument)
{
	const CounterStatement *statement = argument;
	const OrmCounting *counting = statement->counting;
	Oid *types = palloc(sizeof(Oid) * counting->relationship->nkeys);

	text->trigger = statement->trigger;
	if (statement->print != NULL)
	{
		statement->print(&text->sql, counting, statement->event);
		return;
	}
	orm_counter_sql_recount_one(&text->sql, counting);
	text->nparams = counting->relationship->nkeys;
	text->types = types;
	for (int i = 0; i < text->nparams; i++)
		types[i] = get_atttype(counting->model->relid, counting->relationship->local[i]);
}

/* Has a trigger few rows? */
static bool
has_few(const TriggerData *trigger)
{
	return (trigger->tg_newtable == NULL || tuplestore_tuple_count(trigger->tg_newtable) <= FEW) &&
		(trigger->tg_oldtable == NULL || tuplestore_tuple_count(trigger->tg_oldtable) <= FEW);
}

/* Runs a statement; the number of rows. */
static uint64
run(const CounterStatement *statement, const Datum *values)
{
	const OrmCounting *counting = statement->counting;
	int numbers[] = {counting->relationship - counting->model->relationships, statement->event, statement->step,
					 statement->trigger != NULL && has_few(statement->trigger)};
	Oid relid = statement->trigger != NULL ? RelationGetRelid(statement->trigger->tg_relation) : InvalidOid;
	uint64 target = counting->target != NULL ? counting->target->epoch : 0;
	OrmPlanKey key;
	OrmPlan *plan;
	uint64 n;

	orm_plan_key_begin(&key, ORM_KIND_COUNTER, counting->model->epoch);
	orm_plan_key_add(&key, &target, sizeof(target));
	orm_plan_key_add(&key, numbers, sizeof(numbers));
	orm_plan_key_add(&key, &relid, sizeof(relid));
	plan = orm_plan_get(&key, describe, statement);
	n = orm_execute_trigger_plan(plan, statement->trigger, values);
	orm_plan_release(plan);
	return n;
}

/* Adds what a statement has changed. */
static void
add_changes(const OrmCounting *counting, const TriggerData *trigger, OrmSharedEvent event)
{
	CounterStatement statement = {counting, trigger, event, orm_counter_sql_lock_changed, 1};

	if ((trigger->tg_newtable == NULL || tuplestore_tuple_count(trigger->tg_newtable) == 0) &&
		(trigger->tg_oldtable == NULL || tuplestore_tuple_count(trigger->tg_oldtable) == 0))
		return;
	if (run(&statement, NULL) == 0)
		return;
	statement.print = orm_counter_sql_add;
	statement.step = 2;
	(void) run(&statement, NULL);
}

/* Counts anew for a row whose key has changed: rows that follow it were added to what it had. */
static void
recount_row(const OrmCounting *counting, const TriggerData *trigger)
{
	const OrmRelationship *relationship = counting->relationship;
	Datum *values = palloc(sizeof(Datum) * relationship->nkeys);
	CounterStatement statement = {.counting = counting, .event = ORM_SHARED_KEY};
	bool isnull;

	for (int i = 0; i < relationship->nkeys; i++)
	{
		char *column = orm_join_column_name(counting->model->relid, relationship->local[i]);

		values[i] = heap_getattr(trigger->tg_newtuple, get_attnum(RelationGetRelid(trigger->tg_relation), column),
								 RelationGetDescr(trigger->tg_relation), &isnull);
		if (isnull)
			return;
	}
	(void) run(&statement, values);
}

/* Does the trigger stand on the table that it is for, or on one below it? */
static bool
is_in_place(const OrmCounting *counting, const TriggerData *trigger, OrmSharedEvent event)
{
	return orm_shared_trigger_is_below(RelationGetRelid(trigger->tg_relation),
									   event == ORM_SHARED_KEY ? counting->model->relid
															   : orm_counter_holder(counting->relationship));
}

/* Keeps the counters after an event. */
static void
keep(const OrmCounting *counting, const TriggerData *trigger, OrmSharedEvent event)
{
	if (event == ORM_SHARED_KEY)
		recount_row(counting, trigger);
	else if (event == ORM_SHARED_TRUNCATE)
		orm_recount(counting, NULL);
	else
		add_changes(counting, trigger, event);
}

/* orm.keep_counters() */
Datum
orm_sql_keep_counters(PG_FUNCTION_ARGS)
{
	const TriggerData *trigger = (TriggerData *) fcinfo->context;
	const OrmModel *model;
	OrmSharedEvent event;
	OrmCounting counting;
	OrmIdentity identity;

	if (!CALLED_AS_TRIGGER(fcinfo) || !orm_shared_trigger_event(ORM_KEEPS_COUNTERS, trigger->tg_trigger, &event))
		ereport(ERROR, errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				errmsg("function \"%s\" must be called by a trigger of the element \"counter\"", "orm.keep_counters"),
				errhint("orm.sync makes the triggers of a model."));
	model = orm_cache_open_if_any(trigger->tg_trigger->tgargs[0], AccessShareLock);
	if (model == NULL || !orm_counter_sql_open(model, trigger->tg_trigger->tgargs[1], &counting) ||
		!is_in_place(&counting, trigger, event))
		return PointerGetDatum(NULL);
	identity = orm_owner_begin_writing(model);
	keep(&counting, trigger, event);
	orm_owner_end(identity);
	return PointerGetDatum(NULL);
}

/* orm.repair(model) */
Datum
orm_sql_repair(PG_FUNCTION_ARGS)
{
	OrmOutput row = {.fcinfo = fcinfo};
	ListCell *cell;

	InitMaterializedSRF(fcinfo, 0);
	foreach(cell, orm_recount_model(orm_argument_text(fcinfo, 0, "model")))
	{
		const OrmRecounted *recounted = lfirst(cell);

		orm_output_text(&row, recounted->attribute);
		orm_output_value(&row, recounted->key);
		if (recounted->has_was)
			orm_output_value(&row, recounted->was);
		else
			orm_output_text(&row, NULL);
		if (recounted->has_is)
			orm_output_value(&row, recounted->is);
		else
			orm_output_text(&row, NULL);
		orm_output_put(&row);
	}
	return (Datum) 0;
}
