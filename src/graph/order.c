/*
 * order.c - the order of the objects of a component; see order.h.
 *
 * By depth, an object is written after all objects that it references.
 */
#include "postgres.h"

#include "catalog/pg_class.h"
#include "miscadmin.h"

#include "graph/existing.h"
#include "graph/graph.h"
#include "graph/identity.h"
#include "store/default_keys.h"

/* The objects of a component that are not written yet. */
typedef struct Remaining
{
	OrmGraph *graph;
	int component;
	bool circular;
	OrmObject **objects;
	int n;
	uint64 visits; /* number of searches for a circle */
} Remaining;

/* Are both ends of an edge in the component? */
static bool
is_inside(const OrmEdge *edge, int component)
{
	return edge->referring && edge->holder->order.component == component &&
		edge->referenced->order.component == component;
}

/* Collects the unwritten objects of a component, by group. */
static Remaining
collect(OrmGraph *graph, int component)
{
	Remaining remaining = {.graph = graph, .component = component};
	List *groups = orm_model_order_members(graph, component);
	int n = 0;
	ListCell *cell;

	foreach(cell, groups)
		n += ((OrmGroup *) lfirst(cell))->n;
	remaining.objects = palloc_extended(sizeof(OrmObject *) * Max(n, 1), MCXT_ALLOC_HUGE);
	foreach(cell, groups)
	{
		const OrmGroup *group = lfirst(cell);

		for (int i = 0; i < group->n; i++)
			if (!group->objects[i]->written)
				remaining.objects[remaining.n++] = group->objects[i];
	}
	foreach(cell, graph->edges)
		remaining.circular = remaining.circular || is_inside(lfirst(cell), component);
	return remaining;
}

/* Calls "wave" for objects that do not wait for each other, group by group. */
static void
hand_over(OrmGraph *graph, OrmObject **objects, int n, OrmWave wave)
{
	int first = 0;

	for (int i = 1; i <= n; i++)
		if (i == n || objects[i]->group != objects[first]->group)
		{
			Assert(!objects[first]->written);
			wave(graph, objects[first]->group, &objects[first], i - first);
			first = i;
		}
}

/* Can the referenced values be made before the INSERT? */
static bool
can_be_known(const OrmObject *object, const OrmEdge *edge)
{
	const OrmModel *model = object->group->model;

	if (model->relkind == RELKIND_VIEW || model->before_insert_row_trigger)
		return false;
	for (int i = 0; i < edge->n; i++)
	{
		const OrmAttribute *attribute = &model->attributes[edge->referenced_key[i]];

		if (!object->record->given[edge->referenced_key[i]] && (!attribute->has_default || attribute->generated))
			return false;
	}
	return true;
}

/* Is the attribute supplied by a reference? */
static bool
is_referred_by(const OrmObject *object, int attribute)
{
	for (const OrmReference *r = object->references; r != NULL; r = r->next)
		if (orm_identity_supplies(r->edge, attribute))
			return true;
	return false;
}

/* Does the object give a value for the attribute, itself or by a reference? */
static bool
gives(const OrmObject *object, int attribute)
{
	return object->record->given[attribute] || is_referred_by(object, attribute);
}

/* Do all new rows give a value for the attribute? */
static bool
all_give(const Remaining *remaining, int attribute)
{
	for (int i = 0; i < remaining->n; i++)
		if (orm_identity_is_new(remaining->objects[i]) && !gives(remaining->objects[i], attribute))
			return false;
	return true;
}

/* Does a new row have NULL in this attribute if it is not given? */
static bool
takes_null(const OrmAttribute *attribute)
{
	return !attribute->has_default && !attribute->not_null && !attribute->generated && !attribute->in_key;
}

/*
 * Marks the attributes by which the group references itself; false if a new row
 * without a reference cannot have NULL there.
 */
static bool
mark_self(const Remaining *remaining, bool *self)
{
	const OrmModel *model = remaining->objects[0]->group->model;
	ListCell *cell;

	foreach(cell, remaining->graph->edges)
	{
		const OrmEdge *edge = lfirst(cell);

		for (int i = 0; is_inside(edge, remaining->component) && i < edge->n; i++)
		{
			const OrmAttribute *attribute = &model->attributes[edge->holder_key[i]];

			if (takes_null(attribute))
				self[edge->holder_key[i]] = true;
			else if (!all_give(remaining, edge->holder_key[i]))
				return false;
		}
	}
	return true;
}

