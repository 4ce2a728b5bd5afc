/*
 * new_column.c - see new_column.h.
 */
#include "postgres.h"

#include "utils/lsyscache.h"
#include "utils/rel.h"

#include "base/sql.h"
#include "ddl/print_column.h"
#include "differ/column_form.h"
#include "differ/cost.h"
#include "differ/new_column.h"
#include "differ/violation.h"

/* "column s.t.c" */
char *
orm_new_column_object(const OrmDiffer *differ, const char *column)
{
	return psprintf("column %s.%s", differ->name, orm_sql_quoted(column));
}

/* Gives rows that have no value the declared one. */
void
orm_new_column_fill(const OrmDiffer *differ, const OrmDdlColumn *column, char *object)
{
	StringInfoData sql;
	OrmStep *step;

	initStringInfo(&sql);
	appendStringInfo(&sql, "UPDATE %s SET %s = ", differ->name, orm_sql_quoted(column->name));
	orm_sql_fragment(&sql, column->declared->fill);
	appendStringInfo(&sql, " WHERE %s IS NULL", orm_sql_quoted(column->name));
	step = orm_differ_step(differ, ORM_PHASE_COLUMN, "fill", object, sql.data, NULL, ORM_LOCK_FULL);
	orm_cost_rewrite(step, differ);
	step->gentle = ORM_GENTLE_FILL;
	step->named = pstrdup(column->name);
}

/* Has every row a value that cannot be given: an identity or a generation expression? */
static bool
has_value_of_its_own(const OrmDdlColumn *column)
{
	return column->identity != NULL || (column->declared != NULL && column->declared->generated != NULL);
}

/* Has a new column a value in the rows that are there? */
static bool
has_value(const OrmDdlColumn *column)
{
	return has_value_of_its_own(column) || column->is_version ||
		(column->declared != NULL && column->declared->server_default != NULL);
}

/* A column without NOT NULL and default, which is filled first; "declared" is memory for it. */
static void
make_empty(OrmDdlColumn *column, OrmDeclaredColumn *declared)
{
	*declared = *column->declared;
	declared->server_default = NULL;
	column->declared = declared;
	column->not_null = false;
}

/* Fills a new column, and makes it what it is to be. */
static void
fill_new(const OrmDiffer *differ, const OrmDdlColumn *column, char *object)
{
	char *alter = psprintf("ALTER TABLE %s ALTER COLUMN %s", differ->name, orm_sql_quoted(column->name));
	StringInfoData sql;

	orm_new_column_fill(differ, column, object);
	if (column->declared->server_default != NULL)
	{
		initStringInfo(&sql);
		appendStringInfo(&sql, "%s SET DEFAULT ", alter);
		orm_sql_fragment(&sql, column->declared->server_default);
		orm_differ_step(differ, ORM_PHASE_COLUMN, "alter", object, sql.data, NULL, ORM_LOCK_FULL);
	}
	if (column->not_null)
	{
		OrmStep *step = orm_differ_step(differ, ORM_PHASE_COLUMN, "alter", object, psprintf("%s SET NOT NULL", alter),
										NULL, ORM_LOCK_FULL);

		orm_violation_nulls(step, differ, column->name);
		step->gentle = ORM_GENTLE_NOT_NULL;
		step->named = pstrdup(column->name);
	}
}

/* Adds a column that is not there, with its sequence, storage and comment. */
void
orm_new_column_add(const OrmDiffer *differ, const OrmDdlColumn *column, char *object)
{
	OrmDdlTable before = *differ->table;
	OrmDdlTable after = *differ->table;
	OrmDdlColumn added = *column;
	OrmDeclaredColumn empty;
	bool filled = column->declared != NULL && column->declared->fill != NULL && !has_value_of_its_own(column);
	StringInfoData sql;
	OrmStep *step;
	ListCell *cell;

	before.statements = after.statements = NIL;
	orm_print_column_before(&before, column);
	orm_print_column_after(&after, column);
	foreach(cell, before.statements)
		orm_differ_step(differ, ORM_PHASE_COLUMN, "add", object, lfirst(cell), NULL, NULL);
	if (filled)
		make_empty(&added, &empty);
	initStringInfo(&sql);
	appendStringInfo(&sql, "ALTER TABLE %s ADD COLUMN ", differ->name);
	orm_print_column_append(&sql, differ->table, &added);
	step = orm_differ_step(differ, ORM_PHASE_COLUMN, "add", object, sql.data,
						   psprintf("ALTER TABLE %s DROP COLUMN %s", differ->name, orm_sql_quoted(column->name)),
						   ORM_LOCK_FULL);
	orm_cost_add_column(step, differ, &added);
	step->type = has_value_of_its_own(column) ? InvalidOid : column->type;
	if (added.not_null && !has_value(&added))
		orm_violation_rows(step, differ, column->name);
	if (filled)
		fill_new(differ, column, object);
	foreach(cell, after.statements)
		orm_differ_step(differ, ORM_PHASE_COLUMN, "add", object, lfirst(cell), NULL, ORM_LOCK_FULL);
}

/* Drops a column, with all that it takes to make it again. */
void
orm_new_column_drop(const OrmDiffer *differ, AttrNumber number, const char *name)
{
	char *now = get_attname(RelationGetRelid(differ->relation), number, false);
	OrmColumnForm actual = orm_column_form_actual(differ, orm_declaration_column(differ->actual, now), name);
	StringInfoData back;
	OrmStep *step;

	initStringInfo(&back);
	appendStringInfo(&back, "ALTER TABLE %s ADD COLUMN ", differ->name);
	orm_print_column_append(&back, differ->table, actual.column);
	step = orm_differ_step(differ, ORM_PHASE_DROP, "drop", orm_new_column_object(differ, name),
						   psprintf("ALTER TABLE %s DROP COLUMN %s", differ->name, orm_sql_quoted(name)), back.data,
						   ORM_LOCK_FULL);
	step->seconds = 0;
	step->loosens = true;
	step->type = actual.type;
	step->column = now;
	step->number = number;
	if (!actual.generated)
		orm_cost_lose_column(step, differ, now, name);
}
