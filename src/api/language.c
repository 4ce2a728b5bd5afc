/*
 * language.c - the SQL-callable functions of LANGUAGE orm.
 */
#include "postgres.h"

#include "fmgr.h"
#include "nodes/supportnodes.h"
#include "utils/guc.h"

#include "accessor/function.h"
#include "accessor/language.h"
#include "define/mixing.h"
#include "define/model_function.h"

PG_FUNCTION_INFO_V1(orm_sql_unset);
PG_FUNCTION_INFO_V1(orm_sql_unset_support);
PG_FUNCTION_INFO_V1(orm_sql_language_handler);
PG_FUNCTION_INFO_V1(orm_sql_language_validator);

/* orm.unset(anyelement): the default of an argument that is not given; evaluated, it is NULL. */
Datum
orm_sql_unset(PG_FUNCTION_ARGS)
{
	PG_RETURN_NULL();
}

/* Planner support for it: a call becomes a constant that the language handler recognizes. */
Datum
orm_sql_unset_support(PG_FUNCTION_ARGS)
{
	Node *request = (Node *) PG_GETARG_POINTER(0);
	Node *constant = NULL;

	if (IsA(request, SupportRequestSimplify))
		constant = orm_function_unset_constant(((SupportRequestSimplify *) request)->fcall);
	PG_RETURN_POINTER(constant);
}

/* Calls a function in LANGUAGE orm. */
Datum
orm_sql_language_handler(PG_FUNCTION_ARGS)
{
	return orm_language_call(fcinfo);
}

/* Checks a function in LANGUAGE orm when it is created. */
Datum
orm_sql_language_validator(PG_FUNCTION_ARGS)
{
	Oid function = PG_GETARG_OID(0);

	if (!CheckFunctionValidatorAccess(fcinfo->flinfo->fn_oid, function))
		PG_RETURN_VOID();
	if (orm_model_function_has_verb(function, "model"))
		orm_model_function_validate(function, check_function_bodies);
	else if (orm_mixing_is_mixin(function))
		orm_mixing_validate(function, check_function_bodies);
	else
	{
		orm_model_function_check_not_replaced(function);
		orm_language_validate(function, check_function_bodies);
	}
	PG_RETURN_VOID();
}
