/*
 * recount.c - setting counters right by counting; see recount.h.
 */
#include "postgres.h"

#include "storage/lmgr.h"
#include "utils/datum.h"
#include "utils/lsyscache.h"

#include "base/settings.h"
#include "define/owner.h"
#include "define/positioning.h"
#include "define/recount.h"
#include "define/register.h"
#include "exec/execute.h"
#include "exec/receiver.h"
#include "model/cache.h"
#include "model/counter.h"

/* What is found. */
typedef struct Finding
{
	const OrmCounting *counting;
	MemoryContext context;
	List *found; /* of OrmRecounted * */
} Finding;

/* OrmRowFunction: a row of orm_counter_sql_lock_wrong. */
static void
take_row(void *argument, TupleTableSlot *slot)
{
	Finding *finding = argument;
	MemoryContext row = MemoryContextSwitchTo(finding->context);
	const OrmModel *model = finding->counting->model;
	ListCell *cell;

	slot_getallattrs(slot);
	foreach(cell, finding->counting->counters)
	{
		const OrmDeclaredCounter *counter = lfirst(cell);
		int n = 1 + 2 * foreach_current_index(cell);
		AttrNumber column = get_attnum(model->relid, counter->column);
		OrmRecounted *recounted;

		if (!slot->tts_isnull[n] && datum_image_eq(slot->tts_values[n], slot->tts_values[n + 1], false, -1))
			continue;
		recounted = palloc0(sizeof(OrmRecounted));
		recounted->attribute = model->attributes[orm_model_attribute_over(model, column)].name;
		recounted->key = datumCopy(slot->tts_values[0], false, -1);
		recounted->has_was = !slot->tts_isnull[n];
		if (recounted->has_was)
			recounted->was = datumCopy(slot->tts_values[n], false, -1);
		recounted->has_is = true;
		recounted->is = datumCopy(slot->tts_values[n + 1], false, -1);
		finding->found = lappend(finding->found, recounted);
	}
	MemoryContextSwitchTo(row);
}

/* Runs a statement once. */
static uint64
run(StringInfo sql, DestReceiver *receiver)
{
	OrmPlanText text = {.sql = *sql, .planning = ORM_PLAN_AUTO};
	OrmPlan *plan = orm_plan_get_by_text(ORM_KIND_COUNTER, &text);
	uint64 n = orm_execute_plan(plan, NULL, NULL, ORM_WRITE, 0, receiver);

	orm_plan_release(plan);
	return n;
}

void
orm_recount(const OrmCounting *counting, List **found)
{
	Finding finding = {counting, CurrentMemoryContext, NIL};
	OrmIdentity identity = orm_owner_begin_writing(counting->model);
	OrmReceiver receiver;
	StringInfoData sql;

	initStringInfo(&sql);
	orm_counter_sql_lock_wrong(&sql, counting);
	if (run(&sql, found != NULL ? orm_receiver_init(&receiver, take_row, &finding) : NULL) > 0)
	{
		resetStringInfo(&sql);
		orm_counter_sql_recount(&sql, counting);
		(void) run(&sql, NULL);
	}
	orm_owner_end(identity);
	if (found != NULL)
		*found = list_concat(*found, finding.found);
}

List *
orm_recount_model(const char *name)
{
	const OrmModel *model = orm_cache_open(name, AccessShareLock);
	List *found = NIL;
	OrmCounting counting;
	OrmPositioning positioning;
	ListCell *cell;

	orm_owner_check(orm_registry_find(name));
	foreach(cell, orm_counter_relationships(model->declaration))
	{
		if (!orm_counter_sql_open(model, lfirst(cell), &counting))
			continue;
		LockRelationOid(orm_counter_holder(counting.relationship), ShareRowExclusiveLock);
		orm_recount(&counting, &found);
	}
	foreach(cell, model->declaration->positions)
		if (orm_position_open(model, orm_position_list(lfirst(cell)), &positioning))
		{
			LockRelationOid(model->relid, ShareRowExclusiveLock);
			orm_positioning_run(&positioning, &found);
		}
	return found;
}
