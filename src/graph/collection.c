/*
 * collection.c - removals from collections; see collection.h.
 *
 * A row is removed from a has_many or has_one collection by an UPDATE that sets
 * its foreign key to NULL.  With the cascade "delete-orphan" it is deleted
 * (removed_rows.c), unless the same graph puts it into another collection.
 * Rows that the document does not name are read first, so that errors have a
 * place. Every statement has the foreign key in its WHERE (collection_rows.h),
 * so a row that another transaction has moved or deleted concurrently is
 * skipped, which is an error if the document names it.  For many to many, join
 * table rows are deleted (join_rows.c).
 */
#include "postgres.h"

#include "utils/datum.h"

#include "exec/keyset.h"
#include "graph/collection.h"
#include "graph/join_rows.h"
#include "graph/removed_rows.h"
#include "graph/collection_rows.h"
#include "graph/settle.h"
#include "query/named_scope.h"
#include "store/record_error.h"
#include "store/key_order.h"
#include "store/failed_row.h"

/* Raises 23502: the foreign key is not nullable. */
static void
raise_orphan(const OrmEdge *edge, const OrmPath *place)
{
	const OrmModel *model = edge->holder->model;

	ereport(ERROR, errcode(ERRCODE_NOT_NULL_VIOLATION),
			errmsg("could not remove objects of model \"%s\" from \"%s\": \"%s\" is not nullable", model->name,
				   edge->relationship->name, model->attributes[edge->holder_key[0]].name),
			orm_error_place(place),
			edge->relationship->kind == ORM_HAS_MANY
				? errhint("To delete them: {\"$delete\": [...]}, or cascade => 'all, delete-orphan' of \"%s\".",
						  edge->relationship->name)
				: errhint("To delete them: cascade => 'all, delete-orphan' of \"%s\".", edge->relationship->name));
}

/* Are all of the attributes known and not NULL? */
static bool
is_known(const OrmObject *object, const int *attributes, int n)
{
	for (int i = 0; i < n; i++)
	{
		Datum value;
		bool isnull;

		if (!orm_graph_value(object, attributes[i], &value, &isnull) || isnull)
			return false;
	}
	return true;
}

/* Is the owner's key known?  The collection of a new owner is empty, so removing other rows is done. */
static bool
is_ready(OrmRemoval *removal)
{
	const OrmObject *owner = removal->owner;

	if (removal->kind == ORM_REMOVE_OTHERS && (owner->fresh || owner->intent == ORM_INTENT_CREATE))
		removal->done = true;
	return !removal->done && is_known(owner, removal->edge->referenced_key, removal->edge->n);
}

/* A row to remove from a collection. */
typedef struct Member
{
	const OrmRemoval *removal;
	OrmRecord *record; /* the primary key of the row */
} Member;

/* Rows to remove from collections of one edge. */
typedef struct Leaving
{
	OrmGraph *graph;
	OrmEdge *edge;
	bool named;					 /* named by the document; else the rows that it does not name */
	const OrmRemoval **removals; /* by number of the owner, while rows are read */
	Member *members;
	int n;
	int capacity;
	OrmKeySet *kept; /* keys of rows that stay, if owners may exchange them; else NULL */
} Leaving;

/* Adds a row, with an object that is not of the document. */
static OrmRecord *
add_member(Leaving *leaving, const OrmRemoval *removal, const OrmPath *place)
{
	OrmObject *object = palloc0(sizeof(OrmObject));
	Member *member;

	object->group = leaving->edge->holder != NULL ? leaving->edge->holder : leaving->edge->target;
	object->place = place;
	object->intent = ORM_INTENT_UPDATE;
	object->written = true;
	object->record = orm_graph_record(leaving->graph, object);
	if (leaving->n == leaving->capacity)
	{
		leaving->capacity = Max(2 * leaving->capacity, 8);
		leaving->members = leaving->members == NULL
			? palloc(sizeof(Member) * leaving->capacity)
			: repalloc_huge(leaving->members, sizeof(Member) * leaving->capacity);
	}
	member = &leaving->members[leaving->n++];
	member->removal = removal;
	member->record = object->record;
	return object->record;
}

