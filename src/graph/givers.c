/*
 * givers.c - rows that later statements of a graph write; see givers.h.
 */
#include "postgres.h"

#include "exec/keyset.h"
#include "graph/givers.h"
#include "graph/graph.h"
#include "model/key.h"
#include "store/conflict_key.h"
#include "store/parking.h"

/* The search for givers. */
typedef struct GiverSearch
{
	const OrmGraph *graph;
	OrmGroup *group;
	Bitmapset *batch; /* indexes of the batch's records */
	OrmKeySet *rows;  /* primary keys of rows that are written, or found */
	List *found;	  /* of OrmGiver * */
} GiverSearch;

/* Is the object written by the batch, or already? */
static bool
is_written(const GiverSearch *search, const OrmObject *object)
{
	return object->written || object->record->done || bms_is_member(object->record->index, search->batch);
}

/* Does an object name its row without changing it? */
static bool
only_names(const OrmObject *object)
{
	return object->intent == ORM_INTENT_FIND && object->references == NULL;
}

/* Adds the row of an object, and returns whether it is new; false if its key is not known. */
static bool
add_row(GiverSearch *search, const OrmObject *object, Datum *key)
{
	int count;

	if (!orm_graph_key(object, key))
		return false;
	if (search->rows == NULL)
		search->rows = orm_keyset_make_for(search->group->model);
	count = orm_keyset_count(search->rows);
	return orm_keyset_add(search->rows, key) == count;
}

/* Adds the foreign keys by which an object references others to what its giver gives. */
static void
add_references(OrmGiver *giver, const OrmObject *object)
{
	for (const OrmReference *r = object->references; r != NULL; r = r->next)
		for (int i = 0; !r->edge->generated && i < r->edge->n; i++)
			orm_parking_add(giver, object->group->model, r->edge->holder_key[i]);
}

/* Adds the row of an object that is upserted by another key than the primary key. */
static void
add_upserted(GiverSearch *search, const OrmObject *object, const OrmKey *key)
{
	Datum values[INDEX_MAX_KEYS];
	OrmGiver *giver;

	if (key == NULL || orm_record_has_null(object->record, key))
		return;
	orm_record_key(object->record, key, values);
	giver = orm_parking_giver(search->group->model, object->record, key, values);
	add_references(giver, object);
	search->found = lappend(search->found, giver);
}

/* Adds the row of an object that a later statement writes. */
static void
add_object(GiverSearch *search, const OrmObject *object)
{
	const OrmModel *model = search->group->model;
	const OrmConflictOn *on = orm_graph_conflict_on(search->graph, object);
	const OrmKey *key = model->primary_key;
	Datum values[INDEX_MAX_KEYS];
	OrmGiver *giver;

	if (object->fresh || object->intent == ORM_INTENT_CREATE || object->intent == ORM_INTENT_FIND_OR_CREATE ||
		orm_graph_ignores(search->graph, object))
		return;
	if (object->intent == ORM_INTENT_UPSERT)
		key = orm_conflict_key_of(model, object->record, on->n, on->names);
	if (key != model->primary_key)
		add_upserted(search, object, key);
	if (key == NULL || key != model->primary_key || !add_row(search, object, values))
		return;
	giver = orm_parking_giver(model, object->intent == ORM_INTENT_FIND ? NULL : object->record, key, values);
	add_references(giver, object);
	search->found = lappend(search->found, giver);
}

/* Adds rows that are removed from a collection. */
static void
add_removed(GiverSearch *search, const OrmRemoval *removal)
{
	const OrmModel *model = search->group->model;
	ListCell *cell;

	foreach(cell, removal->items)
	{
		Datum values[INDEX_MAX_KEYS];
		OrmGiver *giver;

		if (!add_row(search, lfirst(cell), values))
			continue;
		giver = orm_parking_giver(model, NULL, model->primary_key, values);
		for (int i = 0; removal->kind == ORM_REMOVE_UNLINK && i < removal->edge->n; i++)
			orm_parking_add(giver, model, removal->edge->holder_key[i]);
		for (int i = 0; removal->kind == ORM_REMOVE_DELETE && i < model->nattributes; i++)
			orm_parking_add(giver, model, i);
		search->found = lappend(search->found, giver);
	}
}

/* Adds the rows that are written, so that none of them is found. */
static void
leave_out_written(GiverSearch *search)
{
	Datum values[INDEX_MAX_KEYS];

	for (int i = 0; search->group->model->primary_key != NULL && i < search->group->n; i++)
		if (is_written(search, search->group->objects[i]) && !only_names(search->group->objects[i]))
			add_row(search, search->group->objects[i], values);
}

