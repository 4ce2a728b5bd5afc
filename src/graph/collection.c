/*
 * collection.c - what leaves collections.
 *
 * Of a collection by a key in its members ("has many", "has one") a row leaves
 * by an UPDATE that sets the key NULL; with the cascade "delete-orphan" it is
 * deleted, unless the same graph puts it into another collection.  What is to
 * leave is read first: so it is known whose collection a row is in, and what
 * cannot leave has its place.  Deleting: see leave.c.  Many to many: rows of the
 * join table go; see join_rows.c.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/datum.h"
#include "utils/memutils.h"

#include "base/sql.h"
#include "exec/execute.h"
#include "exec/keyset.h"
#include "exec/receiver.h"
#include "graph/collection.h"
#include "graph/join_rows.h"
#include "graph/leave.h"
#include "graph/settle.h"
#include "graph/writer.h"
#include "store/arrays.h"
#include "store/batch.h"

/* Raises 23502: an object may not leave its collection. */
static void
raise_orphan(const OrmEdge *edge, const OrmPath *place)
{
	const OrmModel *model = edge->holder->model;

	ereport(ERROR, errcode(ERRCODE_NOT_NULL_VIOLATION),
			errmsg("objects of model \"%s\" cannot leave \"%s\": \"%s\" may not be null", model->name,
				   edge->relationship->name, model->attributes[edge->holder_key[0]].name),
			orm_error_place(place),
			edge->relationship->kind == ORM_HAS_MANY
				? errhint("To delete them: {\"$delete\": [...]}, or cascade => 'all, delete-orphan' of \"%s\".",
						  edge->relationship->name)
				: errhint("To delete them: cascade => 'all, delete-orphan' of \"%s\".", edge->relationship->name));
}

/* Are these attributes known, and not NULL? */
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

/* Is it known whose collection this is?  A new object's has nothing that could leave it. */
static bool
is_ready(OrmRemoval *removal)
{
	const OrmObject *owner = removal->owner;

	if (removal->kind == ORM_REMOVE_OTHERS && (owner->fresh || owner->intent == ORM_INTENT_CREATE))
		removal->done = true;
	return !removal->done && is_known(owner, removal->edge->referenced_key, removal->edge->n);
}

/* Rows that are to leave their collections, as they are read. */
typedef struct Leaving
{
	OrmGraph *graph;
	OrmEdge *edge;
	const OrmRemoval **removals; /* by number */
	OrmRecord **records;
	int n;
	int capacity;
	OrmKeySet *kept; /* of rows that stay, where they may be exchanged; else NULL */
} Leaving;

/* Puts NULL into a record for the key of an edge. */
static void
unlink_record(const OrmEdge *edge, OrmRecord *record)
{
	for (int i = 0; i < edge->n; i++)
	{
		const OrmAttribute *attribute = &edge->holder->model->attributes[edge->holder_key[i]];

		if (!attribute->not_null && !attribute->in_key)
			record->given[edge->holder_key[i]] = record->isnull[edge->holder_key[i]] = true;
	}
}

/* An object, of no document, for a row that leaves. */
static OrmObject *
make_leaving(OrmGraph *graph, OrmGroup *group, const OrmPath *place)
{
	OrmObject *object = palloc0(sizeof(OrmObject));

	object->group = group;
	object->place = place;
	object->intent = ORM_INTENT_UPDATE;
	object->written = true;
	object->record = orm_graph_record(graph, object);
	return object;
}

/* Adds a record to those that leave. */
static void
add_leaving(Leaving *leaving, OrmRecord *record)
{
	if (leaving->n == leaving->capacity)
	{
		leaving->capacity = Max(2 * leaving->capacity, 8);
		leaving->records = leaving->records == NULL
			? palloc(sizeof(OrmRecord *) * leaving->capacity)
			: repalloc_huge(leaving->records, sizeof(OrmRecord *) * leaving->capacity);
	}
	leaving->records[leaving->n++] = record;
}

/*
 * May a row that is one owner's now have to be let go before it comes to another?
 * Of a "has one", whose key is unique, when two are exchanged.
 */
static bool
may_exchange(const OrmEdge *edge)
{
	return edge->relationship->kind == ORM_HAS_ONE && orm_graph_may_unlink(edge);
}

/* Does a row that stays in one of the collections stay where it is, or make room for none that is there? */
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
		if (!orm_batch_same_value(model, model->primary_key->attributes[i], key[i], values[i]))
			return false;
	return true;
}

/* Remembers the row of an object that stays. */
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

/* Takes a row that is to leave: the number of its collection, its key; called in a per-row context. */
static void
take_other(void *argument, TupleTableSlot *slot)
{
	Leaving *leaving = argument;
	OrmGroup *group = leaving->edge->holder;
	const OrmKey *key = group->model->primary_key;
	MemoryContext caller = MemoryContextSwitchTo(leaving->graph->context);
	bool isnull;
	int number = DatumGetInt64(slot_getattr(slot, 1, &isnull)) - 1;
	const OrmRemoval *removal = leaving->removals[number];
	OrmRecord *record = make_leaving(leaving->graph, group, removal->place)->record;
	Datum values[INDEX_MAX_KEYS];

	for (int i = 0; i < key->nattributes; i++)
	{
		int attribute = key->attributes[i];
		const OrmType *type = group->model->attributes[attribute].type;

		values[i] = datumCopy(slot_getattr(slot, i + 2, &isnull), type->by_value, type->length);
		record->values[attribute] = values[i];
		record->given[attribute] = true;
	}
	if (!may_wait(leaving, removal, values))
		add_leaving(leaving, record);
	MemoryContextSwitchTo(caller);
}

