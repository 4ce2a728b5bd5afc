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

#include "define/guard.h"
#include "define/replan.h"
#include "exec/execute.h"
#include "exec/plan.h"
#include "registry/proc.h"
#include "registry/registry.h"

/* The functions that take rows of relations that the present DDL command touched. */
static const char *const takers_of_rows =
	"SELECT p.oid FROM pg_catalog.pg_event_trigger_ddl_commands() c"
	" JOIN pg_catalog.pg_class r ON r.oid OPERATOR(pg_catalog.=) c.objid"
	" JOIN pg_catalog.pg_depend d ON d.refobjid OPERATOR(pg_catalog.=) r.reltype"
	" JOIN pg_catalog.pg_proc p ON p.oid OPERATOR(pg_catalog.=) d.objid"
	" AND r.reltype OPERATOR(pg_catalog.=) ANY (p.proargtypes)"
	" WHERE c.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_class'::pg_catalog.regclass"
	" AND d.refclassid OPERATOR(pg_catalog.=) 'pg_catalog.pg_type'::pg_catalog.regclass"
	" AND d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_proc'::pg_catalog.regclass";

/* The work of orm_replan_functions. */
static void
touch_functions(void *argument)
{
	ListCell *cell;

	foreach(cell, orm_execute_oids(takers_of_rows))
		orm_proc_touch(lfirst_oid(cell));
}

void
orm_replan_functions(void)
{
	if (orm_registry_is_installed())
		orm_guard_run(touch_functions, NULL, "statements prepared before this have to be prepared again");
}
