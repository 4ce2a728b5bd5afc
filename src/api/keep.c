/*
 * keep.c - the trigger function orm.keep_attributes, and the functions of its
 * condition; see model/kept.h.
 *
 * What is normalized is changed in the new row first, then it is compared with the old
 * one.  Values are compared as they are stored: 1.0 and 1.00 are not the same.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "executor/executor.h"
#include "fmgr.h"
#include "parser/parse_coerce.h"
#include "parser/parse_collate.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/optimizer.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"

#include "base/compat.h"
#include "model/kept.h"

PG_FUNCTION_INFO_V1(orm_sql_write_once);
PG_FUNCTION_INFO_V1(orm_sql_normalizes);
PG_FUNCTION_INFO_V1(orm_sql_keep_attributes);

/* orm.write_once("any") */
Datum
orm_sql_write_once(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(true);
}

/* How the two arguments of a call site are compared. */
typedef struct Compared
{
	bool comparable; /* values of one form */
	bool by_value;
	int16 length;
} Compared;

/* Reads the types of the arguments, once for a call site. */
static const Compared *
compared_types(FmgrInfo *flinfo)
{
	Compared *compared = flinfo->fn_extra;
	Oid type;
	Oid other;

	if (compared != NULL)
		return compared;
	compared = MemoryContextAllocZero(flinfo->fn_mcxt, sizeof(Compared));
	type = get_fn_expr_argtype(flinfo, 0);
	other = get_fn_expr_argtype(flinfo, 1);
	compared->comparable = OidIsValid(type) && OidIsValid(other) && IsBinaryCoercible(other, type);
	if (compared->comparable)
		get_typlenbyval(type, &compared->length, &compared->by_value);
	flinfo->fn_extra = compared;
	return compared;
}

/* orm.normalizes("any", "any") */
Datum
orm_sql_normalizes(PG_FUNCTION_ARGS)
{
	const Compared *compared = compared_types(fcinfo->flinfo);

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		PG_RETURN_BOOL(PG_ARGISNULL(0) != PG_ARGISNULL(1));
	PG_RETURN_BOOL(!compared->comparable ||
				   !datum_image_eq(PG_GETARG_DATUM(0), PG_GETARG_DATUM(1), compared->by_value, compared->length));
}

/* An expression of the condition, ready to run. */
typedef struct Normalizer
{
	AttrNumber column;
	ExprState *state;
} Normalizer;

/* What the trigger does, read once for a statement. */
typedef struct Keeper
{
	EState *estate;
	TupleTableSlot *slot;
	int nnormalizers;
	Normalizer *normalizers;
	int nonce;
	AttrNumber *once; /* columns */
} Keeper;

/* The expression as an assignment to the column, ready to run. */
static ExprState *
prepare(Keeper *keeper, Relation relation, const OrmKept *kept)
{
	Form_pg_attribute column = TupleDescAttr(RelationGetDescr(relation), kept->column - 1);
	Node *expression = coerce_to_target_type(NULL, copyObject(kept->normalizes), exprType(kept->normalizes),
											 column->atttypid, column->atttypmod, COERCION_ASSIGNMENT,
											 COERCE_IMPLICIT_CAST, -1);

	if (expression == NULL)
		ereport(ERROR, errcode(ERRCODE_DATATYPE_MISMATCH),
				errmsg("normalized value of column \"%s\" is of type %s, not %s", NameStr(column->attname),
					   format_type_be(exprType(kept->normalizes)), format_type_be(column->atttypid)));
	assign_expr_collations(NULL, expression);
	return ExecPrepareExpr((Expr *) expression, keeper->estate);
}

/* Reads the condition of the trigger. */
static Keeper *
make_keeper(Relation relation, const Trigger *trigger)
{
	List *list = orm_kept_read(trigger->tgqual);
	Keeper *keeper = palloc0(sizeof(Keeper));
	ListCell *cell;

	keeper->estate = CreateExecutorState();
	keeper->slot = MakeSingleTupleTableSlot(CreateTupleDescCopy(RelationGetDescr(relation)), &TTSOpsHeapTuple);
	keeper->normalizers = palloc0(sizeof(Normalizer) * Max(list_length(list), 1));
	keeper->once = palloc0(sizeof(AttrNumber) * Max(list_length(list), 1));
	foreach(cell, list)
	{
		const OrmKept *kept = lfirst(cell);

		if (kept->write_once)
			keeper->once[keeper->nonce++] = kept->column;
		else
		{
			Normalizer *normalizer = &keeper->normalizers[keeper->nnormalizers++];

			normalizer->column = kept->column;
			normalizer->state = prepare(keeper, relation, kept);
		}
	}
	return keeper;
}