/*
 * Can two owners exchange their rows?  Then a kept row of a has_one, whose
 * foreign key is unique, must be unlinked from its present owner first.
 */
static bool
may_exchange(const OrmEdge *edge)
{
	return edge->relationship->kind == ORM_HAS_ONE && orm_graph_may_unlink(edge);
}

/* Need a kept row not be unlinked, because it stays with its owner, or that owner gets no other row? */
static bool
may_wait(const Leaving *leaving, const OrmRemoval *removal, const Datum *key)
{
	const OrmModel *model = leaving->edge->holder->model;
	Datum values[INDEX_MAX_KEYS];

	if (leaving->kept == NULL || orm_keyset_find(leaving->kept, key) < 0)
		return false;
	if (removal->items == NIL || !orm_graph_key(linitial(removal->items), values))
		return true;
	for (int i = 0; i < model->primary_key->nattributes; i++)
		if (!orm_key_order_same_value(model, model->primary_key->attributes[i], key[i], values[i]))
			return false;
	return true;
}

/* Adds the row of an object to the kept rows. */
static void
keep(Leaving *leaving, const OrmObject *item)
{
	Datum values[INDEX_MAX_KEYS];

	if (!orm_graph_key(item, values))
		return;
	if (leaving->kept == NULL)
		leaving->kept = orm_keyset_make_for(leaving->edge->holder->model);
	orm_keyset_add(leaving->kept, values);
}

/* Receives a row that is not among the items. */
static void
take_other(void *argument, int number, const Datum *key)
{
	Leaving *leaving = argument;
	const OrmModel *model = leaving->edge->holder->model;
	MemoryContext caller = MemoryContextSwitchTo(leaving->graph->context);
	const OrmRemoval *removal = leaving->removals[number];

	if (!may_wait(leaving, removal, key))
	{
		OrmRecord *record = add_member(leaving, removal, removal->place);

		for (int i = 0; i < model->primary_key->nattributes; i++)
		{
			int attribute = model->primary_key->attributes[i];
			const OrmType *type = model->attributes[attribute].type;

			orm_record_set(record, attribute, datumCopy(key[i], type->by_value, type->length), false);
		}
	}
	MemoryContextSwitchTo(caller);
}

/* The default scopes of the rows of a collection: what they hide is not in it. */
static const char *
scopes_of(const Leaving *leaving)
{
	int lifts = leaving->graph->options.unscoped ? ORM_SCOPE_LIFTS_DEFAULTS : 0;

	return orm_named_scope_and(leaving->edge->holder->model, "t", lifts);
}

/* Reads the rows of collections, without the items. */
static void
read_others(Leaving *leaving, const List *removals)
{
	OrmCollectionRows query;
	ListCell *cell;

	orm_collection_rows_init(&query, leaving->edge, false, true);
	query.scopes = scopes_of(leaving);
	leaving->removals = palloc(sizeof(OrmRemoval *) * list_length(removals));
	foreach(cell, removals)
	{
		const OrmRemoval *removal = lfirst(cell);
		ListCell *item;

		leaving->removals[query.rows.n] = removal;
		orm_collection_rows_add(&query, removal->owner, NULL, removal->place);
		foreach(item, removal->items)
		{
			orm_settle_owned(lfirst(item), removal->owner);
			if (may_exchange(leaving->edge))
				keep(leaving, lfirst(item));
			else
				orm_collection_rows_keep(&query, lfirst(item));
		}
	}
	orm_collection_rows_read(&query, false, take_other, leaving);
}

/* Does the graph put an object into a collection by this foreign key? */
static bool
comes(const OrmEdge *edge, const OrmObject *object)
{
	int attribute = edge->holder_key[0];

	if (object->intent != ORM_INTENT_FIND && object->record->given[attribute] && !object->record->isnull[attribute])
		return true;
	for (const OrmReference *reference = object->references; reference != NULL; reference = reference->next)
		if (reference->edge->holder_key != NULL && reference->edge->holder_key[0] == attribute)
			return true;
	return false;
}

