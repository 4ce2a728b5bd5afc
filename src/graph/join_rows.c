/*
 * join_rows.c - inserting and deleting join table rows; see join_rows.h.
 */
#include "postgres.h"

#include "utils/lsyscache.h"
#include "utils/memutils.h"

#include "exec/execute.h"
#include "exec/keyset.h"
#include "exec/receiver.h"
#include "exec/watch.h"
#include "graph/collection.h"
#include "graph/join_rows.h"
#include "graph/join_statement.h"
#include "graph/shared_key.h"
#include "store/columns.h"
#include "store/failed_row.h"
#include "store/tuples.h"

/* Raises 22023 if two objects have different values where their keys share a column of the join table. */
static void
check_shared(const OrmEdge *edge, const OrmObject *source, const OrmObject *target)
{
	for (int i = 0; i < edge->ntarget; i++)
	{
		int shared = orm_shared_key_position(edge->relationship, edge->relationship->join_target[i]);
		const OrmAttribute *attribute = &target->group->model->attributes[edge->target_key[i]];
		Datum its;
		Datum mine;
		bool isnull;

		if (shared < 0 || !orm_graph_value(source, edge->referenced_key[shared], &mine, &isnull) || isnull ||
			!orm_graph_value(target, edge->target_key[i], &its, &isnull) || isnull)
			continue;
		if (!orm_join_key_assign(edge->keys[shared], mine, &mine) ||
			!orm_join_key_equal(edge->target_keys[i], its, mine))
			ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					errmsg("relationship \"%s\" could not connect objects with different values of attribute \"%s\"",
						   edge->relationship->name, attribute->name),
					orm_error_place(target->place));
	}
}

/* Raises 42501: the key of an object is not known, because the caller may not read it. */
static void
raise_unknown(const OrmObject *object)
{
	ereport(ERROR, errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
			errmsg("could not determine the key of the object of model \"%s\"", object->group->model->name),
			orm_error_place(object->place),
			errhint("A row of the join table needs the key: grant SELECT on its columns."));
}

/* Adds the keys of two connected objects. */
static void
add_keys(OrmTuples *keys, const OrmEdge *edge, const OrmObject *source, const OrmObject *target)
{
	if (!orm_graph_add_tuple(keys, 0, source, edge->referenced_key, edge->n, false))
		raise_unknown(source);
	if (!orm_graph_add_tuple(keys, edge->n, target, edge->target_key, edge->ntarget, true))
		raise_unknown(target);
}

/* Raises 23503: a column of the join table cannot hold a key. */
static void
raise_lossy(const OrmEdge *edge, const char *column, const OrmPath *place)
{
	ereport(ERROR, errcode(ERRCODE_FOREIGN_KEY_VIOLATION),
			errmsg("column \"%s\" of join table \"%s\" cannot hold the key of relationship \"%s\"", column,
				   get_rel_name(edge->relationship->join_relid), edge->relationship->name),
			orm_error_place(place));
}

/* Adds the join table row for the last of "keys"; raises 23503 if a column cannot hold its key. */
static void
add_row(OrmTuples *rows, const OrmEdge *edge, const OrmTuples *keys, const OrmPath *place)
{
	const Datum *key = keys->values + (Size) (keys->n - 1) * keys->columns->n;
	Datum *row = orm_tuples_next(rows);
	int n = 0;

	for (int i = 0; i < edge->n + edge->ntarget; i++)
	{
		bool mine = i < edge->n;
		int other = i - edge->n;

		if (!mine && orm_shared_key_position(edge->relationship, edge->relationship->join_target[other]) >= 0)
			continue;
		if (!orm_join_key_assign(mine ? edge->keys[i] : edge->target_keys[other], key[i], &row[n]))
			raise_lossy(edge, rows->columns->columns[n].name, place);
		n++;
	}
	Assert(n == rows->columns->n);
	rows->n++;
}

/* The value of a join table row for a column, as OrmSuspects.text. */
static char *
row_text(const void *argument, int row, const char *column, bool *isnull)
{
	const OrmTuples *rows = argument;
	const OrmJoinColumns *columns = rows->columns;

	for (int i = 0; i < columns->n; i++)
		if (strcmp(columns->columns[i].name, column) == 0)
			return OutputFunctionCall(unconstify(FmgrInfo *, &columns->columns[i].type->output),
									  rows->values[(Size) row * columns->n + i]);
	return NULL;
}