/* The keeper of a trigger in a statement. */
static Keeper *
find_keeper(FunctionCallInfo fcinfo, const TriggerData *trigger)
{
	if (fcinfo->flinfo->fn_extra == NULL)
	{
		MemoryContext caller = MemoryContextSwitchTo(fcinfo->flinfo->fn_mcxt);

		fcinfo->flinfo->fn_extra = make_keeper(trigger->tg_relation, trigger->tg_trigger);
		MemoryContextSwitchTo(caller);
	}
	return fcinfo->flinfo->fn_extra;
}

/* The row with its normalized values; the row itself where they are there already. */
static HeapTuple
normalize(Keeper *keeper, TupleDesc descriptor, HeapTuple row)
{
	ExprContext *context = GetPerTupleExprContext(keeper->estate);
	int n = keeper->nnormalizers;
	int *columns = palloc(sizeof(int) * Max(n, 1));
	Datum *values = palloc(sizeof(Datum) * Max(n, 1));
	bool *isnull = palloc(sizeof(bool) * Max(n, 1));

	if (n == 0)
		return row;
	ResetExprContext(context);
	ExecStoreHeapTuple(row, keeper->slot, false);
	context->ecxt_scantuple = keeper->slot;
	for (int i = 0; i < n; i++)
	{
		columns[i] = keeper->normalizers[i].column;
		values[i] = ExecEvalExprSwitchContext(keeper->normalizers[i].state, context, &isnull[i]);
	}
	row = heap_modify_tuple_by_cols(row, descriptor, n, columns, values, isnull);
	ExecClearTuple(keeper->slot);
	return row;
}

/* The primary key of a row as the server writes it, (id)=(1); NULL: there is none that may be read. */
static char *
key_text(Relation relation, HeapTuple row)
{
	Oid index = orm_primary_key_index(relation);
	Relation key = OidIsValid(index) ? index_open(index, AccessShareLock) : NULL;
	Datum values[INDEX_MAX_KEYS];
	bool isnull[INDEX_MAX_KEYS];
	char *text;

	if (key == NULL)
		return NULL;
	for (int i = 0; i < IndexRelationGetNumberOfKeyAttributes(key); i++)
		values[i] = heap_getattr(row, key->rd_index->indkey.values[i], RelationGetDescr(relation), &isnull[i]);
	text = BuildIndexValueDescription(key, values, isnull);
	index_close(key, AccessShareLock);
	return text;
}

/* Raises 428C9 for a column of the old row that has a value, and another one in the new row. */
static void
check_once(const Keeper *keeper, Relation relation, HeapTuple old, HeapTuple row)
{
	TupleDesc descriptor = RelationGetDescr(relation);

	for (int i = 0; i < keeper->nonce; i++)
	{
		Form_pg_attribute column = TupleDescAttr(descriptor, keeper->once[i] - 1);
		bool was_null;
		bool isnull;
		Datum before = heap_getattr(old, keeper->once[i], descriptor, &was_null);
		Datum after = heap_getattr(row, keeper->once[i], descriptor, &isnull);
		char *key;

		if (was_null || (!isnull && datum_image_eq(before, after, column->attbyval, column->attlen)))
			continue;
		key = key_text(relation, old);
		ereport(ERROR, errcode(ERRCODE_GENERATED_ALWAYS),
				errmsg("column \"%s\" of relation \"%s\" cannot be changed", NameStr(column->attname),
					   RelationGetRelationName(relation)),
				key != NULL ? errdetail("It is written once, and row %s has a value for it.", key)
							: errdetail("It is written once, and the row has a value for it."),
				errtablecol(relation, keeper->once[i]));
	}
}

/* orm.keep_attributes() */
Datum
orm_sql_keep_attributes(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = (TriggerData *) fcinfo->context;
	bool update;
	Keeper *keeper;
	HeapTuple row;

	if (!CALLED_AS_TRIGGER(fcinfo) || !TRIGGER_FIRED_BEFORE(trigger->tg_event) ||
		!TRIGGER_FIRED_FOR_ROW(trigger->tg_event) || TRIGGER_FIRED_BY_DELETE(trigger->tg_event))
		ereport(ERROR, errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				errmsg("function \"%s\" must be called by a trigger BEFORE INSERT OR UPDATE FOR EACH ROW",
					   "orm.keep_attributes"));
	update = TRIGGER_FIRED_BY_UPDATE(trigger->tg_event);
	keeper = find_keeper(fcinfo, trigger);
	row = normalize(keeper, RelationGetDescr(trigger->tg_relation),
					update ? trigger->tg_newtuple : trigger->tg_trigtuple);
	if (update)
		check_once(keeper, trigger->tg_relation, trigger->tg_trigtuple, row);
	return PointerGetDatum(row);
}
