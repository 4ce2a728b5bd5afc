/*
 * dependents.c - the effect of an object's removal on other rows; see
 * dependents.h.
 */
#include "postgres.h"

#include "base/attempt.h"
#include "remove/impact.h"
#include "remove/row_key.h"
#include "session/dependents.h"

/* Arguments of ask(). */
typedef struct Asking
{
	const OrmModel *model;
	const Datum *key;
	const List *written;
	OrmDependents dependents;
} Asking;

/* Can rows of a table be rows of a table in a list?  Partitions are not told from each other. */
static bool
has_table(const List *relids, Oid relid)
{
	Oid tree = orm_row_key_tree(relid);
	ListCell *cell;

	foreach(cell, relids)
		if (orm_row_key_tree(lfirst_oid(cell)) == tree)
			return true;
	return false;
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
		if (rows->effect == ORM_IMPACT_SOFT_DELETED)
			continue;
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
