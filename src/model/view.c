/*
 * view.c - see view.h.
 */
#include "postgres.h"

#include "access/sysattr.h"
#include "access/table.h"
#include "catalog/pg_class.h"
#include "miscadmin.h"
#include "nodes/primnodes.h"
#include "parser/parsetree.h"
#include "rewrite/prs2lock.h"
#include "rewrite/rewriteHandler.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

#include "model/view.h"

/* Does UPDATE set the column of the relation, or any column (0), without an error? */
static bool
is_settable(Oid relid, AttrNumber column)
{
	Bitmapset *columns = column == 0 ? NULL : bms_make_singleton(column - FirstLowInvalidHeapAttributeNumber);

	return (relation_is_updatable(relid, NIL, true, columns) & (1 << CMD_UPDATE)) != 0;
}

/* Does a trigger or a rule decide what UPDATE does to the view? */
static bool
is_intercepted(Relation view)
{
	const RuleLock *rules = view->rd_rules;

	for (int i = 0; rules != NULL && i < rules->numLocks; i++)
		if (rules->rules[i]->event == CMD_UPDATE)
			return true;
	return view->trigdesc != NULL && view->trigdesc->trig_update_instead_row;
}

/* Is it a generated column, at the bottom of automatically updatable views? */
static bool
is_generated(Oid relid, AttrNumber column)
{
	Relation relation;
	bool generated = false;

	check_stack_depth();
	if (get_rel_relkind(relid) != RELKIND_VIEW)
		return get_attgenerated(relid, column) != '\0';
	relation = table_open(relid, AccessShareLock);
	if (!is_intercepted(relation))
	{
		const Query *query = get_view_query(relation);
		const TargetEntry *entry = get_tle_by_resno(query->targetList, column);

		if (entry != NULL && IsA(entry->expr, Var) && ((const Var *) entry->expr)->varattno > 0)
		{
			const Var *var = (const Var *) entry->expr;
			const RangeTblEntry *table = rt_fetch(var->varno, query->rtable);

			generated = table->rtekind == RTE_RELATION && is_generated(table->relid, var->varattno);
		}
	}
	table_close(relation, AccessShareLock);
	return generated;
}

Bitmapset *
orm_view_computed(Relation view)
{
	TupleDesc descriptor = RelationGetDescr(view);
	Oid relid = RelationGetRelid(view);
	Bitmapset *computed = NULL;

	if (view->rd_rel->relkind != RELKIND_VIEW || !is_settable(relid, 0))
		return NULL;
	for (int i = 0; i < descriptor->natts; i++)
		if (!TupleDescAttr(descriptor, i)->attisdropped && (!is_settable(relid, i + 1) || is_generated(relid, i + 1)))
			computed = bms_add_member(computed, i + 1);
	return computed;
}
