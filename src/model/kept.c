/*
 * kept.c - what the trigger of a table keeps of its attributes; see kept.h.
 */
#include "postgres.h"

#include "catalog/pg_trigger.h"
#include "nodes/nodeFuncs.h"
#include "parser/parse_func.h"

#include "model/kept.h"

/* A function of schema orm, by its name. */
static Oid
find_function(const char *name)
{
	return LookupFuncName(list_make2(makeString("orm"), makeString(pstrdup(name))), -1, NULL, true);
}

Oid
orm_kept_function(void)
{
	return find_function("keep_attributes");
}

/* The calls of a condition. */
typedef struct Calls
{
	Oid write_once;
	List *columns; /* numbers */
} Calls;

/* Adds the column that a call is about. */
static void
add_call(Calls *calls, const FuncExpr *call)
{
	Node *first = call->args != NIL ? linitial(call->args) : NULL;

	while (first != NULL && IsA(first, RelabelType))
		first = (Node *) ((RelabelType *) first)->arg;
	if (first != NULL && IsA(first, Var) && ((Var *) first)->varattno > 0)
		calls->columns = list_append_unique_int(calls->columns, ((Var *) first)->varattno);
}

/* Collects the calls of a condition. */
static bool
collect(Node *node, void *context)
{
	Calls *calls = context;

	if (node == NULL)
		return false;
	if (IsA(node, FuncExpr) && ((FuncExpr *) node)->funcid == calls->write_once)
	{
		add_call(calls, (FuncExpr *) node);
		return false;
	}
	return expression_tree_walker(node, collect, context);
}

List *
orm_kept_read(char *condition)
{
	Calls calls = {find_function("write_once"), NIL};

	if (condition != NULL)
		collect(stringToNode(condition), &calls);
	return calls.columns;
}

List *
orm_kept_of(const TriggerDesc *triggers)
{
	Oid function = triggers != NULL ? orm_kept_function() : InvalidOid;

	for (int i = 0; triggers != NULL && i < triggers->numtriggers; i++)
		if (triggers->triggers[i].tgfoid == function && triggers->triggers[i].tgenabled != TRIGGER_DISABLED)
			return orm_kept_read(triggers->triggers[i].tgqual);
	return NIL;
}
