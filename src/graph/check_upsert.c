/*
 * check_upsert.c - conflict targets of upserted objects; see check_upsert.h.
 */
#include "postgres.h"

#include "miscadmin.h"

#include "graph/check_upsert.h"
#include "model/position.h"
#include "model/key.h"
#include "store/conflict_key.h"
#include "store/lookup.h"
#include "store/stale.h"

/* Arguments of decide(). */
typedef struct Decision
{
	const OrmGraph *graph;
	OrmObject *object;
} Decision;

/* Does any attribute of a key have a value that could not be read? */
static bool
is_wrong(const OrmRecord *record, const OrmKey *key)
{
	for (int i = 0; record->wrong != NULL && i < key->nattributes; i++)
		if (record->wrong[key->attributes[i]])
			return true;
	return false;
}

/* Chooses the conflict target; values that are not known yet, or are wrong, count as given. */
static void
decide(void *argument)
{
	const Decision *decision = argument;
	OrmObject *object = decision->object;
	const OrmConflictOn *on = orm_graph_conflict_on(decision->graph, object);
	const OrmModel *model = object->group->model;
	OrmRecord *record = orm_check_row_supplied(object);
	const OrmKey *key;

	for (int i = 0; object->record->wrong != NULL && i < model->nattributes; i++)
		if (object->record->wrong[i])
			orm_record_set(record, i, (Datum) 0, false);
	key = orm_conflict_key_decide(model, record, on->n, on->names);
	object->said.broken = key != NULL && is_wrong(object->record, key);
	object->found_by = key != NULL && orm_record_has_key(object->record, key) ? key : NULL;
}

/* Objects upserted by one key. */
typedef struct Upserted
{
	OrmBatch batch;
	const OrmKey *key;
} Upserted;

static void
refuse_same_key(void *argument)
{
	const Upserted *upserted = argument;

	orm_batch_lock_order(&upserted->batch, upserted->key);
}

static void
compare(void *argument)
{
	const Upserted *upserted = argument;

	orm_stale_check(&upserted->batch, upserted->key, ORM_ABSENCE_IS_FINE);
}

/* The objects of a graph that are upserted by one key, and change its rows. */
typedef struct Upserts
{
	const OrmGraph *graph;
	const OrmKey *key;
} Upserts;

/* An OrmObjectTest. */
static bool
is_upserted_by(const OrmObject *object, const void *argument)
{
	const Upserts *upserts = argument;

	return object->intent == ORM_INTENT_UPSERT && !object->said.broken && object->found_by == upserts->key &&
		!orm_graph_ignores(upserts->graph, object);
}

/* Checks the objects whose conflict target is a key. */
static void
check_key(OrmGraph *graph, OrmGroup *group, OrmObject **objects, int n, const OrmKey *key)
{
	OrmReturning returning = {.write = {.model = group->model, .checking = true}, .graph = graph, .group = group};
	Upserts upserts = {graph, key};
	Upserted upserted = {orm_returned_pick(&returning, objects, n, is_upserted_by, &upserts), key};

	if (upserted.batch.n == 0)
		return;
	orm_finding_try(graph->findings, refuse_same_key, &upserted, NULL);
	orm_finding_try(graph->findings, compare, &upserted, NULL);
}

void
orm_check_upsert_all(OrmGraph *graph, OrmGroup *group, OrmObject **objects, int n)
{
	const OrmModel *model = group->model;
	bool any = false;

	for (int i = 0; i < n; i++)
	{
		Decision decision = {graph, objects[i]};

		CHECK_FOR_INTERRUPTS();
		if (objects[i]->intent != ORM_INTENT_UPSERT)
			continue;
		any = true;
		if (!orm_finding_try(graph->findings, decide, &decision, objects[i]->place))
			objects[i]->said.broken = true;
	}
	if (!any)
		return;
	if (model->primary_key != NULL)
		check_key(graph, group, objects, n, model->primary_key);
	for (int i = 0; i < model->nunique; i++)
		if (&model->unique[i] != model->primary_key && !orm_position_is_in_key(model, &model->unique[i]))
			check_key(graph, group, objects, n, &model->unique[i]);
	for (int i = 0; i < model->nconditional; i++)
		check_key(graph, group, objects, n, &model->conditional[i]);
}

/* Asks whether the row satisfies the condition. */
static void
ask(void *argument)
{
	const OrmSubject *subject = argument;
	OrmWrite write = {.model = subject->model, .where = subject->graph->options.where, .checking = true};
	OrmBatch batch = {&write, &subject->object->record, 1};

	orm_lookup_keep(&batch, subject->object->found_by);
}

bool
orm_check_upsert_spares(const OrmSubject *subject)
{
	OrmObject *object = subject->object;
	OrmRecord *record = object->record;
	bool kept;

	if (object->intent != ORM_INTENT_UPSERT || !subject->exists || object->found_by == NULL)
		return false;
	if (orm_graph_ignores(subject->graph, object))
		return true;
	if (subject->graph->options.where == NULL || object->conflict_on != NULL)
		return false;
	record->done = false;
	orm_finding_look(subject->graph->findings, ask, unconstify(OrmSubject *, subject));
	kept = record->kept;
	record->done = true;
	record->kept = false;
	return kept;
}