/*
 * SELECT p.n, t."id" FROM "s"."t" AS t, <owners> AS p
 *     WHERE t."owner_id" = p.k0 AND NOT EXISTS (SELECT FROM <kept> AS k WHERE t."id" = k.k0)
 */
static void
append_others(StringInfo sql, const OrmModel *model, const OrmJoinColumns *owners, const OrmJoinColumns *kept)
{
	appendStringInfoString(sql, "SELECT p.n");
	for (int i = 0; i < kept->n; i++)
	{
		appendStringInfoString(sql, ", t.");
		orm_sql_name(sql, kept->columns[i].name);
	}
	appendStringInfoString(sql, " FROM ");
	orm_sql_qualified(sql, model->schema, model->relation);
	appendStringInfoString(sql, " AS t, ");
	orm_columns_numbered_source(sql, owners, 1, "p");
	appendStringInfoString(sql, " WHERE ");
	orm_columns_equal(sql, owners, "p");
	orm_columns_not_among(sql, kept, 1 + owners->n);
}

/* The statement that reads what is to leave. */
typedef struct OthersStatement
{
	const OrmModel *model;
	const OrmJoinColumns *owners;
	const OrmJoinColumns *kept;
	OrmPlanning planning;
} OthersStatement;

/* What the statement is. */
static void
describe_others(OrmPlanText *text, const void *argument)
{
	const OthersStatement *others = argument;
	Oid *types = palloc(sizeof(Oid) * 4 * INDEX_MAX_KEYS);
	Oid *results = palloc(sizeof(Oid) * (others->kept->n + 1));

	append_others(&text->sql, others->model, others->owners, others->kept);
	text->nparams = orm_columns_types(others->owners, types);
	text->nparams += orm_columns_types(others->kept, types + text->nparams);
	text->types = types;
	results[0] = INT8OID;
	for (int i = 0; i < others->kept->n; i++)
		results[i + 1] = others->kept->columns[i].type->oid;
	text->nresults = others->kept->n + 1;
	text->results = results;
	text->planning = others->planning;
}

/* The statement that reads what is to leave, pinned. */
static OrmPlan *
open_others(const OrmEdge *edge, const OrmJoinColumns *owners, const OrmJoinColumns *kept, OrmPlanning planning)
{
	OthersStatement others = {edge->holder->model, owners, kept, planning};
	OrmPlanKey key;

	orm_plan_key_begin(&key, ORM_KIND_OTHERS, others.model->epoch);
	orm_plan_key_add(&key, &planning, sizeof(planning));
	orm_plan_key_add(&key, edge->holder_key, sizeof(int) * edge->n);
	return orm_plan_get(&key, describe_others, &others);
}

/* Reads what is to leave the collections of these removals. */
static void
read_others(Leaving *leaving, const List *removals)
{
	const OrmEdge *edge = leaving->edge;
	const OrmKey *key = orm_model_need_key(edge->holder->model);
	OrmJoinColumns owner_columns = {0};
	OrmJoinColumns kept_columns = {0};
	OrmTuples owners;
	OrmTuples kept;
	Datum arrays[4 * INDEX_MAX_KEYS];
	OrmReceiver receiver;
	OrmPlan *plan;
	ListCell *cell;

	orm_columns_add_attributes(&owner_columns, edge->holder->model, edge->holder_key, edge->n);
	orm_columns_add_attributes(&kept_columns, edge->holder->model, key->attributes, key->nattributes);
	owners = orm_tuples_make(&owner_columns);
	kept = orm_tuples_make(&kept_columns);
	leaving->removals = palloc(sizeof(OrmRemoval *) * list_length(removals));
	foreach(cell, removals)
	{
		const OrmRemoval *removal = lfirst(cell);
		ListCell *item;

		leaving->removals[owners.n] = removal;
		orm_graph_add_tuple(&owners, 0, removal->owner, edge->referenced_key, edge->n, true);
		foreach(item, removal->items)
		{
			orm_settle_owned(lfirst(item), removal->owner);
			if (may_exchange(edge))
				keep(leaving, lfirst(item));
			else
				orm_graph_add_tuple(&kept, 0, lfirst(item), key->attributes, key->nattributes, true);
		}
	}
	orm_tuples_arrays(&owners, arrays);
	orm_tuples_arrays(&kept, arrays + edge->n);
	plan = open_others(edge, &owner_columns, &kept_columns, orm_tuples_planning(&kept));
	orm_receiver_init(&receiver, take_other, leaving);
	orm_execute_plan(plan, arrays, NULL, ORM_WRITE, 0, &receiver.pub);
	MemoryContextDelete(receiver.per_row);
	orm_plan_release(plan);
}

