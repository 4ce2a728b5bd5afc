/*
 * graph.c - building graphs of objects; see graph.h.
 */
#include "postgres.h"

#include "exec/json.h"
#include "graph/graph.h"
#include "model/given_back.h"
#include "model/cache.h"
#include "model/relationship.h"
#include "store/key_order.h"
#include "store/reader.h"
#include "store/tuples.h"

/* Maximum number of records allocated at once. */
#define MOST_SPARE 256

OrmGraph *
orm_graph_make(void)
{
	OrmGraph *graph = palloc0(sizeof(OrmGraph));

	graph->context = CurrentMemoryContext;
	initStringInfo(&graph->returned.json);
	return graph;
}

/* An OrmReadGuard that turns errors into findings. */
static bool
guard(void *findings, void (*work)(void *), void *argument, const OrmPath *place)
{
	return orm_finding_try(findings, work, argument, place);
}

OrmGroup *
orm_graph_group(OrmGraph *graph, const OrmModel *model)
{
	OrmGroup *group;
	ListCell *cell;

	foreach(cell, graph->groups)
	{
		group = lfirst(cell);
		if (strcmp(group->model->name, model->name) == 0)
			return group;
	}
	group = palloc0(sizeof(OrmGroup));
	group->model = model;
	group->reader = orm_reader_make(model);
	if (graph->findings != NULL)
		orm_reader_guard(group->reader, guard, graph->findings);
	orm_returned_init(&group->returned, model);
	graph->groups = lappend(graph->groups, group);
	return group;
}

/* The attributes of n columns; their values are kept of returned rows. */
static int *
attributes_of(OrmGroup *group, const AttrNumber *columns, int n)
{
	const OrmModel *model = group->model;
	int *attributes = palloc(sizeof(int) * n);

	for (int i = 0; i < n; i++)
	{
		attributes[i] = orm_model_attribute_over(model, columns[i]);
		if (attributes[i] < 0)
			ereport(ERROR, errcode(ERRCODE_UNDEFINED_COLUMN),
					errmsg("a relationship of model \"%s\" is joined by a column that is gone", model->name));
		orm_returned_need(&group->returned, attributes[i]);
	}
	return attributes;
}

/* Sets up the ends of an edge, for each kind of relationship. */
static void
join_edge(OrmEdge *edge)
{
	const OrmRelationship *relationship = edge->relationship;
	int *local = attributes_of(edge->source, relationship->local, relationship->nkeys);

	edge->n = relationship->nkeys;
	switch (relationship->kind)
	{
		case ORM_BELONGS_TO:
			edge->holder = edge->source;
			edge->referenced = edge->target;
			edge->holder_key = local;
			edge->referenced_key = attributes_of(edge->target, relationship->remote, edge->n);
			break;
		case ORM_HAS_MANY:
		case ORM_HAS_ONE:
			edge->holder = edge->target;
			edge->referenced = edge->source;
			edge->holder_key = attributes_of(edge->target, relationship->remote, edge->n);
			edge->referenced_key = local;
			break;
		case ORM_MANY_TO_MANY:
			edge->referenced_key = local;
			edge->ntarget = relationship->njoin;
			edge->target_key = attributes_of(edge->target, relationship->target_key, edge->ntarget);
			edge->target_join = orm_join_of_target(relationship);
			edge->target_keys = orm_join_keys(&edge->target_join);
			break;
		case ORM_RELATED:
			Assert(false); /* is not written (graph/read.c) */
			break;
	}
	edge->join = orm_join_of(edge->source->model, relationship);
	edge->keys = orm_join_keys(&edge->join);
}

OrmEdge *
orm_graph_edge(OrmGraph *graph, OrmGroup *source, const OrmRelationship *relationship)
{
	OrmEdge *edge;
	ListCell *cell;

	foreach(cell, graph->edges)
	{
		edge = lfirst(cell);
		if (edge->relationship == relationship)
			return edge;
	}
	orm_relationship_require(source->model, relationship);
	edge = palloc0(sizeof(OrmEdge));
	edge->relationship = relationship;
	edge->source = source;
	edge->target = orm_graph_group(graph, orm_cache_open(relationship->target, RowExclusiveLock));
	join_edge(edge);
	for (int i = 0; edge->holder != NULL && i < edge->n; i++)
		edge->generated = edge->generated || edge->holder->model->attributes[edge->holder_key[i]].generated;
	if (edge->generated)
		edge->holder->returned.verified = true;
	edge->json_key = orm_json_key(relationship->name, &edge->json_key_length);
	graph->edges = lappend(graph->edges, edge);
	return edge;
}

