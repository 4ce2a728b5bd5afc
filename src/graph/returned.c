/*
 * returned.c - returned rows of a graph; see returned.h.
 */
#include "postgres.h"

#include "utils/datum.h"

#include "exec/access.h"
#include "exec/json.h"
#include "exec/object_shape.h"
#include "graph/givers.h"
#include "graph/graph.h"

void
orm_returned_init(OrmGroupReturned *returned, const OrmModel *model)
{
	returned->needed = palloc(sizeof(int) * Max(model->nattributes, 1));
	returned->place_of = palloc(sizeof(int) * Max(model->nattributes, 1));
	for (int i = 0; i < model->nattributes; i++)
		returned->place_of[i] = -1;
	for (int i = 0; model->primary_key != NULL && i < model->primary_key->nattributes; i++)
		orm_returned_need(returned, model->primary_key->attributes[i]);
}

void
orm_returned_need(OrmGroupReturned *returned, int attribute)
{
	if (returned->place_of[attribute] >= 0)
		return;
	returned->place_of[attribute] = returned->nneeded;
	returned->needed[returned->nneeded++] = attribute;
}

/* Keeps the needed values of a row. */
static void
keep_known(const OrmReturning *returning, OrmObject *object, TupleTableSlot *slot)
{
	const OrmGroup *group = returning->group;

	if (object->returned.known == NULL)
		object->returned.known = palloc0(sizeof(OrmKnown) * Max(group->returned.nneeded, 1));
	for (int i = 0; i < group->returned.nneeded; i++)
	{
		const OrmType *type = group->model->attributes[group->returned.needed[i]].type;
		OrmKnown *known = &object->returned.known[i];
		Datum value;

		if (returning->columns[i] == 0)
			continue;
		value = slot_getattr(slot, returning->columns[i], &known->isnull);
		known->value = known->isnull ? (Datum) 0 : datumCopy(value, type->by_value, type->length);
		known->present = true;
	}
}

/* Receives a stored row; called in a per-row context. */
static void
take_row(void *argument, const OrmRecord *record, TupleTableSlot *slot)
{
	const OrmReturning *returning = argument;
	StringInfo json = &returning->graph->returned.json;
	OrmObject *object = orm_graph_object(returning->graph, record);
	MemoryContext caller = MemoryContextSwitchTo(returning->graph->context);

	keep_known(returning, object, slot);
	MemoryContextSwitchTo(caller);
	if (!object->returned.stored || object->returned.action == ORM_ACTION_UNCHANGED)
		object->returned.action = record->action;
	object->returned.stored = true;
	object->returned.gone = false;
	if (returning->group->returned.shape == NULL)
		return;
	object->returned.json_offset = json->len + 1;
	orm_json_write_slot(json, orm_plan_payload(returning->group->returned.shape), slot);
	json->len--; /* the members, without the braces */
	object->returned.json_length = json->len - object->returned.json_offset;
}

/* Flags for the first n needed attributes of a group, which begin with the primary key. */
static const bool *
needed_flags(const OrmGroup *group, int n)
{
	bool *flags = palloc0(Max(group->model->nattributes, 1));

	for (int i = 0; i < n; i++)
		flags[group->returned.needed[i]] = true;
	return flags;
}

/* Are all needed values of the object known without returned rows? */
static bool
is_known(const OrmObject *object)
{
	const OrmGroup *group = object->group;

	if (group->model->before_insert_row_trigger || object->intent == ORM_INTENT_UPSERT ||
		object->intent == ORM_INTENT_FIND_OR_CREATE)
		return false;
	for (int i = 0; i < group->returned.nneeded; i++)
		if (!object->record->given[group->returned.needed[i]] ||
			group->model->attributes[group->returned.needed[i]].generated)
			return false;
	return true;
}

bool
orm_returned_is_needed(OrmObject *const *objects, int n)
{
	for (int i = 0; i < n; i++)
		if (objects[i]->group->returned.verified || objects[i]->intent == ORM_INTENT_FIND_OR_CREATE ||
			(objects[i]->referenced && !is_known(objects[i])))
			return true;
	return false;
}

void
orm_returned_decide(OrmGraph *graph, OrmGroup *group)
{
	if (group->returned.decided)
		return;
	group->returned.decided = true;
	if (!graph->options.result)
		return;
	group->returned.readable = orm_access_returnable(group->model);
	if (group->returned.readable == NULL)
		return;
	group->returned.shape = orm_object_shape_open(group->model, group->returned.readable);
	graph->returned.shapes = lappend(graph->returned.shapes, group->returned.shape);
	group->returned.complete = true;
	for (int i = 0; i < group->returned.nneeded; i++)
		group->returned.complete = group->returned.complete && group->returned.readable[group->returned.needed[i]];
}

void
orm_returned_begin(OrmReturning *returning, OrmGraph *graph, OrmGroup *group, bool needed)
{
	const bool *flags;
	int column = 0;

	memset(returning, 0, sizeof(OrmReturning));
	orm_returned_decide(graph, group);
	returning->graph = graph;
	returning->group = group;
	flags = group->returned.readable;
	if (flags == NULL && needed && group->returned.nneeded > 0)
		flags = needed_flags(group, group->returned.nneeded);
	else if (flags == NULL && group->returned.keyed)
		flags = needed_flags(group, group->model->primary_key->nattributes);
	returning->write.model = group->model;
	returning->write.returning = flags;
	returning->write.stored = take_row;
	returning->write.argument = returning;
	returning->write.action = graph->options.action && flags != NULL;
	returning->write.told_apart = graph->options.told_apart;
	returning->write.may_skip = graph->options.may_skip;
	returning->write.where = graph->options.where;
	returning->write.unscoped = graph->options.unscoped;
	returning->write.givers = graph->options.may_skip ? NULL : orm_givers_find;
	returning->write.may_have_givers = orm_givers_may_exist;
	returning->write.has_unknown_givers = orm_givers_has_unknown;
	returning->columns = palloc0(sizeof(int) * Max(group->returned.nneeded, 1));
	for (int a = 0; flags != NULL && a < group->model->nattributes; a++)
		if (flags[a])
		{
			column++;
			if (group->returned.place_of[a] >= 0)
				returning->columns[group->returned.place_of[a]] = column;
		}
}

OrmBatch
orm_returned_pick(const OrmReturning *returning, OrmObject *const *objects, int n, OrmObjectTest test,
				  const void *argument)
{
	OrmBatch batch = {&returning->write, NULL, 0};

	batch.records = palloc_extended(sizeof(OrmRecord *) * Max(n, 1), MCXT_ALLOC_HUGE);
	for (int i = 0; i < n; i++)
		if (objects[i]->same.twin == NULL && test(objects[i], argument))
			batch.records[batch.n++] = objects[i]->record;
	return batch;
}
