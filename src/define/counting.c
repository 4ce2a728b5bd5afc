/*
 * counting.c - making and dropping the triggers of counters; see counting.h.
 */
#include "postgres.h"

#include "catalog/pg_class.h"
#include "catalog/pg_inherits.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/lsyscache.h"

#include "base/error.h"
#include "base/sql.h"
#include "define/counting.h"
#include "define/owner.h"
#include "define/recount.h"
#include "define/register.h"
#include "define/report.h"
#include "exec/execute.h"
#include "model/cache.h"
#include "model/counter.h"
#include "model/join.h"

/* The name of a trigger in results. */
static char *
shown(const char *trigger, Oid relid)
{
	return psprintf("%s on %s", orm_sql_quoted(trigger), orm_report_relation(relid));
}

/* Drops a trigger. */
static void
drop(const OrmCounterTrigger *trigger, List **changes)
{
	Oid owner = orm_registry_table_owner(trigger->relid);
	char *name = shown(trigger->name, trigger->relid);
	OrmIdentity identity;
	StringInfoData sql;

	if (!OidIsValid(owner))
		return;
	identity = orm_owner_begin(owner);
	initStringInfo(&sql);
	appendStringInfo(&sql, "DROP TRIGGER %s ON ", orm_sql_quoted(trigger->name));
	orm_sql_relation(&sql, trigger->relid);
	orm_execute_statement(sql.data);
	orm_owner_end(identity);
	orm_report_add(changes, trigger->model, "dropped", "trigger", name);
}

void
orm_counting_drop_changed(const OrmModel *model, const OrmDeclaration *now, List **changes)
{
	ListCell *cell;

	if (model->declaration->counters == NIL)
		return;
	foreach(cell, orm_counter_trigger_all())
	{
		const OrmCounterTrigger *trigger = lfirst(cell);

		if (strcmp(trigger->model, model->name) == 0 &&
			(now == NULL || !orm_counter_is_same(model->declaration, now, trigger->relationship)))
			drop(trigger, changes);
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

/* The first counter, which errors about all of them name. */
static const OrmDeclaredCounter *
first_counter(const Making *making)
{
	return linitial(making->counting.counters);
}

/* Can a table have the triggers?  Raises 42809 and 42501 with "strict". */
static bool
check_table(const Making *making, Oid relid)
{
	char relkind = get_rel_relkind(relid);
	OrmElementPlace place;
	const OrmPath *path = orm_counter_place(&place, first_counter(making), NULL);

	if (relkind != RELKIND_RELATION && relkind != RELKIND_PARTITIONED_TABLE)
	{
		if (making->strict)
			ereport(ERROR, errcode(ERRCODE_WRONG_OBJECT_TYPE),
					errmsg("\"%s\" cannot be given for \"%s\"", "counter", get_rel_name(relid)),
					errdetail("At %s. It is kept by a trigger, and \"%s\" is not a table.", orm_path_text(path),
							  get_rel_name(relid)));
		return false;
	}
	if (!has_privs_of_role(making->model->owner, orm_registry_table_owner(relid)))
	{
		if (making->strict)
			ereport(ERROR, errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
					errmsg("must be owner of table %s", get_rel_name(relid)),
					errdetail("At %s. Role \"%s\", the owner of model \"%s\", is not.", orm_path_text(path),
							  GetUserNameFromId(making->model->owner, false), making->model->name));
		return false;
	}
	return true;
}

/* Can all tables have the triggers? */
static bool
check_tables(const Making *making)
{
	ListCell *cell;

	if (!check_table(making, making->model->relid))
		return false;
	foreach(cell, making->tables)
		if (!check_table(making, lfirst_oid(cell)))
			return false;
	return true;
}

/* Is the trigger of an event on a table there? */
static bool
has_trigger(const Making *making, Oid relid, OrmCounterEvent event)
{
	ListCell *cell;

	foreach(cell, orm_counter_trigger_of(relid))
	{
		const OrmCounterTrigger *trigger = lfirst(cell);

		if (trigger->event == event && strcmp(trigger->model, making->model->name) == 0 &&
			strcmp(trigger->relationship, making->counting.relationship->name) == 0)
			return true;
	}
	return false;
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

/* Makes the trigger of an event on a table unless it is there. */
static void
make_trigger(Making *making, Oid relid, OrmCounterEvent event)
{
	const char *relationship = making->counting.relationship->name;
	OrmIdentity identity;
	char *name;

	if (has_trigger(making, relid, event))
		return;
	name = orm_counter_trigger_name(event, relid, making->model->name, relationship);
	identity = orm_owner_begin(orm_registry_table_owner(relid));
	orm_execute_statement(orm_counter_trigger_statement(event, name, relid, making->model->name, relationship,
														event == ORM_COUNTER_KEY ? key_columns(making) : NULL));
	orm_owner_end(identity);
	making->made = true;
	orm_report_add(making->changes, making->model->name, "created", "trigger", shown(name, relid));
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
	orm_counter_sql_check(&making->counting);
	foreach(cell, making->tables)
		for (int event = 0; event < ORM_COUNTER_EVENTS; event++)
			make_trigger(making, lfirst_oid(cell), event);
	make_trigger(making, making->model->relid, ORM_COUNTER_KEY);
	if (making->made)
		orm_recount(&making->counting, NULL);
}

/* Is a trigger one that the model wants? */
static bool
is_wanted(const OrmModel *model, const OrmCounterTrigger *trigger)
{
	OrmCounting counting;
	Oid holder;

	if (!trigger->enabled || !orm_counter_sql_open(model, trigger->relationship, &counting))
		return false;
	holder = orm_counter_holder(counting.relationship);
	if (trigger->event == ORM_COUNTER_KEY)
		return trigger->relid == model->relid;
	return list_member_oid(find_all_inheritors(holder, NoLock, NULL), trigger->relid);
}

/* Is it of a model that is not there any more, as when it is called otherwise now? */
static bool
is_left_over(const OrmCounterTrigger *trigger)
{
	return orm_registry_find(trigger->model) == NULL;
}

/* Drops the triggers that the model does not want, and those it had under another name. */
static void
drop_unwanted(const OrmModel *model, List **changes)
{
	ListCell *cell;

	foreach(cell, orm_counter_trigger_all())
	{
		const OrmCounterTrigger *trigger = lfirst(cell);

		if (strcmp(trigger->model, model->name) == 0 ? !is_wanted(model, trigger)
													 : is_left_over(trigger) && is_wanted(model, trigger))
			drop(trigger, changes);
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
		if (!orm_counter_trigger_is_kept(lfirst_oid(cell), model->name, relationship))
			lacking = lappend_oid(lacking, lfirst_oid(cell));
	return lacking;
}
