/*
 * removed_rows.c - deleting rows that are removed from collections; see
 * removed_rows.h.
 *
 * Rows that the same graph writes must not be deleted by a cascade, of a
 * relationship or of a foreign key, since they would be inserted again with
 * only the attributes of the document.  A row kept by a trigger, a rule or a
 * policy is an error.
 */
#include "postgres.h"

#include "catalog/pg_class.h"
#include "miscadmin.h"

#include "exec/watch.h"
#include "graph/removed_rows.h"
#include "model/cache.h"
#include "remove/delete.h"
#include "remove/impact.h"
#include "store/failed_row.h"
#include "store/key_order.h"
#include "store/lookup.h"

/* Marks the rows that the graph writes as refused for a delete. */
static void
refuse_written(const OrmGraph *graph, OrmDelete *delete)
{
	ListCell *cell;

	foreach(cell, graph->groups)
	{
		const OrmGroup *group = lfirst(cell);

		for (int i = 0; group->model->primary_key != NULL && i < group->n; i++)
		{
			const OrmObject *object = group->objects[i];
			Datum values[INDEX_MAX_KEYS];

			if ((object->intent != ORM_INTENT_FIND || object->references != NULL || object->referenced) &&
				orm_graph_key(object, values))
				orm_delete_refuse(delete, group->model, values, object->place);
		}
	}
}

/*
 * Does the server, by ON DELETE CASCADE along relationships, delete rows of a
 * model in the graph with rows of this one?
 */
static bool
server_reaches(const OrmGraph *graph, const OrmModel *model, List **visited)
{
	check_stack_depth();
	if (list_member_ptr(*visited, model))
		return false;
	*visited = lappend(*visited, unconstify(OrmModel *, model));
	for (int i = 0; i < model->nrelationships; i++)
	{
		const OrmRelationship *relationship = &model->relationships[i];
		const OrmModel *target;
		ListCell *cell;

		if (!relationship->deleted_by_server || relationship->kind == ORM_MANY_TO_MANY)
			continue;
		target = orm_cache_open(relationship->target, AccessShareLock);
		foreach(cell, graph->groups)
			if (((const OrmGroup *) lfirst(cell))->model == target)
				return true;
		if (server_reaches(graph, target, visited))
			return true;
	}
	return false;
}

/* Creates a delete of the rows of a batch; unless "alone", refuses rows that the graph writes. */
static OrmDelete *
make_delete(const OrmGraph *graph, const OrmBatch *batch, bool alone)
{
	const OrmModel *model = batch->write->model;
	const OrmKey *key = orm_model_need_key(model);
	OrmDelete *delete = orm_delete_make(graph->options.may_skip ? ORM_DELETE_MAY_SKIP : 0);

	for (int i = 0; i < batch->n; i++)
	{
		Datum values[INDEX_MAX_KEYS];

		for (int k = 0; k < key->nattributes; k++)
			values[k] = batch->records[i]->values[key->attributes[k]];
		orm_delete_add(delete, model, values);
	}
	if (!alone)
		refuse_written(graph, delete);
	return delete;
}

/*
 * Deletes the rows of a batch, or with "probe" only probes the server's
 * cascade; returns the number of rows deleted.
 */
static int64
delete_rows(const OrmGraph *graph, const OrmBatch *batch, bool probe)
{
	const OrmModel *model = batch->write->model;
	MemoryContext caller = CurrentMemoryContext;
	volatile int64 gone = 0;
	const char *outer = orm_watch_is_on() ? orm_watch_within(orm_batch_place(batch)) : NULL;
	List *visited = NIL;

	PG_TRY();
	{
		if (server_reaches(graph, model, &visited))
			orm_delete_probe(make_delete(graph, batch, false), true);
		if (!probe)
			gone = orm_delete_run(make_delete(graph, batch, !model->cascades));
	}
	PG_CATCH();
	{
		orm_failed_row_rethrow(batch, NULL, caller);
	}
	PG_END_TRY();
	orm_watch_restore(outer);
	return gone;
}

