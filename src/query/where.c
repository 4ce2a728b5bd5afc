/*
 * where.c - conditions on attributes, and, or, not.
 *
 *     {"edad": {"ge": 18}, "or": [{"a": 1}, {"b": null}]}
 *     (t0."edad" OPERATOR(pg_catalog.>=) $1 AND (t0."a" OPERATOR(pg_catalog.=) $2 OR t0."b" IS NULL))
 *
 * The text can be an operand of AND, OR and NOT without further parentheses.
 *
 * An unset parameter removes its condition, and also an alternative of "or", a "not", or
 * the whole "where" that consists of removed conditions only.
 */
#include "postgres.h"

#include "miscadmin.h"

#include "query/condition.h"
#include "query/expression.h"
#include "query/member.h"
#include "query/named_scope.h"
#include "query/operand.h"
#include "query/series.h"
#include "query/where.h"

typedef bool (*Connective)(OrmScope *scope, OrmJson json, const OrmPath *place, StringInfo sql);

/*
 * Compares with all earlier keys.  These are valid names, so their number is small.
 */
void
orm_where_check_twice(OrmJson object, const OrmJsonWalk *walk, const OrmPath *place)
{
	OrmJsonWalk before = orm_json_walk(object);

	while (orm_json_next(&before) && before.index < walk->index)
		if (before.key.node->length == walk->key.node->length &&
			memcmp(orm_json_bytes(before.key), orm_json_bytes(walk->key), walk->key.node->length) == 0)
			orm_members_raise_twice_hint("key", orm_json_string(walk->key), place,
										 "Put conditions side by side in \"and\": [{...}, {...}].");
}

char *
orm_where_key(OrmJson key, const OrmPath *place)
{
	MemoryContext caller = CurrentMemoryContext;
	char *text = NULL;

	PG_TRY();
	{
		text = orm_json_string(key);
	}
	PG_CATCH();
	{
		orm_error_rethrow_at(place, caller);
	}
	PG_END_TRY();
	return text;
}

/* Appends an array of conditions, joined by AND or OR. */
static bool
append_list(OrmScope *scope, OrmJson list, const char *joint, const char *empty, const OrmPath *place, StringInfo sql)
{
	OrmSeries series;
	OrmJsonWalk walk;

	if (orm_json_kind(list) != ORM_JSON_ARRAY)
		orm_members_raise_kind(list, "an array of objects with conditions", place);
	if (list.node->count == 0)
	{
		appendStringInfoString(sql, empty);
		return true;
	}
	orm_series_begin(&series, sql, joint);
	walk = orm_json_walk(list);
	while (orm_json_next(&walk))
	{
		OrmPath here = orm_path_index(place, walk.index);

		CHECK_FOR_INTERRUPTS();
		orm_series_begin_part(&series);
		orm_series_end_part(&series, orm_query_where(scope, walk.value, &here, sql));
	}
	return orm_series_end(&series);
}

/* "and": [where]; true for an empty array */
static bool
append_and(OrmScope *scope, OrmJson json, const OrmPath *place, StringInfo sql)
{
	return append_list(scope, json, " AND ", "true", place, sql);
}

/* "or": [where]; false for an empty array */
static bool
append_or(OrmScope *scope, OrmJson json, const OrmPath *place, StringInfo sql)
{
	return append_list(scope, json, " OR ", "false", place, sql);
}

/* "not": where; true if the conditions are false or NULL. */
static bool
append_not(OrmScope *scope, OrmJson json, const OrmPath *place, StringInfo sql)
{
	appendStringInfoChar(sql, '(');
	if (!orm_query_where(scope, json, place, sql))
		return false;
	appendStringInfoString(sql, ") IS NOT TRUE");
	return true;
}

/* "$expr": an expression that is true. */
static bool
append_expression(OrmScope *scope, OrmJson json, const OrmPath *place, StringInfo sql)
{
	OrmBuilder *builder = scope->builder;
	bool before = builder->unset;
	OrmTerm term;
	bool unset;

	builder->unset = false;
	term = orm_expression_term(scope, json, place);
	unset = builder->unset;
	builder->unset = before;
	if (unset)
		return false;
	appendStringInfoString(sql, orm_expression_boolean(scope, &term));
	return true;
}

/* A connective of conditions. */
typedef struct ConnectiveKey
{
	OrmShapedKey key;
	Connective append;
} ConnectiveKey;

static const ConnectiveKey connectives[] = {
	{{{ORM_MEMBER_KEY("and")}, orm_shape_condition_list}, append_and},
	{{{ORM_MEMBER_KEY("or")}, orm_shape_condition_list}, append_or},
	{{{ORM_MEMBER_KEY("not")}, orm_shape_conditions}, append_not},
	{{{ORM_MEMBER_KEY("$expr")}, orm_shape_expression}, append_expression},
	{{{ORM_MEMBER_KEY("$scope")}, orm_shape_scopes}, orm_named_scope_condition},
	{{{ORM_MEMBER_KEY("$unscoped")}, orm_shape_exact}, orm_named_scope_lifted},
	{{{ORM_MEMBER_KEY("$deleted")}, orm_shape_exact}, orm_named_scope_deleted},
};

