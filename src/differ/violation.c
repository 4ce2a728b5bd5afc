/*
 * violation.c - see violation.h.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

#include "base/sql.h"
#include "ddl/layout.h"
#include "differ/violation.h"
#include "model/foreign_key.h"
#include "model/type.h"

/* What is to be done with rows that do not allow a step. */
#define MEND_ROWS "Change or delete these rows first; orm.data_step(..., 'before') does it in the migration."

/* Sets the query: the number of rows of "rows", whose column is an example, and three examples. */
static void
set_query(OrmStep *step, char *rows, int code, char *message, const char *hint)
{
	step->wrong = psprintf("SELECT pg_catalog.count(*), pg_catalog.string_agg(w.example, ', ')"
						   " FILTER (WHERE w.n OPERATOR(pg_catalog.<=) 3)"
						   " FROM (SELECT pg_catalog.row_number() OVER () AS n, r.example FROM (%s) r) w",
						   rows);
	step->wrong_code = code;
	step->wrong_message = message;
	step->wrong_hint = hint;
}

/* Appends the key of a row of a table without an alias as text, or its place. */
static void
append_key(StringInfo sql, const OrmDiffer *differ)
{
	AttrNumber key[INDEX_MAX_KEYS];
	int n = orm_foreign_key_primary(RelationGetRelid(differ->relation), key);

	if (n != 1)
	{
		appendStringInfo(sql, "%s.ctid::pg_catalog.text", differ->name);
		return;
	}
	appendStringInfo(sql, "%s.%s::pg_catalog.text", differ->name,
					 orm_sql_quoted(strVal(list_nth(differ->names, key[0] - 1))));
}

/* Starts a query of rows with their keys as examples; no alias hides the table's name from declared expressions. */
static void
start_rows(StringInfo sql, const OrmDiffer *differ)
{
	initStringInfo(sql);
	appendStringInfoString(sql, "SELECT ");
	append_key(sql, differ);
	appendStringInfo(sql, " AS example FROM %s", differ->name);
}

void
orm_violation_nulls(OrmStep *step, const OrmDiffer *differ, const char *column)
{
	StringInfoData rows;

	start_rows(&rows, differ);
	appendStringInfo(&rows, " WHERE %s.%s IS NULL", differ->name, orm_sql_quoted(column));
	set_query(step, rows.data, ERRCODE_NOT_NULL_VIOLATION,
			  psprintf("column \"%s\" of relation \"%s\" contains null values", column, differ->table->relation),
			  "Give these rows a value: orm.column(..., fill => 'expression').");
}

void
orm_violation_rows(OrmStep *step, const OrmDiffer *differ, const char *column)
{
	StringInfoData rows;

	start_rows(&rows, differ);
	set_query(
		step, rows.data, ERRCODE_NOT_NULL_VIOLATION,
		psprintf("new column \"%s\" of relation \"%s\" would contain null values", column, differ->table->relation),
		"Give the rows a value: orm.column(..., fill => 'expression'), or server_default.");
}

void
orm_violation_collisions(OrmStep *step, const OrmDiffer *differ, const char *column, const char *expression)
{
	StringInfoData rows;
	StringInfoData value;

	initStringInfo(&value);
	orm_sql_fragment(&value, expression);
	initStringInfo(&rows);
	appendStringInfo(&rows,
					 "SELECT v.value::pg_catalog.text AS example FROM (SELECT %s AS value FROM %s) v"
					 " WHERE v.value IS NOT NULL GROUP BY v.value HAVING pg_catalog.count(*) OPERATOR(pg_catalog.>) 1",
					 value.data, differ->name);
	set_query(step, rows.data, ERRCODE_UNIQUE_VIOLATION,
			  psprintf("column \"%s\" of relation \"%s\" cannot be normalized: there would be duplicate values", column,
					   differ->table->relation),
			  MEND_ROWS);
}

/* Appends the columns, each as t.name, with something between. */
static void
append_columns(StringInfo sql, const List *columns, const char *between, const char *behind)
{
	ListCell *cell;

	foreach(cell, columns)
		appendStringInfo(sql, "%st.%s%s", foreach_current_index(cell) > 0 ? between : "", orm_sql_quoted(lfirst(cell)),
						 behind);
}

