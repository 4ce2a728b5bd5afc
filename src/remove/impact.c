/*
 * impact.c - the impact of a delete; see impact.h.
 *
 * Plans are cached by statement text, as the tables need not have models.
 */
#include "postgres.h"

#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/hsearch.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#include "base/sql.h"
#include "exec/execute.h"
#include "exec/keyset.h"
#include "exec/plan.h"
#include "exec/receiver.h"
#include "remove/delete_sql.h"
#include "remove/impact.h"
#include "remove/impact_answer.h"
#include "remove/impact_key.h"
#include "store/tuples.h"

/* Maximum number of rows that one statement follows; their keys are values of arrays. */
#define ROWS_AT_ONCE 250000

/* The affected rows of a partition tree, or of all tables that inherit. */
typedef struct ImpactTree
{
	struct
	{
		Oid relid; /* InvalidOid: inheritance */
		Oid declared;
	} id; /* hash key; must be first */
	OrmKeySet *affected[ORM_IMPACT_BLOCKING];
} ImpactTree;

typedef struct Impact
{
	const OrmModel *model;
	MemoryContext context;
	MemoryContext step; /* reset after each number of rows followed */
	HTAB *trees;
	HTAB *tables;
	List *order; /* OrmImpactTable *, in the order of discovery */
} Impact;

/* State of receiving the rows of a statement. */
typedef struct ImpactReading
{
	Impact *impact;
	OrmImpactTable *table; /* the table read */
	OrmImpactEffect effect;
	OrmImpactEdge *edge; /* NULL: the object itself */
} ImpactReading;

static const OrmRowKeyDeclared no_columns = {0};

/* ---- Rows ---- */

/* The sets of affected rows for a key, created on demand. */
static OrmKeySet **
enter_tree(Impact *impact, const OrmRowKey *key)
{
	bool found;
	ImpactTree id;
	ImpactTree *tree;
	const OrmType *types[2 * INDEX_MAX_KEYS];

	memset(&id, 0, sizeof(id));
	id.id.relid = key->tree;
	id.id.declared = key->declared;
	tree = hash_search(impact->trees, &id.id, HASH_ENTER, &found);
	for (int i = 0; i < key->columns.n; i++)
		types[i] = key->columns.columns[i].type;
	for (int i = 0; !found && i < lengthof(tree->affected); i++)
		tree->affected[i] = orm_keyset_make(key->columns.n, types);
	return tree->affected;
}

/* The table with an OID, created on demand; its key is "key" if given.  The context of the impact must be current. */
static OrmImpactTable *
enter_table(Impact *impact, Oid relid, const OrmRowKey *key, const OrmRowKeyDeclared *declared)
{
	bool found;
	OrmImpactTable *table = hash_search(impact->tables, &relid, HASH_ENTER, &found);

	if (found)
		return table;
	memset(table, 0, sizeof(OrmImpactTable));
	table->relid = relid;
	if (key != NULL)
		table->key = *key;
	else
		orm_row_key_find(&table->key, relid, declared);
	table->affected = enter_tree(impact, &table->key);
	impact->order = lappend(impact->order, table);
	return table;
}

/* The table that a row belongs to: the one read, or one that inherits from it, by tableoid. */
static OrmImpactTable *
table_of_row(Impact *impact, OrmImpactTable *read, const Datum *key)
{
	MemoryContext caller;
	OrmImpactTable *table;

	if (OidIsValid(read->key.tree))
		return read;
	caller = MemoryContextSwitchTo(impact->context);
	table = enter_table(impact, DatumGetObjectId(key[0]), &read->key, NULL);
	MemoryContextSwitchTo(caller);
	return table;
}

/* Adds a row that would be deleted, to follow its foreign keys; called before it is counted. */
static void
keep_row(const Impact *impact, OrmImpactTable *table, int number)
{
	int64 n = table->count[ORM_IMPACT_DELETED];

	if (n == table->capacity)
	{
		int64 room = Max(table->capacity * 2, 16);

		table->rows = table->rows == NULL ? MemoryContextAlloc(impact->context, room * sizeof(int))
										  : repalloc_huge(table->rows, room * sizeof(int));
		table->capacity = room;
	}
	table->rows[n] = number;
}

