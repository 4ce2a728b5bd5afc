/*
 * arbiter.c - partial unique indexes, and those over expressions, as conflict
 * targets; see arbiter.h.
 */
#include "postgres.h"

#include "catalog/pg_collation_d.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "utils/datum.h"
#include "utils/rel.h"
#include "utils/typcache.h"

#include "base/error.h"
#include "base/sql.h"
#include "model/row_expression.h"
#include "model/unique_key.h"
#include "store/arbiter.h"
#include "store/index_row.h"
#include "store/record_error.h"

struct OrmArbiter
{
	const OrmModel *model;
	const OrmKey *key;
	const OrmRecord *record; /* the current one */
	OrmIndexRow row;
};

/* ---- Rows of records ---- */

/* Gives the value of a column of the current record; a patch is none. */
static bool
read_column(void *argument, Form_pg_attribute column, Datum *value, bool *isnull)
{
	const OrmArbiter *arbiter = argument;
	const OrmRecord *record = arbiter->record;
	int attribute = orm_model_attribute_over(arbiter->model, column->attnum);

	if (attribute < 0 || !record->given[attribute] || arbiter->model->attributes[attribute].generated ||
		(record->patch != NULL && record->patch[attribute] != ORM_PATCH_SET))
		return false;
	*value = record->values[attribute];
	*isnull = record->isnull[attribute];
	return true;
}

OrmArbiter *
orm_arbiter_open(const OrmModel *model, const OrmKey *key)
{
	OrmArbiter *arbiter = palloc0(sizeof(OrmArbiter));

	Assert(key->terms != NULL);
	arbiter->model = model;
	arbiter->key = key;
	arbiter->row.value = read_column;
	arbiter->row.argument = arbiter;
	arbiter->row.inserted = true;
	orm_index_row_open(&arbiter->row, key->terms->index);
	return arbiter;
}

void
orm_arbiter_close(OrmArbiter *arbiter)
{
	orm_index_row_close(&arbiter->row);
	pfree(arbiter);
}

/* Is the current record's row in the index, under a key without NULL? */
static bool
is_identified(OrmArbiter *arbiter)
{
	if (!orm_index_row_read(&arbiter->row))
		return false;
	for (int i = 0; i < arbiter->row.info->ii_NumIndexKeyAttrs; i++)
		if (arbiter->row.isnull[i] && !arbiter->key->nulls_equal)
			return false;
	return true;
}

bool
orm_arbiter_identifies(OrmArbiter *arbiter, const OrmRecord *record)
{
	MemoryContext caller = CurrentMemoryContext;
	volatile bool identified = false;
	OrmPath room;

	Assert(orm_record_has_key(record, arbiter->key));
	arbiter->record = record;
	PG_TRY();
	{
		identified = is_identified(arbiter);
	}
	PG_CATCH();
	{
		orm_error_rethrow_at(orm_record_place(record, &room), caller);
	}
	PG_END_TRY();
	return identified;
}

/* ---- Two records of one row ---- */

/* How the values of a key are compared. */
typedef struct ValueOrder
{
	int n;
	FmgrInfo *compare[INDEX_MAX_KEYS];
	Oid collation[INDEX_MAX_KEYS];
} ValueOrder;

/* The values of the key of a record. */
typedef struct KeyValues
{
	OrmRecord *record;
	Datum *values;
	bool *isnull;
} KeyValues;

/* Finds the comparison functions; false where a type has none. */
static bool
make_order(const OrmIndexRow *row, ValueOrder *order)
{
	TupleDesc columns = RelationGetDescr(row->index);

	order->n = row->info->ii_NumIndexKeyAttrs;
	for (int i = 0; i < order->n; i++)
	{
		TypeCacheEntry *entry = lookup_type_cache(TupleDescAttr(columns, i)->atttypid, TYPECACHE_CMP_PROC_FINFO);

		if (!OidIsValid(entry->cmp_proc))
			return false;
		order->compare[i] = &entry->cmp_proc_finfo;
		order->collation[i] = row->index->rd_indcollation[i];
	}
	return true;
}

/* qsort_arg comparator; the argument is a ValueOrder. */
static int
compare_values(const void *a, const void *b, void *argument)
{
	const KeyValues *left = a;
	const KeyValues *right = b;
	const ValueOrder *order = argument;
	int result = 0;

	for (int i = 0; result == 0 && i < order->n; i++)
		if (left->isnull[i] || right->isnull[i])
			result = left->isnull[i] - right->isnull[i];
		else
			result = DatumGetInt32(
				FunctionCall2Coll(order->compare[i], order->collation[i], left->values[i], right->values[i]));
	return result;
}

