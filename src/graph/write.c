/*
 * write.c - writing the objects of a graph; see graph.h.
 */
#include "postgres.h"

#include "utils/datum.h"

#include "graph/outcome.h"
#include "graph/same_rows.h"
#include "store/conflict_key.h"
#include "store/stale.h"

/* A batch of those of the objects that "test" picks, by their records. */
typedef bool (*ObjectTest)(const OrmObject *object, const void *argument);

static OrmBatch
pick(const OrmOutcome *outcome, OrmObject *const *objects, int n, ObjectTest test, const void *argument)
{
	OrmBatch batch = {&outcome->write, NULL, 0};

	batch.records = palloc_extended(sizeof(OrmRecord *) * Max(n, 1), MCXT_ALLOC_HUGE);
	for (int i = 0; i < n; i++)
		if (objects[i]->twin == NULL && test(objects[i], argument))
			batch.records[batch.n++] = objects[i]->record;
	return batch;
}

/* Of an object that was found, only the key and its references are written. */
static void
reduce(OrmGraph *graph, OrmObject **objects, int n)
{
	for (int i = 0; i < n; i++)
		if (objects[i]->intent == ORM_INTENT_FIND)
		{
			OrmRecord *record = orm_graph_record(graph, objects[i]);

			orm_settle_key(record, objects[i]);
			objects[i]->record = record;
		}
}

/* Takes the primary key of the row that a parent has already; called in a per-row context. */
static void
take_key(void *argument, const OrmRecord *record, TupleTableSlot *slot)
{
	const OrmOutcome *outcome = argument;
	const OrmModel *model = outcome->group->model;
	OrmRecord *own = orm_graph_object(outcome->graph, record)->record;
	MemoryContext caller = MemoryContextSwitchTo(outcome->graph->context);
	int column = 0;

	for (int a = 0; a < model->nattributes; a++)
	{
		const OrmType *type = model->attributes[a].type;

		if (!outcome->write.returning[a])
			continue;
		own->values[a] = datumCopy(slot_getattr(slot, ++column, &own->isnull[a]), type->by_value, type->length);
		own->given[a] = true;
	}
	MemoryContextSwitchTo(caller);
}

/* The reference of a child to the parent that knows which row is meant. */
static const OrmReference *
parent_of(const OrmObject *object)
{
	for (const OrmReference *r = object->references; r != NULL; r = r->next)
		if (r->edge->relationship->kind == ORM_HAS_ONE && r->settled)
			return r;
	return NULL;
}

/* Looks for the rows that parents have already, for children of one edge. */
static void
find_by_parent(OrmGraph *graph, OrmEdge *edge, OrmObject **objects, int n)
{
	OrmGroup *group = edge->holder;
	const OrmKey *primary_key = orm_model_need_key(group->model);
	OrmKey key = {.nattributes = edge->n, .attributes = edge->holder_key};
	bool *returning = palloc0(group->model->nattributes);
	OrmOutcome outcome = {.write = {.model = group->model}, .graph = graph, .group = group};
	OrmBatch batch = {&outcome.write, palloc(sizeof(OrmRecord *) * n), 0};

	for (int i = 0; i < primary_key->nattributes; i++)
		returning[primary_key->attributes[i]] = true;
	outcome.write.returning = returning;
	outcome.write.stored = take_key;
	outcome.write.argument = &outcome;
	for (int i = 0; i < n; i++)
	{
		const OrmReference *r = objects[i]->by_parent ? parent_of(objects[i]) : NULL;
		OrmRecord *record;

		if (r == NULL || r->edge != edge || r->target->fresh)
			continue;
		record = orm_graph_record(graph, objects[i]);
		orm_settle(r, record);
		batch.records[batch.n++] = record;
	}
	if (batch.n > 0)
		orm_batch_read(&batch, &key);
}

/* Says which objects are new. */
static void
decide_fresh(OrmObject **objects, int n)
{
	for (int i = 0; i < n; i++)
	{
		OrmObject *object = objects[i];
		const OrmKey *key = object->group->model->primary_key;

		if (object->intent == ORM_INTENT_CREATE ||
			(object->intent == ORM_INTENT_SAVE &&
			 !orm_record_has_key(object->record, orm_model_need_key(object->group->model))))
			object->fresh = true;
		else if (object->intent == ORM_INTENT_UPDATE && !orm_record_has_key(object->record, key))
			orm_batch_missing(object->group->model, key, object->record);
		else if (object->intent == ORM_INTENT_FIND_OR_CREATE)
			object->key = key != NULL && orm_record_has_key(object->record, key)
				? key
				: orm_unique_only(object->group->model, object->record);
	}
}