/* Counts a row, unless it is counted already or would be deleted. */
static void
count_row(const ImpactReading *reading, OrmImpactTable *table, const Datum *key)
{
	OrmKeySet *affected;
	int number;

	if (orm_keyset_find(table->affected[ORM_IMPACT_DELETED], key) >= 0)
		return;
	if (reading->effect == ORM_IMPACT_BLOCKING)
	{
		reading->edge->blocking++;
		return;
	}
	affected = table->affected[reading->effect];
	number = orm_keyset_count(affected);
	if (orm_keyset_add(affected, key) < number)
		return;
	if (reading->effect == ORM_IMPACT_DELETED)
		keep_row(reading->impact, table, number);
	table->count[reading->effect]++;
}

/*
 * Takes a row.  Only declared columns, of relations that no foreign key
 * references, can be NULL: such rows are not told apart.
 */
static void
take_row(void *argument, TupleTableSlot *slot)
{
	ImpactReading *reading = argument;
	OrmImpactTable *table = reading->table;
	Datum key[2 * INDEX_MAX_KEYS];
	bool null = false;

	for (int i = 0; i < table->key.columns.n; i++)
	{
		bool isnull;

		key[i] = slot_getattr(slot, i + 1, &isnull);
		null = null || isnull;
	}
	if (null)
		table->count[reading->effect]++;
	else
		count_row(reading, table_of_row(reading->impact, table, key), key);
}

/* Runs a statement that returns the keys of rows. */
static void
read_rows(ImpactReading *reading, StringInfo sql, int nparams, const Oid *types, const Datum *values)
{
	const OrmJoinColumns *columns = &reading->table->key.columns;
	Oid results[2 * INDEX_MAX_KEYS];
	OrmPlanText text = {
		.sql = *sql,
		.nparams = nparams,
		.types = types,
		.nresults = columns->n,
		.results = results,
		.planning = ORM_PLAN_CUSTOM,
	};
	OrmPlan *plan;
	OrmReceiver receiver;

	for (int i = 0; i < columns->n; i++)
		results[i] = columns->columns[i].type->oid;
	plan = orm_plan_get_by_text(ORM_KIND_IMPACT, &text);
	orm_execute_plan(plan, values, NULL, ORM_READ, 0, orm_receiver_init(&receiver, take_row, reading));
	orm_plan_release(plan);
	MemoryContextDelete(receiver.per_row);
}

/* ---- The object ---- */

