/*
 * kept.c - what the trigger of a table keeps of its attributes; see kept.h.
 */
#include "postgres.h"

#include "catalog/pg_trigger.h"
#include "commands/trigger.h"
#include "nodes/nodeFuncs.h"
#include "parser/parse_func.h"
#include "rewrite/prs2lock.h"
#include "rewrite/rewriteManip.h"
#include "utils/rel.h"
#include "utils/relcache.h"

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

const char *
orm_kept_word(OrmKeptKind kind)
{
	static const char *const words[ORM_KEPT_KINDS] = {
		[ORM_KEPT_NORMALIZED] = "normalizes",
		[ORM_KEPT_CREATED] = "stamps_new",
		[ORM_KEPT_UPDATED] = "stamps_changed",
		[ORM_KEPT_ONCE] = "write_once",
	};

	return words[kind];
}

/* The calls of a condition. */
typedef struct Calls
{
	Oid functions[ORM_KEPT_KINDS];
	List *kept; /* of OrmKept * */
} Calls;

const OrmKept *
orm_kept_find(const List *kept, OrmKeptKind kind, AttrNumber column)
{
	ListCell *cell;

	foreach(cell, kept)
	{
		const OrmKept *record = lfirst(cell);

		if (record->kind == kind && record->column == column && !record->names_others)
			return record;
	}
	return NULL;
}

/* Does an expression name anything but a column of the new row?  "context" is its number. */
static bool
names_others(Node *node, void *context)
{
	const AttrNumber *column = context;

	if (node == NULL)
		return false;
	if (IsA(node, Var))
		return ((Var *) node)->varno != PRS2_NEW_VARNO || ((Var *) node)->varattno != *column;
	return expression_tree_walker(node, names_others, context);
}

/* Adds the record of a call. */
static void
add_call(Calls *calls, OrmKeptKind kind, const FuncExpr *call)
{
	Node *first = call->args != NIL ? linitial(call->args) : NULL;
	OrmKept *record;

	while (first != NULL && IsA(first, RelabelType))
		first = (Node *) ((RelabelType *) first)->arg;
	if (first == NULL || !IsA(first, Var) || ((Var *) first)->varattno <= 0 ||
		orm_kept_find(calls->kept, kind, ((Var *) first)->varattno) != NULL)
		return;
	record = palloc0(sizeof(OrmKept));
	record->kind = kind;
	record->column = ((Var *) first)->varattno;
	if (list_length(call->args) > 1)
	{
		record->expression = copyObject(lsecond(call->args));
		record->names_others = names_others(record->expression, &record->column);
		ChangeVarNodes(record->expression, PRS2_NEW_VARNO, 1, 0);
	}
	calls->kept = lappend(calls->kept, record);
}

/* Collects the calls of a condition. */
static bool
collect(Node *node, void *context)
{
	Calls *calls = context;

	if (node == NULL)
		return false;
	for (int i = 0; IsA(node, FuncExpr) && i < ORM_KEPT_KINDS; i++)
		if (((FuncExpr *) node)->funcid == calls->functions[i])
		{
			add_call(calls, i, (FuncExpr *) node);
			return false;
		}
	return expression_tree_walker(node, collect, context);
}

/* list_sort comparator: by kind and column. */
static int
compare_kept(const ListCell *a, const ListCell *b)
{
	const OrmKept *left = lfirst(a);
	const OrmKept *right = lfirst(b);

	return left->kind != right->kind ? (int) left->kind - (int) right->kind : left->column - right->column;
}

void
orm_kept_sort(List *kept)
{
	list_sort(kept, compare_kept);
}

List *
orm_kept_read(char *condition)
{
	Calls calls = {.kept = NIL};

	if (condition == NULL)
		return NIL;
	for (int i = 0; i < ORM_KEPT_KINDS; i++)
		calls.functions[i] = find_function(orm_kept_word(i));
	collect(stringToNode(condition), &calls);
	orm_kept_sort(calls.kept);
	return calls.kept;
}

List *
orm_kept_of(Relation relation)
{
	TriggerDesc *triggers = CopyTriggerDesc(relation->trigdesc); /* a look-up can rebuild the relcache entry */
	Oid function = triggers != NULL ? orm_kept_function() : InvalidOid;
	List *kept = NIL;

	for (int i = 0; triggers != NULL && kept == NIL && i < triggers->numtriggers; i++)
		if (triggers->triggers[i].tgfoid == function && triggers->triggers[i].tgenabled != TRIGGER_DISABLED)
			kept = orm_kept_read(triggers->triggers[i].tgqual);
	FreeTriggerDesc(triggers);
	return kept;
}

List *
orm_kept_of_relation(Oid relid)
{
	Relation relation = RelationIdGetRelation(relid);
	List *kept = NIL;

	if (!RelationIsValid(relation))
		return NIL;
	kept = orm_kept_of(relation);
	RelationClose(relation);
	return kept;
}
