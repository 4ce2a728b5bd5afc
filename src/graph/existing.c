/*
 * existing.c - rows that exist before a graph is written; see existing.h.
 */
#include "postgres.h"

#include "graph/existing.h"
#include "graph/identity.h"
#include "graph/owned_rows.h"
#include "graph/settle.h"
#include "graph/shared_key.h"
#include "store/record_error.h"
#include "store/lookup.h"
#include "store/seen.h"
#include "store/stale.h"

void
orm_existing_demand(const OrmBatch *batch, const OrmKey *key)
{
	for (int i = 0; i < batch->n; i++)
		if (!batch->records[i]->done)
			orm_record_error_missing(batch->write->model, key, batch->records[i]);
}

/* Must the row be found by this key before anything is written?  (Not if it is updated anyway.) */
static bool
is_sought_by(const OrmObject *object, const void *key)
{
	return object->intent == ORM_INTENT_FIND && object->said.key == key &&
		(object->references == NULL || key != object->group->model->primary_key);
}

/* Sets the attributes of an object's key that its owner supplies; raises 42P10 if they are not known. */
static void
complete_key(const OrmGraph *graph, OrmObject *object)
{
	OrmReference reference = {.edge = object->said.owner_edge, .holder = object, .target = object->said.owner};
	OrmSharedKeyMade made;

	if (orm_settle_shared(&reference, object->record))
		return;
	made = orm_shared_key_make(graph, reference.edge, reference.target, object->record);
	object->said.broken = made == ORM_SHARED_KEY_LATER;
	if (made == ORM_SHARED_KEY_UNKNOWN)
		ereport(ERROR, errcode(ERRCODE_INVALID_COLUMN_REFERENCE),
				errmsg("key of an object of model \"%s\" is incomplete", object->group->model->name),
				orm_error_place(object->place),
				errhint("The key of its parent, which would complete it, is not given."));
}

/* Objects of a group, as an argument of work functions. */
typedef struct Search
{
	OrmGraph *graph;
	OrmGroup *group;
	OrmObject **objects;
	int n;
} Search;

static void
complete_keys(void *argument)
{
	const Search *search = argument;

	orm_owned_rows_complete(search->graph, search->group, search->objects, search->n);
	for (int i = 0; i < search->n; i++)
		if (search->objects[i]->said.owner != NULL)
			complete_key(search->graph, search->objects[i]);
}

/* Finds the rows of the objects with the same key as the first one. */
static void
find_by_key(void *argument)
{
	const Search *search = argument;
	const OrmKey *key = search->objects[0]->said.key;
	OrmReturning returning;
	OrmBatch batch;

	orm_returned_begin(&returning, search->graph, search->group, true);
	batch = orm_returned_pick(&returning, search->objects, search->n, is_sought_by, key);
	orm_seen_check(&batch, key, false);
	orm_lookup_read(&batch, key);
	orm_existing_demand(&batch, key);
}

/* Runs "work" for n objects of a group, or for the first one if errors are collected.  False: it raised an error. */
static bool
search_for(OrmGraph *graph, OrmGroup *group, OrmObject **objects, int n, void (*work)(void *))
{
	Search search = {graph, group, objects, graph->findings == NULL ? n : 1};

	if (orm_finding_try(graph->findings, work, &search, objects[0]->place))
		return true;
	objects[0]->said.broken = true;
	return false;
}

static void
find_group(OrmGraph *graph, OrmGroup *group)
{
	for (int i = 0; i < group->n; i++)
		if (group->objects[i]->said.owner != NULL)
			search_for(graph, group, &group->objects[i], 1, complete_keys);
	for (int i = 0; i < group->n; i++)
	{
		OrmObject *object = group->objects[i];

		if (!object->written && !object->record->done && !object->said.broken && is_sought_by(object, object->said.key))
			search_for(graph, group, &group->objects[i], group->n - i, find_by_key);
	}
	for (int i = 0; i < group->n; i++)
		if (group->objects[i]->intent == ORM_INTENT_FIND && group->objects[i]->references == NULL)
			group->objects[i]->written = true;
}

/* Reads the row of an object with the intent FIND_OR_CREATE. */
static void
read_kept(void *argument)
{
	const Search *search = argument;
	OrmObject *object = search->objects[0];
	const OrmKey *key = orm_identity_key(object);
	OrmReturning returning;
	OrmBatch batch = {&returning.write, &object->record, 1};

	if (key == NULL)
		return;
	orm_returned_begin(&returning, search->graph, search->group, true);
	orm_lookup_read(&batch, key);
	object->record->done = false;
}

/* Finds the primary keys of FIND_OR_CREATE items that stay in a collection, so that the removal spares their rows. */
static void
find_kept(OrmGraph *graph, const OrmRemoval *removal)
{
	ListCell *cell;

	foreach(cell, removal->kind == ORM_REMOVE_OTHERS ? removal->items : NIL)
	{
		OrmObject *object = lfirst(cell);

		if (object->intent == ORM_INTENT_FIND_OR_CREATE && !object->returned.stored && !object->said.broken)
			search_for(graph, object->group, &object, 1, read_kept);
	}
}

/* Looks up whether an object exists; else it is new. */
static void
decide(OrmGraph *graph, OrmObject *object)
{
	OrmReturning returning = {.write = {.model = object->group->model}, .graph = graph, .group = object->group};
	OrmBatch batch = {&returning.write, &object->record, 1};

	orm_lookup_read(&batch, object->group->model->primary_key);
	object->fresh = !object->record->done;
	object->record->done = false;
}

void
orm_existing_decide(OrmGraph *graph, OrmObject **objects, int n)
{
	for (int i = 0; i < n; i++)
	{
		OrmObject *object = objects[i];

		if (object->intent == ORM_INTENT_SAVE && !object->fresh && orm_identity_key(object) != NULL)
			decide(graph, object);
		if (object->fresh || orm_identity_key(object) == NULL)
			continue;
		for (OrmReference *r = object->holders; r != NULL; r = r->next_holder)
			r->waived = true;
	}
}

void
orm_existing_find(OrmGraph *graph)
{
	ListCell *cell;

	foreach(cell, graph->groups)
		find_group(graph, lfirst(cell));
	foreach(cell, graph->removals)
		find_kept(graph, lfirst(cell));
	orm_owned_rows_find_early(graph);
	if (graph->findings != NULL)
		orm_graph_drop_broken(graph);
}

/* Is the object saved, or updated, with a version or an etag to compare? */
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

/* Does any object of a group give a version or an etag to compare? */
static bool
asks_any(const OrmGroup *group)
{
	for (int i = 0; i < group->n; i++)
		if (orm_stale_is_asked(group->model, group->objects[i]->record))
			return true;
	return false;
}

/* Locks and compares rows of a group before any of them is written. */
static void
compare_group(void *argument)
{
	const Search *search = argument;
	OrmGroup *group = search->group;
	OrmReturning returning = {
		.write = {.model = group->model, .checking = search->graph->findings != NULL},
		.graph = search->graph,
		.group = group,
	};
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
	{
		OrmGroup *group = lfirst(cell);
		Search search = {graph, group, group->objects, group->n};

		if (group->order.component == component)
			orm_finding_try(graph->findings, compare_group, &search, NULL);
	}
}
