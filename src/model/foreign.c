/*
 * foreign.c - tables whose rows are on foreign servers; see foreign.h.
 */
#include "postgres.h"

#include "access/relation.h"
#include "catalog/pg_class.h"
#include "catalog/pg_inherits.h"
#include "miscadmin.h"
#include "rewrite/rewriteHandler.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

#include "model/foreign.h"

/* The relations that supply the rows of another one: child tables, or the tables of a view. */
static List *
find_sources(Oid relid)
{
	Relation relation = try_relation_open(relid, AccessShareLock);
	List *sources = NIL;
	ListCell *cell;

	if (relation == NULL)
		return NIL;
	if (relation->rd_rel->relkind == RELKIND_VIEW)
		foreach(cell, get_view_query(relation)->rtable)
		{
			const RangeTblEntry *entry = lfirst_node(RangeTblEntry, cell);

			if (entry->rtekind == RTE_RELATION && entry->relid != relid)
				sources = lappend_oid(sources, entry->relid);
		}
	else if (relation->rd_rel->relhassubclass)
		sources = find_inheritance_children(relid, NoLock);
	relation_close(relation, AccessShareLock);
	return sources;
}

bool
orm_foreign_rows(Oid relid, List **depends)
{
	ListCell *cell;

	check_stack_depth();
	if (get_rel_relkind(relid) == RELKIND_FOREIGN_TABLE)
		return true;
	foreach(cell, find_sources(relid))
	{
		*depends = list_append_unique_oid(*depends, lfirst_oid(cell));
		if (orm_foreign_rows(lfirst_oid(cell), depends))
			return true;
	}
	return false;
}
