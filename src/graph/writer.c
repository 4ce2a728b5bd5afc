/*
 * writer.c - writing the objects of a graph; see writer.h.
 */
#include "postgres.h"

#include "graph/collection.h"
#include "graph/existing.h"
#include "graph/graph.h"
#include "graph/identity.h"
#include "graph/join_rows.h"
#include "graph/owned_rows.h"
#include "graph/settle.h"
#include "graph/writer.h"
#include "store/conflict_key.h"
#include "store/default_keys.h"
#include "store/record_error.h"
#include "store/insert.h"
#include "store/key_order.h"
#include "store/lookup.h"
#include "store/seen.h"
#include "store/stale.h"
#include "store/update.h"
#include "store/upsert.h"

/* Reduces the records of objects that only name their rows to the key and the references. */
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

/* Decides which objects are new, and by which key FIND_OR_CREATE finds a row. */
static void
decide_fresh(OrmObject **objects, int n)
{
	for (int i = 0; i < n; i++)
	{
		OrmObject *object = objects[i];
		const OrmKey *key;

		if (object->intent == ORM_INTENT_SAVE)
			orm_model_need_key(object->group->model);
		key = object->intent == ORM_INTENT_FIND ? object->said.key : orm_identity_key(object);
		object->fresh = object->fresh || object->intent == ORM_INTENT_CREATE ||
			(object->intent == ORM_INTENT_SAVE && key == NULL);
		if (object->intent == ORM_INTENT_UPDATE && key == NULL)
			orm_record_error_missing(object->group->model, object->group->model->primary_key, object->record);
		else if (object->intent == ORM_INTENT_FIND_OR_CREATE)
			object->found_by = key;
	}
}

/* Is the key of a new object needed by its own statement, or needed and not returned? */
static bool
needs_key(const OrmObject *object, const void *argument)
{
	if (!object->fresh)
		return false;
	for (const OrmReference *r = object->holders; r != NULL; r = r->next_holder)
		if (!r->settled && !r->later && r->holder->group == object->group)
			return true;
	return object->referenced && !object->group->returned.complete;
}

/* Is it a new object whose key can be made before it is written? */
static bool
is_made(const OrmObject *object, const void *argument)
{
	return object->fresh && !object->group->model->before_insert_row_trigger;
}

/* Makes the keys of all new objects, in their order, if one is needed before its row is returned. */
static void
make_keys(OrmGraph *graph, OrmGroup *group, OrmObject **objects, int n)
{
	OrmReturning returning = {.write = {.model = group->model}, .graph = graph, .group = group};
	OrmBatch batch;
	OrmKey key = {0};
	ListCell *cell;

	orm_returned_decide(graph, group);
	batch = orm_returned_pick(&returning, objects, n, needs_key, NULL);
	if (batch.n == 0)
		return;
	if (group->model->primary_key != NULL)
	{
		OrmBatch all = orm_returned_pick(&returning, objects, n, is_made, NULL);

		orm_default_keys_make(&all, group->model->primary_key);
		orm_default_keys_make(&batch, group->model->primary_key);
	}
	foreach(cell, graph->edges)
	{
		const OrmEdge *edge = lfirst(cell);

		key.nattributes = edge->n;
		key.attributes = edge->referenced_key;
		if (edge->referenced == group)
			orm_default_keys_make(&batch, &key);
	}
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
	orm_update_batch(batch, key);
	orm_existing_demand(batch, key);
}

void
orm_writer_update(OrmGraph *graph, OrmGroup *group, OrmRecord **records, int n)
{
	OrmReturning returning;
	OrmBatch batch = {&returning.write, records, n};

	for (int i = 0; graph->findings != NULL && i < n; i++)
		orm_graph_vacate(graph, records[i]);
	if (graph->findings != NULL)
		return;
	orm_returned_begin(&returning, graph, group, false);
	update_existing(&batch);
}

/* Drops all but the first of FIND_OR_CREATE records of one row. */
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
			orm_graph_object(graph, record)->same.twin = orm_graph_object(graph, batch->records[kept - 1]);
		else
			batch->records[kept++] = record;
	}
	batch->n = kept;
}

bool
orm_writer_is_keyed(const OrmObject *object, const void *argument)
{
	return object->intent == ORM_INTENT_SAVE && !object->fresh;
}

static bool
is_fresh(const OrmObject *object, const void *argument)
{
	return object->fresh && object->intent != ORM_INTENT_UPSERT;
}

bool
orm_writer_is_update(const OrmObject *object, const void *argument)
{
	return object->intent == ORM_INTENT_UPDATE || object->intent == ORM_INTENT_FIND;
}

static bool
is_upsert(const OrmObject *object, const void *conflict_on)
{
	return object->intent == ORM_INTENT_UPSERT && object->conflict_on == conflict_on;
}

static bool
is_found_by(const OrmObject *object, const void *key)
{
	return object->intent == ORM_INTENT_FIND_OR_CREATE && object->found_by == key;
}

