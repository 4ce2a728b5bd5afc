/*
 * work.c - making graphs of objects; see flush.h.
 */
#include "postgres.h"

#include "common/jsonapi.h"

#include "exec/json.h"
#include "model/cache.h"
#include "model/value.h"
#include "write/flush.h"

/* Records are made so many at a time, at most. */
#define MOST_SPARE 256

OrmWork *
orm_work_make(void)
{
	OrmWork *work = palloc0(sizeof(OrmWork));

	work->context = CurrentMemoryContext;
	initStringInfo(&work->json);
	return work;
}

/* From now on the value of this attribute is kept of rows that come back. */
static void
need(OrmGroup *group, int attribute)
{
	if (group->place_of[attribute] >= 0)
		return;
	group->place_of[attribute] = group->nneeded;
	group->needed[group->nneeded++] = attribute;
}

OrmGroup *
orm_work_group(OrmWork *work, const OrmModel *model)
{
	OrmGroup *group;
	ListCell *cell;

	foreach(cell, work->groups)
	{
		group = lfirst(cell);
		if (strcmp(group->model->name, model->name) == 0)
			return group;
	}
	group = palloc0(sizeof(OrmGroup));
	group->model = model;
	group->reader = orm_reader_make(model);
	group->needed = palloc(sizeof(int) * Max(model->nattributes, 1));
	group->place_of = palloc(sizeof(int) * Max(model->nattributes, 1));
	for (int i = 0; i < model->nattributes; i++)
		group->place_of[i] = -1;
	for (int i = 0; model->primary_key != NULL && i < model->primary_key->nattributes; i++)
		need(group, model->primary_key->attributes[i]);
	work->groups = lappend(work->groups, group);
	return group;
}

/* The attributes of n columns; "keep": their values are needed. */
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
		need(group, attributes[i]);
	}
	return attributes;
}

/* The edges' ends, for each kind of relationship. */
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
			break;
	}
}

OrmEdge *
orm_work_edge(OrmWork *work, OrmGroup *source, const OrmRelationship *relationship)
{
	OrmEdge *edge;
	ListCell *cell;

	foreach(cell, work->edges)
	{
		edge = lfirst(cell);
		if (edge->relationship == relationship)
			return edge;
	}
	orm_relationship_require(source->model, relationship);
	edge = palloc0(sizeof(OrmEdge));
	edge->relationship = relationship;
	edge->source = source;
	edge->target = orm_work_group(work, orm_model_open(relationship->target, RowExclusiveLock));
	join_edge(edge);
	edge->json_key = orm_json_key(relationship->name, &edge->json_key_length);
	work->edges = lappend(work->edges, edge);
	return edge;
}

OrmRecord *
orm_work_record(OrmWork *work, OrmObject *object)
{
	OrmGroup *group = object->group;
	OrmRecord *record;

	if (group->nspare == 0)
	{
		MemoryContext caller = MemoryContextSwitchTo(work->context);

		group->nspare = Min(Max(group->n, 1), MOST_SPARE);
		group->spare = orm_record_make(group->model, group->nspare);
		MemoryContextSwitchTo(caller);
	}
	record = group->spare++;
	group->nspare--;
	record->object = object;
	record->index = work->nobjects++;
	return record;
}

OrmObject *
orm_work_add(OrmWork *work, OrmGroup *group, OrmIntent intent, const OrmPath *place)
{
	MemoryContext caller = MemoryContextSwitchTo(work->context);
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
	object->record = orm_work_record(work, object);
	MemoryContextSwitchTo(caller);
	return object;
}

/* One object holds the other's key. */
static void
refer(OrmEdge *edge, OrmObject *holder, OrmObject *target)
{
	OrmReference *reference = palloc0(sizeof(OrmReference));

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

/* A row of the join table leads from one to the other. */
static void
add_link(OrmEdge *edge, OrmObject *source, OrmObject *target)
{
	OrmPair *new = palloc(sizeof(OrmPair));

	new->source = source;
	new->target = target;
	new->place = target->labelled ? source->place : target->place;
	source->referenced = true;
	target->referenced = true;
	edge->links = lappend(edge->links, new);
}

void
orm_work_connect(OrmWork *work, OrmEdge *edge, OrmObject *source, OrmObject *target)
{
	MemoryContext caller = MemoryContextSwitchTo(work->context);

	if (edge->holder == NULL)
		add_link(edge, source, target);
	else if (edge->relationship->kind == ORM_BELONGS_TO)
		refer(edge, source, target);
	else
		refer(edge, target, source);
	MemoryContextSwitchTo(caller);
}

void
orm_work_remove(OrmWork *work, OrmRemovalKind kind, OrmEdge *edge, OrmObject *owner, List *items, const OrmPath *place)
{
	MemoryContext caller = MemoryContextSwitchTo(work->context);
	OrmRemoval *removal = palloc0(sizeof(OrmRemoval));

	removal->kind = kind;
	removal->edge = edge;
	removal->owner = owner;
	removal->items = items;
	removal->place = place;
	owner->referenced = true;
	work->removals = lappend(work->removals, removal);
	MemoryContextSwitchTo(caller);
}

bool
orm_work_may_unlink(const OrmEdge *edge)
{
	for (int i = 0; i < edge->n; i++)
	{
		const OrmAttribute *attribute = &edge->holder->model->attributes[edge->holder_key[i]];

		if (!attribute->not_null && !attribute->in_key)
			return true;
	}
	return false;
}

bool
orm_work_value(const OrmObject *object, int attribute, Datum *value, bool *isnull)
{
	int at = object->group->place_of[attribute];
	const OrmRecord *record = object->record;

	if (object->known != NULL && at >= 0 && object->known[at].present)
	{
		*value = object->known[at].value;
		*isnull = object->known[at].isnull;
		return true;
	}
	if (!record->given[attribute] || (record->patch != NULL && record->patch[attribute] != ORM_PATCH_SET))
		return false;
	*value = record->values[attribute];
	*isnull = record->isnull[attribute];
	return true;
}

bool
orm_work_key(const OrmObject *object, Datum *key)
{
	const OrmKey *primary_key = orm_model_need_key(object->group->model);
	bool isnull;

	for (int i = 0; i < primary_key->nattributes; i++)
		if (!orm_work_value(object, primary_key->attributes[i], &key[i], &isnull) || isnull)
			return false;
	return true;
}

/* By way of text where the types differ: a key and what refers to it mostly have the same. */
Datum
orm_work_convert(const OrmType *from, const OrmType *to, Datum value)
{
	char *text;
	bool isnull;

	if (from->oid == to->oid || (from->base == to->base && !to->is_domain))
		return value;
	text = OutputFunctionCall(unconstify(FmgrInfo *, &from->output), value);
	if (!orm_type_takes_number(to) || !IsValidJsonNumber(text, strlen(text)))
		return orm_value_read_text(to, text);
	return orm_value_read(to, orm_document_root(orm_document_parse(text, strlen(text))), NULL, &isnull);
}