/* Registers the object of the next record; returns the record's index. */
static int
add_owner(OrmGraph *graph, OrmObject *object)
{
	if (graph->nrecords == graph->capacity)
	{
		graph->capacity = Max(2 * graph->capacity, 64);
		graph->owners = graph->owners == NULL
			? MemoryContextAlloc(graph->context, sizeof(OrmObject *) * graph->capacity)
			: repalloc_huge(graph->owners, sizeof(OrmObject *) * graph->capacity);
	}
	graph->owners[graph->nrecords] = object;
	return graph->nrecords++;
}

/* Assigns a record to an object. */
static void
own_record(OrmGraph *graph, OrmObject *object, OrmRecord *record)
{
	record->in_graph = true;
	record->place = object->place;
	record->index = add_owner(graph, object);
}

OrmRecord *
orm_graph_record(OrmGraph *graph, OrmObject *object)
{
	OrmGroup *group = object->group;
	OrmRecord *record;

	if (group->nspare == 0)
	{
		MemoryContext caller = MemoryContextSwitchTo(graph->context);

		group->nspare = Min(Max(group->n, 1), MOST_SPARE);
		group->spare = orm_record_make(group->model, group->nspare);
		MemoryContextSwitchTo(caller);
	}
	record = group->spare++;
	group->nspare--;
	own_record(graph, object, record);
	return record;
}

/* Adds an object without a record to a group. */
static OrmObject *
add_object(OrmGroup *group, OrmIntent intent, const OrmPath *place)
{
	OrmObject *object = palloc0(sizeof(OrmObject));

	if (group->n == group->capacity)
	{
		group->capacity = Max(2 * group->capacity, 8);
		group->objects = group->objects == NULL ? palloc(sizeof(OrmObject *) * group->capacity)
												: repalloc_huge(group->objects, sizeof(OrmObject *) * group->capacity);
	}
	group->objects[group->n++] = object;
	object->group = group;
	object->intent = intent;
	object->place = place;
	return object;
}

OrmObject *
orm_graph_add(OrmGraph *graph, OrmGroup *group, OrmIntent intent, const OrmPath *place)
{
	MemoryContext caller = MemoryContextSwitchTo(graph->context);
	OrmObject *object = add_object(group, intent, place);

	object->record = orm_graph_record(graph, object);
	MemoryContextSwitchTo(caller);
	return object;
}

OrmObject *
orm_graph_adopt(OrmGraph *graph, OrmGroup *group, OrmIntent intent, OrmRecord *record, const OrmPath *place)
{
	MemoryContext caller = MemoryContextSwitchTo(graph->context);
	OrmObject *object = add_object(group, intent, place);

	object->record = record;
	own_record(graph, object, record);
	MemoryContextSwitchTo(caller);
	return object;
}

void
orm_graph_vacate(OrmGraph *graph, const OrmRecord *record)
{
	MemoryContext caller = MemoryContextSwitchTo(graph->context);

	Assert(graph->findings != NULL);
	graph->vacated = lappend(graph->vacated, orm_graph_object(graph, record));
	MemoryContextSwitchTo(caller);
}

/* Removes broken objects from a list. */
static List *
without_broken(List *objects)
{
	ListCell *cell;

	foreach(cell, objects)
		if (((const OrmObject *) lfirst(cell))->said.broken)
			objects = foreach_delete_current(objects, cell);
	return objects;
}

void
orm_graph_drop_broken(OrmGraph *graph)
{
	ListCell *cell;

	foreach(cell, graph->groups)
	{
		OrmGroup *group = lfirst(cell);
		int n = 0;

		for (int i = 0; i < group->n; i++)
			if (!group->objects[i]->said.broken)
				group->objects[n++] = group->objects[i];
			else
				group->objects[i]->written = true;
		group->n = n;
	}
	foreach(cell, graph->removals)
	{
		OrmRemoval *removal = lfirst(cell);

		removal->items = without_broken(removal->items);
		removal->done = removal->done || removal->owner->said.broken;
	}
	foreach(cell, graph->edges)
	{
		OrmEdge *edge = lfirst(cell);
		ListCell *link;

		foreach(link, edge->links)
			if (((const OrmPair *) lfirst(link))->source->said.broken ||
				((const OrmPair *) lfirst(link))->target->said.broken)
				edge->links = foreach_delete_current(edge->links, link);
	}
}

/* Adds a reference from the object with the foreign key to the target. */
static void
refer(OrmEdge *edge, OrmObject *holder, OrmObject *target)
{
	OrmReference *reference = palloc0(sizeof(OrmReference));

	Assert(edge->holder == holder->group && edge->referenced == target->group);
	reference->edge = edge;
	reference->holder = holder;
	reference->target = target;
	reference->next = holder->references;
	holder->references = reference;
	reference->next_holder = target->holders;
	target->holders = reference;
	target->referenced = true;
	edge->referring = true;
}

