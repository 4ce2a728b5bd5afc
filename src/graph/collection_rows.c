/*
 * collection_rows.c - statements on the rows of has_many and has_one
 * collections; see collection_rows.h.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/memutils.h"

#include "base/sql.h"
#include "exec/execute.h"
#include "exec/receiver.h"
#include "exec/watch.h"
#include "graph/collection_rows.h"
#include "model/operator.h"
#include "query/filter.h"
#include "remove/collect.h"

/* Sets up the columns of a query, after its join and keys. */
static void
set_columns(OrmCollectionRows *asked)
{
	const OrmEdge *edge = asked->edge;
	const OrmModel *model = edge->holder->model;
	const OrmKey *key = orm_model_need_key(model);

	orm_columns_add_attributes(&asked->columns, edge->referenced->model, asked->owner_key, asked->join.n);
	orm_columns_add_attributes(&asked->columns, model, asked->own_key, asked->nown);
	if (asked->others)
		orm_columns_add_attributes(&asked->primary, model, key->attributes, key->nattributes);
	asked->rows = orm_tuples_make(&asked->columns);
	asked->kept = orm_tuples_make(&asked->primary);
}

void
orm_collection_rows_init(OrmCollectionRows *asked, const OrmEdge *edge, bool named, bool others)
{
	const OrmKey *key = orm_model_need_key(edge->holder->model);

	memset(asked, 0, sizeof(OrmCollectionRows));
	asked->edge = edge;
	asked->join = edge->join;
	asked->others = others;
	asked->filtered = true;
	memcpy(asked->owner_key, edge->referenced_key, sizeof(int) * edge->n);
	asked->nown = named ? key->nattributes : 0;
	memcpy(asked->own_key, key->attributes, sizeof(int) * asked->nown);
	set_columns(asked);
}

void
orm_collection_rows_init_shared(OrmCollectionRows *asked, const OrmEdge *edge)
{
	const OrmModel *model = edge->holder->model;
	const OrmKey *key = orm_model_need_key(model);
	bool *shared = palloc0(model->nattributes);
	AttrNumber *columns = palloc(sizeof(AttrNumber) * 2 * edge->n);
	Oid *operators = palloc(sizeof(Oid) * edge->n);
	int n = 0;

	memset(asked, 0, sizeof(OrmCollectionRows));
	asked->edge = edge;
	asked->join = edge->join;
	asked->join.referenced_columns = columns;
	asked->join.referencing_columns = columns + edge->n;
	asked->join.operators = operators;
	for (int i = 0; i < edge->n; i++)
	{
		if (!model->attributes[edge->holder_key[i]].in_key)
			continue;
		shared[edge->holder_key[i]] = true;
		asked->owner_key[n] = edge->referenced_key[i];
		columns[n] = edge->join.referenced_columns[i];
		columns[edge->n + n] = edge->join.referencing_columns[i];
		operators[n++] = edge->join.operators[i];
	}
	asked->join.n = n;
	for (int i = 0; i < key->nattributes; i++)
		if (!shared[key->attributes[i]])
			asked->own_key[asked->nown++] = key->attributes[i];
	set_columns(asked);
}

void
orm_collection_rows_add(OrmCollectionRows *asked, const OrmObject *owner, const OrmRecord *record, const OrmPath *place)
{
	int n = asked->join.n;
	bool known = orm_graph_add_tuple(&asked->rows, 0, owner, asked->owner_key, n, false);

	Assert(known);
	(void) known;
	for (int i = 0; i < asked->nown; i++)
		orm_tuples_next(&asked->rows)[n + i] = record->values[asked->own_key[i]];
	if (orm_watch_is_on())
		asked->place = asked->rows.n == 0 ? place : orm_path_common(asked->place, place);
	asked->rows.n++;
}

void
orm_collection_rows_keep(OrmCollectionRows *asked, const OrmObject *item)
{
	const OrmKey *key = asked->edge->holder->model->primary_key;

	Assert(asked->others);
	orm_graph_add_tuple(&asked->kept, 0, item, key->attributes, key->nattributes, true);
}

