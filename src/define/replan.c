/*
 * replan.c - after ALTER TABLE, what was prepared with functions that take the
 * table's rows is parsed anew.
 *
 * Since PostgreSQL 16, a statement that was prepared before ADD COLUMN and uses
 * the whole row of an inlined function, as in
 *
 *     SELECT p.* FROM usuario_all() u, posts(u) p
 *
 * cannot be planned any more: "too few column names for subquery".  Parsed anew
 * it can, but it depends on the functions alone, not on the table; so we say
 * that posts has changed.  Not usuario_all: a prepared SELECT * FROM
 * usuario_all() goes on with the columns it had, and parsed anew it would be
 * refused, because its result has other columns now.
 *
 * This takes no lock on any table.
 */
#include "postgres.h"

#include "catalog/dependency.h"
#include "catalog/pg_type.h"
#include "utils/lsyscache.h"

#include "define/replan.h"
#include "registry/proc.h"

/* Announces a change of the functions that take rows of a relation. */
static void
touch_takers(Oid row_type)
{
	ListCell *cell;

	foreach(cell, orm_proc_depending_on(TypeRelationId, row_type, DEPENDENCY_NORMAL))
		if (orm_proc_takes(lfirst_oid(cell), row_type))
			orm_proc_touch(lfirst_oid(cell));
}

void
orm_replan_functions(const List *relations)
{
	ListCell *cell;

	foreach(cell, relations)
	{
		Oid row_type = get_rel_type_id(lfirst_oid(cell));

		if (OidIsValid(row_type))
			touch_takers(row_type);
	}
}
