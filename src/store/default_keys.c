/*
 * default_keys.c - keys made before the insert.
 *
 * A row that comes back from an INSERT is known by its key, so a key that the
 * database fills must be known before.  It is made here as the INSERT would
 * have made it: the column's default, or its identity, is evaluated for every
 * record that lacks it, in the order of the document, with the caller's
 * privileges.  (What COPY does.)  An identity then needs no right on its
 * sequence, as in an INSERT; the INSERT says OVERRIDING SYSTEM VALUE where the
 * identity is ALWAYS.
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

/* May the caller name this column in an INSERT? */
static bool
may_insert(const OrmModel *model, const OrmAttribute *attribute)
{
	return pg_class_aclcheck(model->relid, GetUserId(), ACL_INSERT) == ACLCHECK_OK ||
		pg_attribute_aclcheck(model->relid, attribute->attnum, GetUserId(), ACL_INSERT) == ACLCHECK_OK;
}

/* The default of a column, ready to be evaluated, or NULL. */
static ExprState *
prepare_default(const OrmModel *model, const OrmAttribute *attribute)
{
	Relation relation;
	Expr *expression = NULL;

	if (model->relkind == RELKIND_VIEW || attribute->generated || !may_insert(model, attribute))
		return NULL;
	relation = orm_model_table(model);
	if (!TupleDescAttr(RelationGetDescr(relation), attribute->attnum - 1)->attisdropped)
		expression = (Expr *) build_column_default(relation, attribute->attnum);
	table_close(relation, NoLock);

	/* of another type, or gone: code that this call ran has altered the table, and the INSERT will be refused */
	if (expression == NULL || exprType((Node *) expression) != attribute->type->oid)
		return NULL;
	return ExecInitExpr(expression_planner(expression), NULL);
}

/* Is there a record that lacks the attribute? */
static bool
anyone_lacks(const OrmBatch *batch, int attribute)
{
	for (int i = 0; i < batch->n; i++)
		if (!batch->records[i]->given[attribute])
			return true;
	return false;
}

/* Gives a record the value of a default. */
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
			states[i] = prepare_default(model, &model->attributes[key->attributes[i]]);
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
