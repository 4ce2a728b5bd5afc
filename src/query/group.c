/*
 * group.c - aggregate documents: groups of objects.
 *
 *     SELECT t0."pais", pg_catalog.count(*) FROM "s"."usuarios" AS t0 WHERE ...
 *     GROUP BY 1 HAVING ... ORDER BY pg_catalog.count(*) DESC LIMIT $1
 *
 * A to-many chain would multiply the rows of other aggregates.  When all aggregates are
 * over one chain, it is joined:
 *
 *     ... FROM "s"."usuarios" AS t0 LEFT JOIN LATERAL
 *     (SELECT true AS found, t1."likes" AS c1 FROM "s"."posts" AS t1 WHERE t1."autor_id" = t0."id") AS t2 ON true
 *
 * which the planner flattens to a plain join.  Otherwise the rows of each chain are
 * appended to the grouped rows by UNION ALL with a part number, and each aggregate
 * filters its part.  This costs one scan of the grouped table for each chain, but needs
 * neither a join on the group keys, which would have to treat nulls as equal, nor a
 * lookup for each row:
 *
 *     SELECT t2.c1, pg_catalog.count(*) FILTER (WHERE t2.part = 0), pg_catalog.sum(t2.c2) FILTER (WHERE t2.part = 1)
 *     FROM (SELECT 0 AS part, t0."pais" AS c1, NULL::integer AS c2 FROM "s"."usuarios" AS t0 WHERE ...
 *           UNION ALL SELECT 1, t0."pais", t1."likes" FROM "s"."usuarios" AS t0, "s"."posts" AS t1
 *           WHERE ... AND t1."autor_id" = t0."id") AS t2
 *     GROUP BY 1
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "model/operator.h"
#include "query/aggregate.h"
#include "query/expression.h"
#include "query/group_inner.h"
#include "query/named_scope.h"
#include "query/source.h"

#define GROUP_KEYS \
	(ORM_KEYS_SCOPES | ORM_KEY_WHERE | ORM_KEY_COMPUTE | ORM_KEY_GROUP_BY | ORM_KEY_AGGREGATE | ORM_KEY_HAVING | \
	 ORM_KEY_ORDER_BY | ORM_KEY_LIMIT | ORM_KEY_OFFSET | ORM_KEY_SETTINGS | ORM_KEY_FROM | ORM_KEY_ARGUMENTS)

/* The part number of columns in all parts. */
#define EVERY_PART (-1)

/* A column of the UNION ALL, or of the joined chain. */
typedef struct Column
{
	const char *sql;
	Oid type;
	int part; /* 0: the grouped rows; i + 1: chain i; or EVERY_PART */
} Column;

/* A member of "aggregate": an aggregate, or an expression over groups and aggregates. */
typedef struct GroupMember
{
	const char *name;
	OrmJson json;
	const OrmPath *place;
	const OrmAggregate *aggregate;	 /* NULL: an expression */
	const OrmExpression *expression; /* in the statement */
} GroupMember;

/* State of compiling an aggregate document. */
typedef struct Grouping
{
	OrmQueryKeys keys;
	OrmScope *scope;   /* of the grouped rows */
	const char *where; /* NULL: none */
	List *groups;	   /* of OrmExpression * */
	List *aggregates;  /* of OrmAggregate *: members, and those inside of expressions */
	List *members;	   /* of GroupMember *: "aggregate" */
	List *chains;	   /* of OrmChain * */
	const char *alias; /* of the UNION ALL or the joined chain; NULL: there are no chains */
	List *columns;	   /* of Column * */
	OrmScope *result;  /* groups and aggregates, by name */
} Grouping;

/* Raises 42701 for the name of another group or aggregate. */
static void
check_taken(const Grouping *g, const char *name, const OrmPath *place)
{
	bool taken = false;
	ListCell *cell;

	foreach(cell, g->groups)
		taken |= strcmp(((const OrmExpression *) lfirst(cell))->name, name) == 0;
	foreach(cell, g->members)
		taken |= strcmp(((const GroupMember *) lfirst(cell))->name, name) == 0;
	if (taken)
		orm_members_raise_twice("name", name, place);
}