/* SELECT t."id" FROM "s"."t" AS t WHERE t."id" OPERATOR(pg_catalog.=) $1 */
static void
append_object(StringInfo sql, const OrmModel *model, const OrmRowKey *columns, Oid *types)
{
	const OrmKey *key = model->primary_key;

	appendStringInfoString(sql, "SELECT ");
	orm_row_key_append(sql, columns, "t");
	appendStringInfoString(sql, " FROM ");
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

/* Raises 0A000 for a view. */
static void
refuse_view(const OrmModel *model)
{
	if (model->relkind == RELKIND_VIEW || model->relkind == RELKIND_MATVIEW)
		ereport(ERROR, errcode(ERRCODE_FEATURE_NOT_SUPPORTED), errmsg("model \"%s\" is a view", model->name),
				errdetail("Foreign keys lead to tables; what a delete from a view would do is not known."));
}

/* The table of a model; its primary key is declared where no index can have it. */
static OrmImpactTable *
enter_model(Impact *impact, const OrmModel *model)
{
	OrmRowKeyDeclared declared = {0};

	refuse_view(model);
	for (int i = 0; model->has_foreign_rows && i < model->primary_key->nattributes; i++)
		declared.attnums[declared.n++] = model->attributes[model->primary_key->attributes[i]].attnum;
	return enter_table(impact, model->relid, NULL, &declared);
}

/* Adds columns that are not declared yet. */
static void
declare(OrmRowKeyDeclared *declared, const AttrNumber *attnums, int n)
{
	for (int i = 0; i < n; i++)
	{
		bool found = false;

		for (int k = 0; k < declared->n; k++)
			found = found || declared->attnums[k] == attnums[i];
		if (!found)
			declared->attnums[declared->n++] = attnums[i];
	}
}

/* The join table of a relationship; a link is a pair of keys where no index says so. */
static OrmImpactTable *
enter_links(Impact *impact, const OrmRelationship *relationship)
{
	OrmRowKeyDeclared declared = {0};

	if (relationship->join_foreign || get_rel_relkind(relationship->join_relid) == RELKIND_VIEW)
	{
		declare(&declared, relationship->remote, relationship->nkeys);
		declare(&declared, relationship->join_target, relationship->njoin);
	}
	return enter_table(impact, relationship->join_relid, NULL, &declared);
}

/* Reads the rows of a set, and the join table rows deleted with them. */
static void
read_set(Impact *impact, const OrmDeleteSet *set)
{
	ImpactReading reading = {.impact = impact,
							 .effect = set->way != ORM_DELETE_REMOVES ? ORM_IMPACT_SOFT_DELETED : ORM_IMPACT_DELETED};
	Oid types[2 * INDEX_MAX_KEYS];
	Datum values[2 * INDEX_MAX_KEYS];
	int n = orm_collect_keys(set, 0, types, values);
	StringInfoData sql;
	ListCell *cell;

	initStringInfo(&sql);
	reading.table = enter_model(impact, set->model);
	orm_delete_sql_read(&sql, set, &reading.table->key);
	read_rows(&reading, &sql, n, types, values);
	foreach(cell, set->links)
	{
		const OrmRelationship *relationship = lfirst(cell);

		resetStringInfo(&sql);
		reading.table = enter_links(impact, relationship);
		orm_delete_sql_read_links(&sql, set, relationship, &reading.table->key);
		read_rows(&reading, &sql, n, types, values);
	}
}

/* Finds the object and the rows that orm.delete collects along relationships. */
static void
read_along(Impact *impact, const Datum *key)
{
	OrmDelete *delete = orm_delete_make(0);
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
	ImpactReading reading = {.impact = impact, .effect = ORM_IMPACT_DELETED};
	Oid *types = palloc(sizeof(Oid) * model->primary_key->nattributes);
	StringInfoData sql;

	initStringInfo(&sql);
	reading.table = enter_model(impact, model);
	append_object(&sql, model, &reading.table->key, types);
	read_rows(&reading, &sql, model->primary_key->nattributes, types, key);
}

/* ---- Following ---- */

/* Keys of rows as parameters of the edges' statements; the last one is free for the leaves of an edge. */
typedef struct KeyParameters
{
	int n;
	Oid types[2 * INDEX_MAX_KEYS + 1];
	Datum values[2 * INDEX_MAX_KEYS + 1];
} KeyParameters;

/* The keys of n rows, starting at a number, as arrays. */
static void
set_arrays(KeyParameters *parameters, const OrmImpactTable *table, int64 from, int n)
{
	OrmTuples rows = {.columns = &table->key.columns, .n = n};
	int width = table->key.columns.n;

	rows.values = palloc_extended(sizeof(Datum) * n * width, MCXT_ALLOC_HUGE);
	for (int i = 0; i < n; i++)
		memcpy(rows.values + (Size) i * width,
			   orm_keyset_values(table->affected[ORM_IMPACT_DELETED], table->rows[from + i]), sizeof(Datum) * width);
	orm_tuples_arrays(&rows, parameters->values);
	parameters->n = orm_columns_types(&table->key.columns, parameters->types);
}

/* The key of one row as plain values. */
static void
set_values(KeyParameters *parameters, const OrmImpactTable *table, int64 row)
{
	const Datum *key = orm_keyset_values(table->affected[ORM_IMPACT_DELETED], table->rows[row]);

	parameters->n = table->key.columns.n;
	for (int i = 0; i < parameters->n; i++)
	{
		parameters->types[i] = table->key.columns.columns[i].type->oid;
		parameters->values[i] = key[i];
	}
}

/* An array of OIDs. */
static Datum
make_oids(const List *oids)
{
	Datum *elements = palloc(sizeof(Datum) * list_length(oids));
	ListCell *cell;

	foreach(cell, oids)
		elements[foreach_current_index(cell)] = ObjectIdGetDatum(lfirst_oid(cell));
	return PointerGetDatum(construct_array(elements, list_length(oids), OIDOID, sizeof(Oid), true, TYPALIGN_INT));
}

/* Reads the rows that reference rows by one foreign key; the step context must be current. */
static void
follow_edge(Impact *impact, OrmImpactEdge *edge, KeyParameters *parameters)
{
	ImpactReading reading = {.impact = impact, .effect = edge->effect, .edge = edge};
	int n = parameters->n;
	StringInfoData sql;

	MemoryContextSwitchTo(impact->context);
	reading.table = enter_table(impact, edge->relid, NULL, &no_columns);
	MemoryContextSwitchTo(impact->step);
	initStringInfo(&sql);
	appendStringInfoString(&sql, "SELECT ");
	orm_row_key_append(&sql, &reading.table->key, "c");
	appendStringInfoString(&sql, edge->sql);
	if (edge->leaves != NIL)
	{
		parameters->types[n] = OIDARRAYOID;
		parameters->values[n++] = make_oids(edge->leaves);
	}
	read_rows(&reading, &sql, n, parameters->types, parameters->values);
}

/* Reads the rows that reference n deleted rows: along cascading keys, or along the others. */
static void
follow_rows(Impact *impact, OrmImpactTable *table, int64 from, int n, bool cascades)
{
	KeyParameters parameters;
	ListCell *cell;

	MemoryContextSwitchTo(impact->step);
	if (table->key.arrays)
		set_arrays(&parameters, table, from, n);
	else
		set_values(&parameters, table, from);
	foreach(cell, table->edges)
	{
		OrmImpactEdge *edge = lfirst(cell);

		if ((edge->effect == ORM_IMPACT_DELETED) == cascades)
			follow_edge(impact, edge, &parameters);
	}
	MemoryContextSwitchTo(impact->context);
	MemoryContextReset(impact->step);
}

/* The number of rows to follow at once, starting at a number. */
static int
rows_at_once(const OrmImpactTable *table, int64 from)
{
	return (int) Min(table->count[ORM_IMPACT_DELETED] - from, table->key.arrays ? ROWS_AT_ONCE : 1);
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

/* ---- The impact ---- */

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
	impact->step = AllocSetContextCreate(impact->context, "orm impact step", ALLOCSET_DEFAULT_SIZES);
	impact->trees = make_table(impact, "orm impact trees", sizeof(((ImpactTree *) 0)->id), sizeof(ImpactTree));
	impact->tables = make_table(impact, "orm impact tables", sizeof(Oid), sizeof(OrmImpactTable));
	pushed = orm_execute_snapshot_begin();
	if (model->cascades || orm_soft_delete_any(model) || (model->deletes_along && orm_collect_has_arrays(model)))
		read_along(impact, key);
	else
		read_object(impact, key);
	follow_cascades(impact);
	follow_others(impact);
	orm_execute_snapshot_end(pushed);
	return caller;
}

/* Does the object exist? */
static bool
has_rows(const Impact *impact)
{
	ListCell *cell;

	foreach(cell, impact->order)
		if (((const OrmImpactTable *) lfirst(cell))->count[ORM_IMPACT_DELETED] > 0 ||
			((const OrmImpactTable *) lfirst(cell))->count[ORM_IMPACT_SOFT_DELETED] > 0)
			return true;
	return false;
}

bool
orm_impact_read(const OrmModel *model, const Datum *key, Datum *json)
{
	Impact impact = {0};
	MemoryContext caller = find_rows(&impact, model, key);
	bool found = has_rows(&impact);

	if (found)
		*json = orm_impact_answer_write(model, impact.order, caller);
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