/* Copies the values of the current row of an index. */
static KeyValues
keep_values(const OrmIndexRow *row, OrmRecord *record)
{
	TupleDesc columns = RelationGetDescr(row->index);
	int n = row->info->ii_NumIndexKeyAttrs;
	KeyValues kept = {record, palloc(sizeof(Datum) * n), palloc(sizeof(bool) * n)};

	for (int i = 0; i < n; i++)
	{
		kept.isnull[i] = row->isnull[i];
		if (!kept.isnull[i])
			kept.values[i] = datumCopy(row->values[i], TupleDescAttr(columns, i)->attbyval,
									   TupleDescAttr(columns, i)->attlen);
	}
	return kept;
}

/* Raises 21000 for two equal keys; the records are named in their order in the document. */
static void
refuse_equal(const OrmModel *model, KeyValues *keys, int n, ValueOrder *order)
{
	qsort_arg(keys, n, sizeof(KeyValues), compare_values, order);
	for (int i = 1; i < n; i++)
	{
		OrmRecord *a = keys[i - 1].record;
		OrmRecord *b = keys[i].record;

		if (compare_values(&keys[i - 1], &keys[i], order) == 0)
			orm_record_error_same_key(model, a->index < b->index ? a : b, a->index < b->index ? b : a);
	}
}

void
orm_arbiter_refuse_twins(const OrmBatch *batch, const OrmKey *key)
{
	const OrmModel *model = batch->write->model;
	KeyValues *keys;
	OrmArbiter *arbiter;
	ValueOrder order = {0};
	int n = 0;

	if (key->terms->expressions == NIL)
		return; /* equal columns are found without this */
	keys = palloc_extended(sizeof(KeyValues) * batch->n, MCXT_ALLOC_HUGE);
	arbiter = orm_arbiter_open(model, key);
	if (make_order(&arbiter->row, &order))
		for (int i = 0; i < batch->n; i++)
		{
			CHECK_FOR_INTERRUPTS();
			if (!batch->records[i]->done && orm_arbiter_identifies(arbiter, batch->records[i]))
				keys[n++] = keep_values(&arbiter->row, batch->records[i]);
		}
	orm_arbiter_close(arbiter);
	refuse_equal(model, keys, n, &order);
	pfree(keys);
}

/* ---- Texts ---- */

/* Mutator: columns with a collation of their own say it, since values that are unnested do not have it. */
static Node *
collate(Node *node, void *context)
{
	if (node == NULL)
		return NULL;
	if (IsA(node, Var) && OidIsValid(((Var *) node)->varcollid) && ((Var *) node)->varcollid != DEFAULT_COLLATION_OID)
	{
		CollateExpr *collated = makeNode(CollateExpr);

		collated->arg = copyObject((Expr *) node);
		collated->collOid = ((Var *) node)->varcollid;
		collated->location = -1;
		return (Node *) collated;
	}
	return expression_tree_mutator(node, collate, context);
}

/* Appends lower(t."a") OPERATOR(pg_catalog.=) lower(u."a") */
static void
append_equal(StringInfo sql, const OrmModel *model, const OrmKey *key, Node *expression)
{
	Oid type = exprType(expression);
	char *stored = orm_row_expression_print(expression, model->relid, "t");
	char *given = orm_row_expression_print(collate(expression, NULL), model->relid, "u");

	if (key->nulls_equal)
		appendStringInfoChar(sql, '(');
	orm_sql_comparison(sql, orm_unique_key_equality(expression), psprintf("(%s)", stored), type,
					   psprintf("(%s)", given), type);
	if (key->nulls_equal)
		appendStringInfo(sql, " OR ((%s) IS NULL AND (%s) IS NULL))", stored, given);
}

void
orm_arbiter_condition(StringInfo sql, const OrmModel *model, const OrmKey *key)
{
	const char *separator = key->nattributes > key->nexpressed ? " AND " : "";
	ListCell *cell;

	foreach(cell, key->terms->expressions)
	{
		appendStringInfoString(sql, separator);
		append_equal(sql, model, key, lfirst(cell));
		separator = " AND ";
	}
	if (key->terms->predicate != NULL)
		appendStringInfo(sql, "%s(%s)", separator, orm_row_expression_print(key->terms->predicate, model->relid, "t"));
}

void
orm_arbiter_expressions(StringInfo sql, const OrmModel *model, const OrmKey *key, bool *first)
{
	ListCell *cell;

	foreach(cell, key->terms->expressions)
	{
		orm_sql_comma(sql, first);
		appendStringInfo(sql, "(%s)", orm_row_expression_print(lfirst(cell), model->relid, NULL));
	}
}

void
orm_arbiter_predicate(StringInfo sql, const OrmModel *model, const OrmKey *key)
{
	if (key->terms->predicate != NULL)
		appendStringInfo(sql, " WHERE (%s)", orm_row_expression_print(key->terms->predicate, model->relid, NULL));
}