/* Begins a search for the givers of a batch in its graph. */
static GiverSearch
search_for(const OrmBatch *batch)
{
	const OrmReturning *returning = batch->write->argument;
	GiverSearch search = {.graph = returning->graph, .group = returning->group};

	for (int i = 0; i < batch->n; i++)
		search.batch = bms_add_member(search.batch, batch->records[i]->index);
	return search;
}

/* Can an object of the group, or a removal, be a giver? */
static bool
can_give(const GiverSearch *search)
{
	ListCell *cell;

	for (int i = 0; i < search->group->n; i++)
		if (!is_written(search, search->group->objects[i]) && !search->group->objects[i]->fresh &&
			search->group->objects[i]->intent != ORM_INTENT_CREATE)
			return true;
	foreach(cell, search->graph->removals)
		if (!((const OrmRemoval *) lfirst(cell))->done)
			return true;
	return false;
}

bool
orm_givers_may_exist(const OrmBatch *batch)
{
	const OrmReturning *returning = batch->write->argument;
	const OrmGraphOptions *options = &returning->graph->options;
	GiverSearch search;

	if (options->givers != NULL && options->may_have_givers(options->givers_argument, returning->group->model))
		return true;
	if (returning->group->n == batch->n && returning->graph->removals == NIL)
		return false;
	search = search_for(batch);
	return can_give(&search);
}

List *
orm_givers_find(const OrmBatch *batch)
{
	GiverSearch search = search_for(batch);
	const OrmGraphOptions *options = &search.graph->options;
	ListCell *cell;

	if (options->givers != NULL)
		search.found = options->givers(options->givers_argument, search.group->model);
	if (!can_give(&search))
		return search.found;
	leave_out_written(&search);
	for (int i = 0; i < search.group->n; i++)
		if (!is_written(&search, search.group->objects[i]) && search.group->objects[i]->same.twin == NULL)
			add_object(&search, search.group->objects[i]);
	foreach(cell, search.graph->removals)
	{
		const OrmRemoval *removal = lfirst(cell);

		if (!removal->done && removal->kind != ORM_REMOVE_OTHERS && removal->edge->holder == search.group)
			add_removed(&search, removal);
	}
	return search.found;
}

/* The key of a unique constraint; NULL if it is none of the model's. */
static const OrmKey *
key_named(const OrmModel *model, const char *name)
{
	for (int i = 0; name != NULL && i < model->nunique; i++)
		if (model->unique[i].name != NULL && strcmp(model->unique[i].name, name) == 0)
			return &model->unique[i];
	return NULL;
}

/* Does a record give an attribute of a key? */
static bool
gives_any(const OrmRecord *record, const OrmKey *key)
{
	for (int i = 0; i < key->nattributes; i++)
		if (record->given[key->attributes[i]])
			return true;
	return false;
}

/* Is it the child of an owner that may exist, whose row is not found yet, and can change values of a key? */
static bool
is_unknown_child(const OrmObject *object, const OrmKey *violated)
{
	Datum key[INDEX_MAX_KEYS];

	if (!object->said.by_parent || object->written || object->fresh || object->group->model->primary_key == NULL ||
		orm_graph_key(object, key))
		return false;
	for (const OrmReference *r = object->references; r != NULL; r = r->next)
		if (r->target->fresh || r->target->intent == ORM_INTENT_CREATE)
			return false;
	return violated == NULL || gives_any(object->record, violated);
}

/* Can a removal delete rows, or unlink them by an attribute of a key? */
static bool
can_release(const OrmRemoval *removal, const OrmKey *violated)
{
	const OrmEdge *edge = removal->edge;

	if (violated == NULL || (edge->relationship->cascade & ORM_CASCADE_ORPHAN))
		return true;
	for (int i = 0; i < edge->n; i++)
		if (orm_key_has(violated, edge->holder_key[i]))
			return true;
	return false;
}

bool
orm_givers_has_unknown(const OrmBatch *batch, const char *constraint)
{
	const OrmReturning *returning = batch->write->argument;
	const OrmGroup *group = returning->group;
	const OrmKey *violated = key_named(group->model, constraint);
	ListCell *cell;

	for (int i = 0; i < group->n; i++)
		if (is_unknown_child(group->objects[i], violated))
			return true;
	foreach(cell, returning->graph->removals)
	{
		const OrmRemoval *removal = lfirst(cell);

		if (!removal->done && removal->kind == ORM_REMOVE_OTHERS && removal->edge->holder == group &&
			!removal->owner->fresh && removal->owner->intent != ORM_INTENT_CREATE && can_release(removal, violated))
			return true;
	}
	return false;
}
