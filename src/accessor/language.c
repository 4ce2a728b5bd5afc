/*
 * language.c - running functions in LANGUAGE orm; see language.h.
 *
 * A call finds the compiled function in the plan cache by the OID, xmin and
 * ctid of its pg_proc row, so that CREATE OR REPLACE and ALTER FUNCTION make a
 * new entry.  It opens the model, and compiles again if the model's epoch has
 * changed.  Then it determines the given arguments and runs the verb.
 *
 * The default of an optional argument is a call of the marker function
 * orm.unset, and the planner adds defaults to the call expression.  An argument
 * that is this call in fn_expr was not given; an explicit NULL is a plain
 * constant.  Since setting up and evaluating the marker for every omitted
 * column would be slow, the planner support function of orm.unset replaces it
 * by a constant that no other NULL equals (orm_function_unset_constant()); both
 * forms are recognized. If fn_expr is not a FuncExpr of this function (an
 * operator, a call through fmgr), all arguments count as given.  A function
 * that wraps another one and forwards its arguments loses the difference,
 * unless it is inlined.
 *
 * A compiled function that is replaced may still be running further up the
 * stack, so it is kept until the end of the transaction, as models are.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_proc.h"
#include "nodes/execnodes.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/syscache.h"

#include "accessor/call.h"
#include "accessor/language.h"
#include "base/settings.h"
#include "exec/plan.h"
#include "model/cache.h"
#include "session/session.h"

/* Determines the given arguments; see the top of this file. */
static void
find_given(OrmCall *call)
{
	FmgrInfo *flinfo = call->fcinfo->flinfo;
	FuncExpr *expression = (FuncExpr *) flinfo->fn_expr;
	const OrmFunction *function = call->function;
	List *arguments = NIL;

	if (expression != NULL && IsA(expression, FuncExpr) && expression->funcid == flinfo->fn_oid)
		arguments = expression->args;
	for (int i = 0; i < function->nparameters; i++)
		call->given[i] = !function->parameters[i].optional || i >= list_length(arguments) ||
			!orm_function_is_unset(list_nth(arguments, i), function->unset);
}

/* Compiles a function and puts it into the plan cache, in place of "plan". */
static OrmPlan *
compile_function(HeapTuple tuple, const OrmPlanKey *key, OrmPlan *plan, OrmCall *call)
{
	OrmFunction *function = orm_function_compile(tuple, false, CurrentMemoryContext, &call->model);

	call->function = function;
	return orm_plan_keep(plan, key, function->context, function);
}

/* Finds or compiles the function, and opens its model; returns the entry, pinned. */
static OrmPlan *
open_function(Oid oid, OrmCall *call)
{
	HeapTuple tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(oid));
	TransactionId xmin;
	OrmPlanKey key;
	OrmPlan *plan;

	if (!HeapTupleIsValid(tuple))
		ereport(ERROR, errcode(ERRCODE_UNDEFINED_FUNCTION), errmsg("function with OID %u does not exist", oid));
	xmin = HeapTupleHeaderGetRawXmin(tuple->t_data);
	orm_plan_key_begin(&key, ORM_KIND_FUNCTION, 0);
	orm_plan_key_add(&key, &oid, sizeof(oid));
	orm_plan_key_add(&key, &xmin, sizeof(xmin));
	orm_plan_key_add(&key, &tuple->t_self, sizeof(tuple->t_self));
	plan = orm_plan_find(&key);
	if (plan != NULL)
	{
		call->function = orm_plan_payload(plan);
		if (!call->function->verb->no_model)
			call->model = orm_cache_open(call->function->model, orm_function_lock(call->function->verb));
	}
	if (plan == NULL || (call->model != NULL && call->function->epoch != call->model->epoch))
		plan = compile_function(tuple, &key, plan, call);
	ReleaseSysCache(tuple);
	return plan;
}

Datum
orm_language_call(FunctionCallInfo fcinfo)
{
	OrmCall call = {0};
	OrmPlan *plan;
	Datum result;

	call.fcinfo = fcinfo;
	plan = open_function(fcinfo->flinfo->fn_oid, &call);
	call.rows.fcinfo = fcinfo;
	call.rows.model = call.model;
	call.rows.context = CurrentMemoryContext;
	if (call.function->result & (ORM_RESULT_ROW | ORM_RESULT_ROWS))
		orm_rows_check(&call.rows);
	find_given(&call);
	if (!call.function->verb->queues)
		orm_session_autoflush(call.function->is_volatile);
	result = call.function->verb->run(&call);
	orm_settings_leave(call.settings);
	orm_plan_release(plan);
	return result;
}

void
orm_language_validate(Oid oid, bool check_bodies)
{
	HeapTuple tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(oid));
	const OrmModel *model;
	bool isnull;
	Datum source;

	if (!HeapTupleIsValid(tuple))
		ereport(ERROR, errcode(ERRCODE_UNDEFINED_FUNCTION), errmsg("function with OID %u does not exist", oid));
	source = SysCacheGetAttr(PROCOID, tuple, Anum_pg_proc_prosrc, &isnull);
	if (check_bodies)
		orm_function_compile(tuple, true, CurrentMemoryContext, &model);
	else if (!isnull)
		orm_function_check_syntax(TextDatumGetCString(source));
	ReleaseSysCache(tuple);
}