/* Appends WHERE with the foreign key, the row's own key, the filter and the exclusion of kept rows. */
static void
append_where(StringInfo sql, const OrmCollectionRows *asked)
{
	appendStringInfoString(sql, " WHERE ");
	orm_join_append(sql, &asked->join, orm_join_values_end("p", 0), orm_join_table_end("t"));
	for (int i = asked->join.n; i < asked->columns.n; i++)
	{
		const OrmJoinColumn *column = &asked->columns.columns[i];
		StringInfoData left;

		initStringInfo(&left);
		appendStringInfoString(&left, "t.");
		orm_sql_name(&left, column->name);
		appendStringInfoString(sql, " AND ");
		orm_sql_comparison(sql, column->equality, left.data, column->type->oid, psprintf("p.k%d", i),
						   column->type->oid);
	}
	if (asked->edge->holder->model->has_foreign_rows)
	{
		orm_join_repeat_all(sql, &asked->join, "t", 1);
		orm_columns_repeat(sql, &asked->columns, asked->join.n, 1 + asked->join.n);
	}
	if (asked->filtered)
		appendStringInfoString(
			sql, orm_filter_text(asked->edge->source->model->name, asked->edge->relationship, "t").condition);
	if (asked->others)
		orm_columns_not_among(sql, &asked->primary, 1 + asked->columns.n);
	if (asked->scopes != NULL)
		appendStringInfoString(sql, asked->scopes);
}

/* Appends "s"."t" AS t */
static void
append_table(StringInfo sql, const OrmModel *model)
{
	orm_sql_qualified(sql, model->schema, model->relation);
	appendStringInfoString(sql, " AS t");
}

/* Appends , t."a", t."b": the primary key; returns whether it has an order. */
static bool
append_key(StringInfo sql, const OrmModel *model, const char *separator)
{
	const OrmKey *key = model->primary_key;
	bool ordered = true;

	for (int i = 0; i < key->nattributes; i++)
	{
		const OrmAttribute *attribute = &model->attributes[key->attributes[i]];

		appendStringInfo(sql, "%st.", i == 0 ? separator : ", ");
		orm_sql_name(sql, attribute->column);
		ordered = ordered && orm_operator_has_order(attribute->type);
	}
	return ordered;
}

/*
 * SELECT p.n, t."id" FROM "s"."t" AS t, <asked> AS p WHERE ... ORDER BY t."id" FOR UPDATE OF t
 *
 * The rows of a has_one come in its order, so that the first one is that of a load.
 */
static void
append_read(StringInfo sql, const OrmCollectionRows *asked, bool lock)
{
	const OrmModel *model = asked->edge->holder->model;
	const OrmRelationship *relationship = asked->edge->relationship;
	OrmFilterText text = orm_filter_text(asked->edge->source->model->name, relationship, "t");
	bool ordered = relationship->kind == ORM_HAS_ONE && relationship->order_by != NULL;
	bool locks = lock && orm_collect_locks(model);
	int end;

	appendStringInfoString(sql, "SELECT p.n");
	append_key(sql, model, ", ");
	appendStringInfoString(sql, " FROM ");
	append_table(sql, model);
	appendStringInfo(sql, "%s, ", ordered ? text.joins : "");
	orm_columns_numbered_source(sql, &asked->columns, 1, "p");
	append_where(sql, asked);
	if (ordered)
		appendStringInfoString(sql, text.order);
	end = sql->len;
	if ((locks || ordered) && !append_key(sql, model, ordered ? ", " : " ORDER BY "))
		sql->data[sql->len = end] = '\0';
	if (locks)
		appendStringInfoString(sql, " FOR UPDATE OF t");
}

/* UPDATE "s"."t" AS t SET "owner_id" = NULL FROM <asked> AS p WHERE ... RETURNING p.n */
static void
append_unlink(StringInfo sql, const OrmCollectionRows *asked)
{
	const OrmEdge *edge = asked->edge;
	bool first = true;

	appendStringInfoString(sql, "UPDATE ");
	append_table(sql, edge->holder->model);
	appendStringInfoString(sql, " SET ");
	for (int i = 0; i < edge->n; i++)
	{
		const OrmAttribute *attribute = &edge->holder->model->attributes[edge->holder_key[i]];

		if (attribute->not_null || attribute->in_key)
			continue;
		orm_sql_comma(sql, &first);
		orm_sql_name(sql, attribute->column);
		appendStringInfoString(sql, " = NULL");
	}
	appendStringInfoString(sql, " FROM ");
}