/* Appends the columns as an example: a value, or (a, b). */
static void
append_example(StringInfo sql, const List *columns)
{
	if (list_length(columns) == 1)
	{
		append_columns(sql, columns, "", "::pg_catalog.text");
		return;
	}
	appendStringInfoString(sql, "ROW(");
	append_columns(sql, columns, ", ", "");
	appendStringInfoString(sql, ")::pg_catalog.text");
}

/* Duplicates of a unique key. */
static void
set_duplicates(OrmStep *step, const OrmDiffer *differ, const OrmKeyForm *form)
{
	StringInfoData rows;

	initStringInfo(&rows);
	appendStringInfoString(&rows, "SELECT ");
	append_example(&rows, form->columns);
	appendStringInfo(&rows, " AS example FROM %s t", differ->name);
	if (!form->nulls_not_distinct)
	{
		appendStringInfoString(&rows, " WHERE ");
		append_columns(&rows, form->columns, " AND ", " IS NOT NULL");
	}
	appendStringInfoString(&rows, " GROUP BY ");
	append_columns(&rows, form->columns, ", ", "");
	appendStringInfoString(&rows, " HAVING pg_catalog.count(*) OPERATOR(pg_catalog.>) 1");
	set_query(step, rows.data, ERRCODE_UNIQUE_VIOLATION,
			  psprintf("%s cannot be added: there are duplicate values", step->object), MEND_ROWS);
}

/* Rows whose referenced row is missing; false: the types differ, and the server compares them. */
static bool
set_orphans(OrmStep *step, const OrmDiffer *differ, const OrmKeyForm *form)
{
	StringInfoData rows;
	StringInfoData target;
	ListCell *cell;
	ListCell *other;

	if (!OidIsValid(form->target))
		return false;
	initStringInfo(&target);
	orm_sql_relation(&target, form->target);
	initStringInfo(&rows);
	appendStringInfoString(&rows, "SELECT ");
	append_example(&rows, form->columns);
	appendStringInfo(&rows, " AS example FROM %s t WHERE ", differ->name);
	append_columns(&rows, form->columns, " AND ", " IS NOT NULL");
	appendStringInfo(&rows, " AND NOT EXISTS (SELECT FROM %s r WHERE ", target.data);
	forboth(cell, form->columns, other, form->referenced)
	{
		AttrNumber referenced = get_attnum(form->target, lfirst(other));
		const OrmDdlColumn *column = orm_layout_column(differ->table, lfirst(cell));
		Oid type = referenced > 0 ? get_atttype(form->target, referenced) : InvalidOid;

		if (column == NULL || !OidIsValid(type) || column->type != type || !OidIsValid(orm_type_equality(type)))
			return false;
		appendStringInfo(&rows, "%sr.%s ", foreach_current_index(cell) > 0 ? " AND " : "",
						 orm_sql_quoted(lfirst(other)));
		orm_sql_operator(&rows, orm_type_equality(type));
		appendStringInfo(&rows, " t.%s", orm_sql_quoted(lfirst(cell)));
	}
	appendStringInfoChar(&rows, ')');
	set_query(step, rows.data, ERRCODE_FOREIGN_KEY_VIOLATION,
			  psprintf("%s cannot be added: referenced rows are missing", step->object), MEND_ROWS);
	return true;
}

/* Rows that a check refuses. */
static void
set_refused(OrmStep *step, const OrmDiffer *differ, const char *expression)
{
	StringInfoData rows;

	start_rows(&rows, differ);
	appendStringInfoString(&rows, " WHERE NOT ");
	orm_sql_fragment(&rows, expression);
	set_query(step, rows.data, ERRCODE_CHECK_VIOLATION, psprintf("%s cannot be added: rows violate it", step->object),
			  MEND_ROWS);
}

void
orm_violation_key(OrmStep *step, const OrmDiffer *differ, const OrmKeyForm *form)
{
	if (form->declared->kind == ORM_CONSTRAINT_CHECK && form->declared->expr != NULL)
		set_refused(step, differ, form->declared->expr);
	if (form->unreadable || form->expressions != NIL || form->condition != NULL || form->columns == NIL)
		return;
	if (form->kind == ORM_CONSTRAINT_FOREIGN_KEY && form->validated)
		(void) set_orphans(step, differ, form);
	else if (form->is_unique)
		set_duplicates(step, differ, form);
}
