/*
 * reread.c - reading written rows again; see reread.h.
 */
#include "postgres.h"

#include "miscadmin.h"

#include "exec/keyset.h"
#include "graph/reread.h"
#include "graph/settle.h"
#include "model/after.h"
#include "model/cache.h"
#include "store/lookup.h"

/* The events of an object's write on its table, as far as known. */
static int
events_of(const OrmObject *object)
{
	switch (object->intent)
	{
		case ORM_INTENT_CREATE:
			return ORM_AFTER_INSERT;
		case ORM_INTENT_FIND_OR_CREATE:
			return ORM_AFTER_INSERT | ORM_AFTER_UPDATE;
		case ORM_INTENT_FIND:
			return object->references != NULL ? ORM_AFTER_UPDATE : 0;
		case ORM_INTENT_UPDATE:
			return ORM_AFTER_UPDATE;
		default:
			return object->fresh ? ORM_AFTER_INSERT : ORM_AFTER_INSERT | ORM_AFTER_UPDATE;
	}
}

/* Can rows change after the write of a group's objects? */
static bool
group_changes(const OrmGroup *group)
{
	/* rows of other models, which are counted */
	if (group->model->declaration->counters != NIL)
		return true;
	if (group->model->after_events == 0)
		return false;
	for (int i = 0; i < group->n; i++)
		if (group->model->after_events & events_of(group->objects[i]))
			return true;
	return false;
}

/* Can rows change after a delete of a model's rows and of the rows that cascade from them? */
static bool
delete_changes(const OrmModel *model, List **visited)
{
	check_stack_depth();
	if (list_member_ptr(*visited, model))
		return false;
	*visited = lappend(*visited, unconstify(OrmModel *, model));
	if (orm_after_events(model->relid, ORM_AFTER_DELETE, NULL) != 0)
		return true;
	for (int i = 0; model->deletes_along && i < model->nrelationships; i++)
	{
		const OrmRelationship *relationship = &model->relationships[i];

		if (!relationship->resolved)
			continue;
		if (relationship->kind == ORM_MANY_TO_MANY &&
			orm_after_events(relationship->join_relid, ORM_AFTER_DELETE, NULL) != 0)
			return true;
		if ((relationship->cascade & ORM_CASCADE_DELETE) &&
			delete_changes(orm_cache_open(relationship->target, AccessShareLock), visited))
			return true;
	}
	return false;
}

/* Can rows change after a removal? */
static bool
removal_changes(const OrmRemoval *removal)
{
	const OrmEdge *edge = removal->edge;
	bool deletes = removal->kind == ORM_REMOVE_DELETE || (edge->relationship->cascade & ORM_CASCADE_ORPHAN);
	List *visited = NIL;

	if (edge->holder == NULL && orm_after_events(edge->relationship->join_relid, ORM_AFTER_DELETE, NULL) != 0)
		return true;
	if (edge->holder != NULL && (edge->holder->model->after_events & ORM_AFTER_UPDATE))
		return true;
	return deletes && delete_changes(edge->target->model, &visited);
}

bool
orm_reread_is_due(const OrmGraph *graph)
{
	ListCell *cell;

	foreach(cell, graph->groups)
		if (group_changes(lfirst(cell)))
			return true;
	foreach(cell, graph->removals)
		if (removal_changes(lfirst(cell)))
			return true;
	foreach(cell, graph->edges)
	{
		const OrmEdge *edge = lfirst(cell);

		if (edge->links != NIL && orm_after_events(edge->relationship->join_relid, ORM_AFTER_INSERT, NULL) != 0)
			return true;
	}
	return false;
}

/* Rows of a group to read again, by number of the key: a record, and the first object. */
typedef struct Rows
{
	OrmKeySet *keys;
	OrmRecord **records;
	OrmObject **objects;
} Rows;

/* Adds the row of an object; other objects of the row share its result. */
static void
add_row(OrmGraph *graph, Rows *rows, OrmObject *object)
{
	int count = orm_keyset_count(rows->keys);
	Datum key[INDEX_MAX_KEYS];
	int number;

	if (!object->returned.stored || !orm_graph_key(object, key))
		return;
	number = orm_keyset_add(rows->keys, key);
	object->returned.gone = true;
	if (number < count)
		return;
	rows->objects[number] = object;
	rows->records[number] = orm_graph_record(graph, object);
	orm_settle_key(rows->records[number], object);
}

/* Copies the result of each row's first object to the others. */
static void
share_rows(const Rows *rows, const OrmGroup *group)
{
	for (int i = 0; i < group->n; i++)
	{
		OrmObject *object = group->objects[i];
		const OrmObject *first;
		Datum key[INDEX_MAX_KEYS];

		if (!object->returned.gone || !orm_graph_key(object, key))
			continue;
		first = rows->objects[orm_keyset_find(rows->keys, key)];
		object->returned.gone = first->returned.gone;
		object->returned.json_offset = first->returned.json_offset;
		object->returned.json_length = first->returned.json_length;
	}
}

/* Reads the rows of a group again. */
static void
refresh_group(OrmGraph *graph, OrmGroup *group)
{
	const OrmKey *key = group->model->primary_key;
	Rows rows;
	OrmReturning returning;
	OrmBatch batch;

	if (key == NULL || group->returned.shape == NULL || !group->returned.complete)
		return;
	rows.keys = orm_keyset_make_for(group->model);
	rows.records = palloc_extended(sizeof(OrmRecord *) * Max(group->n, 1), MCXT_ALLOC_HUGE);
	rows.objects = palloc_extended(sizeof(OrmObject *) * Max(group->n, 1), MCXT_ALLOC_HUGE);
	for (int i = 0; i < group->n; i++)
		add_row(graph, &rows, group->objects[i]);
	orm_returned_begin(&returning, graph, group, false);
	batch.write = &returning.write;
	batch.records = rows.records;
	batch.n = orm_keyset_count(rows.keys);
	if (batch.n > 0)
		orm_lookup_read(&batch, key);
	share_rows(&rows, group);
}

void
orm_reread_run(OrmGraph *graph)
{
	ListCell *cell;

	Assert(graph->options.result);
	foreach(cell, graph->groups)
		refresh_group(graph, lfirst(cell));
}