/*
 * Sets the marked attributes of new rows without a reference to NULL, so that
 * all new rows give the same attributes.
 */
static void
even_out(const Remaining *remaining, const bool *self)
{
	for (int i = 0; i < remaining->n; i++)
	{
		const OrmObject *object = remaining->objects[i];
		OrmRecord *record = object->record;

		for (int a = 0; orm_identity_is_new(object) && a < object->group->model->nattributes; a++)
			if (self[a] && !record->given[a] && !is_referred_by(object, a))
				orm_record_set_null(record, a);
	}
}

/* Do two new rows give the same attributes, except for generated keys and marked references? */
static bool
give_the_same(const OrmObject *a, const OrmObject *b, const bool *self)
{
	const OrmModel *model = a->group->model;

	for (int i = 0; i < model->nattributes; i++)
		if (!self[i] && gives(a, i) != gives(b, i) &&
			!(model->attributes[i].in_key && model->attributes[i].has_default))
			return false;
	return orm_batch_compare_ways(a->record, b->record, model->nattributes) == 0;
}

/*
 * Can all objects be written by one statement, though they reference each
 * other? The server checks foreign keys at the end of a statement, so new rows
 * of one statement may reference each other, and existing rows.  "rigid": NULL
 * is given for every attribute that is NULL when omitted, so that all rows give
 * the same attributes.
 */
static bool
fit_one_wave(const Remaining *remaining, bool rigid)
{
	const OrmGroup *group = remaining->objects[0]->group;
	bool *self = palloc0(Max(group->model->nattributes, 1));
	const OrmObject *first = NULL;

	for (int i = 0; i < remaining->n; i++)
	{
		const OrmObject *object = remaining->objects[i];
		bool new = orm_identity_is_new(object);

		if (object->group != group)
			return false;
		for (const OrmReference *r = object->references; r != NULL; r = r->next)
			if (is_inside(r->edge, remaining->component) && !r->target->written && !r->waived &&
				(!new || !orm_identity_is_new(r->target) || !can_be_known(r->target, r->edge)))
				return false;
	}
	if (!mark_self(remaining, self))
		return false;
	for (int a = 0; rigid && a < group->model->nattributes; a++)
		self[a] = self[a] || takes_null(&group->model->attributes[a]);
	for (int i = 0; i < remaining->n; i++)
	{
		if (!orm_identity_is_new(remaining->objects[i]))
			continue;
		if (first != NULL && !give_the_same(first, remaining->objects[i], self))
			return false;
		first = first ? first : remaining->objects[i];
	}
	even_out(remaining, self);
	return true;
}

/* Does the object wait for the target of this reference? */
static bool
waits_for(const OrmReference *reference)
{
	return !reference->later && !reference->waived && !reference->target->written;
}

/* Is the constraint behind an edge checked at the end of the transaction? */
static bool
is_deferred(const OrmEdge *edge)
{
	AttrNumber columns[INDEX_MAX_KEYS];

	for (int i = 0; i < edge->n; i++)
		columns[i] = edge->holder->model->attributes[edge->holder_key[i]].attnum;
	return orm_model_order_waits(edge->holder->model->relid, edge->referenced->model->relid, edge->n, columns);
}

/* Breaks a circle at a reference with a deferred constraint: makes the target's key now, unless given. */
static bool
break_deferred(const OrmGraph *graph, OrmReference *reference)
{
	OrmObject *target = reference->target;
	const OrmEdge *edge = reference->edge;
	OrmWrite write = {.model = target->group->model};
	OrmBatch batch = {&write, &target->record, 1};
	OrmKey key = {.nattributes = edge->n, .attributes = edge->referenced_key};

	if (!is_deferred(edge))
		return false;
	if (!orm_record_has_key(target->record, &key) && orm_identity_is_new(target) && can_be_known(target, edge))
	{
		reference->waived = graph->findings != NULL;
		if (reference->waived)
			return true;
		target->fresh = true;
		orm_default_keys_make(&batch, &key);
	}
	reference->waived = orm_record_has_key(target->record, &key);
	return reference->waived;
}

/* Breaks a circle at a nullable foreign key, which is set at the end. */
static bool
break_nullable(OrmGraph *graph, OrmReference *reference)
{
	reference->later = orm_graph_may_unlink(reference->edge);
	if (reference->later)
		graph->later = lappend(graph->later, reference);
	return reference->later;
}