/* The keys of objects that the graph puts into a collection; NULL if there are none. */
static OrmKeySet *
coming_keys(const OrmEdge *edge)
{
	OrmKeySet *keys = NULL;

	for (int i = 0; i < edge->holder->n; i++)
	{
		const OrmObject *object = edge->holder->objects[i];
		Datum values[INDEX_MAX_KEYS];

		if (!comes(edge, object) || !orm_graph_key(object, values))
			continue;
		if (keys == NULL)
			keys = orm_keyset_make_for(edge->holder->model);
		orm_keyset_add(keys, values);
	}
	return keys;
}

void
orm_collection_raise_not_in(const OrmEdge *edge, const OrmObject *item)
{
	ereport(ERROR, errcode(ERRCODE_NO_DATA_FOUND),
			errmsg("the object of model \"%s\" is not in \"%s\"", item->group->model->name, edge->relationship->name),
			orm_error_place(item->place));
}

/* Sets up a query for the members by owner and primary key. */
static void
ask_members(OrmCollectionRows *query, const Leaving *leaving)
{
	orm_collection_rows_init(query, leaving->edge, true, false);
	query->scopes = scopes_of(leaving);
	for (int i = 0; i < leaving->n; i++)
		orm_collection_rows_add(query, leaving->members[i].removal->owner, leaving->members[i].record,
								leaving->members[i].record->place);
}

/* Receives the number of a row that is in its collection. */
static void
take_number(void *argument, int number, const Datum *key)
{
	bool *found = argument;

	found[number] = true;
}

/* Raises P0002 for a member that the document names and that is not in its collection. */
static void
demand_member(const Leaving *leaving, int i)
{
	if (leaving->named)
		orm_collection_raise_not_in(leaving->edge, orm_graph_object(leaving->graph, leaving->members[i].record));
}

/* Drops members that are not in their collections; with "lock", locks the others. */
static void
confirm(Leaving *leaving, bool lock)
{
	OrmCollectionRows query;
	bool *found = palloc0(Max(leaving->n, 1));
	int n = 0;

	ask_members(&query, leaving);
	orm_collection_rows_read(&query, lock, take_number, found);
	for (int i = 0; i < leaving->n; i++)
		if (found[i])
			leaving->members[n++] = leaving->members[i];
		else
			demand_member(leaving, i);
	leaving->n = n;
}

/* A batch of the members' records. */
static OrmBatch
batch_of(const Leaving *leaving, const OrmWrite *write)
{
	OrmBatch batch = {write, palloc_extended(sizeof(OrmRecord *) * Max(leaving->n, 1), MCXT_ALLOC_HUGE), leaving->n};

	for (int i = 0; i < leaving->n; i++)
		batch.records[i] = leaving->members[i].record;
	return batch;
}

/* qsort_arg comparator: members by primary key. */
static int
compare_members(const void *a, const void *b, void *order)
{
	return orm_key_order_compare_records(order, ((const Member *) a)->record, ((const Member *) b)->record);
}

/* Sorts members by primary key, the order in which rows are locked, and drops duplicates. */
static void
sort_members(Leaving *leaving)
{
	const OrmModel *model = leaving->edge->target->model;
	OrmKeyOrder order;
	int n = 0;

	if (leaving->n < 2 || !orm_key_order_make(&order, model, model->primary_key))
		return;
	qsort_arg(leaving->members, leaving->n, sizeof(Member), compare_members, &order);
	for (int i = 0; i < leaving->n; i++)
		if (n == 0 || leaving->members[n - 1].removal != leaving->members[i].removal ||
			compare_members(&leaving->members[n - 1], &leaving->members[i], &order) != 0)
			leaving->members[n++] = leaving->members[i];
	leaving->n = n;
}

