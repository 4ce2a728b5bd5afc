/*
 * cast.c - see cast.h.
 */
#include "postgres.h"

#include "access/transam.h"
#include "catalog/pg_type.h"
#include "executor/executor.h"
#include "parser/parse_coerce.h"
#include "utils/datum.h"
#include "utils/lsyscache.h"

#include "model/cast.h"

Expr *
orm_cast_find(Oid from, Oid to, int32 typmod)
{
	CaseTestExpr *value = makeNode(CaseTestExpr);
	Node *cast;

	value->typeId = from;
	value->typeMod = -1;
	value->collation = get_typcollation(from);
	cast = coerce_to_target_type(NULL, (Node *) value, from, to, typmod, COERCION_ASSIGNMENT, COERCE_IMPLICIT_CAST, -1);
	if (cast == NULL && TypeCategory(from) == TYPCATEGORY_STRING)
		cast = coerce_to_target_type(NULL, (Node *) value, from, to, typmod, COERCION_EXPLICIT, COERCE_EXPLICIT_CAST,
									 -1);
	return (Expr *) cast;
}

Oid
orm_cast_function(const Expr *cast)
{
	const FuncExpr *call = (const FuncExpr *) cast;

	if (cast == NULL || !IsA(cast, FuncExpr) || call->funcid >= FirstUnpinnedObjectId || call->funcretset ||
		list_length(call->args) != 1 || !IsA(linitial(call->args), CaseTestExpr) || !func_strict(call->funcid))
		return InvalidOid;
	return call->funcid;
}

Datum
orm_cast_run(Expr *cast, Oid to, Datum value, bool *isnull)
{
	EState *estate = CreateExecutorState();
	ExprContext *econtext = GetPerTupleExprContext(estate);
	ExprState *state = ExecPrepareExpr(cast, estate);
	Datum result;
	int16 length;
	bool by_value;

	econtext->caseValue_datum = value;
	econtext->caseValue_isNull = *isnull;
	result = ExecEvalExprSwitchContext(state, econtext, isnull);
	get_typlenbyval(to, &length, &by_value);
	if (!*isnull)
		result = datumCopy(result, by_value, length);
	FreeExecutorState(estate);
	return result;
}