/* Raises 0A000: a circle that cannot be broken. */
static void
raise_circle(const OrmObject *object)
{
	ereport(ERROR, errcode(ERRCODE_FEATURE_NOT_SUPPORTED), errmsg("objects refer to each other in a circle"),
			orm_error_place(object->place),
			errhint("One of their keys must be nullable, or its constraint DEFERRABLE INITIALLY DEFERRED."));
}

/* The first reference whose target the object waits for. */
static OrmReference *
first_wait(const OrmObject *object)
{
	for (OrmReference *r = object->references; r != NULL; r = r->next)
		if (waits_for(r))
			return r;
	return NULL;
}

/* Breaks the circle of an object, where each waits for the next one. */
static void
break_circle(Remaining *remaining, OrmObject *object)
{
	const OrmObject *start = object;

	for (int pass = 0; pass < 2; pass++)
		do
		{
			OrmReference *r = first_wait(object);

			if (pass == 0 ? break_deferred(remaining->graph, r) : break_nullable(remaining->graph, r))
			{
				r->holder->order.waits--;
				return;
			}
			object = r->target;
		} while (object != start);
	raise_circle(start);
}

/*
 * Breaks circles after which all objects wait: those reached by following the
 * first wait of each object.  An object visited from an earlier start leads to
 * a circle that is already broken.
 */
static void
break_circles(Remaining *remaining)
{
	uint64 before = remaining->visits;

	for (int i = 0; i < remaining->n; i++)
	{
		OrmObject *object = remaining->objects[i];

		remaining->visits++;
		while (object->order.visit <= before)
		{
			object->order.visit = remaining->visits;
			object = first_wait(object)->target;
		}
		if (object->order.visit == remaining->visits)
			break_circle(remaining, object);
	}
}

/* Moves objects that do not wait to the front; returns their number. */
static int
split_ready(Remaining *remaining)
{
	OrmObject **waiting = palloc_extended(sizeof(OrmObject *) * remaining->n, MCXT_ALLOC_HUGE);
	int ready = 0;
	int nwaiting = 0;

	for (int i = 0; i < remaining->n; i++)
		if (remaining->objects[i]->order.waits == 0)
			remaining->objects[ready++] = remaining->objects[i];
		else
			waiting[nwaiting++] = remaining->objects[i];
	memcpy(&remaining->objects[ready], waiting, sizeof(OrmObject *) * nwaiting);
	pfree(waiting);
	return ready;
}

/* Decrements the waits of objects that reference written ones. */
static void
release(OrmObject **written, int n)
{
	for (int i = 0; i < n; i++)
		for (OrmReference *r = written[i]->holders; r != NULL; r = r->next_holder)
			if (!r->later && !r->waived)
				r->holder->order.waits--;
}

static void
go_by_depth(Remaining *remaining, OrmWave wave)
{
	for (int i = 0; i < remaining->n; i++)
	{
		remaining->objects[i]->order.visit = 0;
		remaining->objects[i]->order.waits = 0;
		for (OrmReference *r = remaining->objects[i]->references; r != NULL; r = r->next)
			remaining->objects[i]->order.waits += waits_for(r);
	}
	while (remaining->n > 0)
	{
		int ready = split_ready(remaining);

		CHECK_FOR_INTERRUPTS();
		if (ready == 0)
		{
			break_circles(remaining);
			continue;
		}
		hand_over(remaining->graph, remaining->objects, ready, wave);
		release(remaining->objects, ready);
		remaining->objects += ready;
		remaining->n -= ready;
	}
}

/* Does the component have a foreign key that cannot be set afterwards? */
static bool
is_rigid(const Remaining *remaining)
{
	ListCell *cell;

	foreach(cell, remaining->graph->edges)
		if (is_inside(lfirst(cell), remaining->component) && !orm_graph_may_unlink(lfirst(cell)))
			return true;
	return false;
}

void
orm_order_component(OrmGraph *graph, int component, OrmWave wave)
{
	Remaining remaining = collect(graph, component);
	bool fits;

	if (remaining.n == 0)
		return;
	fits = !remaining.circular || fit_one_wave(&remaining, false);
	if (!fits && is_rigid(&remaining))
	{
		orm_existing_decide(graph, remaining.objects, remaining.n);
		fits = fit_one_wave(&remaining, true);
	}
	if (fits)
		hand_over(graph, remaining.objects, remaining.n, wave);
	else
		go_by_depth(&remaining, wave);
}
