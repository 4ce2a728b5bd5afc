/*
 * outcome.c - what comes back of the rows of a graph; see outcome.h.
 */
#include "postgres.h"

#include "utils/datum.h"

#include "exec/access.h"
#include "exec/json.h"
#include "exec/object_shape.h"
#include "graph/outcome.h"

/* Keeps what is needed of a row. */
static void
keep_known(const OrmOutcome *outcome, OrmObject *object, TupleTableSlot *slot)
{
	const OrmGroup *group = outcome->group;

	if (object->known == NULL)
		object->known = palloc0(sizeof(OrmKnown) * Max(group->nneeded, 1));
	for (int i = 0; i < group->nneeded; i++)
	{
		const OrmType *type = group->model->attributes[group->needed[i]].type;
		OrmKnown *known = &object->known[i];
		Datum value;

		if (outcome->columns[i] == 0)
			continue;
		value = slot_getattr(slot, outcome->columns[i], &known->isnull);
		known->value = known->isnull ? (Datum) 0 : datumCopy(value, type->by_value, type->length);
		known->present = true;
	}
}

/* Takes a stored row; called in a per-row context. */
static void
take_row(void *argument, const OrmRecord *record, TupleTableSlot *slot)
{
	const OrmOutcome *outcome = argument;
	StringInfo json = &outcome->graph->json;
	OrmObject *object = orm_graph_object(outcome->graph, record);
	MemoryContext caller = MemoryContextSwitchTo(outcome->graph->context);

	keep_known(outcome, object, slot);
	MemoryContextSwitchTo(caller);
	if (!object->stored || object->action == ORM_ACTION_UNCHANGED)
		object->action = record->action;
	object->stored = true;
	if (outcome->group->shape == NULL)
		return;
	object->json_offset = json->len + 1;
	orm_json_write_slot(json, orm_plan_payload(outcome->group->shape), slot);
	json->len--; /* the members, without the braces */
	object->json_length = json->len - object->json_offset;
}

/* The first n of the attributes that are needed of a group, as flags; those of its primary key come first. */
static const bool *
needed_flags(const OrmGroup *group, int n)
{
	bool *flags = palloc0(Max(group->model->nattributes, 1));

	for (int i = 0; i < n; i++)
		flags[group->needed[i]] = true;
	return flags;
}

/* Is all that is needed of the object known, whatever comes back? */
static bool
is_known(const OrmObject *object)
{
	const OrmGroup *group = object->group;

	if (group->model->before_insert_row_trigger || object->intent == ORM_INTENT_UPSERT ||
		object->intent == ORM_INTENT_FIND_OR_CREATE)
		return false;
	for (int i = 0; i < group->nneeded; i++)
		if (!object->record->given[group->needed[i]])
			return false;
	return true;
}

bool
orm_outcome_needs_rows(OrmObject *const *objects, int n)
{
	for (int i = 0; i < n; i++)
		if (objects[i]->intent == ORM_INTENT_FIND_OR_CREATE || (objects[i]->referenced && !is_known(objects[i])))
			return true;
	return false;
}

void
orm_outcome_decide(OrmGraph *graph, OrmGroup *group)
{
	if (group->readable_decided)
		return;
	group->readable_decided = true;
	if (!graph->result)
		return;
	group->readable = orm_access_returnable(group->model);
	if (group->readable == NULL)
		return;
	group->shape = orm_object_shape_open(group->model, group->readable);
	graph->shapes = lappend(graph->shapes, group->shape);
	group->comes_back = true;
	for (int i = 0; i < group->nneeded; i++)
		group->comes_back = group->comes_back && group->readable[group->needed[i]];
}

void
orm_outcome_begin(OrmOutcome *outcome, OrmGraph *graph, OrmGroup *group, bool needed)
{
	const bool *returning;
	int column = 0;

	memset(outcome, 0, sizeof(OrmOutcome));
	orm_outcome_decide(graph, group);
	outcome->graph = graph;
	outcome->group = group;
	returning = group->readable;
	if (returning == NULL && needed && group->nneeded > 0)
		returning = needed_flags(group, group->nneeded);
	else if (returning == NULL && group->keyed)
		returning = needed_flags(group, group->model->primary_key->nattributes);
	outcome->write.model = group->model;
	outcome->write.returning = returning;
	outcome->write.stored = take_row;
	outcome->write.argument = outcome;
	outcome->write.action = graph->action && returning != NULL;
	outcome->write.told_apart = graph->told_apart;
	outcome->columns = palloc0(sizeof(int) * Max(group->nneeded, 1));
	for (int a = 0; returning != NULL && a < group->model->nattributes; a++)
		if (returning[a])
		{
			column++;
			if (group->place_of[a] >= 0)
				outcome->columns[group->place_of[a]] = column;
		}
}
