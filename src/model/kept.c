/*
 * kept.c - what the trigger of a table keeps of its attributes; see kept.h.
 */
#include "postgres.h"

#include "catalog/pg_trigger.h"
#include "nodes/nodeFuncs.h"
#include "parser/parse_func.h"
#include "rewrite/prs2lock.h"
#include "rewrite/rewriteManip.h"

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

/* The functions that a condition calls. */
typedef struct Words
{
	Oid write_once;
	Oid normalizes;
	List *found; /* of OrmKept * */
} Words;

/* Adds a call: its first argument is a column. */
static void
add_call(Words *words, const FuncExpr *call)
{
	Node *first = call->args != NIL ? linitial(call->args) : NULL;
	OrmKept *kept;

	while (first != NULL && IsA(first, RelabelType))
		first = (Node *) ((RelabelType *) first)->arg;
	if (first == NULL || !IsA(first, Var) || ((Var *) first)->varattno <= 0)
		return;
	kept = palloc0(sizeof(OrmKept));
	kept->column = ((Var *) first)->varattno;
	kept->write_once = call->funcid == words->write_once;
	kept->normalizes = call->funcid == words->normalizes ? lsecond(call->args) : NULL;
	words->found = lappend(words->found, kept);
}

/* Collects the calls of a condition. */
static bool
collect(Node *node, void *context)
{
	Words *words = context;

	if (node == NULL)
		return false;
	if (IsA(node, FuncExpr) &&
		(((FuncExpr *) node)->funcid == words->write_once || ((FuncExpr *) node)->funcid == words->normalizes))
	{
		add_call(words, (FuncExpr *) node);
		return false;
	}
	return expression_tree_walker(node, collect, context);
}

List *
orm_kept_read(char *condition)
{
	Words words = {find_function("write_once"), find_function("normalizes"), NIL};
	Node *node = condition != NULL ? stringToNode(condition) : NULL;

	ChangeVarNodes(node, PRS2_NEW_VARNO, 1, 0);
	collect(node, &words);
	return words.found;
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

const OrmKept *
orm_kept_find(const List *list, AttrNumber column, bool write_once)
{
	ListCell *cell;

	foreach(cell, list)
	{
		const OrmKept *kept = lfirst(cell);

		if (kept->column == column && kept->write_once == write_once)
			return kept;
	}
	return NULL;
}
