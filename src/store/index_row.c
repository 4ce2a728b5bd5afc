/*
 * index_row.c - rows that are not stored, as a unique index sees them; see index_row.h.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/sysattr.h"
#include "access/table.h"
#include "catalog/index.h"
#include "miscadmin.h"
#include "optimizer/optimizer.h"
#include "rewrite/rewriteHandler.h"
#include "utils/rel.h"

#include "store/index_row.h"

/* Sets a column of the current row to the value of an expression. */
static void
evaluate(OrmIndexRow *row, int i, Node *expression)
{
	ExprState *state = ExecInitExpr(expression_planner((Expr *) expression), NULL);
	ExprContext *context = GetPerTupleExprContext(row->executor);

	context->ecxt_scantuple = row->slot;
	row->slot->tts_values[i] = ExecEvalExpr(state, context, &row->slot->tts_isnull[i]);
}

static bool know_columns(OrmIndexRow *row, Bitmapset *columns);

/* Sets a column of a new row that is not given; false if its value is not known. */
static bool
know_missing(OrmIndexRow *row, int i)
{
	Form_pg_attribute column = TupleDescAttr(RelationGetDescr(row->heap), i);
	Node *expression = column->attidentity ? NULL : build_column_default(row->heap, i + 1);
	Bitmapset *columns = NULL;

	if (column->attidentity || !row->inserted || contain_volatile_functions(expression))
		return false;
	row->slot->tts_isnull[i] = true;
	if (expression == NULL)
		return true;
	pull_varattnos(expression, 1, &columns);
	if (!know_columns(row, columns))
		return false;
	evaluate(row, i, expression);
	return true;
}

/* Sets columns of the current row; false if a value is not known. */
static bool
know_columns(OrmIndexRow *row, Bitmapset *columns)
{
	int member = -1;

	check_stack_depth();
	while ((member = bms_next_member(columns, member)) >= 0)
	{
		int i = member + FirstLowInvalidHeapAttributeNumber - 1;

		if (i < 0 ||
			(!row->value(row->argument, TupleDescAttr(RelationGetDescr(row->heap), i), &row->slot->tts_values[i],
						 &row->slot->tts_isnull[i]) &&
			 !know_missing(row, i)))
			return false;
	}
	return true;
}

/* Reads a row; values are allocated in the current context. */
static bool
read_row(OrmIndexRow *row)
{
	ExecStoreVirtualTuple(ExecClearTuple(row->slot)); /* its columns are set below, as needed */
	if (!know_columns(row, row->columns))
		return false;
	GetPerTupleExprContext(row->executor)->ecxt_scantuple = row->slot;
	if (!ExecQual(row->predicate, GetPerTupleExprContext(row->executor)))
		return false;
	FormIndexDatum(row->info, row->slot, row->executor, row->values, row->isnull);
	return true;
}

bool
orm_index_row_read(OrmIndexRow *row)
{
	MemoryContext caller;
	bool known;

	ResetPerTupleExprContext(row->executor);
	caller = MemoryContextSwitchTo(GetPerTupleMemoryContext(row->executor));
	known = read_row(row);
	MemoryContextSwitchTo(caller);
	return known;
}

void
orm_index_row_open(OrmIndexRow *row, Oid index)
{
	row->index = index_open(index, AccessShareLock);
	row->heap = table_open(row->index->rd_index->indrelid, AccessShareLock);
	row->info = BuildIndexInfo(row->index);
	row->executor = CreateExecutorState();
	row->slot = MakeSingleTupleTableSlot(RelationGetDescr(row->heap), &TTSOpsVirtual);
	memset(row->slot->tts_isnull, true, RelationGetDescr(row->heap)->natts);
	row->predicate = ExecPrepareQual(row->info->ii_Predicate, row->executor);
	row->columns = NULL;
	pull_varattnos((Node *) row->info->ii_Predicate, 1, &row->columns);
	pull_varattnos((Node *) row->info->ii_Expressions, 1, &row->columns);
	for (int i = 0; i < row->info->ii_NumIndexKeyAttrs; i++)
		if (row->info->ii_IndexAttrNumbers[i] != 0)
			row->columns = bms_add_member(row->columns,
										  row->info->ii_IndexAttrNumbers[i] - FirstLowInvalidHeapAttributeNumber);
}

void
orm_index_row_close(OrmIndexRow *row)
{
	ExecDropSingleTupleTableSlot(row->slot);
	FreeExecutorState(row->executor);
	table_close(row->heap, NoLock);
	index_close(row->index, NoLock);
}