/* Reads "group_by". */
static void
read_groups(Grouping *g)
{
	const OrmJson *json = orm_query_key(&g->keys, ORM_KEY_GROUP_BY);
	OrmPath place = orm_path_key(NULL, "group_by");
	OrmJsonWalk walk;

	if (json == NULL)
		return;
	if (orm_json_kind(*json) != ORM_JSON_ARRAY)
		orm_members_raise_no_array(*json, "an array of paths", &place);
	walk = orm_json_walk(*json);
	while (orm_json_next(&walk))
	{
		OrmPath here = orm_path_index(&place, walk.index);
		const OrmExpression *expression = orm_query_path_json(g->scope, walk.value, &here);

		check_taken(g, expression->name, &here);
		if (expression->window)
			orm_query_refuse_window(&here);
		if (!OidIsValid(orm_type_equality(expression->type->oid)))
			ereport(ERROR, errcode(ERRCODE_UNDEFINED_FUNCTION),
					errmsg("%s of type %s cannot be grouped by", orm_query_describe(expression),
						   format_type_be(expression->type->oid)),
					orm_error_place(&here));
		g->groups = lappend(g->groups, unconstify(OrmExpression *, expression));
	}
}

/* Reads a member of "aggregate". */
static void
read_member(Grouping *g, const char *name, OrmJson json, const OrmPath *place)
{
	GroupMember *member = palloc0(sizeof(GroupMember));

	member->name = name;
	member->json = json;
	member->place = orm_query_keep_place(place);
	if (orm_group_inner_is_expression(json))
		g->aggregates = list_concat(g->aggregates, orm_group_inner_read(g->scope, json, &g->chains, place));
	else
	{
		member->aggregate = orm_aggregate_read(g->scope, name, json, &g->chains, place);
		g->aggregates = lappend(g->aggregates, unconstify(OrmAggregate *, member->aggregate));
	}
	g->members = lappend(g->members, member);
}

/* Reads "aggregate". */
static void
read_aggregates(Grouping *g)
{
	const OrmJson *json = orm_query_key(&g->keys, ORM_KEY_AGGREGATE);
	OrmPath place = orm_path_key(NULL, "aggregate");
	OrmJsonWalk walk;

	if (json == NULL)
		return;
	if (!orm_members_is_object(*json))
		orm_members_raise_kind(*json, "an object of aggregates", &place);
	walk = orm_json_walk(*json);
	while (orm_json_next(&walk))
	{
		char *name = orm_json_string(walk.key);
		OrmPath here = orm_path_key(&place, name);

		CHECK_FOR_INTERRUPTS();
		orm_query_check_name(name, &here);
		check_taken(g, name, &here);
		if (orm_json_kind(walk.value) != ORM_JSON_OBJECT)
			orm_members_raise_kind(walk.value, "an aggregate, which is an object", &here);
		read_member(g, name, walk.value, &here);
	}
}

/*
 * A column under the alias; adds it if it is new.  Domains are replaced by their base
 * type, because the NULLs of other parts can violate domain constraints.
 */
static const char *
add_column(Grouping *g, const char *sql, Oid type, int part)
{
	Oid base = getBaseType(type);
	Column *column;
	ListCell *cell;
	StringInfoData cast;

	foreach(cell, g->columns)
	{
		column = lfirst(cell);
		if (column->part == part && strcmp(column->sql, sql) == 0)
			return psprintf("%s.c%d", g->alias, foreach_current_index(cell) + 1);
	}
	column = palloc(sizeof(Column));
	column->sql = sql;
	column->type = base;
	column->part = part;
	g->columns = lappend(g->columns, column);
	if (base != type)
	{
		initStringInfo(&cast);
		appendStringInfo(&cast, "%s::", sql);
		orm_sql_type(&cast, base, -1);
		column->sql = cast.data;
	}
	return psprintf("%s.c%d", g->alias, list_length(g->columns));
}

/* An expression, replaced by a column under the alias. */
static OrmExpression *
as_column(Grouping *g, const OrmExpression *expression, int part)
{
	OrmExpression *copy = palloc(sizeof(OrmExpression));

	*copy = *expression;
	copy->sql = add_column(g, expression->sql, expression->type->oid, part);
	if (expression->type->is_domain)
		copy->type = orm_type_make(expression->type->base, expression->type->typmod, expression->type->collation);
	return copy;
}