/* Adds a join table row. */
static void
add_link(OrmEdge *edge, OrmObject *source, OrmObject *target)
{
	OrmPair *new = palloc(sizeof(OrmPair));

	Assert(edge->holder == NULL && edge->source == source->group && edge->target == target->group);
	new->source = source;
	new->target = target;
	new->place = target->said.labelled ? source->place : target->place;
	source->referenced = true;
	target->referenced = true;
	edge->links = lappend(edge->links, new);
}

void
orm_graph_connect(OrmGraph *graph, OrmEdge *edge, OrmObject *source, OrmObject *target)
{
	MemoryContext caller = MemoryContextSwitchTo(graph->context);

	if (edge->holder == NULL)
		add_link(edge, source, target);
	else if (edge->relationship->kind == ORM_BELONGS_TO)
		refer(edge, source, target);
	else
		refer(edge, target, source);
	MemoryContextSwitchTo(caller);
}

void
orm_graph_remove(OrmGraph *graph, OrmRemovalKind kind, OrmEdge *edge, OrmObject *owner, List *items,
				 const OrmPath *place)
{
	MemoryContext caller = MemoryContextSwitchTo(graph->context);
	OrmRemoval *removal = palloc0(sizeof(OrmRemoval));

	Assert(edge->source == owner->group);
	removal->kind = kind;
	removal->edge = edge;
	removal->owner = owner;
	removal->items = items;
	removal->place = place;
	owner->referenced = true;
	graph->removals = lappend(graph->removals, removal);
	MemoryContextSwitchTo(caller);
}

bool
orm_graph_may_unlink(const OrmEdge *edge)
{
	for (int i = 0; i < edge->n; i++)
	{
		const OrmAttribute *attribute = &edge->holder->model->attributes[edge->holder_key[i]];

		if (!attribute->not_null && !attribute->in_key)
			return true;
	}
	return false;
}

const OrmKnown *
orm_graph_returned(const OrmObject *object, int attribute)
{
	int at = object->group->returned.place_of[attribute];

	if (at < 0 || object->returned.known == NULL || !object->returned.known[at].present)
		return NULL;
	return &object->returned.known[at];
}

bool
orm_graph_keeps(const OrmObject *object, int attribute, const OrmKnown *known)
{
	const OrmRecord *record = object->record;
	const OrmType *type = object->group->model->attributes[attribute].type;

	if (!record->given_back || known->isnull || !orm_type_is_json(type) ||
		(record->patch != NULL && record->patch[attribute] != ORM_PATCH_SET))
		return false;
	return orm_given_back_keeps_json(type, known->value, record->values[attribute], record->isnull[attribute]);
}

bool
orm_graph_value(const OrmObject *object, int attribute, Datum *value, bool *isnull)
{
	const OrmKnown *known = orm_graph_returned(object, attribute);
	const OrmRecord *record = object->record;

	if (known != NULL)
	{
		*value = known->value;
		*isnull = known->isnull;
		return true;
	}
	if (!record->given[attribute] || (record->patch != NULL && record->patch[attribute] != ORM_PATCH_SET))
		return false;
	*value = record->values[attribute];
	*isnull = record->isnull[attribute];
	return true;
}

bool
orm_graph_key(const OrmObject *object, Datum *key)
{
	const OrmKey *primary_key = orm_model_need_key(object->group->model);
	bool isnull;

	for (int i = 0; i < primary_key->nattributes; i++)
		if (!orm_graph_value(object, primary_key->attributes[i], &key[i], &isnull) || isnull)
			return false;
	return true;
}

bool
orm_graph_is_of_row(const OrmObject *object, const OrmModel *model, const Datum *key)
{
	Datum own[INDEX_MAX_KEYS];

	if (object->group->model != model || !orm_graph_key(object, own))
		return false;
	for (int i = 0; i < model->primary_key->nattributes; i++)
		if (!orm_key_order_same_value(model, model->primary_key->attributes[i], own[i], key[i]))
			return false;
	return true;
}

bool
orm_graph_add_tuple(OrmTuples *rows, int from, const OrmObject *object, const int *attributes, int n, bool last)
{
	Datum *row = orm_tuples_next(rows);

	for (int i = 0; i < n; i++)
	{
		bool isnull;

		Assert(rows->columns->columns[from + i].type->oid == object->group->model->attributes[attributes[i]].type->oid);
		if (!orm_graph_value(object, attributes[i], &row[from + i], &isnull) || isnull)
			return false;
	}
	rows->n += last;
	return true;
}
