/*
 * owned_rows.c - finding rows by the owners of their objects; see owned_rows.h.
 */
#include "postgres.h"

#include "utils/datum.h"

#include "exec/keyset.h"
#include "graph/collection_rows.h"
#include "graph/identity.h"
#include "graph/owned_rows.h"

/* Objects whose rows are looked up. */
typedef struct Owned
{
	OrmGraph *graph;
	OrmObject **objects; /* by number */
	bool *found;		 /* by number: its row is known */
	OrmKeySet *named;	 /* keys of rows that are left alone; NULL: none */
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
	if (owned->named != NULL && orm_keyset_find(owned->named, key) >= 0)
		return;
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
	orm_collection_rows_add(&owned->asked, owner, object->record, object->place);
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

/* ---- Before anything is written ---- */

/* Does an object name its row by a primary key that an edge references? */
static bool
names_row(const OrmEdge *edge, const OrmObject *object)
{
	if (object->fresh || object->said.broken ||
		(object->intent != ORM_INTENT_SAVE && object->intent != ORM_INTENT_UPDATE && object->intent != ORM_INTENT_FIND))
		return false;
	for (int i = 0; i < edge->n; i++)
	{
		Datum value;
		bool isnull;

		if (!object->group->model->attributes[edge->referenced_key[i]].in_key ||
			!orm_graph_value(object, edge->referenced_key[i], &value, &isnull) || isnull)
			return false;
	}
	return true;
}

/* Does an object give a value of a unique key other than the primary key? */
static bool
gives_unique(const OrmObject *object)
{
	const OrmModel *model = object->group->model;

	for (int i = 0; i < model->nunique; i++)
		for (int k = 0; &model->unique[i] != model->primary_key && k < model->unique[i].nattributes; k++)
			if (object->record->given[model->unique[i].attributes[k]])
				return true;
	return false;
}

/* The only owner, by this edge, of an object whose row can be found before it is written; or NULL. */
static const OrmObject *
early_owner(const OrmEdge *edge, const OrmObject *object)
{
	const OrmObject *owner = NULL;

	if (!object->said.by_parent || object->said.broken || object->intent != ORM_INTENT_SAVE || !gives_unique(object))
		return NULL;
	for (const OrmReference *r = object->references; r != NULL; r = r->next)
	{
		if (r->edge->relationship->kind != ORM_HAS_ONE)
			continue;
		if (r->edge != edge || owner != NULL)
			return NULL;
		owner = r->target;
	}
	return owner != NULL && names_row(edge, owner) ? owner : NULL;
}

/* Collects the keys of all rows that objects of a group name; false if one is not known. */
static bool
collect_named(Owned *owned, const OrmGroup *group)
{
	owned->named = orm_keyset_make_for(group->model);
	for (int i = 0; i < group->n; i++)
	{
		Datum key[INDEX_MAX_KEYS];

		if (orm_graph_key(group->objects[i], key))
			orm_keyset_add(owned->named, key);
		else if (!group->objects[i]->said.by_parent && !orm_identity_is_new(group->objects[i]))
			return false;
	}
	return true;
}

/* A search by one edge, as an argument of find_early(). */
typedef struct EarlySearch
{
	OrmGraph *graph;
	const OrmEdge *edge;
} EarlySearch;

static void
find_early(void *argument)
{
	const EarlySearch *search = argument;
	const OrmEdge *edge = search->edge;
	const OrmGroup *group = edge->holder;
	Owned owned = {.graph = search->graph};

	for (int i = 0; i < group->n; i++)
	{
		const OrmObject *owner = early_owner(edge, group->objects[i]);

		if (owner != NULL)
			add(&owned, edge, group->objects[i], owner, group->n, false);
	}
	if (owned.objects == NULL || !collect_named(&owned, group))
		return;
	orm_collection_rows_read(&owned.asked, search->graph->findings == NULL, take_key, &owned);
	for (int i = 0; i < owned.asked.rows.n; i++)
		owned.objects[i]->said.by_parent = orm_identity_key(owned.objects[i]) == NULL;
}

void
orm_owned_rows_find_early(OrmGraph *graph)
{
	ListCell *cell;

	foreach(cell, graph->removals == NIL ? graph->edges : NIL)
	{
		EarlySearch search = {graph, lfirst(cell)};
		const OrmEdge *edge = search.edge;

		if (edge->relationship->kind == ORM_HAS_ONE && edge->holder->model->primary_key != NULL &&
			edge->holder->order.component == edge->referenced->order.component)
			orm_finding_look(graph->findings, find_early, &search);
	}
}

/* ---- By a part of the primary key ---- */

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