/*
 * Reads again the members that a statement did not change.  If one is still in
 * its collection, a trigger skipped it; the others were moved or deleted
 * concurrently.
 */
static void
check_left(Leaving *left, bool deleted)
{
	confirm(left, false);
	if (left->n == 0)
		return;
	if (deleted)
		orm_removed_rows_raise_not_deleted(left->edge->holder->model, left->members[0].record->place);
	orm_record_error_not_stored(left->edge->holder->model, left->members[0].record);
}

/* With findings: looks up the members, and records that they would be changed. */
static int
check_members(Leaving *leaving)
{
	confirm(leaving, false);
	for (int i = 0; i < leaving->n; i++)
		orm_graph_vacate(leaving->graph, leaving->members[i].record);
	return leaving->n;
}

/* Sets the foreign keys of the members to NULL, or deletes them; returns the number of rows changed. */
static int
write_members(const Leaving *leaving, bool deleted)
{
	OrmWrite write = {.model = leaving->edge->holder->model};
	OrmBatch batch = batch_of(leaving, &write);
	MemoryContext caller = CurrentMemoryContext;
	bool *gone = palloc0(leaving->n);
	Leaving left = *leaving;
	OrmCollectionRows query;

	ask_members(&query, leaving);
	PG_TRY();
	{
		if (deleted)
			orm_collection_rows_delete(&query, gone);
		else
			orm_collection_rows_unlink(&query, gone);
	}
	PG_CATCH();
	{
		orm_failed_row_rethrow(&batch, NULL, caller);
	}
	PG_END_TRY();
	left.members = palloc_extended(sizeof(Member) * leaving->n, MCXT_ALLOC_HUGE);
	left.n = 0;
	for (int i = 0; i < leaving->n; i++)
		if (!gone[i])
			left.members[left.n++] = leaving->members[i];
	if (left.n > 0 && !leaving->graph->options.may_skip)
		check_left(&left, deleted);
	return leaving->n - left.n;
}

/* Deletes the members and the rows that cascade from them. */
static void
delete_members(Leaving *leaving)
{
	OrmGroup *group = leaving->edge->holder;
	OrmBatch batch;

	if (leaving->n == 0)
		return;
	if (group->model->deletes_along || leaving->graph->findings != NULL)
	{
		confirm(leaving, leaving->graph->findings == NULL);
		batch = batch_of(leaving, NULL);
		leaving->graph->tally.deleted += orm_removed_rows_delete(leaving->graph, group, batch.records, batch.n);
		return;
	}
	batch = batch_of(leaving, NULL);
	orm_removed_rows_probe(leaving->graph, group, batch.records, batch.n);
	leaving->graph->tally.deleted += write_members(leaving, true);
}

/* Deletes the members that are put into no other collection; the others stay in "leaving" if they can be unlinked. */
static void
delete_orphans(Leaving *leaving)
{
	const OrmKey *key = orm_model_need_key(leaving->edge->holder->model);
	OrmKeySet *keys = coming_keys(leaving->edge);
	Leaving orphans = *leaving;
	int n = 0;

	orphans.members = palloc_extended(sizeof(Member) * leaving->n, MCXT_ALLOC_HUGE);
	orphans.n = 0;
	for (int i = 0; i < leaving->n; i++)
	{
		Datum values[INDEX_MAX_KEYS];

		orm_record_key(leaving->members[i].record, key, values);
		if (keys != NULL && orm_keyset_find(keys, values) >= 0)
			leaving->members[n++] = leaving->members[i];
		else
			orphans.members[orphans.n++] = leaving->members[i];
	}
	leaving->n = orm_graph_may_unlink(leaving->edge) ? n : 0;
	delete_members(&orphans);
}

