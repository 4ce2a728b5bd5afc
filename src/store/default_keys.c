/*
 * default_keys.c - evaluating the defaults of key columns before an INSERT; see
 * default_keys.h.
 *
 * Rows returned by an INSERT are matched to records by key, so generated keys
 * must be known before the INSERT.  As COPY does, the default or identity of
 * the column is evaluated for every record that lacks it, in document order,
 * with the caller's privileges.  Like an INSERT this needs no privilege on the
 * sequence of an identity column; the INSERT says OVERRIDING SYSTEM VALUE if
 * the identity is GENERATED ALWAYS.
 */
#include "postgres.h"

#include "access/table.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/optimizer.h"
#include "rewrite/rewriteHandler.h"
#include "utils/acl.h"
#include "utils/datum.h"
#include "utils/memutils.h"
#include "utils/rel.h"

#include "store/default_keys.h"

/* May the caller insert this column? */
static bool
may_insert(const OrmModel *model, const OrmAttribute *attribute)
{
	return pg_class_aclcheck(model->relid, GetUserId(), ACL_INSERT) == ACLCHECK_OK ||
		pg_attribute_aclcheck(model->relid, attribute->attnum, GetUserId(), ACL_INSERT) == ACLCHECK_OK;
}

/* The default of a column, planned; NULL if it has none or it cannot be evaluated here. */
static Expr *
find_default(const OrmModel *model, const OrmAttribute *attribute)
{
	Relation relation;
	Expr *expression = NULL;

	if (model->relkind == RELKIND_VIEW || attribute->generated || !may_insert(model, attribute))
		return NULL;
	relation = orm_model_table(model);
	if (!TupleDescAttr(RelationGetDescr(relation), attribute->attnum - 1)->attisdropped)
		expression = (Expr *) build_column_default(relation, attribute->attnum);
	table_close(relation, NoLock);

	/* the table may have been altered by code that this call ran; the INSERT then fails */
	if (expression == NULL || exprType((Node *) expression) != attribute->type->oid)
		return NULL;
	return expression_planner(expression);
}

bool
orm_default_keys_is_volatile(const OrmModel *model, int attribute)
{
	Expr *expression = find_default(model, &model->attributes[attribute]);

	return expression != NULL && (IsA(expression, NextValueExpr) || contain_volatile_functions((Node *) expression));
}

/* Does any record lack the attribute? */
static bool
anyone_lacks(const OrmBatch *batch, int attribute)
{
	for (int i = 0; i < batch->n; i++)
		if (!batch->records[i]->given[attribute])
			return true;
	return false;
}

/* Sets an attribute to the value of its default, unless this is NULL. */
static void
evaluate(OrmRecord *record, int attribute, const OrmType *type, ExprState *state, ExprContext *context)
{
	bool isnull;
	Datum value = ExecEvalExprSwitchContext(state, context, &isnull);

	if (!isnull)
		orm_record_set(record, attribute, datumCopy(value, type->by_value, type->length), false);
	ResetExprContext(context);
}

void
orm_default_keys_make(const OrmBatch *batch, const OrmKey *key)
{
	const OrmModel *model = batch->write->model;
	ExprState **states = palloc0(sizeof(ExprState *) * key->nattributes);
	EState *executor = CreateExecutorState();
	ExprContext *context = GetPerTupleExprContext(executor);

	for (int i = 0; i < key->nattributes; i++)
		if (anyone_lacks(batch, key->attributes[i]))
			states[i] = ExecInitExpr(find_default(model, &model->attributes[key->attributes[i]]), NULL);
	for (int r = 0; r < batch->n; r++)
		for (int i = 0; i < key->nattributes; i++)
			if (states[i] != NULL && !batch->records[r]->given[key->attributes[i]])
			{
				CHECK_FOR_INTERRUPTS();
				evaluate(batch->records[r], key->attributes[i], model->attributes[key->attributes[i]].type, states[i],
						 context);
			}
	FreeExecutorState(executor);
}
