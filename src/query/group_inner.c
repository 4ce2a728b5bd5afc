/*
 * group_inner.c - aggregates inside of expressions over groups; see group_inner.h.
 */
#include "postgres.h"

#include "miscadmin.h"

#include "query/aggregate.h"
#include "query/condition.h"
#include "query/form.h"
#include "query/group_inner.h"
#include "query/operand.h"

/* Is this an aggregate, and not an expression? */
static bool
is_aggregate(OrmJson json)
{
	OrmJsonWalk walk = orm_json_walk(json);
	OrmJson over;

	if (orm_json_kind(json) != ORM_JSON_OBJECT || orm_json_member(json, "over", &over))
		return false;
	while (orm_json_next(&walk))
		if (orm_json_kind(walk.value) != ORM_JSON_ARRAY && orm_aggregate_is_function(orm_json_string(walk.key)))
			return true;
	return false;
}

bool
orm_group_inner_is_expression(OrmJson json)
{
	OrmJsonWalk walk = orm_json_walk(json);
	OrmJson over;

	if (is_aggregate(json) || !orm_json_next(&walk))
		return false;
	return orm_json_kind(walk.value) == ORM_JSON_ARRAY || orm_operand_is_instruction(json, NULL) ||
		orm_form_is_word(json) || orm_json_member(json, "over", &over);
}

/* Can the value of that key have aggregates inside?  A literal, and an operand of a condition, cannot. */
static bool
may_hold(OrmJson key, OrmJson value)
{
	if (orm_json_equals(key, "$value"))
		return false;
	return orm_json_kind(value) == ORM_JSON_ARRAY || !orm_condition_is_symbol(orm_json_string(key));
}

List *
orm_group_inner_read(OrmScope *scope, OrmJson json, List **chains, const OrmPath *place)
{
	List *aggregates = NIL;
	OrmJsonWalk walk = orm_json_walk(json);
	bool object = orm_json_kind(json) == ORM_JSON_OBJECT;

	check_stack_depth();
	if (!object && orm_json_kind(json) != ORM_JSON_ARRAY)
		return NIL;
	if (is_aggregate(json))
	{
		OrmAggregate *aggregate = orm_aggregate_read(scope, "aggregate", json, chains, place);

		aggregate->node = json.node;
		return list_make1(aggregate);
	}
	while (orm_json_next(&walk))
	{
		OrmPath here = object ? orm_path_key(place, orm_json_string(walk.key)) : orm_path_index(place, walk.index);

		if (!object || may_hold(walk.key, walk.value))
			aggregates = list_concat(aggregates, orm_group_inner_read(scope, walk.value, chains, &here));
	}
	return aggregates;
}