/* Does somebody in the same statement need the object's key, or is it needed and will not come back? */
static bool
needs_key(const OrmObject *object, const void *argument)
{
	if (!object->fresh)
		return false;
	for (const OrmReference *r = object->holders; r != NULL; r = r->next_holder)
		if (!r->settled && !r->later && r->holder->group == object->group)
			return true;
	return object->referenced && !object->group->comes_back;
}

/* Is it a new object whose key can be made as well as that of others, so that all go in one statement? */
static bool
is_made(const OrmObject *object, const void *argument)
{
	return object->fresh && !object->group->model->before_insert_row_trigger;
}

/* Makes the keys of all new objects, in their order, once one is needed before its row comes back. */
static void
make_keys(OrmGraph *graph, OrmGroup *group, OrmObject **objects, int n)
{
	OrmOutcome outcome = {.write = {.model = group->model}, .graph = graph, .group = group};
	OrmBatch batch;
	OrmKey key = {0};
	ListCell *cell;

	orm_outcome_decide(graph, group);
	batch = pick(&outcome, objects, n, needs_key, NULL);
	if (batch.n == 0)
		return;
	if (group->model->primary_key != NULL)
	{
		OrmBatch all = pick(&outcome, objects, n, is_made, NULL);

		orm_keys_make(&all, group->model->primary_key);
		orm_keys_make(&batch, group->model->primary_key);
	}
	foreach(cell, graph->edges)
	{
		const OrmEdge *edge = lfirst(cell);

		key.nattributes = edge->n;
		key.attributes = edge->referenced_key;
		if (edge->referenced == group)
			orm_keys_make(&batch, &key);
	}
}

/* Raises P0002 for a record whose row is not there. */
static void
demand_rows(const OrmBatch *batch, const OrmKey *key)
{
	for (int i = 0; i < batch->n; i++)
		if (!batch->records[i]->done)
			orm_batch_missing(batch->write->model, key, batch->records[i]);
}

/* Updates rows that must exist. */
static void
update_existing(const OrmBatch *batch)
{
	const OrmKey *key;

	if (batch->n == 0)
		return;
	key = orm_model_need_key(batch->write->model);
	orm_batch_lock_order(batch, key);
	orm_stale_check(batch, key, ORM_ABSENCE_IS_FINE);
	orm_batch_update(batch, key);
	demand_rows(batch, key);
}

void
orm_graph_update(OrmGraph *graph, OrmGroup *group, OrmRecord **records, int n)
{
	OrmOutcome outcome;
	OrmBatch batch = {&outcome.write, records, n};

	orm_outcome_begin(&outcome, graph, group, false);
	update_existing(&batch);
}

/* Leaves out records of the same row: what is only found or made may say different things, the first counts. */
static void
merge_twins(const OrmGraph *graph, OrmBatch *batch, const OrmKey *key)
{
	int kept = 0;
	OrmKeyOrder order;

	if (batch->n < 2 || !orm_key_order_make(&order, batch->write->model, key))
		return;
	qsort_arg(batch->records, batch->n, sizeof(OrmRecord *), orm_batch_compare_keys, &order);
	for (int i = 0; i < batch->n; i++)
	{
		OrmRecord *record = batch->records[i];

		if (kept > 0 && orm_key_order_compare_records(&order, batch->records[kept - 1], record) == 0)
			orm_graph_object(graph, record)->twin = orm_graph_object(graph, batch->records[kept - 1]);
		else
			batch->records[kept++] = record;
	}
	batch->n = kept;
}

/* Is it an object that is saved by its key? */
static bool
is_keyed(const OrmObject *object, const void *argument)
{
	return object->intent == ORM_INTENT_SAVE && !object->fresh;
}

static bool
is_fresh(const OrmObject *object, const void *argument)
{
	return object->fresh && object->intent != ORM_INTENT_UPSERT;
}

static bool
is_update(const OrmObject *object, const void *argument)
{
	return object->intent == ORM_INTENT_UPDATE || object->intent == ORM_INTENT_FIND;
}

static bool
is_upsert(const OrmObject *object, const void *argument)
{
	return object->intent == ORM_INTENT_UPSERT;
}

/* Is it made unless there is a row of this key? */
static bool
is_found_by(const OrmObject *object, const void *key)
{
	return object->intent == ORM_INTENT_FIND_OR_CREATE && object->key == key;
}

/* Finds rows by a key, or makes them. */
static void
find_or_create(OrmGraph *graph, const OrmOutcome *outcome, OrmObject **objects, int n, const OrmKey *key)
{
	OrmBatch batch = pick(outcome, objects, n, is_found_by, key);

	merge_twins(outcome->graph, &batch, key);
	if (!orm_batch_is_numbered(outcome->group->model, key))
		orm_batch_upsert(&batch, key, ORM_CONFLICT_IGNORE);
	else
	{
		orm_batch_read(&batch, key);
		demand_rows(&batch, key);
	}
}

