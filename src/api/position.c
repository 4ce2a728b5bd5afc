/*
 * position.c - the trigger function orm.keep_positions; see model/position.h.
 */
#include "postgres.h"

#include "commands/trigger.h"
#include "fmgr.h"
#include "utils/rel.h"
#include "utils/tuplestore.h"

#include "define/owner.h"
#include "define/positioning.h"
#include "exec/execute.h"
#include "model/cache.h"

PG_FUNCTION_INFO_V1(orm_sql_keep_positions);

/* So many rows of a transition table are few, and are planned for apart. */
#define FEW 100

/* A statement for a trigger. */
typedef struct PositionStatement
{
	const OrmPositioning *positioning;
	const TriggerData *trigger;
	OrmSharedEvent event;
} PositionStatement;

/* OrmPlanDescribe */
static void
describe(OrmPlanText *text, const void *argument)
{
	const PositionStatement *statement = argument;

	text->trigger = statement->trigger;
	orm_position_renumber_changed(&text->sql, statement->positioning, statement->event);
}

/* The rows of a transition table. */
static int64
count_rows(const TriggerData *trigger)
{
	return (trigger->tg_newtable != NULL ? tuplestore_tuple_count(trigger->tg_newtable) : 0) +
		(trigger->tg_oldtable != NULL ? tuplestore_tuple_count(trigger->tg_oldtable) : 0);
}

/* Numbers the lists anew that a statement has changed. */
static void
renumber(const OrmPositioning *positioning, const TriggerData *trigger, OrmSharedEvent event)
{
	PositionStatement statement = {positioning, trigger, event};
	Oid relid = RelationGetRelid(trigger->tg_relation);
	int numbers[] = {positioning->column, event, count_rows(trigger) <= FEW};
	OrmPlanKey key;
	OrmPlan *plan;

	orm_plan_key_begin(&key, ORM_KIND_POSITION, positioning->model->epoch);
	orm_plan_key_add(&key, numbers, sizeof(numbers));
	orm_plan_key_add(&key, &relid, sizeof(relid));
	plan = orm_plan_get(&key, describe, &statement);
	(void) orm_execute_trigger_plan(plan, trigger, NULL);
	orm_plan_release(plan);
}

/* Keeps the positions before and after an event. */
static void
keep(const OrmPositioning *positioning, const TriggerData *trigger, OrmSharedEvent event)
{
	if (event == ORM_SHARED_BEFORE)
	{
		orm_positioning_lock(positioning->model->relid);
		orm_positioning_defer(positioning);
		return;
	}
	if (count_rows(trigger) == 0)
		return;
	orm_positioning_lock(positioning->model->relid);
	renumber(positioning, trigger, event);
}

/* orm.keep_positions() */
Datum
orm_sql_keep_positions(PG_FUNCTION_ARGS)
{
	const TriggerData *trigger = (TriggerData *) fcinfo->context;
	const OrmModel *model;
	OrmSharedEvent event;
	OrmPositioning positioning;
	OrmIdentity identity;

	if (!CALLED_AS_TRIGGER(fcinfo) || !orm_shared_trigger_event(ORM_KEEPS_POSITIONS, trigger->tg_trigger, &event))
		ereport(ERROR, errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				errmsg("function \"%s\" must be called by a trigger of the element \"position\"", "orm.keep_positions"),
				errhint("orm.sync makes the triggers of a model."));
	model = orm_cache_open_if_any(trigger->tg_trigger->tgargs[0], AccessShareLock);
	if (model == NULL || !orm_position_open(model, trigger->tg_trigger->tgargs[1], &positioning) ||
		!orm_shared_trigger_is_below(RelationGetRelid(trigger->tg_relation), model->relid))
		return PointerGetDatum(NULL);
	identity = orm_owner_begin_writing(model);
	keep(&positioning, trigger, event);
	orm_owner_end(identity);
	return PointerGetDatum(NULL);
}
