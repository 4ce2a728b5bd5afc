/*
 * impact.c - the impact of a delete; see impact.h.
 *
 * Plans are cached by statement text, as the tables need not have models.
 */
#include "postgres.h"

#include "catalog/partition.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "storage/itemptr.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/hsearch.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#include "base/sql.h"
#include "exec/execute.h"
#include "exec/json.h"
#include "exec/plan.h"
#include "exec/receiver.h"
#include "model/cache.h"
#include "model/follow.h"
#include "registry/registry.h"
#include "remove/delete_sql.h"
#include "remove/impact.h"
#include "remove/impact_key.h"

/* Maximum number of rows that one statement follows. */
#define ROWS_AT_ONCE 1000000

static const char *const members[ORM_IMPACT_NEFFECTS] = {
	[ORM_IMPACT_DELETED] = "deleted",
	[ORM_IMPACT_UNLINKED] = "unlinked",
	[ORM_IMPACT_DEFAULTED] = "defaulted",
	[ORM_IMPACT_BLOCKING] = "blocked_by",
};

/* An affected row; hash key, without padding. */
typedef struct AffectedRow
{
	Oid relid;
	ItemPointerData tid;
	uint16 effect;
} AffectedRow;

typedef struct Impact
{
	const OrmModel *model;
	MemoryContext context;
	HTAB *rows;
	HTAB *tables;
	List *order; /* OrmImpactTable *, in the order of discovery */
} Impact;

/* State of receiving the rows of a statement. */
typedef struct ImpactReading
{
	Impact *impact;
	Oid source; /* the table read */
	OrmImpactEffect effect;
	OrmImpactEdge *edge; /* NULL: the object itself */
} ImpactReading;

/* ---- Rows ---- */

/*
 * The table with an OID, created on demand.  A role that may read a partitioned
 * table need not have privileges on its partitions, and these do not have its
 * policies, so rows of a partition are read again through "source".
 */
static OrmImpactTable *
enter_table(Impact *impact, Oid relid, Oid source)
{
	bool found;
	OrmImpactTable *table = hash_search(impact->tables, &relid, HASH_ENTER, &found);

	if (!found)
	{
		memset(table, 0, sizeof(OrmImpactTable));
		table->relid = relid;
		table->source = get_rel_relispartition(relid) ? source : relid;
		impact->order = lappend(impact->order, table);
	}
	return table;
}

/* Adds a row that would be deleted, to follow its foreign keys. */
static void
keep_row(OrmImpactTable *table, const ItemPointerData *tid)
{
	int64 n = table->count[ORM_IMPACT_DELETED];

	if (n == table->capacity)
	{
		int64 room = Max(table->capacity * 2, 16);

		table->rows = table->rows == NULL ? palloc(room * sizeof(ItemPointerData))
										  : repalloc_huge(table->rows, room * sizeof(ItemPointerData));
		table->capacity = room;
	}
	table->rows[n] = *tid;
}

/* Counts a row, unless it is counted already or would be deleted. */
static void
take_row(void *argument, TupleTableSlot *slot)
{
	ImpactReading *reading = argument;
	Impact *impact = reading->impact;
	MemoryContext caller = MemoryContextSwitchTo(impact->context);
	bool isnull;
	bool found;
	OrmImpactTable *table;
	AffectedRow row;

	memset(&row, 0, sizeof(row));
	row.relid = DatumGetObjectId(slot_getattr(slot, 1, &isnull));
	ItemPointerCopy((ItemPointer) DatumGetPointer(slot_getattr(slot, 2, &isnull)), &row.tid);
	row.effect = ORM_IMPACT_DELETED;
	hash_search(impact->rows, &row, HASH_FIND, &found);
	if (!found && reading->effect == ORM_IMPACT_BLOCKING)
		reading->edge->blocking++;
	else if (!found)
	{
		row.effect = reading->effect;
		hash_search(impact->rows, &row, HASH_ENTER, &found);
		if (!found)
		{
			table = enter_table(impact, row.relid, reading->source);
			if (row.effect == ORM_IMPACT_DELETED)
				keep_row(table, &row.tid);
			table->count[row.effect]++;
		}
	}
	MemoryContextSwitchTo(caller);
}

