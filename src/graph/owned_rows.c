/*
 * owned_rows.c - finding rows by the owners of their objects; see owned_rows.h.
 */
#include "postgres.h"

#include "utils/datum.h"

#include "graph/collection_rows.h"
#include "graph/owned_rows.h"

/* Objects whose rows are looked up. */
typedef struct Owned
{
	OrmGraph *graph;
	OrmObject **objects; /* by number */
	bool *found;		 /* by number: its row is known */
	OrmCollectionRows asked;
} Owned;

/* Receives the primary key of a row; of several the first counts, as in a load. */
static void
take_key(void *argument, int number, const Datum *key)
{
	const Owned *owned = argument;
	OrmObject *object = owned->objects[number];
	const OrmModel *model = object->group->model;
	MemoryContext caller;

	if (owned->found[number])
		return;
	owned->found[number] = true;
	caller = MemoryContextSwitchTo(owned->graph->context);
	for (int i = 0; i < model->primary_key->nattributes; i++)
	{
		int attribute = model->primary_key->attributes[i];
		const OrmType *type = model->attributes[attribute].type;

		orm_record_set(object->record, attribute, datumCopy(key[i], type->by_value, type->length), false);
	}
	MemoryContextSwitchTo(caller);
}

/* Adds an object to the query; initializes it for the first one. */
static void
add(Owned *owned, const OrmEdge *edge, OrmObject *object, const OrmObject *owner, int n, bool shared)
{
	if (owned->objects == NULL)
	{
		owned->objects = palloc_extended(sizeof(OrmObject *) * n, MCXT_ALLOC_HUGE);
		owned->found = palloc_extended(sizeof(bool) * n, MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
		if (shared)
			orm_collection_rows_init_shared(&owned->asked, edge);
		else
			orm_collection_rows_init(&owned->asked, edge, false, false);
	}
	owned->objects[owned->asked.rows.n] = object;
	orm_collection_rows_add(&owned->asked, owner, object->record);
}

/* The settled reference of an object to the owner of a has_one. */
static const OrmReference *
reference_to_owner(const OrmObject *object)
{
	for (const OrmReference *r = object->references; r != NULL; r = r->next)
		if (r->edge->relationship->kind == ORM_HAS_ONE && r->settled)
			return r;
	return NULL;
}

void
orm_owned_rows_find(OrmGraph *graph, const OrmEdge *edge, OrmObject **objects, int n)
{
	Owned owned = {.graph = graph};

	for (int i = 0; i < n; i++)
	{
		const OrmReference *r = objects[i]->said.by_parent ? reference_to_owner(objects[i]) : NULL;

		if (r != NULL && r->edge == edge && !r->target->fresh)
			add(&owned, edge, objects[i], r->target, n, false);
	}
	if (owned.objects != NULL)
		orm_collection_rows_read(&owned.asked, true, take_key, &owned);
}

/* Does the foreign key share a part with the primary key, and compare it differently? */
static bool
compares_otherwise(const OrmEdge *edge)
{
	for (int i = 0; i < edge->n; i++)
		if (edge->holder->model->attributes[edge->holder_key[i]].in_key && !orm_join_key_is_plain(edge->keys[i]))
			return true;
	return false;
}

/* The owner of an object by an edge, or NULL. */
static const OrmObject *
owner_of(const OrmObject *object, const OrmEdge *edge)
{
	if (object->said.owner_edge == edge)
		return object->said.owner;
	for (const OrmReference *r = object->references; r != NULL; r = r->next)
		if (r->edge == edge && !r->settled && !r->later)
			return r->target;
	return NULL;
}

/* Does the object omit the shared part of its primary key, and give the rest? */
static bool
leaves_part(const OrmEdge *edge, const OrmObject *object, const OrmObject *owner)
{
	const OrmModel *model = object->group->model;
	const OrmKey *key = model->primary_key;
	int given = 0;
	int shared = 0;

	for (int i = 0; i < edge->n; i++)
	{
		Datum value;
		bool isnull;

		if (!model->attributes[edge->holder_key[i]].in_key)
			continue;
		if (object->record->given[edge->holder_key[i]] ||
			!orm_graph_value(owner, edge->referenced_key[i], &value, &isnull) || isnull)
			return false;
		shared++;
	}
	for (int i = 0; i < key->nattributes; i++)
		given += object->record->given[key->attributes[i]] && !object->record->isnull[key->attributes[i]];
	return given + shared == key->nattributes;
}

/* Completes the keys of objects by one edge. */
static void
complete(OrmGraph *graph, const OrmEdge *edge, OrmObject **objects, int n)
{
	Owned owned = {.graph = graph};

	for (int i = 0; i < n; i++)
	{
		const OrmObject *owner = objects[i]->written ? NULL : owner_of(objects[i], edge);

		if (owner != NULL && !owner->fresh && leaves_part(edge, objects[i], owner))
			add(&owned, edge, objects[i], owner, n, true);
	}
	if (owned.objects != NULL)
		orm_collection_rows_read(&owned.asked, false, take_key, &owned);
}

void
orm_owned_rows_complete(OrmGraph *graph, OrmGroup *group, OrmObject **objects, int n)
{
	ListCell *cell;

	foreach(cell, graph->edges)
	{
		const OrmEdge *edge = lfirst(cell);

		if (edge->holder == group && edge->relationship->kind != ORM_BELONGS_TO && compares_otherwise(edge))
			complete(graph, edge, objects, n);
	}
}