void
orm_removed_rows_probe(const OrmGraph *graph, const OrmGroup *group, OrmRecord **records, int n)
{
	OrmWrite write = {.model = group->model};
	OrmBatch batch = {&write, records, n};

	Assert(!group->model->deletes_along);
	delete_rows(graph, &batch, true);
}

void
orm_removed_rows_raise_not_deleted(const OrmModel *model, const OrmPath *place)
{
	ereport(ERROR, errcode(ERRCODE_TRIGGERED_ACTION_EXCEPTION),
			errmsg("object of model \"%s\" was not deleted", model->name), orm_error_place(place),
			errhint("A trigger, a rule or a policy passed over the row."));
}

/* Raises 09000 if a row of the batch still exists. */
static void
demand_gone(const OrmBatch *batch, const OrmKey *key)
{
	OrmBatch left = orm_batch_pending(batch);

	if (left.n > 0)
		orm_lookup_read(&left, key);
	for (int i = 0; i < left.n; i++)
		if (left.records[i]->done)
			orm_removed_rows_raise_not_deleted(batch->write->model, left.records[i]->place);
}

/* The number of links that the graph removes from an object, of all that named it, and the join table. */
static int64
count_links(const OrmGraph *graph, const OrmModel *model, const Datum *key, Oid join)
{
	int64 n = 0;
	ListCell *cell;
	ListCell *item;

	foreach(cell, graph->removals)
	{
		const OrmRemoval *removal = lfirst(cell);

		foreach(item, removal->links != NULL && removal->edge->relationship->join_relid == join ? removal->items : NIL)
			if (orm_graph_is_of_row(lfirst(item), model, key))
				n += removal->links[foreach_current_index(item)];
	}
	return n;
}

/* Raises 23503 if other rows than links that the graph removes prevent the delete of a row. */
static void
refuse_blocked(const OrmGraph *graph, const OrmModel *model, const OrmRecord *record)
{
	Datum key[INDEX_MAX_KEYS];
	int64 blocking = 0;
	List *joins = NIL;
	ListCell *cell;

	if (model->relkind == RELKIND_VIEW)
		return;
	orm_record_key(record, model->primary_key, key);
	foreach(cell, orm_impact_rows(model, key))
	{
		const OrmImpactRows *rows = lfirst(cell);

		if (rows->effect != ORM_IMPACT_BLOCKING)
			continue;
		blocking += rows->n;
		joins = list_append_unique_oid(joins, rows->relid);
	}
	foreach(cell, joins)
		blocking -= count_links(graph, model, key, lfirst_oid(cell));
	if (blocking > 0)
		ereport(ERROR, errcode(ERRCODE_FOREIGN_KEY_VIOLATION),
				errmsg("object of model \"%s\" cannot be deleted: other rows refer to it", model->name),
				orm_error_place(record->place));
}

/* Raises errors that a delete would raise, and records the rows as deleted. */
static void
check_delete(OrmGraph *graph, const OrmBatch *batch)
{
	const OrmModel *model = batch->write->model;
	List *visited = NIL;

	if (model->cascades || server_reaches(graph, model, &visited))
		orm_delete_probe(make_delete(graph, batch, false), false);
	for (int i = 0; i < batch->n; i++)
	{
		refuse_blocked(graph, model, batch->records[i]);
		orm_graph_vacate(graph, batch->records[i]);
	}
}

int64
orm_removed_rows_delete(OrmGraph *graph, const OrmGroup *group, OrmRecord **records, int n)
{
	OrmWrite write = {.model = group->model};
	OrmBatch batch = {&write, records, n};
	const OrmKey *key;
	int64 gone;

	if (n == 0)
		return 0;
	key = orm_model_need_key(group->model);
	if (graph->findings != NULL)
	{
		check_delete(graph, &batch);
		return n;
	}
	gone = delete_rows(graph, &batch, false);
	if (gone < n && !graph->options.may_skip)
		demand_gone(&batch, key);
	return gone;
}
