/*
 * statement.c - making the statement of a level.
 *
 *     plain     SELECT t0."id", t0."nombre" FROM "s"."usuarios" AS t0 LEFT JOIN ... WHERE ... ORDER BY ... LIMIT $2
 *     parents   SELECT k.n, t0."id" FROM ROWS FROM (pg_catalog.unnest($1)) WITH ORDINALITY AS k(k1, n)
 *               CROSS JOIN "s"."posts" AS t0 WHERE t0."autor_id" OPERATOR(pg_catalog.=) k.k1
 *     lateral   SELECT x.c1, x.c2 FROM ROWS FROM (...) AS k(k1, n)
 *               CROSS JOIN LATERAL (SELECT k.n AS c1, t0."id" AS c2 FROM ... ORDER BY ... LIMIT $2) AS x
 *     windowed  SELECT x.c1, x.c2 FROM (SELECT k.n AS c1, t0."id" AS c2,
 *                   pg_catalog.row_number() OVER (PARTITION BY k.n ORDER BY ...) AS r
 *               FROM ROWS FROM (...) AS k(k1, n) CROSS JOIN "s"."posts" AS t0 WHERE ...) AS x
 *               WHERE x.r OPERATOR(pg_catalog.<=) $2 ORDER BY x.c1, x.r
 *     distinct  SELECT d.c1, d.c2 FROM (SELECT DISTINCT ON (t0."a") t0."id" AS c1, t0."b" AS c2 FROM ...
 *               ORDER BY t0."a", t0."b") AS d ORDER BY d.c2 LIMIT $2
 *
 * A lateral join with a LIMIT is always a nested loop, which keeps the order of its inner
 * side.  Without an index it would scan the whole table for each parent; the windowed form
 * scans it once.
 */
#include "postgres.h"

#include "catalog/pg_type.h"

#include "query/compile.h"

/* Appends the columns, with aliases if "named". */
static void
append_columns(StringInfo sql, const OrmColumns *columns, bool named)
{
	ListCell *cell;
	bool first = true;

	foreach(cell, columns->sql)
	{
		orm_sql_comma(sql, &first);
		appendStringInfoString(sql, lfirst(cell));
		if (named)
			appendStringInfo(sql, " AS c%d", foreach_current_index(cell) + 1);
	}
}

/* Appends the columns for an outer SELECT: x.c1, x.c2 */
static void
append_outer_columns(StringInfo sql, const OrmColumns *columns, const char *alias, bool named)
{
	bool first = true;

	for (int i = 1; i <= list_length(columns->sql); i++)
	{
		orm_sql_comma(sql, &first);
		appendStringInfo(sql, "%s.c%d", alias, i);
		if (named)
			appendStringInfo(sql, " AS c%d", i);
	}
}

/* Appends FROM and WHERE. */
static void
append_from(StringInfo sql, const OrmLevelBuild *build)
{
	ListCell *cell;

	appendStringInfoString(sql, " FROM ");
	if (build->parents != NULL && (build->level->link.form == ORM_LINK_JOIN || build->windowed))
		appendStringInfo(sql, "%s CROSS JOIN ", build->parents);
	orm_query_from(sql, build->scope);
	if (build->joined != NULL)
		appendStringInfoString(sql, build->joined);
	appendBinaryStringInfo(sql, build->scope->joins->data, build->scope->joins->len);
	foreach(cell, build->conditions)
		appendStringInfo(sql, "%s%s", foreach_current_index(cell) == 0 ? " WHERE " : " AND ", (char *) lfirst(cell));
}

/* Appends ORDER BY, LIMIT, OFFSET and the lock. */
static void
append_tail(StringInfo sql, const OrmLevelBuild *build, List *order)
{
	if (order != NIL)
	{
		appendStringInfoString(sql, " ORDER BY ");
		orm_query_append_order(sql, order, build->parent == NULL && build->compiler->request->backward);
	}
	if (build->limit != NULL)
		appendStringInfo(sql, " LIMIT %s", build->limit);
	if (build->offset != NULL)
		appendStringInfo(sql, " OFFSET %s", build->offset);
	if (build->lock != NULL)
		appendStringInfoString(sql, build->lock);
}

/* The order for the outer SELECT, by columns. */
static List *
outer_order(OrmLevelBuild *build)
{
	List *order = NIL;
	ListCell *cell;

	foreach(cell, build->order)
	{
		const OrmOrder *inner = lfirst(cell);
		OrmOrder *outer = palloc(sizeof(OrmOrder));
		OrmExpression *expression = palloc(sizeof(OrmExpression));
		int position = orm_query_column(&build->columns, inner->expression->sql, inner->expression->type->oid);

		*expression = *inner->expression;
		expression->sql = psprintf("d.c%d", position + 1);
		*outer = *inner;
		outer->expression = expression;
		order = lappend(order, outer);
	}
	return order;
}

/* Appends the expressions of distinct. */
static void
append_distinct_list(StringInfo sql, List *distinct)
{
	ListCell *cell;
	bool first = true;

	foreach(cell, distinct)
	{
		orm_sql_comma(sql, &first);
		appendStringInfoString(sql, ((OrmExpression *) lfirst(cell))->sql);
	}
}

