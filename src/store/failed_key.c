/*
 * failed_key.c - finding the row that an index refused; see failed_key.h.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/sysattr.h"
#include "access/table.h"
#include "catalog/index.h"
#include "catalog/pg_class.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "optimizer/optimizer.h"
#include "rewrite/rewriteHandler.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

#include "base/attempt.h"
#include "store/failed_key.h"

/* A search for the row of a key. */
typedef struct KeySearch
{
	const OrmSuspects *suspects;
	Oid index;
	const char *detail;
	int found;

	Relation heap; /* the table of the index: that of the rows, or a partition or child */
	IndexInfo *info;
	ExprState *predicate; /* of a partial index; NULL: true */
	EState *executor;
	TupleTableSlot *slot; /* the current row */
	Bitmapset *columns;	  /* that the index reads, as of pull_varattnos */
} KeySearch;

/* Sets a column of the current row to the value of an expression. */
static void
evaluate(KeySearch *search, int i, Node *expression)
{
	ExprState *state = ExecInitExpr(expression_planner((Expr *) expression), NULL);
	ExprContext *context = GetPerTupleExprContext(search->executor);

	context->ecxt_scantuple = search->slot;
	search->slot->tts_values[i] = ExecEvalExpr(state, context, &search->slot->tts_isnull[i]);
}

static bool know_columns(KeySearch *search, int row, Bitmapset *columns);

/* Sets a column of a new row that is not given; false if its value is not known. */
static bool
know_missing(KeySearch *search, int row, int i)
{
	Form_pg_attribute column = TupleDescAttr(RelationGetDescr(search->heap), i);
	Node *expression = column->attidentity ? NULL : build_column_default(search->heap, i + 1);
	Bitmapset *columns = NULL;

	if (column->attidentity || !search->suspects->inserted || contain_volatile_functions(expression))
		return false;
	search->slot->tts_isnull[i] = true;
	if (expression == NULL)
		return true;
	pull_varattnos(expression, 1, &columns);
	if (!know_columns(search, row, columns))
		return false;
	evaluate(search, i, expression);
	return true;
}

/* Sets a column of the current row; false if its value is not known. */
static bool
know_column(KeySearch *search, int row, int i)
{
	Form_pg_attribute column = TupleDescAttr(RelationGetDescr(search->heap), i);
	const OrmSuspects *suspects = search->suspects;
	bool isnull = false;
	char *text = suspects->text(suspects->argument, row, NameStr(column->attname), &isnull);
	Oid input;
	Oid parameter;

	search->slot->tts_isnull[i] = isnull;
	if (isnull)
		return true;
	if (text == NULL)
		return know_missing(search, row, i);
	getTypeInputInfo(column->atttypid, &input, &parameter);
	search->slot->tts_values[i] = OidInputFunctionCall(input, text, parameter, column->atttypmod);
	return true;
}

/* Sets columns of the current row; false if a value is not known. */
static bool
know_columns(KeySearch *search, int row, Bitmapset *columns)
{
	int member = -1;

	check_stack_depth();
	while ((member = bms_next_member(columns, member)) >= 0)
	{
		int column = member + FirstLowInvalidHeapAttributeNumber;

		if (column <= 0 || !know_column(search, row, column - 1))
			return false;
	}
	return true;
}

/* Is the current row in the index, and does the detail show its key? */
static bool
is_shown(KeySearch *search, Relation index)
{
	Datum values[INDEX_MAX_KEYS];
	bool isnull[INDEX_MAX_KEYS];
	char *key;

	GetPerTupleExprContext(search->executor)->ecxt_scantuple = search->slot;
	if (!ExecQual(search->predicate, GetPerTupleExprContext(search->executor)))
		return false;
	FormIndexDatum(search->info, search->slot, search->executor, values, isnull);
	key = BuildIndexValueDescription(index, values, isnull);
	return key != NULL && strstr(search->detail, key) != NULL;
}

/* Searches the rows, the last one first: it is the second one of two equal rows. */
static void
search_rows(KeySearch *search, Relation index)
{
	MemoryContext caller = MemoryContextSwitchTo(GetPerTupleMemoryContext(search->executor));

	for (int row = search->suspects->n - 1; search->found < 0 && row >= 0; row--)
	{
		CHECK_FOR_INTERRUPTS();
		ExecStoreVirtualTuple(ExecClearTuple(search->slot)); /* its columns are set below, as needed */
		if (know_columns(search, row, search->columns) && is_shown(search, index))
			search->found = row;
		ResetPerTupleExprContext(search->executor);
	}
	MemoryContextSwitchTo(caller);
}

/* Searches the row, as the work of orm_attempt. */
static void
run(void *argument)
{
	KeySearch *search = argument;
	Relation index = index_open(search->index, AccessShareLock);

	search->heap = table_open(index->rd_index->indrelid, AccessShareLock);
	search->info = BuildIndexInfo(index);
	search->executor = CreateExecutorState();
	search->slot = MakeSingleTupleTableSlot(RelationGetDescr(search->heap), &TTSOpsVirtual);
	memset(search->slot->tts_isnull, true, RelationGetDescr(search->heap)->natts);
	search->predicate = ExecPrepareQual(search->info->ii_Predicate, search->executor);
	pull_varattnos((Node *) search->info->ii_Predicate, 1, &search->columns);
	pull_varattnos((Node *) search->info->ii_Expressions, 1, &search->columns);
	for (int i = 0; i < search->info->ii_NumIndexKeyAttrs; i++)
		if (search->info->ii_IndexAttrNumbers[i] != 0)
			search->columns = bms_add_member(search->columns,
											 search->info->ii_IndexAttrNumbers[i] - FirstLowInvalidHeapAttributeNumber);
	search_rows(search, index);
	ExecDropSingleTupleTableSlot(search->slot);
	FreeExecutorState(search->executor);
	table_close(search->heap, NoLock);
	index_close(index, NoLock);
}

int
orm_failed_key_row(const OrmSuspects *suspects, Oid relid, const ErrorData *error)
{
	KeySearch search = {
		.suspects = suspects,
		.index = get_relname_relid(error->constraint_name, get_rel_namespace(relid)),
		.detail = error->detail,
		.found = -1,
	};
	char kind = get_rel_relkind(search.index);

	if (kind != RELKIND_INDEX && kind != RELKIND_PARTITIONED_INDEX)
		return -1;
	return orm_attempt(run, &search, ORM_ATTEMPT_UNDO) == NULL ? search.found : -1;
}
