/*
 * check.c - checking the objects of a document; see check.h.
 */
#include "postgres.h"

#include "miscadmin.h"

#include "exec/access.h"
#include "graph/check.h"
#include "graph/check_row.h"
#include "graph/check_upsert.h"
#include "graph/collection.h"
#include "graph/existing.h"
#include "graph/item.h"
#include "graph/join_rows.h"
#include "graph/objects.h"
#include "graph/writer.h"

/* Arguments of read_root(). */
typedef struct Root
{
	OrmGraph *graph;
	OrmGroup *group;
	OrmVerb verb;
	OrmJson json;
	const OrmPath *place;
} Root;

static void
read_root(void *argument)
{
	const Root *root = argument;

	orm_read_object(root->graph, root->group, orm_objects_intent(root->verb, &root->graph->options), root->verb,
					root->json, root->place);
}

/* Reads the document. */
static void
read_document(OrmGraph *graph, const OrmModel *model, OrmVerb verb, OrmJson document)
{
	Root root = {graph, orm_graph_group(graph, model), verb, document, NULL};
	OrmJsonWalk walk;

	if (orm_json_kind(document) != ORM_JSON_ARRAY)
	{
		orm_read_part(graph, read_root, &root, NULL);
		return;
	}
	walk = orm_json_walk(document);
	while (orm_json_next(&walk))
	{
		CHECK_FOR_INTERRUPTS();
		root.json = walk.value;
		root.place = orm_place_keep(graph, orm_path_index(NULL, walk.index));
		orm_read_part(graph, read_root, &root, root.place);
	}
}

/* Makes reads return all columns that the caller may read. */
static void
keep_all(OrmGroup *group)
{
	bool *readable = orm_access_readable(group->model);

	group->returned.decided = true;
	group->returned.readable = orm_access_returnable(group->model);
	for (int i = 0; i < group->model->nattributes; i++)
		if (readable == NULL || readable[i])
			orm_returned_need(&group->returned, i);
}

/* Objects that one statement would write. */
typedef struct Written
{
	OrmBatch batch;
	const OrmKey *key;
} Written;

static void
refuse_same_key(void *argument)
{
	const Written *written = argument;

	orm_batch_lock_order(&written->batch, written->key);
}

/* Adds a finding for two objects of one row. */
static void
check_keys(OrmGraph *graph, OrmGroup *group, OrmObject **objects, int n)
{
	static const OrmObjectTest tests[] = {orm_writer_is_update, orm_writer_is_keyed};
	OrmReturning returning = {.write = {.model = group->model}, .graph = graph, .group = group};

	for (int i = 0; group->model->primary_key != NULL && i < (int) lengthof(tests); i++)
	{
		Written written = {orm_returned_pick(&returning, objects, n, tests[i], NULL), group->model->primary_key};

		orm_finding_try(graph->findings, refuse_same_key, &written, NULL);
	}
}

/* Arguments of finish(). */
typedef struct Finished
{
	OrmGraph *graph;
	OrmObject **objects;
	int n;
} Finished;

static void
finish(void *argument)
{
	const Finished *finished = argument;

	orm_writer_finish(finished->graph, finished->objects, finished->n);
}

static void
compare_upserted(void *argument)
{
	const Finished *finished = argument;

	orm_same_rows_find_upserted(finished->graph, finished->objects[0]->group, finished->objects, finished->n);
}

/* An OrmWave: checks objects instead of writing them. */
static void
check_wave(OrmGraph *graph, OrmGroup *group, OrmObject **objects, int n)
{
	Finished all = {graph, objects, n};

	orm_writer_prepare(graph, group, objects, n);
	check_keys(graph, group, objects, n);
	orm_check_upsert_all(graph, group, objects, n);
	graph->wave = objects;
	graph->nwave = n;
	for (int i = 0; i < n; i++)
	{
		Finished finished = {graph, &objects[i], 1};

		CHECK_FOR_INTERRUPTS();
		if (objects[i]->said.broken)
			continue;
		orm_check_row(graph, objects[i]);
		orm_finding_try(graph->findings, finish, &finished, objects[i]->place);
	}
	if (n > 0)
		orm_finding_try(graph->findings, compare_upserted, &all, NULL);
}

/* Arguments of check_component(). */
typedef struct Component
{
	OrmGraph *graph;
	int number;
} Component;

static void
check_component(void *argument)
{
	const Component *component = argument;

	orm_order_component(component->graph, component->number, check_wave);
}

static void
run_removals(void *argument)
{
	orm_collection_run(argument, NULL);
}

/* Arguments of refuse_item(). */
typedef struct Removed
{
	const OrmRemoval *removal;
	const OrmObject *object;
} Removed;

static void
refuse_item(void *argument)
{
	const Removed *item = argument;

	orm_collection_raise_not_in(item->removal->edge, item->object);
}

/* Checks all removals.  Items of a new owner's collection are findings, since it is empty. */
static void
check_removals(OrmGraph *graph)
{
	ListCell *cell;

	orm_finding_try(graph->findings, run_removals, graph, NULL);
	foreach(cell, graph->removals)
	{
		const OrmRemoval *removal = lfirst(cell);
		ListCell *object;

		if (removal->done || removal->kind == ORM_REMOVE_OTHERS || removal->owner->returned.stored)
			continue;
		foreach(object, removal->items)
		{
			Removed item = {removal, lfirst(object)};

			orm_finding_try(graph->findings, refuse_item, &item, item.object->place);
		}
	}
}

static void
check_links(void *argument)
{
	orm_join_rows_check(argument);
}

void
orm_check_graph(OrmGraph *graph)
{
	ListCell *cell;
	int ncomponents;

	Assert(graph->findings != NULL);
	orm_graph_drop_broken(graph);
	foreach(cell, graph->groups)
		keep_all(lfirst(cell));
	orm_same_rows_merge(graph);
	ncomponents = orm_model_order_number(graph);
	orm_existing_find(graph);
	for (int i = 0; i < ncomponents; i++)
		orm_existing_check(graph, i);
	for (int i = 0; i < ncomponents; i++)
	{
		Component component = {graph, i};

		orm_finding_try(graph->findings, check_component, &component, NULL);
	}
	check_removals(graph);
	foreach(cell, graph->edges)
		orm_finding_try(graph->findings, check_links, lfirst(cell), NULL);
}

OrmFindings *
orm_check_document(const OrmModel *model, OrmVerb verb, OrmJson document, const OrmGraphOptions *options,
				   OrmFindLabel find_label)
{
	OrmGraph *graph = orm_graph_make();

	graph->findings = orm_finding_make();
	if (options != NULL)
		graph->options = *options;
	graph->labels.find = find_label;
	read_document(graph, model, verb, document);
	orm_check_graph(graph);
	return graph->findings;
}