/* Runs a statement that returns (tableoid, ctid). */
static void
read_rows(ImpactReading *reading, const char *sql, int nparams, const Oid *types, const Datum *values)
{
	static const Oid results[] = {OIDOID, TIDOID};
	OrmPlanText text = {
		.nparams = nparams,
		.types = types,
		.nresults = lengthof(results),
		.results = results,
		.planning = ORM_PLAN_CUSTOM,
	};
	OrmPlan *plan;
	OrmReceiver receiver;

	initStringInfo(&text.sql);
	appendStringInfoString(&text.sql, sql);
	plan = orm_plan_get_by_text(ORM_KIND_IMPACT, &text);
	orm_execute_plan(plan, values, NULL, ORM_READ, 0, orm_receiver_init(&receiver, take_row, reading));
	orm_plan_release(plan);
	MemoryContextDelete(receiver.per_row);
}

/* ---- The object ---- */

/* SELECT t.tableoid, t.ctid FROM "s"."t" AS t WHERE t."id" OPERATOR(pg_catalog.=) $1 */
static void
append_object(StringInfo sql, const OrmModel *model, Oid *types)
{
	const OrmKey *key = model->primary_key;

	appendStringInfoString(sql, "SELECT t.tableoid, t.ctid FROM ");
	orm_sql_qualified(sql, model->schema, model->relation);
	appendStringInfoString(sql, " AS t");
	for (int i = 0; i < key->nattributes; i++)
	{
		const OrmAttribute *attribute = &model->attributes[key->attributes[i]];
		StringInfoData column;

		if (!OidIsValid(attribute->equality))
			ereport(ERROR, errcode(ERRCODE_UNDEFINED_FUNCTION),
					errmsg("attribute \"%s\" of model \"%s\" cannot be compared", attribute->name, model->name),
					errdetail("Type %s has no equality operator.", format_type_be(attribute->type->oid)));
		types[i] = attribute->type->oid;
		initStringInfo(&column);
		appendStringInfoString(&column, "t.");
		orm_sql_name(&column, attribute->column);
		appendStringInfoString(sql, i > 0 ? " AND " : " WHERE ");
		orm_sql_comparison(sql, attribute->equality, column.data, types[i], psprintf("$%d", i + 1), types[i]);
	}
}

/* Raises 0A000 for a view, whose rows have no ctid. */
static void
refuse_view(const OrmModel *model)
{
	if (model->relkind == RELKIND_VIEW || model->relkind == RELKIND_MATVIEW)
		ereport(ERROR, errcode(ERRCODE_FEATURE_NOT_SUPPORTED), errmsg("model \"%s\" is a view", model->name),
				errdetail("Foreign keys lead to tables; what a delete from a view would do is not known."));
}

/* Reads the rows of a set, and the join table rows deleted with them. */
static void
read_set(Impact *impact, const OrmDeleteSet *set)
{
	ImpactReading reading = {.impact = impact, .source = set->model->relid, .effect = ORM_IMPACT_DELETED};
	Oid types[2 * INDEX_MAX_KEYS];
	Datum values[2 * INDEX_MAX_KEYS];
	int n = orm_collect_keys(set, 0, types, values);
	StringInfoData sql;
	ListCell *cell;

	refuse_view(set->model);
	initStringInfo(&sql);
	orm_delete_sql_places(&sql, set);
	read_rows(&reading, sql.data, n, types, values);
	foreach(cell, set->links)
	{
		const OrmRelationship *relationship = lfirst(cell);

		resetStringInfo(&sql);
		orm_delete_sql_link_places(&sql, set, relationship);
		reading.source = relationship->join_relid;
		read_rows(&reading, sql.data, n, types, values);
	}
}

/* Finds the object and the rows that orm.delete collects along relationships. */
static void
read_along(Impact *impact, const Datum *key)
{
	OrmDelete *delete = orm_delete_make();
	ListCell *cell;

	delete->access = ORM_READ;
	orm_delete_add(delete, impact->model, key);
	MemoryContextSwitchTo(delete->context);
	orm_collect_run(delete);
	MemoryContextSwitchTo(impact->context);
	foreach(cell, delete->sets)
		read_set(impact, lfirst(cell));
	MemoryContextDelete(delete->context);
}

/* Finds the row of the object; inheritance children may have more. */
static void
read_object(Impact *impact, const Datum *key)
{
	const OrmModel *model = impact->model;
	ImpactReading reading = {.impact = impact, .source = model->relid, .effect = ORM_IMPACT_DELETED};
	Oid *types = palloc(sizeof(Oid) * model->primary_key->nattributes);
	StringInfoData sql;

	initStringInfo(&sql);
	append_object(&sql, model, types);
	read_rows(&reading, sql.data, model->primary_key->nattributes, types, key);
}

/* ---- Following ---- */