const OrmMemberTable orm_where_connectives = {.noun = "key", ORM_MEMBER_RECORDS(connectives)};

/* Appends the condition of one key of "where". */
static bool
append_member(OrmScope *scope, OrmJson key, OrmJson json, const OrmPath *place, StringInfo sql)
{
	int connective = orm_members_find(&orm_where_connectives, key);
	OrmName name;

	if (connective >= 0)
		return connectives[connective].append(scope, json, place, sql);
	name = orm_query_condition_name(scope, key, place);
	if (name.relationship != NULL)
		return orm_query_related(scope, name.relationship, json, place, sql);
	return orm_query_condition(scope, name.expression, json, place, sql);
}

bool
orm_query_where(OrmScope *scope, OrmJson where, const OrmPath *place, StringInfo sql)
{
	OrmSeries series;
	OrmJsonWalk walk;

	check_stack_depth();
	if (!orm_members_is_object(where))
		orm_members_raise_kind(where, "an object with conditions", place);
	if (where.node->count == 0)
	{
		appendStringInfoString(sql, "true");
		return true;
	}
	orm_series_begin(&series, sql, " AND ");
	walk = orm_json_walk(where);
	while (orm_json_next(&walk))
	{
		OrmPath here = orm_path_key(place, orm_where_key(walk.key, place));

		CHECK_FOR_INTERRUPTS();
		orm_where_check_twice(where, &walk, &here);
		orm_series_begin_part(&series);
		orm_series_end_part(&series, append_member(scope, walk.key, walk.value, &here, sql));
	}
	return orm_series_end(&series);
}

/* Appends a condition, joined by AND. */
static void
add_conjunct(StringInfo sql, const char *condition)
{
	appendStringInfo(sql, "%s(%s)", sql->len > 0 ? " AND " : "", condition);
}

/* Splits a list of conditions joined by AND. */
static void
split_list(OrmScope *scope, OrmJson list, const OrmPath *place, StringInfo plain, StringInfo windows)
{
	OrmJsonWalk walk = orm_json_walk(list);

	while (orm_json_next(&walk))
	{
		OrmPath here = orm_path_index(place, walk.index);

		orm_query_where_split(scope, walk.value, &here, plain, windows);
	}
}

void
orm_query_where_split(OrmScope *scope, OrmJson where, const OrmPath *place, StringInfo plain, StringInfo windows)
{
	OrmJsonWalk walk = orm_json_walk(where);

	check_stack_depth();
	while (orm_json_next(&walk))
	{
		OrmPath here = orm_path_key(place, orm_where_key(walk.key, place));
		int before = scope->builder->nwindows;
		StringInfoData condition;

		if (orm_json_equals(walk.key, "and"))
		{
			split_list(scope, walk.value, &here, plain, windows);
			continue;
		}
		initStringInfo(&condition);
		if (append_member(scope, walk.key, walk.value, &here, &condition))
			add_conjunct(scope->builder->nwindows == before ? plain : windows, condition.data);
	}
}

/* Raises 22023 for {} as a condition. */
static void
raise_empty(const OrmExpression *left, const OrmPath *place)
{
	ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			errmsg("condition on %s is empty", orm_query_describe(left)), orm_error_place(place),
			errhint("Write a value, or an operator and a value: {\"ge\": 1}."));
}

/* Are these conditions on members of a composite value: is no key an operator? */
static bool
is_of_members(const OrmExpression *left, OrmJson condition, const OrmPath *place)
{
	OrmJsonWalk walk = orm_json_walk(condition);

	if (!orm_member_has(left))
		return false;
	while (orm_json_next(&walk))
		if (orm_condition_is_operator(orm_where_key(walk.key, place)))
			return false;
	return true;
}

bool
orm_query_condition(OrmScope *scope, const OrmExpression *left, OrmJson condition, const OrmPath *place, StringInfo sql)
{
	OrmSeries series;
	OrmJsonWalk walk;
	bool members;

	check_stack_depth();
	scope->builder->nwindows += left->window;
	if (orm_json_kind(condition) != ORM_JSON_OBJECT || orm_operand_is_instruction(condition, left->type))
		return orm_condition_operator(scope, left, "eq", condition, place, sql);
	if (condition.node->count == 0)
		raise_empty(left, place);
	members = is_of_members(left, condition, place);
	orm_series_begin(&series, sql, " AND ");
	walk = orm_json_walk(condition);
	while (orm_json_next(&walk))
	{
		char *operator= orm_where_key(walk.key, place);
		OrmPath here = orm_path_key(place, operator);

		orm_where_check_twice(condition, &walk, &here);
		orm_series_begin_part(&series);
		orm_series_end_part(
			&series,
			members ? orm_query_condition(scope, orm_member_of(left, operator, & here), walk.value, &here, sql)
					: orm_condition_operator(scope, left, operator, walk.value, &here, sql));
	}
	return orm_series_end(&series);
}