/* DELETE FROM "s"."t" AS t USING <asked> AS p WHERE ... RETURNING p.n */
static void
append_delete(StringInfo sql, const OrmCollectionRows *asked)
{
	appendStringInfoString(sql, "DELETE FROM ");
	append_table(sql, asked->edge->holder->model);
	appendStringInfoString(sql, " USING ");
}

/*
 * Runs a statement that returns columns of these types (0: none); returns the
 * number of rows processed.  The plan is cached by the text, which depends on
 * more than the model of the rows.
 */
static uint64
run(const OrmCollectionRows *asked, const StringInfoData *sql, const Oid *results, int nresults, OrmRowFunction row,
	void *argument)
{
	Oid types[4 * INDEX_MAX_KEYS];
	OrmPlanText text = {.sql = *sql, .types = types, .nresults = nresults, .results = results};
	Datum arrays[4 * INDEX_MAX_KEYS];
	OrmReceiver receiver;
	OrmPlan *plan;
	uint64 processed;

	text.planning = orm_tuples_planning(&asked->kept);
	text.nparams = orm_columns_types(&asked->columns, types);
	orm_tuples_arrays(&asked->rows, arrays);
	if (asked->others)
	{
		orm_tuples_arrays(&asked->kept, arrays + text.nparams);
		text.nparams += orm_columns_types(&asked->primary, types + text.nparams);
	}
	plan = orm_plan_get_by_text(ORM_KIND_OTHERS, &text);
	orm_receiver_init(&receiver, row, argument);
	orm_watch_place(asked->place);
	processed = orm_execute_plan(plan, arrays, NULL, ORM_WRITE, 0, nresults > 0 ? &receiver.pub : NULL);
	MemoryContextDelete(receiver.per_row);
	orm_plan_release(plan);
	return processed;
}

/* Arguments of take_row(). */
typedef struct RowsReading
{
	const OrmModel *model;
	OrmCollectionTake take;
	void *argument;
} RowsReading;

static void
take_row(void *argument, TupleTableSlot *slot)
{
	const RowsReading *reading = argument;
	Datum key[INDEX_MAX_KEYS];
	bool isnull;

	for (int i = 0; i < reading->model->primary_key->nattributes; i++)
	{
		key[i] = slot_getattr(slot, i + 2, &isnull);
		if (isnull)
			return;
	}
	reading->take(reading->argument, DatumGetInt64(slot_getattr(slot, 1, &isnull)) - 1, key);
}

void
orm_collection_rows_read(const OrmCollectionRows *asked, bool lock, OrmCollectionTake take, void *argument)
{
	const OrmModel *model = asked->edge->holder->model;
	RowsReading reading = {model, take, argument};
	Oid results[INDEX_MAX_KEYS + 1] = {INT8OID};
	StringInfoData sql;

	for (int i = 0; i < model->primary_key->nattributes; i++)
		results[i + 1] = model->attributes[model->primary_key->attributes[i]].type->oid;
	initStringInfo(&sql);
	append_read(&sql, asked, lock);
	run(asked, &sql, results, model->primary_key->nattributes + 1, take_row, &reading);
}

/* Receives the number of a row that was changed. */
static void
take_gone(void *argument, TupleTableSlot *slot)
{
	bool *gone = argument;
	bool isnull;

	gone[DatumGetInt64(slot_getattr(slot, 1, &isnull)) - 1] = true;
}

/*
 * Completes and runs a statement that writes.  For a single row the number of
 * processed rows is used, since a table with rules may return none.
 */
static void
write_rows(const OrmCollectionRows *asked, StringInfo sql, bool *gone)
{
	static const Oid number = INT8OID;
	bool many = asked->rows.n > 1;
	uint64 processed;

	Assert(asked->nown > 0);
	orm_columns_numbered_source(sql, &asked->columns, 1, "p");
	append_where(sql, asked);
	if (many)
		appendStringInfoString(sql, " RETURNING p.n");
	processed = run(asked, sql, &number, many ? 1 : 0, take_gone, gone);
	if (!many)
		gone[0] = processed > 0;
}

void
orm_collection_rows_unlink(const OrmCollectionRows *asked, bool *gone)
{
	StringInfoData sql;

	initStringInfo(&sql);
	append_unlink(&sql, asked);
	write_rows(asked, &sql, gone);
}

void
orm_collection_rows_delete(const OrmCollectionRows *asked, bool *gone)
{
	StringInfoData sql;

	initStringInfo(&sql);
	append_delete(&sql, asked);
	write_rows(asked, &sql, gone);
}