/* An array of ctids. */
static ArrayType *
make_array(const ItemPointerData *rows, int n)
{
	Datum *elements = palloc(sizeof(Datum) * n);
	ArrayType *array;

	for (int i = 0; i < n; i++)
		elements[i] = PointerGetDatum(&rows[i]);
	array = construct_array(elements, n, TIDOID, sizeof(ItemPointerData), false, TYPALIGN_SHORT);
	pfree(elements);
	return array;
}

/* Reads the rows that reference n deleted rows: along cascading keys, or along the others. */
static void
follow_rows(Impact *impact, OrmImpactTable *table, int64 from, int n, bool cascades)
{
	static const Oid types[] = {TIDARRAYOID, OIDOID};
	ArrayType *array = make_array(table->rows + from, n);
	Datum values[] = {PointerGetDatum(array), ObjectIdGetDatum(table->relid)};
	ListCell *cell;

	foreach(cell, table->edges)
	{
		OrmImpactEdge *edge = lfirst(cell);
		ImpactReading reading = {.impact = impact, .source = edge->relid, .effect = edge->effect, .edge = edge};

		if ((edge->effect == ORM_IMPACT_DELETED) == cascades)
			read_rows(&reading, edge->sql, lengthof(types), types, values);
	}
	pfree(array);
}

/* The number of rows to follow at once, starting at a number. */
static int
rows_at_once(const OrmImpactTable *table, int64 from)
{
	return (int) Min(table->count[ORM_IMPACT_DELETED] - from, ROWS_AT_ONCE);
}

/* Step 1: finds all rows that would be deleted. */
static void
follow_cascades(Impact *impact)
{
	bool more = true;

	while (more)
	{
		more = false;
		for (int i = 0; i < list_length(impact->order); i++)
		{
			OrmImpactTable *table = list_nth(impact->order, i);
			int64 from = table->followed;
			int n = rows_at_once(table, from);

			if (n == 0)
				continue;
			if (from == 0)
				orm_impact_key_find(table);
			more = true;
			table->followed += n;
			follow_rows(impact, table, from, n, true);
		}
	}
}

/* Step 2: finds the other effects. */
static void
follow_others(Impact *impact)
{
	for (int i = 0; i < list_length(impact->order); i++)
	{
		OrmImpactTable *table = list_nth(impact->order, i);
		int n;

		for (int64 from = 0; (n = rows_at_once(table, from)) > 0; from += n)
			follow_rows(impact, table, from, n, false);
	}
}

/* ---- Result ---- */

typedef struct Count
{
	char *name;
	int64 n;
} Count;

/* The name of a table's model; of several, the first with accessors, else the first.  NULL if it has none. */
static char *
model_name(const Impact *impact, Oid relid)
{
	char *name = NULL;
	ListCell *cell;

	if (relid == impact->model->relid)
		return impact->model->name;
	foreach(cell, orm_registry_of_relation(relid))
	{
		const OrmModel *model = orm_cache_open_if_any(((OrmRegistered *) lfirst(cell))->name, AccessShareLock);

		if (model == NULL || model->relid != relid)
			continue;
		if (orm_declaration_has_accessors(model->declaration))
			return model->name;
		if (name == NULL)
			name = model->name;
	}
	return name;
}

/* The name of a table in the result: its model, the model of its partitioned table, or the outermost table. */
static char *
table_name(const Impact *impact, Oid relid)
{
	char *name = model_name(impact, relid);

	while (name == NULL && get_rel_relispartition(relid))
	{
		relid = get_partition_parent(relid, true);
		name = model_name(impact, relid);
	}
	return name ? name : orm_follow_table_name(relid);
}

/* Adds to the count of a name; partitions are counted together. */
static List *
add_count(List *counts, char *name, int64 n)
{
	Count *count;
	ListCell *cell;

	foreach(cell, counts)
	{
		count = lfirst(cell);
		if (strcmp(count->name, name) == 0)
		{
			count->n += n;
			return counts;
		}
	}
	count = palloc(sizeof(Count));
	count->name = name;
	count->n = n;
	return lappend(counts, count);
}

/* The counts of affected rows by name. */
static List *
collect_counts(const Impact *impact, OrmImpactEffect effect)
{
	List *counts = NIL;
	ListCell *table_cell;
	ListCell *cell;

	foreach(table_cell, impact->order)
	{
		const OrmImpactTable *table = lfirst(table_cell);

		if (table->count[effect] > 0)
			counts = add_count(counts, table_name(impact, table->source), table->count[effect]);
		foreach(cell, table->edges)
		{
			const OrmImpactEdge *edge = lfirst(cell);

			if (effect == ORM_IMPACT_BLOCKING && edge->blocking > 0)
				counts = add_count(counts, psprintf("%s (%s)", table_name(impact, edge->relid), edge->name),
								   edge->blocking);
		}
	}
	return counts;
}