/* Finds rows by a key, or creates them. */
static void
find_or_create(OrmGraph *graph, const OrmReturning *returning, OrmObject **objects, int n, const OrmKey *key)
{
	OrmBatch batch = orm_returned_pick(returning, objects, n, is_found_by, key);

	merge_twins(returning->graph, &batch, key);
	orm_seen_check(&batch, key, false);
	orm_conflict_key_read(&batch, key);
	if (!orm_upsert_is_numbered(returning->group->model, key))
		orm_upsert_batch(&batch, key, ORM_CONFLICT_IGNORE);
	else
	{
		orm_seen_check(&batch, key, false);
		orm_lookup_read(&batch, key);
		orm_existing_demand(&batch, key);
	}
}

/* Finds or creates the rows of all FIND_OR_CREATE objects, each by its own key. */
static void
find_or_create_all(OrmGraph *graph, const OrmReturning *returning, OrmObject **objects, int n)
{
	for (int i = 0; i < n; i++)
	{
		OrmObject *object = objects[i];

		if (object->intent != ORM_INTENT_FIND_OR_CREATE || object->record->done || object->same.twin != NULL)
			continue;
		if (object->found_by == NULL)
			orm_conflict_key_missing(object->group->model, object->place);
		find_or_create(graph, returning, &objects[i], n - i, object->found_by);
	}
}

/* Upserts objects: the root objects, and those of collections by each conflict target that is named for them. */
static void
upsert_all(OrmGraph *graph, const OrmReturning *returning, OrmObject **objects, int n)
{
	OrmReturning nested = *returning;
	OrmBatch batch = orm_returned_pick(returning, objects, n, is_upsert, NULL);
	ListCell *cell;

	if (batch.n > 0)
		orm_conflict_key_upsert(&batch, graph->options.conflict_on.n, graph->options.conflict_on.names,
								graph->options.on_conflict);
	nested.write.where = NULL;
	foreach(cell, graph->conflict_ons)
	{
		const OrmConflictOn *on = lfirst(cell);

		batch = orm_returned_pick(&nested, objects, n, is_upsert, on);
		if (batch.n > 0)
			orm_conflict_key_upsert(&batch, on->n, on->names, ORM_CONFLICT_UPDATE);
	}
}

/* Writes objects according to their intents. */
static void
write_intents(OrmGraph *graph, const OrmReturning *returning, OrmObject **objects, int n)
{
	OrmBatch batch = orm_returned_pick(returning, objects, n, orm_writer_is_update, NULL);

	update_existing(&batch);
	upsert_all(graph, returning, objects, n);
	find_or_create_all(graph, returning, objects, n);
	batch = orm_returned_pick(returning, objects, n, orm_writer_is_keyed, NULL);
	if (batch.n > 0)
		orm_upsert_save(&batch);
	batch = orm_returned_pick(returning, objects, n, is_fresh, NULL);
	if (batch.n > 0 && graph->options.on_conflict == ORM_CONFLICT_IGNORE &&
		orm_graph_object(graph, batch.records[0])->intent == ORM_INTENT_CREATE)
		orm_insert_batch(&batch, NULL, ORM_CONFLICT_IGNORE);
	else
		orm_insert_new(&batch);
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

/* Was the row an existing one that was not changed? */
static bool
is_left_alone(const OrmGraph *graph, const OrmObject *object)
{
	return object->returned.stored && object->returned.action == ORM_ACTION_UNCHANGED &&
		(object->intent == ORM_INTENT_FIND_OR_CREATE || orm_graph_ignores(graph, object));
}

/* Removes a relationship from the result. */
static void
forget_member(OrmObject *object, const OrmEdge *edge)
{
	ListCell *cell;

	foreach(cell, object->said.members)
		if (((OrmGiven *) lfirst(cell))->edge == edge)
			object->said.members = foreach_delete_current(object->said.members, cell);
}

/*
 * An existing row that was not changed does not reference the objects nested in
 * its object: these are not shown, and raise 22023 if they are new.
 */
static void
check_left_alone(OrmObject *object)
{
	for (const OrmReference *r = object->references; r != NULL; r = r->next)
	{
		const OrmRecord *target = r->target->record;

		if (r->edge->relationship->kind != ORM_BELONGS_TO || orm_settle_is_connected(r))
			continue;
		if (target->done && target->action == ORM_ACTION_INSERTED && !r->target->said.labelled)
			ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					errmsg("object of model \"%s\" already exists: "
						   "new objects in its \"%s\" would not be connected",
						   object->group->model->name, r->edge->relationship->name),
					orm_error_place(r->target->place),
					errhint("An existing row is left as it is. "
							"Give the key of an object that it refers to, or save it by itself."));
		forget_member(object, r->edge);
	}
}

/* Does an object give a value on which a generated column may depend? */
static bool
gives_any(const OrmObject *object)
{
	const OrmModel *model = object->group->model;

	for (int i = 0; i < model->nattributes; i++)
		if (object->record->given[i] && !model->attributes[i].generated && !model->attributes[i].in_key)
			return true;
	return false;
}

