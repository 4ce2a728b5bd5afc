/*
 * existing.c - rows that exist before a graph is written; see existing.h.
 */
#include "postgres.h"

#include "graph/existing.h"
#include "graph/settle.h"
#include "store/stale.h"

void
orm_existing_demand(const OrmBatch *batch, const OrmKey *key)
{
	for (int i = 0; i < batch->n; i++)
		if (!batch->records[i]->done)
			orm_batch_missing(batch->write->model, key, batch->records[i]);
}

/* Is it to be found by this key before anything is written?  (One that is updated anyway need not.) */
static bool
is_sought_by(const OrmObject *object, const void *key)
{
	return object->intent == ORM_INTENT_FIND && object->said.key == key &&
		(object->references == NULL || key != object->group->model->primary_key);
}

/* Puts what the owner of an object supplies of its key into its record; raises 42P10 when that is not known. */
static void
complete_key(OrmObject *object)
{
	OrmReference reference = {.edge = object->said.owner_edge, .holder = object, .target = object->said.owner};

	if (!orm_settle(&reference, object->record))
		ereport(ERROR, errcode(ERRCODE_INVALID_COLUMN_REFERENCE),
				errmsg("the key of an object of model \"%s\" is not given whole", object->group->model->name),
				orm_error_place(object->place), errhint("Its parent's key, which would complete it, is not given."));
}

/* Finds the rows of a group's objects that must exist. */
static void
find_group(OrmGraph *graph, OrmGroup *group)
{
	OrmReturning returning;

	for (int i = 0; i < group->n; i++)
		if (group->objects[i]->said.owner != NULL)
			complete_key(group->objects[i]);
	for (int i = 0; i < group->n; i++)
	{
		OrmObject *object = group->objects[i];
		OrmBatch batch;

		if (object->written || object->record->done || !is_sought_by(object, object->said.key))
			continue;
		orm_returned_begin(&returning, graph, group, true);
		batch = orm_returned_pick(&returning, &group->objects[i], group->n - i, is_sought_by, object->said.key);
		orm_batch_read(&batch, object->said.key);
		orm_existing_demand(&batch, object->said.key);
	}
	for (int i = 0; i < group->n; i++)
		if (group->objects[i]->intent == ORM_INTENT_FIND && group->objects[i]->references == NULL)
			group->objects[i]->written = true;
}

void
orm_existing_find(OrmGraph *graph)
{
	ListCell *cell;

	foreach(cell, graph->groups)
		find_group(graph, lfirst(cell));
}

/* Is it an object that is saved, or updated, and must be as it was read? */
static bool
is_saved(const OrmObject *object, const void *argument)
{
	return object->intent == ORM_INTENT_SAVE && orm_stale_is_asked(object->group->model, object->record);
}

static bool
is_updated(const OrmObject *object, const void *argument)
{
	return object->intent == ORM_INTENT_UPDATE && orm_stale_is_asked(object->group->model, object->record);
}

/* Does any object of a group say which state it was read from? */
static bool
asks_any(const OrmGroup *group)
{
	for (int i = 0; i < group->n; i++)
		if (orm_stale_is_asked(group->model, group->objects[i]->record))
			return true;
	return false;
}

/* Compares rows with the states from which their objects were read, before any of them is written. */
static void
check_group(OrmGraph *graph, OrmGroup *group)
{
	OrmReturning returning = {.write = {.model = group->model}, .graph = graph, .group = group};
	OrmBatch batch;

	if (group->model->primary_key == NULL || !asks_any(group))
		return;
	batch = orm_returned_pick(&returning, group->objects, group->n, is_updated, NULL);
	orm_stale_check(&batch, group->model->primary_key, ORM_ABSENCE_IS_FINE);
	batch = orm_returned_pick(&returning, group->objects, group->n, is_saved, NULL);
	orm_stale_check(&batch, group->model->primary_key, ORM_ABSENCE_IS_STALE);
}

void
orm_existing_check(OrmGraph *graph, int component)
{
	ListCell *cell;

	foreach(cell, graph->groups)
		if (((OrmGroup *) lfirst(cell))->order.component == component)
			check_group(graph, lfirst(cell));
}
