/*
 * after.c - triggers and rules that can change returned rows; see after.h.
 */
#include "postgres.h"

#include "access/relation.h"
#include "catalog/pg_class.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_trigger.h"
#include "commands/trigger.h"
#include "miscadmin.h"
#include "rewrite/prs2lock.h"
#include "rewrite/rewriteHandler.h"
#include "utils/fmgroids.h"
#include "utils/rel.h"

#include "base/compat.h"
#include "model/after.h"
#include "model/shared_trigger.h"
#include "model/publish.h"

/* An event on a table. */
typedef struct Visit
{
	Oid relid;
	int event;
} Visit;

/* State of the walk from table to table. */
typedef struct Cascading
{
	List *visited;	/* of Visit * */
	List **depends; /* NULL: not requested */
} Cascading;

static bool follow(Cascading *following, Oid relid, int event);

/* The event as a bit of pg_trigger.tgtype. */
static int
trigger_event(int event)
{
	return event == ORM_AFTER_INSERT ? TRIGGER_TYPE_INSERT
		: event == ORM_AFTER_UPDATE	 ? TRIGGER_TYPE_UPDATE
									 : TRIGGER_TYPE_DELETE;
}

/* The event as that of a rule. */
static CmdType
rule_event(int event)
{
	return event == ORM_AFTER_INSERT ? CMD_INSERT : event == ORM_AFTER_UPDATE ? CMD_UPDATE : CMD_DELETE;
}

/* The event that a foreign key's action causes on the referencing table; 0: none. */
static int
action_event(Oid function)
{
	switch (function)
	{
		case F_RI_FKEY_CASCADE_DEL:
			return ORM_AFTER_DELETE;
		case F_RI_FKEY_SETNULL_DEL:
		case F_RI_FKEY_SETDEFAULT_DEL:
		case F_RI_FKEY_CASCADE_UPD:
		case F_RI_FKEY_SETNULL_UPD:
		case F_RI_FKEY_SETDEFAULT_UPD:
			return ORM_AFTER_UPDATE;
		default:
			return 0;
	}
}

/* Can rows change after this trigger has fired? */
static bool
trigger_changes(Cascading *following, Relation relation, const Trigger *trigger, int event)
{
	int action;

	if (!TRIGGER_FOR_AFTER(trigger->tgtype) || !(trigger->tgtype & trigger_event(event)) ||
		trigger->tgenabled == TRIGGER_DISABLED)
		return false;
	if (!trigger->tgisinternal)
		return !trigger->tginitdeferred && trigger->tgfoid != orm_publish_function() &&
			(trigger->tgfoid != orm_shared_trigger_function(ORM_KEEPS_COUNTERS) ||
			 orm_shared_trigger_is_of(trigger, relation));
	action = action_event(trigger->tgfoid);
	if (action == 0 || (event == ORM_AFTER_UPDATE && trigger->tgconstrindid == orm_primary_key_index(relation)))
		return false;
	return follow(following, trigger->tgconstrrelid, action);
}

/* Does the table have a rule for the event? */
static bool
has_rule(Relation relation, int event)
{
	const RuleLock *rules = relation->rd_rules;

	for (int i = 0; rules != NULL && i < rules->numLocks; i++)
		if (rules->rules[i]->event == rule_event(event))
			return true;
	return false;
}

/* Can rows of a table of the view change? */
static bool
view_changes(Cascading *following, Relation relation, int event)
{
	ListCell *cell;

	foreach(cell, get_view_query(relation)->rtable)
	{
		const RangeTblEntry *entry = lfirst_node(RangeTblEntry, cell);

		if (entry->rtekind == RTE_RELATION && entry->relid != RelationGetRelid(relation) &&
			follow(following, entry->relid, event))
			return true;
	}
	return false;
}

/* Can rows of a partition or child table change? */
static bool
children_change(Cascading *following, Relation relation, int event)
{
	ListCell *cell;

	foreach(cell, find_inheritance_children(RelationGetRelid(relation), NoLock))
		if (follow(following, lfirst_oid(cell), event))
			return true;
	return false;
}

/* Can rows change after the event on this relation? */
static bool
changes(Cascading *following, Relation relation, int event)
{
	TriggerDesc *triggers;
	bool any = false;

	if (has_rule(relation, event))
		return true;
	triggers = CopyTriggerDesc(relation->trigdesc);
	for (int i = 0; triggers != NULL && !any && i < triggers->numtriggers; i++)
		any = trigger_changes(following, relation, &triggers->triggers[i], event);
	FreeTriggerDesc(triggers);
	if (any)
		return true;
	if (relation->rd_rel->relkind == RELKIND_VIEW && view_changes(following, relation, event))
		return true;
	return relation->rd_rel->relhassubclass && children_change(following, relation, event);
}

/* Can rows change after the event on the relation of this OID?  False for a visited or dropped one. */
static bool
follow(Cascading *following, Oid relid, int event)
{
	Relation relation;
	Visit *visit;
	ListCell *cell;
	bool result;

	check_stack_depth();
	foreach(cell, following->visited)
	{
		visit = lfirst(cell);
		if (visit->relid == relid && visit->event == event)
			return false;
	}
	visit = palloc(sizeof(Visit));
	visit->relid = relid;
	visit->event = event;
	following->visited = lappend(following->visited, visit);
	if (following->depends != NULL)
		*following->depends = list_append_unique_oid(*following->depends, relid);
	relation = try_relation_open(relid, AccessShareLock);
	if (relation == NULL)
		return false;
	result = changes(following, relation, event);
	relation_close(relation, AccessShareLock);
	return result;
}

int
orm_after_events(Oid relid, int events, List **depends)
{
	int result = 0;

	for (int event = ORM_AFTER_INSERT; event <= ORM_AFTER_DELETE; event <<= 1)
	{
		Cascading following = {NIL, depends};

		if ((events & event) && follow(&following, relid, event))
			result |= event;
	}
	return result;
}