/* Does an object of the graph come into a collection, by the same key as the edge's? */
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

/* The keys of objects that the graph puts into a collection; NULL: there are none. */
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

/* Deletes the rows that leave for good; those that go elsewhere stay in "leaving". */
static void
delete_orphans(Leaving *leaving)
{
	const OrmKey *key = orm_model_need_key(leaving->edge->holder->model);
	OrmKeySet *keys = coming_keys(leaving->edge);
	OrmRecord **orphans = palloc_extended(sizeof(OrmRecord *) * leaving->n, MCXT_ALLOC_HUGE);
	int norphans = 0;
	int n = 0;

	for (int i = 0; i < leaving->n; i++)
	{
		OrmRecord *record = leaving->records[i];
		Datum values[INDEX_MAX_KEYS];

		for (int k = 0; k < key->nattributes; k++)
			values[k] = record->values[key->attributes[k]];
		if (keys != NULL && orm_keyset_find(keys, values) >= 0)
			leaving->records[n++] = record;
		else
			orphans[norphans++] = record;
	}
	leaving->n = orm_graph_may_unlink(leaving->edge) ? n : 0;
	orm_leave_delete(leaving->graph, leaving->edge->holder, orphans, norphans);
	leaving->graph->tally.deleted += norphans;
}

/* The rows leave. */
static void
let_go(Leaving *leaving)
{
	if (leaving->n > 0 && (leaving->edge->relationship->cascade & ORM_CASCADE_ORPHAN))
		delete_orphans(leaving);
	if (leaving->n == 0)
		return;
	if (!orm_graph_may_unlink(leaving->edge))
		raise_orphan(leaving->edge, leaving->records[0]->place);
	for (int i = 0; i < leaving->n; i++)
		unlink_record(leaving->edge, leaving->records[i]);
	orm_writer_update(leaving->graph, leaving->edge->holder, leaving->records, leaving->n);
	leaving->graph->tally.updated += leaving->n;
}

/* Collections become just what is given. */
static void
remove_others(OrmGraph *graph, OrmEdge *edge, const List *removals)
{
	Leaving leaving = {.graph = graph, .edge = edge};

	if (edge->holder == NULL)
	{
		orm_join_rows_delete_others(edge, removals);
		return;
	}
	read_others(&leaving, removals);
	let_go(&leaving);
}

void
orm_collection_raise_not_in(const OrmEdge *edge, const OrmObject *item)
{
	ereport(ERROR, errcode(ERRCODE_NO_DATA_FOUND),
			errmsg("the object of model \"%s\" is not in \"%s\"", item->group->model->name, edge->relationship->name),
			orm_error_place(item->place));
}

/* Is the item, whose row has been read, in the owner's collection? */
static bool
is_in(const OrmEdge *edge, const OrmObject *owner, const OrmObject *item)
{
	const OrmModel *holder = edge->holder->model;

	for (int i = 0; i < edge->n; i++)
	{
		Datum mine;
		Datum its;
		bool mine_null;
		bool its_null;

		if (!orm_graph_value(owner, edge->referenced_key[i], &mine, &mine_null) ||
			!orm_graph_value(item, edge->holder_key[i], &its, &its_null) || mine_null || its_null)
			return false;
		mine = orm_graph_convert(edge->referenced->model->attributes[edge->referenced_key[i]].type,
								 holder->attributes[edge->holder_key[i]].type, mine);
		if (!orm_batch_same_value(holder, edge->holder_key[i], its, mine))
			return false;
	}
	return true;
}

/* A record of an item's primary key alone. */
static OrmRecord *
key_record(OrmGraph *graph, OrmObject *item)
{
	OrmRecord *record = make_leaving(graph, item->group, item->place)->record;
	const OrmKey *key = orm_model_need_key(item->group->model);

	for (int i = 0; i < key->nattributes; i++)
		record->given[key->attributes[i]] = orm_graph_value(
			item, key->attributes[i], &record->values[key->attributes[i]], &record->isnull[key->attributes[i]]);
	return record;
}

/* Objects that are named leave their collections; "deleted": and go altogether. */
static void
remove_items(OrmGraph *graph, OrmEdge *edge, const List *removals, bool deleted)
{
	Leaving leaving = {.graph = graph, .edge = edge};
	ListCell *cell;

	if (edge->holder == NULL)
		orm_join_rows_delete(edge, removals);
	foreach(cell, removals)
	{
		const OrmRemoval *removal = lfirst(cell);
		ListCell *item;

		foreach(item, removal->items)
		{
			if (edge->holder != NULL && !is_in(edge, removal->owner, lfirst(item)))
				orm_collection_raise_not_in(edge, lfirst(item));
			add_leaving(&leaving, key_record(graph, lfirst(item)));
		}
	}
	if (deleted)
	{
		orm_leave_delete(graph, edge->target, leaving.records, leaving.n);
		graph->tally.deleted += leaving.n;
	}
	else if (edge->holder != NULL)
		let_go(&leaving);
}

/* Those removals of a kind by an edge that can be done now. */
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
