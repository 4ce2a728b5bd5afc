/*
 * model_order.c - the order in which models are written; see model_order.h.
 *
 * Groups are ordered by their references with Tarjan's algorithm, which returns
 * strongly connected components, referenced ones first.
 */
#include "postgres.h"

#include "miscadmin.h"

#include "graph/graph.h"
#include "model/foreign_key.h"

/* State of ordering the groups. */
typedef struct Ordering
{
	OrmGraph *graph;
	List *stack; /* of OrmGroup *: component not known yet */
	int visits;
	int components;
} Ordering;

bool
orm_model_order_waits(Oid holder, Oid target, int n, const AttrNumber *columns)
{
	bool waits = false;
	ListCell *cell;

	foreach(cell, orm_foreign_key_read(holder, target))
	{
		const OrmForeignKey *key = lfirst(cell);

		if (key->n == n && memcmp(key->columns, columns, sizeof(AttrNumber) * n) == 0)
			waits = key->deferred;
	}
	return waits;
}

/*
 * Does the table of "holder" have a foreign key to that of "target", by its
 * relationships?  With "at_once" only immediate constraints count.
 */
static bool
refers_to(const OrmModel *holder, const OrmModel *target, bool at_once)
{
	for (int i = 0; i < holder->nrelationships; i++)
	{
		const OrmRelationship *relationship = &holder->relationships[i];

		if (relationship->resolved && relationship->key_is_local && relationship->target_relid == target->relid &&
			!(at_once && orm_model_order_waits(holder->relid, target->relid, relationship->nkeys, relationship->local)))
			return true;
	}
	for (int i = 0; i < target->nrelationships; i++)
	{
		const OrmRelationship *relationship = &target->relationships[i];

		if (relationship->resolved && !relationship->key_is_local && !OidIsValid(relationship->join_relid) &&
			relationship->target_relid == holder->relid &&
			!(at_once &&
			  orm_model_order_waits(holder->relid, target->relid, relationship->nkeys, relationship->remote)))
			return true;
	}
	return false;
}

/* The groups that a group references (List of OrmGroup *). */
static List *
referenced_by(const OrmGraph *graph, const OrmGroup *group)
{
	List *referenced = NIL;
	ListCell *cell;

	foreach(cell, graph->edges)
	{
		const OrmEdge *edge = lfirst(cell);

		if (edge->referring && edge->holder == group)
			referenced = lappend(referenced, edge->referenced);
	}
	foreach(cell, graph->options.by_table ? graph->groups : NIL)
		if (lfirst(cell) != group && refers_to(group->model, ((OrmGroup *) lfirst(cell))->model, false))
			referenced = lappend(referenced, lfirst(cell));
	return referenced;
}

/* Visits a group and all that it references; returns the earliest visit in its component. */
static int
visit_group(Ordering *ordering, OrmGroup *group)
{
	int earliest = group->order.visit = ++ordering->visits;
	ListCell *cell;

	check_stack_depth();
	ordering->stack = lappend(ordering->stack, group);
	foreach(cell, referenced_by(ordering->graph, group))
	{
		OrmGroup *referenced = lfirst(cell);
		int reached = referenced->order.visit;

		if (reached == 0)
			reached = visit_group(ordering, referenced);
		if (referenced->order.component < 0)
			earliest = Min(earliest, reached);
	}
	if (earliest == group->order.visit)
	{
		OrmGroup *member;

		do
		{
			member = llast(ordering->stack);
			ordering->stack = list_delete_last(ordering->stack);
			member->order.component = ordering->components;
		} while (member != group);
		ordering->components++;
	}
	return earliest;
}

/* list_sort comparator: groups by the names of their models. */
static int
compare_groups(const ListCell *a, const ListCell *b)
{
	return strcmp(((const OrmGroup *) lfirst(a))->model->name, ((const OrmGroup *) lfirst(b))->model->name);
}

/* list_sort comparator: edges by the names of models and relationships. */
static int
compare_edges(const ListCell *a, const ListCell *b)
{
	const OrmEdge *left = lfirst(a);
	const OrmEdge *right = lfirst(b);
	int result = strcmp(left->source->model->name, right->source->model->name);

	return result != 0 ? result : strcmp(left->relationship->name, right->relationship->name);
}

/* Groups without references between them go by name, so that concurrent calls lock tables' rows in the same order. */
int
orm_model_order_number(OrmGraph *graph)
{
	Ordering ordering = {.graph = graph};
	ListCell *cell;

	list_sort(graph->groups, compare_groups);
	list_sort(graph->edges, compare_edges);
	foreach(cell, graph->groups)
	{
		((OrmGroup *) lfirst(cell))->order.visit = 0;
		((OrmGroup *) lfirst(cell))->order.component = -1;
	}
	foreach(cell, graph->groups)
		if (((OrmGroup *) lfirst(cell))->order.visit == 0)
			visit_group(&ordering, lfirst(cell));
	Assert(ordering.stack == NIL);
	return ordering.components;
}

/* The index of the first group without an immediate foreign key to another one; 0 if there is none. */
static int
first_free(const List *groups)
{
	ListCell *cell;
	ListCell *other;

	foreach(cell, groups)
	{
		const OrmGroup *group = lfirst(cell);
		bool is_free = true;

		foreach(other, groups)
			is_free = is_free &&
				(lfirst(other) == group || !refers_to(group->model, ((const OrmGroup *) lfirst(other))->model, true));
		if (is_free)
			return foreach_current_index(cell);
	}
	return 0;
}

List *
orm_model_order_members(const OrmGraph *graph, int component)
{
	List *groups = NIL;
	List *ordered = NIL;
	ListCell *cell;

	foreach(cell, graph->groups)
		if (((OrmGroup *) lfirst(cell))->order.component == component)
			groups = lappend(groups, lfirst(cell));
	if (!graph->options.by_table)
		return groups;
	while (list_length(groups) > 1)
	{
		int next = first_free(groups);

		ordered = lappend(ordered, list_nth(groups, next));
		groups = list_delete_nth_cell(groups, next);
	}
	return list_concat(ordered, groups);
}