/* The same for all objects, each by its own key. */
static void
find_or_create_all(OrmGraph *graph, const OrmOutcome *outcome, OrmObject **objects, int n)
{
	for (int i = 0; i < n; i++)
	{
		OrmObject *object = objects[i];

		if (object->intent != ORM_INTENT_FIND_OR_CREATE || object->record->done || object->twin != NULL)
			continue;
		if (object->key == NULL)
			orm_unique_missing(object->group->model, object->place);
		find_or_create(graph, outcome, &objects[i], n - i, object->key);
	}
}

/* Writes objects, each as is intended. */
static void
write_intents(OrmGraph *graph, const OrmOutcome *outcome, OrmObject **objects, int n)
{
	OrmBatch batch = pick(outcome, objects, n, is_update, NULL);

	update_existing(&batch);
	batch = pick(outcome, objects, n, is_upsert, NULL);
	if (batch.n > 0)
		orm_unique_upsert(&batch, graph->nconflict_on, graph->conflict_on, graph->on_conflict);
	find_or_create_all(graph, outcome, objects, n);
	batch = pick(outcome, objects, n, is_keyed, NULL);
	if (batch.n > 0)
		orm_batch_save(&batch);
	batch = pick(outcome, objects, n, is_fresh, NULL);
	if (batch.n > 0)
		orm_batch_insert(&batch, NULL,
						 orm_graph_object(graph, batch.records[0])->intent == ORM_INTENT_CREATE ? graph->on_conflict
																								: ORM_CONFLICT_ERROR);
}

/* Counts the row of an object. */
static void
count_row(OrmTally *tally, const OrmRecord *record)
{
	if (record->done && record->action == ORM_ACTION_INSERTED)
		tally->inserted++;
	else if (record->done && record->action == ORM_ACTION_UPDATED)
		tally->updated++;
}

/* Was the row there, and is it to stay as it is? */
static bool
is_left_alone(const OrmGraph *graph, const OrmObject *object)
{
	return object->stored && object->action == ORM_ACTION_UNCHANGED &&
		(object->intent == ORM_INTENT_FIND_OR_CREATE ||
		 (object->intent == ORM_INTENT_UPSERT && graph->on_conflict == ORM_CONFLICT_IGNORE));
}

/* Takes a relationship out of the result. */
static void
forget_member(OrmObject *object, const OrmEdge *edge)
{
	ListCell *cell;

	foreach(cell, object->members)
		if (((OrmGiven *) lfirst(cell))->edge == edge)
			object->members = foreach_delete_current(object->members, cell);
}

/*
 * A row that stays as it is does not refer to what is nested in its object: that
 * is not shown as if it did, and is an error where it has been made for it.
 */
static void
check_left_alone(OrmObject *object)
{
	for (const OrmReference *r = object->references; r != NULL; r = r->next)
	{
		const OrmRecord *target = r->target->record;

		if (r->edge->relationship->kind != ORM_BELONGS_TO || orm_settle_is_connected(r))
			continue;
		if (target->done && target->action == ORM_ACTION_INSERTED && !r->target->labelled)
			ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					errmsg("the object of model \"%s\" is there already: "
						   "what is new in its \"%s\" would belong to nothing",
						   object->group->model->name, r->edge->relationship->name),
					orm_error_place(r->target->place),
					errhint("A row that is found stays as it is. "
							"Name what it belongs to by its key, or save it by itself."));
		forget_member(object, r->edge);
	}
}

/* Objects are written; those that were there already may have to be connected yet. */
static void
finish(OrmGraph *graph, OrmObject **objects, int n)
{
	for (int i = 0; i < n; i++)
	{
		OrmObject *object = objects[i];

		object->written = true;
		orm_twins_share(object);
		if (object->twin == NULL)
			count_row(&graph->tally, object->record);
		if (is_left_alone(graph, object))
			check_left_alone(object);
		if (object->intent != ORM_INTENT_FIND_OR_CREATE)
			continue;
		for (OrmReference *r = object->references; r != NULL; r = r->next)
			if (r->edge->relationship->kind != ORM_BELONGS_TO && !orm_settle_is_connected(r))
				graph->later = lappend(graph->later, r);
	}
}