/* In a PG_CATCH block: rethrows an error with the place of the failed row, or of all rows. */
static void
rethrow(const OrmEdge *edge, const OrmTuples *rows, const OrmPath *place, MemoryContext caller)
{
	ErrorData *error = orm_error_take(caller);
	OrmSuspects suspects = {edge->relationship->join_relid, rows->n, row_text, rows, true};
	int culprit = orm_failed_row_row(&suspects, error);

	if (culprit >= 0)
		place = ((const OrmPair *) list_nth(edge->links, culprit))->place;
	orm_error_throw_at(error, place);
}

/* Runs an INSERT; an error gets the place of the failed row. */
static void
run_insert(const OrmEdge *edge, OrmPlan *plan, const OrmTuples *rows, const Datum *arrays, const OrmPath *place)
{
	MemoryContext caller = CurrentMemoryContext;

	orm_watch_place(place);
	PG_TRY();
	{
		orm_execute_plan(plan, arrays, NULL, ORM_WRITE, 0, NULL);
	}
	PG_CATCH();
	{
		rethrow(edge, rows, place, caller);
	}
	PG_END_TRY();
	orm_plan_release(plan);
}

/* Runs a statement; an error gets the given place, common to all rows. */
static void
run(OrmPlan *plan, const Datum *arrays, const OrmPath *place, DestReceiver *receiver)
{
	MemoryContext caller = CurrentMemoryContext;

	orm_watch_place(place);
	PG_TRY();
	{
		orm_execute_plan(plan, arrays, NULL, ORM_WRITE, 0, receiver);
	}
	PG_CATCH();
	{
		orm_error_rethrow_at(place, caller);
	}
	PG_END_TRY();
	orm_plan_release(plan);
}

void
orm_join_rows_insert(const OrmEdge *edge)
{
	OrmJoinColumns columns;
	OrmJoinColumns keys_of;
	OrmTuples rows;
	OrmTuples keys;
	Datum arrays[4 * INDEX_MAX_KEYS];
	const OrmPath *place = NULL;
	ListCell *cell;

	if (edge->links == NIL)
		return;
	columns = orm_join_statement_columns(edge);
	keys_of = orm_join_statement_keys(edge, true);
	rows = orm_tuples_make(&columns);
	keys = orm_tuples_make(&keys_of);
	foreach(cell, edge->links)
	{
		const OrmPair *link = lfirst(cell);

		check_shared(edge, link->source, link->target);
		add_keys(&keys, edge, link->source, link->target);
		add_row(&rows, edge, &keys, link->place);
		place = foreach_current_index(cell) == 0 ? link->place : orm_path_common(place, link->place);
	}
	orm_tuples_arrays(&rows, arrays);
	orm_tuples_arrays(&keys, arrays + columns.n);
	run_insert(edge, orm_join_statement_open(edge, ORM_JOIN_INSERT, &columns, &keys_of, true, ORM_PLAN_GENERIC), &rows,
			   arrays, place);
}

void
orm_join_rows_check(const OrmEdge *edge)
{
	ListCell *cell;

	foreach(cell, edge->links)
		check_shared(edge, ((const OrmPair *) lfirst(cell))->source, ((const OrmPair *) lfirst(cell))->target);
}

/* The nearest common place of removals. */
static const OrmPath *
common_place(const List *removals)
{
	const OrmPath *place = ((const OrmRemoval *) linitial(removals))->place;
	ListCell *cell;

	for_each_from(cell, removals, 1)
		place = orm_path_common(place, ((const OrmRemoval *) lfirst(cell))->place);
	return place;
}

