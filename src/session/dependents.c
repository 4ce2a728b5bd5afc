/*
 * dependents.c - the effect of an object's removal on other rows; see
 * dependents.h.
 */
#include "postgres.h"

#include "catalog/partition.h"
#include "utils/lsyscache.h"

#include "base/attempt.h"
#include "remove/impact.h"
#include "session/dependents.h"

/* Arguments of ask(). */
typedef struct Asking
{
	const OrmModel *model;
	const Datum *key;
	const List *written;
	OrmDependents dependents;
} Asking;

/* Is a table, or a partitioned table above it, in a list? */
static bool
has_table(const List *relids, Oid relid)
{
	while (!list_member_oid(relids, relid))
	{
		if (!get_rel_relispartition(relid))
			return false;
		relid = get_partition_parent(relid, true);
	}
	return true;
}

/* Reads the impact of the removal. */
static void
ask(void *argument)
{
	Asking *asking = argument;
	const List *own = list_make1_oid(asking->model->relid);
	bool itself = true; /* the row itself is not yet subtracted */
	OrmDependents dependents = ORM_DEPENDENTS_NONE;
	ListCell *cell;

	foreach(cell, orm_impact_rows(asking->model, asking->key))
	{
		const OrmImpactRows *rows = lfirst(cell);
		int64 n = rows->n;

		if (itself && rows->effect == ORM_IMPACT_DELETED && has_table(own, rows->relid))
		{
			itself = false;
			n--;
		}
		if (n > 0 && has_table(asking->written, rows->relid))
			dependents = Max(dependents,
							 rows->effect == ORM_IMPACT_BLOCKING ? ORM_DEPENDENTS_PROTECTED : ORM_DEPENDENTS_CHANGED);
	}
	asking->dependents = dependents;
}

OrmDependents
orm_dependents_of(const OrmModel *model, const Datum *key, const List *written)
{
	Asking asking = {model, key, written, ORM_DEPENDENTS_CHANGED};

	(void) orm_attempt(ask, &asking, ORM_ATTEMPT_UNDO);
	return asking.dependents;
}