/* Writes objects of one group. */
static void
write_wave(OrmGraph *graph, OrmGroup *group, OrmObject **objects, int n)
{
	OrmOutcome outcome;
	ListCell *cell;

	reduce(graph, objects, n);
	orm_settle_all(objects, n, false);
	orm_removals_run(graph, group);
	foreach(cell, graph->edges)
	{
		OrmEdge *edge = lfirst(cell);

		if (edge->relationship->kind == ORM_HAS_ONE && edge->holder == group)
			find_by_parent(graph, edge, objects, n);
	}
	decide_fresh(objects, n);
	make_keys(graph, group, objects, n);
	orm_settle_all(objects, n, true);
	orm_twins_find(graph, group, objects, n);
	orm_outcome_begin(&outcome, graph, group, orm_outcome_needs_rows(objects, n));
	write_intents(graph, &outcome, objects, n);
	orm_twins_find_upserted(graph, group, objects, n);
	finish(graph, objects, n);
}

/* Is it to be found by this key before anything is written?  (One that is updated anyway need not.) */
static bool
is_sought_by(const OrmObject *object, const void *key)
{
	return object->intent == ORM_INTENT_FIND && object->key == key &&
		(object->references == NULL || key != object->group->model->primary_key);
}

/* Puts what the owner of an object supplies of its key into its record; raises 42P10 when that is not known. */
static void
complete_key(OrmObject *object)
{
	OrmReference reference = {.edge = object->owner_edge, .holder = object, .target = object->owner};

	if (!orm_settle(&reference, object->record))
		ereport(ERROR, errcode(ERRCODE_INVALID_COLUMN_REFERENCE),
				errmsg("the key of an object of model \"%s\" is not given whole", object->group->model->name),
				orm_error_place(object->place), errhint("Its parent's key, which would complete it, is not given."));
}

/* Finds the rows of a group's objects that must exist. */
static void
find_group(OrmGraph *graph, OrmGroup *group)
{
	OrmOutcome outcome;

	for (int i = 0; i < group->n; i++)
		if (group->objects[i]->owner != NULL)
			complete_key(group->objects[i]);
	for (int i = 0; i < group->n; i++)
	{
		OrmObject *object = group->objects[i];
		OrmBatch batch;

		if (object->written || object->record->done || !is_sought_by(object, object->key))
			continue;
		orm_outcome_begin(&outcome, graph, group, true);
		batch = pick(&outcome, &group->objects[i], group->n - i, is_sought_by, object->key);
		orm_batch_read(&batch, object->key);
		demand_rows(&batch, object->key);
	}
	for (int i = 0; i < group->n; i++)
		if (group->objects[i]->intent == ORM_INTENT_FIND && group->objects[i]->references == NULL)
			group->objects[i]->written = true;
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
	OrmOutcome outcome = {.write = {.model = group->model}, .graph = graph, .group = group};
	OrmBatch batch;

	if (group->model->primary_key == NULL || !asks_any(group))
		return;
	batch = pick(&outcome, group->objects, group->n, is_updated, NULL);
	orm_stale_check(&batch, group->model->primary_key, ORM_ABSENCE_IS_FINE);
	batch = pick(&outcome, group->objects, group->n, is_saved, NULL);
	orm_stale_check(&batch, group->model->primary_key, ORM_ABSENCE_IS_STALE);
}

/* The same for all groups of a component: rows are locked in the order in which they are written. */
static void
check_component(OrmGraph *graph, int component)
{
	ListCell *cell;

	foreach(cell, graph->groups)
		if (((OrmGroup *) lfirst(cell))->component == component)
			check_group(graph, lfirst(cell));
}

/* Sets the references of a group that had to wait. */
static void
set_later(OrmGraph *graph, OrmGroup *group)
{
	OrmRecord **records = palloc_extended(sizeof(OrmRecord *) * Max(list_length(graph->later), 1), MCXT_ALLOC_HUGE);
	int n = 0;
	ListCell *cell;

	foreach(cell, graph->later)
	{
		const OrmReference *r = lfirst(cell);

		if (r->edge->holder != group)
			continue;
		if (r->holder->late == NULL)
		{
			r->holder->late = records[n++] = orm_graph_record(graph, r->holder);
			orm_settle_key(r->holder->late, r->holder);
		}
		if (!orm_settle(r, r->holder->late))
			orm_settle_unknown(r);
	}
	if (n > 0)
		orm_graph_update(graph, group, records, n);
}

void
orm_graph_flush(OrmGraph *graph)
{
	int ncomponents = orm_order_groups(graph);
	ListCell *cell;

	foreach(cell, graph->groups)
		find_group(graph, lfirst(cell));
	for (int i = 0; i < ncomponents; i++)
		check_component(graph, i);
	for (int i = 0; i < ncomponents; i++)
		orm_order_component(graph, i, write_wave);
	orm_removals_run(graph, NULL);
	foreach(cell, graph->groups)
		set_later(graph, lfirst(cell));
	foreach(cell, graph->edges)
		orm_links_insert(lfirst(cell));
}