void
orm_join_rows_delete_others(const OrmGraph *graph, const OrmEdge *edge, const List *removals)
{
	OrmJoinColumns columns = orm_join_statement_keys(edge, true);
	OrmJoinColumns owner_columns = orm_join_statement_keys(edge, false);
	OrmTuples kept = orm_tuples_make(&columns);
	OrmTuples owners = orm_tuples_make(&owner_columns);
	Datum arrays[4 * INDEX_MAX_KEYS];
	ListCell *cell;

	if (graph->findings != NULL)
		return;
	foreach(cell, removals)
	{
		const OrmRemoval *removal = lfirst(cell);
		ListCell *item;

		orm_graph_add_tuple(&owners, 0, removal->owner, edge->referenced_key, edge->n, true);
		foreach(item, removal->items)
			if (orm_graph_add_tuple(&kept, 0, removal->owner, edge->referenced_key, edge->n, false))
				orm_graph_add_tuple(&kept, edge->n, lfirst(item), edge->target_key, edge->ntarget, true);
	}
	orm_tuples_arrays(&kept, arrays);
	orm_tuples_arrays(&owners, arrays + columns.n);
	run(orm_join_statement_open(edge, ORM_JOIN_DELETE_OTHERS, &columns, &owner_columns, graph->options.unscoped,
								orm_tuples_planning(&kept)),
		arrays, common_place(removals), NULL);
}

/* Receives the number of a deleted or found row. */
static void
take_gone(void *argument, TupleTableSlot *slot)
{
	int64 *gone = argument;
	bool isnull;

	gone[DatumGetInt64(slot_getattr(slot, 1, &isnull)) - 1]++;
}

/* Named items of collections. */
typedef struct Named
{
	List *items;   /* of OrmObject * */
	List *numbers; /* by item: number of its row in "keys" */
	OrmTuples keys;
} Named;

/* Adds the keys of owners and their items, without duplicates. */
static void
add_named(Named *named, const OrmEdge *edge, const List *removals)
{
	const OrmType *types[2 * INDEX_MAX_KEYS];
	OrmKeySet *seen;
	ListCell *cell;

	for (int i = 0; i < named->keys.columns->n; i++)
		types[i] = named->keys.columns->columns[i].type;
	seen = orm_keyset_make(named->keys.columns->n, types);
	foreach(cell, removals)
	{
		const OrmRemoval *removal = lfirst(cell);
		ListCell *item;

		foreach(item, removal->items)
		{
			int number;

			add_keys(&named->keys, edge, removal->owner, lfirst(item));
			number = orm_keyset_add(seen, named->keys.values + (Size) (named->keys.n - 1) * named->keys.columns->n);
			if (number < named->keys.n - 1)
				named->keys.n--;
			named->items = lappend(named->items, lfirst(item));
			named->numbers = lappend_int(named->numbers, number);
		}
	}
}

/* Stores the numbers of links in the removals, each at the first item that names it. */
static void
note_links(const List *removals, const Named *named, int64 *links)
{
	int next = 0;
	ListCell *cell;

	foreach(cell, removals)
	{
		OrmRemoval *removal = lfirst(cell);
		int n = list_length(removal->items);

		removal->links = palloc(sizeof(int64) * Max(n, 1));
		for (int i = 0; i < n; i++)
		{
			int number = list_nth_int(named->numbers, next++);

			removal->links[i] = links[number];
			links[number] = 0;
		}
	}
}

void
orm_join_rows_delete(const OrmGraph *graph, const OrmEdge *edge, const List *removals)
{
	bool checking = graph->findings != NULL;
	OrmJoinColumns columns = orm_join_statement_keys(edge, true);
	Named named = {.keys = orm_tuples_make(&columns)};
	Datum arrays[2 * INDEX_MAX_KEYS];
	OrmReceiver receiver;
	ListCell *cell;
	int64 *gone;

	add_named(&named, edge, removals);
	if (named.keys.n == 0)
		return;
	gone = palloc0(sizeof(int64) * named.keys.n);
	orm_tuples_arrays(&named.keys, arrays);
	orm_receiver_init(&receiver, take_gone, gone);
	run(orm_join_statement_open(edge, checking ? ORM_JOIN_FIND : ORM_JOIN_DELETE, &columns, NULL,
								graph->options.unscoped, ORM_PLAN_GENERIC),
		arrays, common_place(removals), &receiver.pub);
	MemoryContextDelete(receiver.per_row);
	foreach(cell, named.items)
		if (gone[list_nth_int(named.numbers, foreach_current_index(cell))] == 0)
			orm_collection_raise_not_in(edge, lfirst(cell));
	if (checking)
		note_links(removals, &named, gone);
}
