/*
 * counting.c - making and dropping the triggers of counters; see counting.h.
 */
#include "postgres.h"

#include "catalog/pg_inherits.h"
#include "utils/lsyscache.h"

#include "base/sql.h"
#include "define/counting.h"
#include "define/owner.h"
#include "define/recount.h"
#include "define/register.h"
#include "define/sharing.h"
#include "model/cache.h"
#include "model/counter.h"
#include "model/join.h"

void
orm_counting_drop_changed(const OrmModel *model, const OrmDeclaration *now, List **changes)
{
	ListCell *cell;

	if (model->declaration->counters == NIL)
		return;
	foreach(cell, orm_shared_trigger_all(ORM_KEEPS_COUNTERS))
	{
		const OrmSharedTrigger *trigger = lfirst(cell);

		if (strcmp(trigger->model, model->name) == 0 &&
			(now == NULL || !orm_counter_is_same(model->declaration, now, trigger->relationship)))
			orm_sharing_drop(trigger, changes);
	}
}

/* The counters over one relationship whose triggers are made. */
typedef struct Making
{
	const OrmModel *model;
	OrmCounting counting;
	List *tables; /* the holder, its partitions and children */
	bool strict;
	bool made; /* a trigger */
	List **changes;
} Making;

/* Can all tables have the triggers? */
static bool
check_tables(const Making *making)
{
	OrmElementPlace place;
	const OrmPath *path = orm_counter_place(&place, linitial(making->counting.counters), NULL);
	ListCell *cell;

	if (!orm_sharing_check(making->model, making->model->relid, "counter", path, making->strict))
		return false;
	foreach(cell, making->tables)
		if (!orm_sharing_check(making->model, lfirst_oid(cell), "counter", path, making->strict))
			return false;
	return true;
}

/* The columns of the counting key, for UPDATE OF. */
static char *
key_columns(const Making *making)
{
	const OrmRelationship *relationship = making->counting.relationship;
	StringInfoData columns;

	initStringInfo(&columns);
	for (int i = 0; i < relationship->nkeys; i++)
		appendStringInfo(&columns, "%s%s", i > 0 ? ", " : "",
						 orm_sql_quoted(orm_join_column_name(making->model->relid, relationship->local[i])));
	return columns.data;
}

/* Makes a trigger unless it is there. */
static void
make_trigger(Making *making, Oid relid, OrmSharedEvent event, const char *columns)
{
	if (orm_sharing_make(ORM_KEEPS_COUNTERS, event, relid, making->model, making->counting.relationship->name, columns,
						 making->changes))
		making->made = true;
}

/* Checks the expressions as the triggers will read them. */
static void
check_expressions(const OrmCounting *counting)
{
	OrmIdentity identity = orm_owner_begin_writing(counting->model);

	orm_counter_sql_check(counting);
	orm_owner_end(identity);
}

/* Makes the triggers of a relationship. */
static void
make_relationship(Making *making)
{
	ListCell *cell;

	making->tables = find_all_inheritors(orm_counter_holder(making->counting.relationship), ShareRowExclusiveLock,
										 NULL);
	if (!check_tables(making))
		return;
	check_expressions(&making->counting);
	foreach(cell, making->tables)
		for (int event = 0; event < ORM_SHARED_EVENTS; event++)
			if (orm_shared_trigger_events(ORM_KEEPS_COUNTERS) & (1 << event))
				make_trigger(making, lfirst_oid(cell), event, NULL);
	make_trigger(making, making->model->relid, ORM_SHARED_KEY, key_columns(making));
	if (making->made)
		orm_recount(&making->counting, NULL);
}

/* Is a trigger one that the model wants? */
static bool
is_wanted(const OrmModel *model, const OrmSharedTrigger *trigger)
{
	OrmCounting counting;
	Oid holder;

	if (!trigger->enabled || !orm_counter_sql_open(model, trigger->relationship, &counting))
		return false;
	holder = orm_counter_holder(counting.relationship);
	if (trigger->event == ORM_SHARED_KEY)
		return trigger->relid == model->relid;
	return list_member_oid(find_all_inheritors(holder, NoLock, NULL), trigger->relid);
}

/* Drops the triggers that the model does not want, and those it had under another name. */
static void
drop_unwanted(const OrmModel *model, List **changes)
{
	ListCell *cell;

	foreach(cell, orm_shared_trigger_all(ORM_KEEPS_COUNTERS))
	{
		const OrmSharedTrigger *trigger = lfirst(cell);

		if (strcmp(trigger->model, model->name) == 0 ? !is_wanted(model, trigger)
													 : orm_sharing_is_left_over(trigger) && is_wanted(model, trigger))
			orm_sharing_drop(trigger, changes);
	}
}

void
orm_counting_make(const char *name, bool strict, List **changes)
{
	const OrmModel *model = orm_cache_open(name, AccessShareLock);
	ListCell *cell;

	if (model->declaration->counters == NIL)
		return;
	drop_unwanted(model, changes);
	foreach(cell, orm_counter_relationships(model->declaration))
	{
		Making making = {.model = model, .strict = strict, .changes = changes};

		if (orm_counter_sql_open(model, lfirst(cell), &making.counting))
			make_relationship(&making);
	}
}

List *
orm_counting_lacking(const OrmModel *model, const char *relationship)
{
	Making making = {.model = model};
	List *lacking = NIL;
	ListCell *cell;

	if (!orm_counter_sql_open(model, relationship, &making.counting))
		return NIL;
	foreach(cell, find_all_inheritors(orm_counter_holder(making.counting.relationship), NoLock, NULL))
		if (!orm_shared_trigger_is_kept(ORM_KEEPS_COUNTERS, lfirst_oid(cell), model->name, relationship))
			lacking = lappend_oid(lacking, lfirst_oid(cell));
	return lacking;
}