/* Appends a SELECT DISTINCT ON. */
static void
append_distinct(StringInfo sql, OrmLevelBuild *build, bool named)
{
	List *order = outer_order(build);

	/* SELECT DISTINCT requires a column */
	if (build->columns.sql == NIL)
		orm_query_column(&build->columns, "true", BOOLOID);
	appendStringInfoString(sql, "SELECT ");
	append_outer_columns(sql, &build->columns, "d", named);
	appendStringInfoString(sql, " FROM (SELECT DISTINCT ON (");
	append_distinct_list(sql, build->distinct);
	appendStringInfoString(sql, ") ");
	append_columns(sql, &build->columns, true);
	append_from(sql, build);
	appendStringInfoString(sql, " ORDER BY ");
	append_distinct_list(sql, build->distinct);
	if (build->order != NIL)
		appendStringInfoString(sql, ", ");
	orm_query_append_order(sql, build->order, false);
	appendStringInfoString(sql, ") AS d");
	append_tail(sql, build, order);
}

/*
 * Appends a SELECT with conditions on window functions, which are columns of an
 * inner one.
 */
static void
append_kept(StringInfo sql, OrmLevelBuild *build, bool named)
{
	List *order = outer_order(build);
	ListCell *cell;

	appendStringInfoString(sql, "SELECT ");
	append_outer_columns(sql, &build->columns, "d", named);
	appendStringInfoString(sql, " FROM (SELECT ");
	append_columns(sql, &build->columns, true);
	appendStringInfoString(sql, build->columns.sql != NIL ? ", " : "");
	foreach(cell, build->kept)
		appendStringInfo(sql, "%s%s", foreach_current_index(cell) > 0 ? " AND " : "", (char *) lfirst(cell));
	appendStringInfoString(sql, " AS kept");
	append_from(sql, build);
	appendStringInfoString(sql, ") AS d WHERE d.kept");
	append_tail(sql, build, order);
}

/* Appends the SELECT of the level's objects; inside LATERAL, of one parent. */
static void
append_select(StringInfo sql, OrmLevelBuild *build, bool named)
{
	if (build->distinct != NIL)
	{
		append_distinct(sql, build, named);
		return;
	}
	if (build->kept != NIL)
	{
		append_kept(sql, build, named);
		return;
	}
	appendStringInfoString(sql, "SELECT ");
	append_columns(sql, &build->columns, named);
	append_from(sql, build);
	append_tail(sql, build, build->order);
}

/* Appends a SELECT with a LATERAL subquery for each parent. */
static void
append_lateral(StringInfo sql, OrmLevelBuild *build)
{
	StringInfoData inner;

	initStringInfo(&inner);
	append_select(&inner, build, true);
	appendStringInfoString(sql, "SELECT ");
	append_outer_columns(sql, &build->columns, "x", false);
	appendStringInfo(sql, " FROM %s CROSS JOIN LATERAL (%s) AS x", build->parents, inner.data);
}

/* Appends the condition on row numbers for limit and offset. */
static void
append_window_condition(StringInfo sql, const OrmLevelBuild *build)
{
	const char *joint = " WHERE ";

	if (build->offset != NULL)
	{
		appendStringInfo(sql, " WHERE x.r OPERATOR(pg_catalog.>) %s", build->offset);
		joint = " AND ";
	}
	if (build->limit == NULL)
		return;
	appendStringInfoString(sql, joint);
	if (build->offset != NULL)
		appendStringInfo(sql, "(x.r OPERATOR(pg_catalog.-) %s)", build->offset);
	else
		appendStringInfoString(sql, "x.r");
	appendStringInfo(sql, " OPERATOR(pg_catalog.<=) %s", build->limit);
}

/* Appends a SELECT that numbers the rows of all parents in one scan. */
static void
append_windowed(StringInfo sql, OrmLevelBuild *build)
{
	appendStringInfoString(sql, "SELECT ");
	append_outer_columns(sql, &build->columns, "x", false);
	appendStringInfoString(sql, " FROM (SELECT ");
	append_columns(sql, &build->columns, true);
	appendStringInfoString(sql, ", pg_catalog.row_number() OVER (PARTITION BY k.n");
	if (build->order != NIL)
		appendStringInfoString(sql, " ORDER BY ");
	orm_query_append_order(sql, build->order, false);
	appendStringInfoString(sql, ") AS r");
	append_from(sql, build);
	appendStringInfoString(sql, ") AS x");
	append_window_condition(sql, build);
	appendStringInfoString(sql, " ORDER BY x.c1, x.r");
}

void
orm_query_statement(OrmLevelBuild *build)
{
	OrmQueryStatement *statement = &build->level->statement;
	StringInfoData sql;
	OrmPath distinct = orm_path_key(build->place, "distinct");
	ListCell *cell;

	if (build->scope->builder->nwindows > 0 && build->distinct != NIL)
		orm_query_refuse_window(&distinct);
	if (build->scope->builder->nwindows > 0 && build->parent != NULL && build->level->link.form != ORM_LINK_LATERAL &&
		build->level->link.form != ORM_LINK_SINGLE)
		orm_query_refuse_window(build->place);
	initStringInfo(&sql);
	if (build->windowed)
		append_windowed(&sql, build);
	else if (build->level->link.form == ORM_LINK_LATERAL)
		append_lateral(&sql, build);
	else
		append_select(&sql, build, false);
	orm_query_finish(build->scope->builder, statement, sql.data);
	statement->results = palloc(sizeof(Oid) * Max(list_length(build->columns.types), 1));
	foreach(cell, build->columns.types)
		statement->results[statement->nresults++] = lfirst_oid(cell);
}
