/*
 * join_rows.c - inserting and deleting join table rows; see join_rows.h.
 *
 * Existing rows stay.  If the join table has a unique key over its two foreign
 * keys, rows are inserted with ON CONFLICT DO NOTHING, which is safe under
 * concurrent inserts.  Without such a key, or if it compares values differently
 * from the foreign keys, rows are inserted with NOT EXISTS.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/pg_index.h"
#include "catalog/pg_type.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/relcache.h"
#include "utils/syscache.h"

#include "base/sql.h"
#include "exec/execute.h"
#include "exec/keyset.h"
#include "exec/receiver.h"
#include "graph/collection.h"
#include "graph/join_rows.h"
#include "graph/shared_key.h"
#include "query/filter.h"
#include "query/named_scope.h"
#include "store/columns.h"
#include "store/failed_row.h"
#include "store/tuples.h"

/* Statements on join table rows. */
typedef enum Action
{
	LINK_INSERT,
	LINK_DELETE,
	LINK_FIND,
	LINK_DELETE_OTHERS
} Action;

/* The columns to insert: the foreign key to the source, and the rest of the foreign key to the target. */
static OrmJoinColumns
join_columns(const OrmEdge *edge)
{
	const OrmRelationship *relationship = edge->relationship;
	OrmJoinColumns columns = {0};

	orm_columns_add_table(&columns, relationship->join_relid, relationship->remote, relationship->nkeys);
	for (int i = 0; i < relationship->njoin; i++)
		if (orm_shared_key_position(relationship, relationship->join_target[i]) < 0)
			orm_columns_add_table(&columns, relationship->join_relid, &relationship->join_target[i], 1);
	return columns;
}

/* The key columns that identify join table rows: the source's, and with "both" the target's. */
static OrmJoinColumns
key_columns(const OrmEdge *edge, bool both)
{
	OrmJoinColumns columns = {0};

	orm_columns_add_attributes(&columns, edge->source->model, edge->referenced_key, edge->n);
	if (both)
		orm_columns_add_attributes(&columns, edge->target->model, edge->target_key, edge->ntarget);
	return columns;
}

/* Appends the join conditions between join table rows, t, and keys passed as arrays. */
static void
append_match(StringInfo sql, const OrmEdge *edge, const char *alias)
{
	orm_join_append(sql, &edge->join, orm_join_values_end(alias, 0), orm_join_table_end("t"));
	appendStringInfoString(sql, " AND ");
	orm_join_append(sql, &edge->target_join, orm_join_values_end(alias, edge->n), orm_join_table_end("t"));
}

/* Repeats these conditions for rows on a foreign server; "first" is the parameter of the first key. */
static void
repeat_match(StringInfo sql, const OrmEdge *edge, int first)
{
	if (!edge->relationship->join_foreign)
		return;
	orm_join_repeat_all(sql, &edge->join, "t", first);
	orm_join_repeat_all(sql, &edge->target_join, "t", first + edge->n);
}

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

/* Is this column of the join table in one of the edge's foreign keys? */
static bool
is_joining(const OrmRelationship *relationship, AttrNumber column)
{
	for (int i = 0; i < relationship->njoin; i++)
		if (relationship->join_target[i] == column)
			return true;
	return orm_shared_key_position(relationship, column) >= 0;
}

/* Is this a unique index on exactly the columns of both foreign keys? */
static bool
is_link_key(const OrmRelationship *relationship, int ncolumns, Oid index)
{
	HeapTuple tuple = SearchSysCache1(INDEXRELID, ObjectIdGetDatum(index));
	Form_pg_index form;
	bool is;

	if (!HeapTupleIsValid(tuple))
		return false;
	form = (Form_pg_index) GETSTRUCT(tuple);
	is = form->indisunique && form->indimmediate && form->indisvalid && form->indnkeyatts == ncolumns &&
		heap_attisnull(tuple, Anum_pg_index_indpred, NULL) && heap_attisnull(tuple, Anum_pg_index_indexprs, NULL);
	for (int i = 0; is && i < form->indnkeyatts; i++)
		is = is_joining(relationship, form->indkey.values[i]);
	ReleaseSysCache(tuple);
	return is;
}

