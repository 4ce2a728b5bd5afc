/*
 * column_default.c - the default expression of a column, and the sequence that it takes.
 */
#include "postgres.h"

#include "nodes/primnodes.h"
#include "utils/fmgroids.h"

#include "model/column_default.h"

char *
orm_column_default_stored(TupleDesc descriptor, AttrNumber attnum)
{
	for (int i = 0; descriptor->constr != NULL && i < descriptor->constr->num_defval; i++)
		if (descriptor->constr->defval[i].adnum == attnum)
			return descriptor->constr->defval[i].adbin;
	return NULL;
}

Oid
orm_column_default_sequence(Node *expression)
{
	const FuncExpr *call = (const FuncExpr *) expression;
	const Const *sequence;

	if (expression == NULL || !IsA(expression, FuncExpr))
		return InvalidOid;
	if (call->funcformat != COERCE_EXPLICIT_CALL && list_length(call->args) == 1 && IsA(linitial(call->args), FuncExpr))
		call = linitial(call->args); /* int4(nextval(...)) */
	if (call->funcid != F_NEXTVAL || !IsA(linitial(call->args), Const))
		return InvalidOid;
	sequence = linitial(call->args);
	return sequence->constisnull ? InvalidOid : DatumGetObjectId(sequence->constvalue);
}