/* An order, with its expressions replaced by columns. */
static List *
order_by_columns(Grouping *g, const List *order, int part)
{
	List *copies = NIL;
	ListCell *cell;

	foreach(cell, order)
	{
		OrmOrder *copy = palloc(sizeof(OrmOrder));

		*copy = *(const OrmOrder *) lfirst(cell);
		copy->expression = as_column(g, copy->expression, part);
		copies = lappend(copies, copy);
	}
	return copies;
}

/* An aggregate over the UNION ALL: over columns of its part. */
static OrmAggregate *
over_stack(Grouping *g, const OrmAggregate *aggregate)
{
	OrmAggregate *copy = palloc(sizeof(OrmAggregate));
	int part = 0;
	ListCell *cell;

	*copy = *aggregate;
	foreach(cell, g->chains)
		if (lfirst(cell) == aggregate->chain)
			part = foreach_current_index(cell) + 1;
	if (aggregate->argument != NULL)
		copy->argument = as_column(g, aggregate->argument, part);
	copy->order = order_by_columns(g, aggregate->order, part);
	copy->filter = psprintf("%s.part OPERATOR(pg_catalog.=) %d", g->alias, part);
	if (aggregate->filter != NULL)
		copy->filter = psprintf("%s AND %s", copy->filter, add_column(g, aggregate->filter, BOOLOID, part));
	return copy;
}

/*
 * An aggregate over the joined chain.  Grouped rows without related objects have nulls,
 * which all aggregates but array_agg and count(*) ignore.
 */
static OrmAggregate *
over_join(Grouping *g, const OrmAggregate *aggregate)
{
	OrmAggregate *copy = palloc(sizeof(OrmAggregate));
	OrmExpression *found = palloc0(sizeof(OrmExpression));

	*copy = *aggregate;
	found->sql = psprintf("%s.found", g->alias);
	copy->argument = aggregate->argument != NULL ? as_column(g, aggregate->argument, 1) : found;
	copy->order = order_by_columns(g, aggregate->order, 1);
	if (strcmp(aggregate->function, "array_agg") == 0)
		copy->filter = found->sql;
	return copy;
}

/* Are all aggregates over one chain? */
static bool
is_one_chain(const Grouping *g)
{
	ListCell *cell;

	foreach(cell, g->aggregates)
		if (((const OrmAggregate *) lfirst(cell))->chain == NULL)
			return false;
	return list_length(g->chains) == 1;
}

/* The expression of an aggregate. */
static OrmExpression *
aggregate_expression(const OrmAggregate *aggregate)
{
	OrmExpression *expression = palloc0(sizeof(OrmExpression));
	StringInfoData sql;

	initStringInfo(&sql);
	orm_aggregate_append(&sql, aggregate);
	expression->name = aggregate->name;
	expression->sql = sql.data;
	expression->type = aggregate->type;
	expression->not_null = strcmp(aggregate->function, "count") == 0;
	return expression;
}

/* The member that is this aggregate; NULL: it is inside of an expression. */
static GroupMember *
member_of(const Grouping *g, const OrmAggregate *aggregate)
{
	ListCell *cell;

	foreach(cell, g->members)
		if (((GroupMember *) lfirst(cell))->aggregate == aggregate)
			return lfirst(cell);
	return NULL;
}

/* Makes an aggregate: a name, or known by its place in an expression. */
static void
make_aggregate(Grouping *g, const OrmAggregate *aggregate, const OrmAggregate *over)
{
	GroupMember *member = member_of(g, aggregate);
	OrmExpression *expression = aggregate_expression(over);

	if (member != NULL)
	{
		member->expression = expression;
		g->result->named = lappend(g->result->named, expression);
	}
	else
	{
		g->result->inner = lappend(g->result->inner, expression);
		g->result->inner_nodes = lappend(g->result->inner_nodes, unconstify(OrmNode *, aggregate->node));
	}
}