/* Does the join table have a unique index on exactly the columns of both foreign keys? */
static bool
has_link_key(const OrmRelationship *relationship, int ncolumns)
{
	Relation relation = try_table_open(relationship->join_relid, AccessShareLock);
	bool has = false;
	ListCell *cell;

	if (relation == NULL)
		return false;
	if (relation->rd_rel->relkind == RELKIND_RELATION || relation->rd_rel->relkind == RELKIND_PARTITIONED_TABLE)
		foreach(cell, RelationGetIndexList(relation))
			has = has || is_link_key(relationship, ncolumns, lfirst_oid(cell));
	table_close(relation, NoLock);
	return has;
}

/* Do both foreign keys compare values as a unique index on their columns does? */
static bool
is_plain(const OrmEdge *edge)
{
	bool plain = true;

	for (int i = 0; i < edge->n; i++)
		plain = plain && orm_join_key_is_plain(edge->keys[i]);
	for (int i = 0; i < edge->ntarget; i++)
		plain = plain && orm_join_key_is_plain(edge->target_keys[i]);
	return plain;
}

/*
 * INSERT INTO "s"."j" ("a", "b") SELECT k.k0, k.k1 FROM <rows> AS k, <keys> AS m
 *     WHERE m.n = k.n AND NOT EXISTS (SELECT FROM "s"."j" AS t WHERE ...) ON CONFLICT ("a", "b") DO NOTHING
 */
static void
append_insert(StringInfo sql, const OrmEdge *edge, const OrmJoinColumns *columns, const OrmJoinColumns *keys,
			  bool unscoped)
{
	const OrmRelationship *relationship = edge->relationship;
	bool keyed = has_link_key(relationship, columns->n);

	appendStringInfoString(sql, "INSERT INTO ");
	orm_sql_relation(sql, relationship->join_relid);
	appendStringInfoString(sql, " (");
	orm_columns_names(sql, columns);
	appendStringInfoString(sql, keyed ? ") SELECT " : ") SELECT DISTINCT ");
	for (int i = 0; i < columns->n; i++)
		appendStringInfo(sql, "%sk.k%d", i ? ", " : "", i);
	appendStringInfoString(sql, " FROM ");
	orm_columns_numbered_source(sql, columns, 1, "k");
	if (!keyed || !is_plain(edge))
	{
		appendStringInfoString(sql, ", ");
		orm_columns_numbered_source(sql, keys, 1 + columns->n, "m");
		appendStringInfoString(sql, " WHERE m.n OPERATOR(pg_catalog.=) k.n AND NOT EXISTS (SELECT FROM ");
		orm_sql_relation(sql, relationship->join_relid);
		appendStringInfoString(sql, " AS t WHERE ");
		append_match(sql, edge, "m");
		repeat_match(sql, edge, 1 + columns->n);
		appendStringInfoChar(sql, ')');
	}
	if (keyed)
	{
		appendStringInfoString(sql, " ON CONFLICT (");
		orm_columns_names(sql, columns);
		appendStringInfoString(sql, ") DO NOTHING");
	}
}

/* Appends AND EXISTS (SELECT FROM "s"."target" AS u WHERE ...): links to targets that are not seen are left out. */
static void
append_target(StringInfo sql, const OrmEdge *edge, bool unscoped)
{
	appendStringInfoString(sql, " AND EXISTS (SELECT FROM ");
	orm_sql_relation(sql, edge->relationship->target_relid);
	appendStringInfoString(sql, " AS u WHERE ");
	orm_join_append(sql, &edge->target_join, orm_join_table_end("u"), orm_join_table_end("t"));
	appendStringInfo(sql, "%s%s)", orm_filter_text(edge->source->model->name, edge->relationship, "u").condition,
					 unscoped ? "" : orm_named_scope_and(edge->target->model, "u"));
}

/* Appends <head> "s"."j" AS t<joint><keys> AS k WHERE ...: the links of named objects in the collection. */
static void
append_named(StringInfo sql, const OrmEdge *edge, const OrmJoinColumns *keys, bool unscoped, const char *head,
			 const char *joint)
{
	appendStringInfoString(sql, head);
	orm_sql_relation(sql, edge->relationship->join_relid);
	appendStringInfo(sql, " AS t%s", joint);
	orm_columns_numbered_source(sql, keys, 1, "k");
	appendStringInfoString(sql, " WHERE ");
	append_match(sql, edge, "k");
	repeat_match(sql, edge, 1);
	if (edge->relationship->filter != NULL || (edge->target->model->default_scoped && !unscoped))
		append_target(sql, edge, unscoped);
}

