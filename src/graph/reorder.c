/*
 * reorder.c - the option "reorder"; see reorder.h.
 *
 * One UPDATE for each list, by arrays of keys, after everything has been written.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/lsyscache.h"

#include "exec/execute.h"
#include "graph/reorder.h"
#include "model/position.h"

/* A list, and the objects that it is set to. */
typedef struct OrmReorder
{
	OrmPositioning positioning;
	const List *items; /* of OrmObject * */
} OrmReorder;

/* Is a list of the target's positions the one that a relationship leads to? */
static bool
is_list(const OrmPositioning *positioning, const OrmRelationship *relationship)
{
	if (positioning->nlist != relationship->nkeys)
		return false;
	for (int i = 0; i < positioning->nlist; i++)
	{
		bool found = false;

		for (int j = 0; j < relationship->nkeys; j++)
			found = found || relationship->remote[j] == positioning->list[i];
		if (!found)
			return false;
	}
	return true;
}

/* The position that rows of a relationship have in its list; false: none. */
static bool
find_list(const OrmModel *model, const OrmRelationship *relationship, OrmPositioning *positioning)
{
	ListCell *cell;

	if (relationship->kind != ORM_HAS_MANY || !relationship->resolved)
		return false;
	foreach(cell, model->declaration->positions)
		if (orm_position_open(model, orm_position_list(lfirst(cell)), positioning) &&
			is_list(positioning, relationship))
			return true;
	return false;
}

void
orm_reorder_add(OrmGraph *graph, const OrmEdge *edge, const List *items)
{
	OrmReorder *reorder;
	OrmPositioning positioning;
	MemoryContext caller;

	if (!graph->options.reorder || !find_list(edge->target->model, edge->relationship, &positioning))
		return;
	caller = MemoryContextSwitchTo(graph->context);
	reorder = palloc(sizeof(OrmReorder));
	reorder->positioning = positioning;
	reorder->items = list_copy(items);
	graph->reorders = lappend(graph->reorders, reorder);
	MemoryContextSwitchTo(caller);
}

/* The type of an attribute of the primary key. */
static Oid
key_type(const OrmModel *model, int i)
{
	return getBaseType(get_atttype(model->relid, model->attributes[model->primary_key->attributes[i]].attnum));
}

/* OrmPlanDescribe */
static void
describe(OrmPlanText *text, const void *argument)
{
	const OrmPositioning *positioning = argument;
	const OrmModel *model = positioning->model;
	Oid *types = palloc(sizeof(Oid) * model->primary_key->nattributes);

	orm_position_reorder(&text->sql, positioning);
	text->nparams = model->primary_key->nattributes;
	text->types = types;
	for (int i = 0; i < text->nparams; i++)
		types[i] = get_array_type(key_type(model, i));
}

/* An attribute of the items' keys as an array. */
static Datum
make_array(const OrmReorder *reorder, int attribute)
{
	Oid type = key_type(reorder->positioning.model, attribute);
	Datum *elements = palloc(sizeof(Datum) * Max(list_length(reorder->items), 1));
	Datum key[INDEX_MAX_KEYS];
	int n = 0;
	int16 length;
	bool by_value;
	char align;
	ListCell *cell;

	get_typlenbyvalalign(type, &length, &by_value, &align);
	foreach(cell, reorder->items)
		if (orm_graph_key(lfirst(cell), key))
			elements[n++] = key[attribute];
	return PointerGetDatum(construct_array(elements, n, type, length, by_value, align));
}

/* Gives the rows of a list their positions. */
static void
run(const OrmReorder *reorder)
{
	const OrmPositioning *positioning = &reorder->positioning;
	Datum values[INDEX_MAX_KEYS];
	OrmPlanKey key;
	OrmPlan *plan;

	for (int i = 0; i < positioning->model->primary_key->nattributes; i++)
		values[i] = make_array(reorder, i);
	orm_plan_key_begin(&key, ORM_KIND_REORDER, positioning->model->epoch);
	orm_plan_key_add(&key, &positioning->column, sizeof(positioning->column));
	plan = orm_plan_get(&key, describe, positioning);
	(void) orm_execute_plan(plan, values, NULL, ORM_WRITE, 0, NULL);
	orm_plan_release(plan);
}

void
orm_reorder_raise(void)
{
	ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("option \"%s\" is not allowed here", "reorder"),
			errhint("It is for {\"$set\": [...]} of a has_many whose model has a position in that list."));
}

void
orm_reorder_run(const OrmGraph *graph)
{
	ListCell *cell;

	if (graph->options.reorder && graph->reorders == NIL)
		orm_reorder_raise();
	foreach(cell, graph->reorders)
		run(lfirst(cell));
}