/* Makes the expressions over groups and aggregates, in order; each sees the ones before it. */
static void
make_members(Grouping *g)
{
	ListCell *cell;

	foreach(cell, g->members)
	{
		GroupMember *member = lfirst(cell);

		if (member->aggregate != NULL)
			continue;
		member->expression = orm_expression_read(g->result, member->name, member->json, member->place);
		g->result->named = lappend(g->result->named, unconstify(OrmExpression *, member->expression));
	}
}

/* Makes the expressions of groups and aggregates in the statement. */
static void
make_result(Grouping *g)
{
	OrmAggregate *(*over)(Grouping *, const OrmAggregate *) = is_one_chain(g) ? over_join : over_stack;
	ListCell *cell;

	g->result = orm_query_scope(g->scope->builder, NULL);
	if (g->chains != NIL)
		g->alias = g->result->alias;
	foreach(cell, g->groups)
		g->result->named = lappend(g->result->named,
								   g->chains == NIL || is_one_chain(g) ? lfirst(cell)
																	   : as_column(g, lfirst(cell), EVERY_PART));
	foreach(cell, g->aggregates)
		make_aggregate(g, lfirst(cell), g->chains == NIL ? lfirst(cell) : over(g, lfirst(cell)));
	make_members(g);
}

/* Appends FROM and WHERE of the grouped rows, joined with a chain unless it is NULL. */
static void
append_rows(StringInfo sql, const Grouping *g, const OrmChain *chain)
{
	appendStringInfoString(sql, " FROM ");
	orm_query_from(sql, g->scope);
	appendStringInfoString(sql, g->scope->joins->data);
	if (chain != NULL)
		appendStringInfo(sql, ", %s%s", chain->from->data, chain->scope->joins->data);
	if (g->where != NULL || chain != NULL)
		appendStringInfo(sql, " WHERE %s%s%s", g->where != NULL ? g->where : "",
						 g->where != NULL && chain != NULL ? " AND " : "", chain != NULL ? chain->where->data : "");
}

/* Appends FROM and WHERE of the grouped rows, left joined with the only chain. */
static void
append_join(StringInfo sql, const Grouping *g)
{
	const OrmChain *chain = linitial(g->chains);
	ListCell *cell;

	appendStringInfoString(sql, " FROM ");
	orm_query_from(sql, g->scope);
	appendStringInfo(sql, "%s LEFT JOIN LATERAL (SELECT true AS found", g->scope->joins->data);
	foreach(cell, g->columns)
		appendStringInfo(sql, ", %s AS c%d", ((const Column *) lfirst(cell))->sql, foreach_current_index(cell) + 1);
	appendStringInfo(sql, " FROM %s%s WHERE %s) AS %s ON true", chain->from->data, chain->scope->joins->data,
					 chain->where->data, g->alias);
	if (g->where != NULL)
		appendStringInfo(sql, " WHERE %s", g->where);
}

/* Appends one part of the UNION ALL. */
static void
append_part(StringInfo sql, const Grouping *g, int part)
{
	ListCell *cell;

	appendStringInfo(sql, "%sSELECT %d AS part", part > 0 ? " UNION ALL " : "", part);
	foreach(cell, g->columns)
	{
		const Column *column = lfirst(cell);

		appendStringInfoString(sql, ", ");
		if (column->part == part || column->part == EVERY_PART)
			appendStringInfoString(sql, column->sql);
		else
		{
			appendStringInfoString(sql, "NULL::");
			orm_sql_type(sql, column->type, -1);
		}
		appendStringInfo(sql, " AS c%d", foreach_current_index(cell) + 1);
	}
	append_rows(sql, g, part > 0 ? list_nth(g->chains, part - 1) : NULL);
}

/* Appends FROM and WHERE. */
static void
append_source(StringInfo sql, const Grouping *g)
{
	if (g->chains == NIL)
		append_rows(sql, g, NULL);
	else if (is_one_chain(g))
		append_join(sql, g);
	else
	{
		appendStringInfoString(sql, " FROM (");
		for (int part = 0; part <= list_length(g->chains); part++)
			append_part(sql, g, part);
		appendStringInfo(sql, ") AS %s", g->alias);
	}
}

