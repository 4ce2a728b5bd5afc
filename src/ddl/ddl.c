/*
 * ddl.c - planning the tables of a run.
 *
 * Tables are ordered depth-first along their foreign keys.  A foreign key to a later
 * table, which closes a cycle, is not part of CREATE TABLE and is added at the end.
 */
#include "postgres.h"

#include "miscadmin.h"

#include "ddl/ddl.h"
#include "ddl/join_table.h"
#include "ddl/layout.h"
#include "ddl/partial_key.h"
#include "ddl/print.h"
#include "model/renaming.h"

OrmPlanned *
orm_ddl_find_table(const OrmDdlRun *run, const char *schema, const char *relation)
{
	OrmPlanned *former = NULL;
	ListCell *cell;

	foreach(cell, run->tables)
	{
		OrmPlanned *planned = lfirst(cell);

		if (strcmp(planned->table.schema, schema) != 0)
			continue;
		if (strcmp(planned->table.relation, relation) == 0)
			return planned;
		if (former == NULL && planned->table.former != NULL && strcmp(planned->table.former, relation) == 0)
			former = planned;
	}
	return former;
}

/* A second declaration of the same table is planned as an existing table. */
OrmPlanned *
orm_ddl_add_table(OrmDdlRun *run, OrmDeclaration *declaration)
{
	OrmPlanned *planned = palloc0(sizeof(OrmPlanned));

	planned->table.declaration = declaration;
	planned->table.schema = planned->target.schema = declaration->schema;
	planned->table.relation = planned->target.relation = orm_renaming_declared(declaration);
	planned->table.former = planned->target.former = declaration->becomes != NULL ? declaration->relation : NULL;
	planned->table.exists = planned->table.former != NULL ||
		orm_ddl_find_table(run, declaration->schema, declaration->relation) != NULL ||
		run->catalog->exists(declaration->schema, declaration->relation, run->catalog->arg);
	run->tables = lappend(run->tables, planned);
	return planned;
}

/* Adds a table to the plan, after the tables it references. */
static void
place(OrmDdlRun *run, OrmPlanned *planned)
{
	ListCell *cell;

	check_stack_depth();
	if (planned->visited)
		return;
	planned->visited = true;
	foreach(cell, planned->table.constraints)
	{
		OrmDdlConstraint *constraint = lfirst(cell);
		OrmPlanned *target = constraint->kind == ORM_CONSTRAINT_FOREIGN_KEY
			? orm_ddl_find_table(run, constraint->schema, constraint->relation)
			: NULL;

		if (target != NULL)
			place(run, target);
	}
	planned->placed = true;
	run->plan->tables = lappend(run->plan->tables, &planned->table);
	if (!planned->table.exists)
		orm_print_table(run, planned);
}

OrmDdlPlan *
orm_ddl_plan(List *declarations, const OrmDdlCatalog *catalog)
{
	OrmDdlRun run = {.catalog = catalog, .plan = palloc0(sizeof(OrmDdlPlan))};
	ListCell *cell;

	foreach(cell, declarations)
		orm_ddl_add_table(&run, lfirst(cell));
	orm_join_table_add_all(&run);
	foreach(cell, run.tables)
	{
		CHECK_FOR_INTERRUPTS();
		orm_layout_fill(&run, lfirst(cell));
	}
	foreach(cell, run.tables)
		orm_partial_key_make(&run, lfirst(cell));
	foreach(cell, run.tables)
		place(&run, lfirst(cell));
	foreach(cell, run.plan->tables)
	{
		OrmDdlTable *table = lfirst(cell);

		if (!table->exists)
			orm_print_statements(&run, table);
	}
	return run.plan;
}