void
orm_writer_finish(OrmGraph *graph, OrmObject **objects, int n)
{
	for (int i = 0; i < n; i++)
	{
		OrmObject *object = objects[i];

		Assert(!object->written);
		object->written = true;
		orm_same_rows_share(object);
		if (object->same.twin == NULL)
			count_row(&graph->tally, object->record);
		if (is_left_alone(graph, object))
			check_left_alone(object);
		else if (object->group->returned.verified && (graph->findings == NULL || !gives_any(object)))
			orm_settle_check_generated(object);
		if (object->intent != ORM_INTENT_FIND_OR_CREATE)
			continue;
		for (OrmReference *r = object->references; r != NULL; r = r->next)
			if (r->edge->relationship->kind != ORM_BELONGS_TO && !orm_settle_is_connected(r))
				graph->later = lappend(graph->later, r);
	}
}

/* A wave of objects of one group. */
typedef struct Wave
{
	OrmGraph *graph;
	OrmGroup *group;
	OrmObject **objects;
	int n;
} Wave;

static void
reduce_step(const Wave *wave)
{
	reduce(wave->graph, wave->objects, wave->n);
}

static void
complete_step(const Wave *wave)
{
	orm_owned_rows_complete(wave->graph, wave->group, wave->objects, wave->n);
}

static void
settle_step(const Wave *wave)
{
	orm_settle_all(wave->objects, wave->n, false);
}

static void
collection_step(const Wave *wave)
{
	orm_collection_run(wave->graph, wave->group);
}

static void
find_by_parent_step(const Wave *wave)
{
	ListCell *cell;

	foreach(cell, wave->graph->edges)
	{
		OrmEdge *edge = lfirst(cell);

		if (edge->relationship->kind == ORM_HAS_ONE && edge->holder == wave->group)
			orm_owned_rows_find(wave->graph, edge, wave->objects, wave->n);
	}
}

static void
decide_fresh_step(const Wave *wave)
{
	decide_fresh(wave->objects, wave->n);
}

static void
make_keys_step(const Wave *wave)
{
	make_keys(wave->graph, wave->group, wave->objects, wave->n);
}

static void
settle_all_step(const Wave *wave)
{
	orm_settle_all(wave->objects, wave->n, true);
}

static void
same_rows_step(const Wave *wave)
{
	orm_same_rows_find(wave->graph, wave->group, wave->objects, wave->n);
}

/* The steps before objects are written. */
static const struct
{
	void (*work)(const Wave *wave);
	bool single; /* with findings: for each object separately */
	bool writes; /* skipped with findings */
} steps[] = {
	{reduce_step, false, false},	 {complete_step, false, false},		  {settle_step, true, false},
	{collection_step, false, false}, {find_by_parent_step, false, false}, {decide_fresh_step, true, false},
	{make_keys_step, false, true},	 {settle_all_step, false, true},	  {same_rows_step, true, false},
};

/* Arguments of take_step(). */
typedef struct Taken
{
	Wave wave;
	void (*work)(const Wave *wave);
} Taken;

static void
take_step(void *argument)
{
	const Taken *taken = argument;

	taken->work(&taken->wave);
}

void
orm_writer_prepare(OrmGraph *graph, OrmGroup *group, OrmObject **objects, int n)
{
	for (int i = 0; i < (int) lengthof(steps); i++)
	{
		bool single = steps[i].single && graph->findings != NULL;

		if (steps[i].writes && graph->findings != NULL)
			continue;
		for (int k = 0; k < n; k += single ? 1 : n)
		{
			Taken taken = {{graph, group, &objects[k], single ? 1 : n}, steps[i].work};

			orm_finding_try(graph->findings, take_step, &taken, objects[k]->place);
		}
	}
}

/* Writes objects of one group. */
static void
write_wave(OrmGraph *graph, OrmGroup *group, OrmObject **objects, int n)
{
	OrmReturning returning;

	orm_writer_prepare(graph, group, objects, n);
	orm_returned_begin(&returning, graph, group, orm_returned_is_needed(objects, n));
	write_intents(graph, &returning, objects, n);
	orm_same_rows_find_upserted(graph, group, objects, n);
	orm_writer_finish(graph, objects, n);
}

/* Sets the references of a group that were deferred. */
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
		if (!orm_settle_reference(r, r->holder->late))
			orm_settle_unknown(r);
	}
	if (n > 0)
		orm_writer_update(graph, group, records, n);
}

void
orm_writer_run(OrmGraph *graph)
{
	int ncomponents;
	ListCell *cell;

	orm_same_rows_merge(graph);
	ncomponents = orm_model_order_number(graph);
	orm_existing_find(graph);
	for (int i = 0; i < ncomponents; i++)
		orm_existing_check(graph, i);
	for (int i = 0; i < ncomponents; i++)
		orm_order_component(graph, i, write_wave);
	orm_collection_run(graph, NULL);
	foreach(cell, graph->groups)
		set_later(graph, lfirst(cell));
	foreach(cell, graph->edges)
		orm_join_rows_insert(lfirst(cell));
	orm_same_rows_share_merged(graph);
}