/* Sorts by name, as the order of discovery depends on OIDs. */
static int
compare_counts(const ListCell *a, const ListCell *b)
{
	return strcmp(((const Count *) lfirst(a))->name, ((const Count *) lfirst(b))->name);
}

/* Writes "member": {"name": n, ...}, or nothing if there are no counts. */
static void
write_counts(StringInfo out, const char *member, List *counts, bool *first)
{
	const char *separator = "{";
	ListCell *cell;

	if (counts == NIL)
		return;
	list_sort(counts, compare_counts);
	orm_json_put(out, ",", *first ? 0 : 1);
	*first = false;
	orm_json_write_string(out, member, strlen(member));
	orm_json_put(out, ":", 1);
	foreach(cell, counts)
	{
		const Count *count = lfirst(cell);
		char *number = psprintf(":" INT64_FORMAT, count->n);

		orm_json_put(out, separator, 1);
		orm_json_write_string(out, count->name, strlen(count->name));
		orm_json_put(out, number, strlen(number));
		separator = ",";
	}
	orm_json_put(out, "}", 1);
}

/* The result as JSON, its buffer in the context "result". */
static Datum
write_answer(const Impact *impact, MemoryContext result)
{
	MemoryContext caller = MemoryContextSwitchTo(result);
	StringInfoData out;
	bool first = true;

	orm_json_begin(&out);
	MemoryContextSwitchTo(caller);
	orm_json_put(&out, "{", 1);
	for (int i = 0; i < ORM_IMPACT_NEFFECTS; i++)
		write_counts(&out, members[i], collect_counts(impact, i), &first);
	orm_json_put(&out, "}", 1);
	return orm_json_end(&out);
}

/* Creates a hash table. */
static HTAB *
make_table(const Impact *impact, const char *name, Size key, Size entry)
{
	HASHCTL control = {0};

	control.keysize = key;
	control.entrysize = entry;
	control.hcxt = impact->context;
	return hash_create(name, 64, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
}

/* Finds all rows, in a new memory context, which becomes current; returns the previous one. */
static MemoryContext
find_rows(Impact *impact, const OrmModel *model, const Datum *key)
{
	MemoryContext caller;
	bool pushed;

	refuse_view(model);
	impact->model = model;
	impact->context = AllocSetContextCreate(CurrentMemoryContext, "orm impact", ALLOCSET_DEFAULT_SIZES);
	caller = MemoryContextSwitchTo(impact->context);
	impact->rows = make_table(impact, "orm impact rows", sizeof(AffectedRow), sizeof(AffectedRow));
	impact->tables = make_table(impact, "orm impact tables", sizeof(Oid), sizeof(OrmImpactTable));
	pushed = orm_execute_snapshot_begin();
	if (model->cascades || (model->deletes_along && orm_collect_has_arrays(model)))
		read_along(impact, key);
	else
		read_object(impact, key);
	follow_cascades(impact);
	follow_others(impact);
	orm_execute_snapshot_end(pushed);
	return caller;
}

bool
orm_impact_read(const OrmModel *model, const Datum *key, Datum *json)
{
	Impact impact = {0};
	MemoryContext caller = find_rows(&impact, model, key);
	bool found = impact.order != NIL;

	if (found)
		*json = write_answer(&impact, caller);
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(impact.context);
	return found;
}

/* Appends a number of rows to a list, unless it is 0. */
static List *
append_rows(List *rows, Oid relid, OrmImpactEffect effect, int64 n)
{
	OrmImpactRows *added;

	if (n == 0)
		return rows;
	added = palloc(sizeof(OrmImpactRows));
	*added = (OrmImpactRows){.relid = relid, .effect = effect, .n = n};
	return lappend(rows, added);
}

List *
orm_impact_rows(const OrmModel *model, const Datum *key)
{
	Impact impact = {0};
	MemoryContext caller = find_rows(&impact, model, key);
	List *rows = NIL;
	ListCell *table_cell;
	ListCell *cell;

	MemoryContextSwitchTo(caller);
	foreach(table_cell, impact.order)
	{
		const OrmImpactTable *table = lfirst(table_cell);

		for (int i = 0; i < ORM_IMPACT_NEFFECTS; i++)
			rows = append_rows(rows, table->relid, i, table->count[i]);
		foreach(cell, table->edges)
			rows = append_rows(rows, ((const OrmImpactEdge *) lfirst(cell))->relid, ORM_IMPACT_BLOCKING,
							   ((const OrmImpactEdge *) lfirst(cell))->blocking);
	}
	MemoryContextDelete(impact.context);
	return rows;
}