/* DELETE FROM "s"."j" AS t USING <keys> AS k WHERE ... RETURNING k.n */
static void
append_delete(StringInfo sql, const OrmEdge *edge, const OrmJoinColumns *keys, const OrmJoinColumns *owners,
			  bool unscoped)
{
	append_named(sql, edge, keys, unscoped, "DELETE FROM ", " USING ");
	appendStringInfoString(sql, " RETURNING k.n");
}

/* SELECT k.n FROM "s"."j" AS t, <keys> AS k WHERE ... */
static void
append_find(StringInfo sql, const OrmEdge *edge, const OrmJoinColumns *keys, const OrmJoinColumns *owners,
			bool unscoped)
{
	append_named(sql, edge, keys, unscoped, "SELECT k.n FROM ", ", ");
}

/* DELETE FROM "s"."j" AS t USING <owners> AS p WHERE ... AND NOT EXISTS (SELECT FROM <kept> AS k WHERE ...) AND ... */
static void
append_delete_others(StringInfo sql, const OrmEdge *edge, const OrmJoinColumns *keys, const OrmJoinColumns *owners,
					 bool unscoped)
{
	appendStringInfoString(sql, "DELETE FROM ");
	orm_sql_relation(sql, edge->relationship->join_relid);
	appendStringInfoString(sql, " AS t USING ");
	orm_columns_source(sql, owners, 1 + keys->n, "p");
	appendStringInfoString(sql, " WHERE ");
	orm_join_append(sql, &edge->join, orm_join_values_end("p", 0), orm_join_table_end("t"));
	if (edge->relationship->join_foreign)
		orm_join_repeat_all(sql, &edge->join, "t", 1 + keys->n);
	appendStringInfoString(sql, " AND NOT EXISTS (SELECT FROM ");
	orm_columns_source(sql, keys, 1, "k");
	appendStringInfoString(sql, " WHERE ");
	append_match(sql, edge, "k");
	appendStringInfoChar(sql, ')');
	append_target(sql, edge, unscoped);
}

/* Appends the statement of an action; its parameters are the arrays of "first", then of "second". */
typedef void (*AppendAction)(StringInfo sql, const OrmEdge *edge, const OrmJoinColumns *first,
							 const OrmJoinColumns *second, bool unscoped);

static const struct
{
	AppendAction append;
	OrmPlanKind kind;
} actions[] = {
	[LINK_INSERT] = {append_insert, ORM_KIND_LINK},
	[LINK_DELETE] = {append_delete, ORM_KIND_UNLINK},
	[LINK_FIND] = {append_find, ORM_KIND_UNLINK},
	[LINK_DELETE_OTHERS] = {append_delete_others, ORM_KIND_UNLINK},
};

/* The plan of an action, pinned.  It is cached by the text, which depends on more of the join table than the model. */
static OrmPlan *
open_plan(const OrmEdge *edge, Action action, const OrmJoinColumns *first, const OrmJoinColumns *second, bool unscoped,
		  OrmPlanning planning)
{
	static const Oid number = INT8OID;
	Oid types[4 * INDEX_MAX_KEYS];
	OrmPlanText text = {.types = types, .planning = planning};

	initStringInfo(&text.sql);
	actions[action].append(&text.sql, edge, first, second, unscoped);
	text.nparams = orm_columns_types(first, types);
	if (second != NULL)
		text.nparams += orm_columns_types(second, types + text.nparams);
	if (action == LINK_DELETE || action == LINK_FIND)
	{
		text.nresults = 1;
		text.results = &number;
	}
	return orm_plan_get_by_text(actions[action].kind, &text);
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
	columns = join_columns(edge);
	keys_of = key_columns(edge, true);
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
	run_insert(edge, open_plan(edge, LINK_INSERT, &columns, &keys_of, true, ORM_PLAN_GENERIC), &rows, arrays, place);
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
	OrmJoinColumns columns = key_columns(edge, true);
	OrmJoinColumns owner_columns = key_columns(edge, false);
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
	run(open_plan(edge, LINK_DELETE_OTHERS, &columns, &owner_columns, graph->options.unscoped,
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
	OrmJoinColumns columns = key_columns(edge, true);
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
	run(open_plan(edge, checking ? LINK_FIND : LINK_DELETE, &columns, NULL, graph->options.unscoped, ORM_PLAN_GENERIC),
		arrays, common_place(removals), &receiver.pub);
	MemoryContextDelete(receiver.per_row);
	foreach(cell, named.items)
		if (gone[list_nth_int(named.numbers, foreach_current_index(cell))] == 0)
			orm_collection_raise_not_in(edge, lfirst(cell));
	if (checking)
		note_links(removals, &named, gone);
}