/* Appends GROUP BY and HAVING. */
static void
append_groups(StringInfo sql, const Grouping *g)
{
	const OrmJson *having = orm_query_key(&g->keys, ORM_KEY_HAVING);
	OrmPath place = orm_path_key(NULL, "having");
	StringInfoData condition;

	for (int i = 1; i <= list_length(g->groups); i++)
		appendStringInfo(sql, "%s%d", i == 1 ? " GROUP BY " : ", ", i);
	initStringInfo(&condition);
	if (having != NULL && orm_query_where(g->result, *having, &place, &condition))
		appendStringInfo(sql, " HAVING %s", condition.data);
}

/* Appends ORDER BY, LIMIT and OFFSET.  With a limit or offset, the order is made total by the groups. */
static void
append_limits(StringInfo sql, const Grouping *g)
{
	const OrmJson *order_by = orm_query_key(&g->keys, ORM_KEY_ORDER_BY);
	OrmPath place = orm_path_key(NULL, "order_by");
	OrmBuilder *builder = g->scope->builder;
	const char *limit = orm_query_limit(builder, &g->keys, ORM_KEY_LIMIT, ORM_FORM_LIMIT, NULL);
	const char *offset = orm_query_limit(builder, &g->keys, ORM_KEY_OFFSET, ORM_FORM_OFFSET, NULL);
	List *order = NIL;

	if (order_by != NULL)
		order = orm_query_order(g->result, *order_by, &place);
	for (int i = 0; (limit != NULL || offset != NULL) && i < list_length(g->groups); i++)
	{
		const OrmExpression *group = list_nth(g->result->named, i);

		if (orm_operator_has_order(group->type))
			order = orm_query_add_order(g->result, order, group);
	}
	if (order != NIL)
		appendStringInfoString(sql, " ORDER BY ");
	orm_query_append_order(sql, order, false);
	if (limit != NULL)
		appendStringInfo(sql, " LIMIT %s", limit);
	if (offset != NULL)
		appendStringInfo(sql, " OFFSET %s", offset);
}

/* The values of a group, in order: of OrmExpression *. */
static List *
values_of(const Grouping *g)
{
	List *values = list_copy_head(g->result->named, list_length(g->groups));
	ListCell *cell;

	foreach(cell, g->members)
		values = lappend(values, unconstify(OrmExpression *, ((const GroupMember *) lfirst(cell))->expression));
	return values;
}

/* Fills in the statement and the members of a group. */
static void
finish_level(OrmLevel *level, const Grouping *g)
{
	OrmQueryStatement *statement = &level->statement;
	List *values = values_of(g);
	int n = list_length(values);
	bool first = true;
	ListCell *cell;
	StringInfoData sql;

	statement->nresults = level->nmembers = n;
	statement->results = palloc(sizeof(Oid) * n);
	level->members = palloc(sizeof(OrmMember) * n);
	initStringInfo(&sql);
	appendStringInfoString(&sql, "SELECT ");
	foreach(cell, values)
	{
		const OrmExpression *expression = lfirst(cell);
		OrmMember member = {expression->name, expression->type, foreach_current_index(cell)};

		orm_sql_comma(&sql, &first);
		appendStringInfoString(&sql, expression->sql);
		statement->results[member.position] = expression->type->oid;
		level->members[member.position] = member;
	}
	append_source(&sql, g);
	append_groups(&sql, g);
	append_limits(&sql, g);
	orm_query_finish(g->scope->builder, statement, sql.data);
}

void
orm_query_group(OrmCompiler *compiler, OrmJson query)
{
	Grouping *g = palloc0(sizeof(Grouping));

	orm_query_take(query, compiler->request->model, GROUP_KEYS, NULL, &g->keys);
	g->scope = orm_query_scope(orm_query_builder(compiler), compiler->request->model);
	orm_source_read(g->scope, &g->keys, NULL);
	orm_named_scope_begin(g->scope, &g->keys, 0, NULL);
	orm_query_compute(g->scope, &g->keys, NULL);
	read_groups(g);
	read_aggregates(g);
	if (g->groups == NIL && g->members == NIL)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("\"group_by\" or \"aggregate\" must be given"),
				errhint("As in {\"aggregate\": {\"n\": {\"count\": \"*\"}}}."));
	g->where = orm_query_filter(g->scope, &g->keys, NULL);
	make_result(g);
	finish_level(orm_query_add_level(compiler, g->scope->model), g);
}
