/*
 * count.c - count and exists.
 *
 *     SELECT pg_catalog.count(*) FROM "s"."t" AS t0 WHERE ...
 *     SELECT pg_catalog.count(*) FROM (SELECT DISTINCT t0."a", t0."b" FROM ...) AS d
 *     SELECT true FROM "s"."t" AS t0 WHERE ... LIMIT 1
 */
#include "postgres.h"

#include "catalog/pg_type.h"

#include "query/named_scope.h"
#include "query/source.h"

#define COUNT_KEYS \
	(ORM_KEYS_SCOPES | ORM_KEY_WHERE | ORM_KEY_COMPUTE | ORM_KEY_DISTINCT | ORM_KEY_FROM | ORM_KEY_ARGUMENTS)
#define PASSED_OVER \
	(ORM_KEY_ORDER_BY | ORM_KEY_LIMIT | ORM_KEY_OFFSET | ORM_KEY_SELECT | ORM_KEY_OMIT | ORM_KEY_LOAD | ORM_KEY_LOCK | \
	 ORM_KEY_ETAG | ORM_KEY_AFTER | ORM_KEY_BEFORE | ORM_KEY_TOTAL | ORM_KEY_SETTINGS)

void
orm_query_append_source(OrmScope *scope, const OrmQueryKeys *keys, StringInfo sql)
{
	const char *windows;
	const char *where = orm_query_filter_windows(scope, keys, NULL, &windows);

	if (windows != NULL)
		appendStringInfo(sql, " FROM (SELECT %s AS kept", windows);
	appendStringInfoString(sql, " FROM ");
	orm_query_from(sql, scope);
	appendBinaryStringInfo(sql, scope->joins->data, scope->joins->len);
	if (where != NULL)
		appendStringInfo(sql, " WHERE %s", where);
	if (windows != NULL)
		appendStringInfoString(sql, ") AS w WHERE w.kept");
}

/* Marks a parameter used in an ignored key. */
static void
use_parameter(void *argument, OrmJson reference)
{
	const OrmQueryRequest *request = argument;
	OrmJson name;

	if (!orm_json_member(reference, "$", &name))
		return;
	for (int i = 0; i < request->nparameters; i++)
		if (orm_json_equals(name, request->parameters[i].name))
			request->parameters[i].used = true;
}

/* Appends SELECT count(*) of the objects, or of their distinct values. */
static void
append_count(StringInfo sql, OrmScope *scope, const OrmQueryKeys *keys, List *distinct)
{
	OrmPath place = orm_path_key(NULL, "distinct");
	ListCell *cell;
	bool first = true;

	appendStringInfoString(sql, "SELECT pg_catalog.count(*)");
	if (distinct != NIL)
		appendStringInfoString(sql, " FROM (SELECT DISTINCT ");
	foreach(cell, distinct)
	{
		orm_sql_comma(sql, &first);
		appendStringInfoString(sql, ((OrmExpression *) lfirst(cell))->sql);
	}
	orm_query_append_source(scope, keys, sql);
	if (distinct != NIL && scope->builder->nwindows > 0)
		orm_query_refuse_window(&place);
	if (distinct != NIL)
		appendStringInfoString(sql, ") AS d");
}

/*
 * Reads the members of the query of a count.  Keys of queries for objects are accepted and
 * ignored, so that one document serves for both; the parameters they use count as used.
 */
static void
take_count(OrmCompiler *compiler, OrmJson query, OrmQueryKeys *keys)
{
	OrmShape shape;

	orm_query_take(query, compiler->request->model, COUNT_KEYS | PASSED_OVER, NULL, keys);
	orm_shape_begin(&shape);
	shape.on_reference = use_parameter;
	shape.argument = unconstify(OrmQueryRequest *, compiler->request);
	orm_shape_add_query(&shape, compiler->request->document);
}

void
orm_query_count(OrmCompiler *compiler, OrmJson query)
{
	OrmScope *scope = orm_query_scope(orm_query_builder(compiler), compiler->request->model);
	OrmQueryStatement *statement = &orm_query_add_level(compiler, scope->model)->statement;
	OrmPath distinct_place = orm_path_key(NULL, "distinct");
	bool counted = compiler->request->verb == ORM_QUERY_COUNT;
	List *distinct = NIL;
	OrmQueryKeys keys;
	StringInfoData sql;

	take_count(compiler, query, &keys);
	orm_source_read(scope, &keys, NULL);
	orm_named_scope_begin(scope, &keys, 0, NULL);
	orm_query_compute(scope, &keys, NULL);
	if (orm_query_key(&keys, ORM_KEY_DISTINCT) != NULL)
		distinct = orm_query_distinct(scope, *orm_query_key(&keys, ORM_KEY_DISTINCT), &distinct_place);
	initStringInfo(&sql);
	if (counted)
		append_count(&sql, scope, &keys, distinct);
	else
	{
		/* "distinct" does not matter for EXISTS */
		appendStringInfoString(&sql, "SELECT true");
		orm_query_append_source(scope, &keys, &sql);
		appendStringInfoString(&sql, " LIMIT 1");
	}
	statement->nresults = 1;
	statement->results = palloc(sizeof(Oid));
	statement->results[0] = counted ? INT8OID : BOOLOID;
	orm_query_finish(scope->builder, statement, sql.data);
}