/* Drops members that the graph puts into another collection, since these need not be unlinked first. */
static void
drop_coming(Leaving *leaving)
{
	OrmKeySet *keys = coming_keys(leaving->edge);
	int n = 0;

	for (int i = 0; i < leaving->n; i++)
	{
		Datum values[INDEX_MAX_KEYS];

		orm_record_key(leaving->members[i].record, leaving->edge->holder->model->primary_key, values);
		if (keys == NULL || orm_keyset_find(keys, values) < 0)
			leaving->members[n++] = leaving->members[i];
	}
	leaving->n = n;
}

/* Removes the members from their collections. */
static void
let_go(Leaving *leaving)
{
	sort_members(leaving);
	if (leaving->n > 0 && (leaving->edge->relationship->cascade & ORM_CASCADE_ORPHAN))
		delete_orphans(leaving);
	if (leaving->n > 0 && leaving->edge->generated)
	{
		confirm(leaving, false);
		if (leaving->n > 0)
			orm_settle_raise_generated(leaving->edge, leaving->members[0].record->place);
	}
	if (leaving->n > 0 && !orm_graph_may_unlink(leaving->edge))
	{
		confirm(leaving, false);
		drop_coming(leaving);
		if (leaving->n > 0)
			raise_orphan(leaving->edge, leaving->members[0].record->place);
	}
	if (leaving->n > 0)
		leaving->graph->tally.updated += leaving->graph->findings != NULL ? check_members(leaving)
																		  : write_members(leaving, false);
}

/* Removes all rows except the items. */
static void
remove_others(OrmGraph *graph, OrmEdge *edge, const List *removals)
{
	Leaving leaving = {.graph = graph, .edge = edge};

	if (edge->holder == NULL)
	{
		orm_join_rows_delete_others(graph, edge, removals);
		return;
	}
	read_others(&leaving, removals);
	let_go(&leaving);
}

/* Removes the items from their collections, and with "deleted" deletes their rows. */
static void
remove_items(OrmGraph *graph, OrmEdge *edge, const List *removals, bool deleted)
{
	Leaving leaving = {.graph = graph, .edge = edge, .named = true};
	ListCell *cell;

	if (edge->holder == NULL)
		orm_join_rows_delete(graph, edge, removals);
	foreach(cell, removals)
	{
		const OrmRemoval *removal = lfirst(cell);
		ListCell *item;

		foreach(item, removal->items)
			orm_settle_key(add_member(&leaving, removal, ((OrmObject *) lfirst(item))->place), lfirst(item));
	}
	if (edge->holder == NULL && deleted)
	{
		OrmBatch batch;

		sort_members(&leaving);
		batch = batch_of(&leaving, NULL);
		graph->tally.deleted += orm_removed_rows_delete(graph, edge->target, batch.records, batch.n);
	}
	else if (deleted)
	{
		sort_members(&leaving);
		delete_members(&leaving);
	}
	else if (edge->holder != NULL)
		let_go(&leaving);
}

/* The pending removals of a kind and an edge whose owner's key is known; marks them done. */
static List *
pick(const OrmGraph *graph, const OrmEdge *edge, OrmRemovalKind kind)
{
	List *picked = NIL;
	ListCell *cell;

	foreach(cell, graph->removals)
	{
		OrmRemoval *removal = lfirst(cell);

		if (removal->done || removal->edge != edge || removal->kind != kind || !is_ready(removal))
			continue;
		removal->done = true;
		picked = lappend(picked, removal);
	}
	return picked;
}

void
orm_collection_run(OrmGraph *graph, const OrmGroup *group)
{
	ListCell *cell;

	if (graph->removals == NIL)
		return;
	foreach(cell, graph->edges)
	{
		OrmEdge *edge = lfirst(cell);
		List *removals;

		if (group != NULL && edge->target != group)
			continue;
		if ((removals = pick(graph, edge, ORM_REMOVE_OTHERS)) != NIL)
			remove_others(graph, edge, removals);
		if ((removals = pick(graph, edge, ORM_REMOVE_UNLINK)) != NIL)
			remove_items(graph, edge, removals, false);
		if ((removals = pick(graph, edge, ORM_REMOVE_DELETE)) != NIL)
			remove_items(graph, edge, removals, true);
	}
}
