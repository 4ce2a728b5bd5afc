/*
 * related.c - conditions on relationships, and joins of their targets.
 *
 *     any, to-one {...}   EXISTS (SELECT FROM "s"."posts" AS t1 WHERE t0."id" OPERATOR(...=) t1."autor_id" AND ...)
 *     none, to-one null   NOT EXISTS (...)
 *     all                 NOT EXISTS (... AND (...) IS NOT TRUE)
 *     count               (SELECT pg_catalog.count(*) OPERATOR(...>=) $1 FROM "s"."posts" AS t1 WHERE ...)
 *
 * The planner converts the first three to joins.  A condition on a relationship is removed
 * if unset parameters remove all conditions in it.
 */
#include "postgres.h"

#include "catalog/pg_type.h"

#include "base/words.h"
#include "model/join.h"
#include "model/relationship.h"
#include "query/condition.h"
#include "query/derived.h"
#include "query/named_scope.h"
#include "query/series.h"
#include "query/where.h"

/* Quantifiers of the conditions on related objects. */
typedef enum Quantifier
{
	SOME,
	NONE,
	EVERY
} Quantifier;

OrmScope *
orm_query_target(const OrmScope *scope, const OrmRelationship *relationship, const OrmPath *place)
{
	MemoryContext caller = CurrentMemoryContext;
	const OrmModel *model = NULL;
	OrmScope *target;

	PG_TRY();
	{
		orm_relationship_require(scope->model, relationship);
		model = orm_query_model(scope->builder->compiler, relationship->target);
	}
	PG_CATCH();
	{
		orm_error_rethrow_at(place, caller);
	}
	PG_END_TRY();

	/* locking the target can have processed an invalidation of a change not yet seen by the model */
	if (!relationship->resolved || relationship->target_relid != model->relid)
		ereport(ERROR, errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				errmsg("relationship \"%s\" of model \"%s\" is being changed", relationship->name, scope->model->name),
				orm_error_place(place), errhint("Try again."));
	target = orm_query_scope(scope->builder, model);
	target->deleted = orm_soft_delete_over(relationship);
	return target;
}

void
orm_query_from(StringInfo sql, const OrmScope *scope)
{
	if (scope->item != NULL)
	{
		appendStringInfoString(sql, scope->item);
		return;
	}
	if (scope->from != NULL)
		appendStringInfoString(sql, scope->from);
	else
		orm_sql_qualified(sql, scope->model->schema, scope->model->relation);
	appendStringInfo(sql, " AS %s", scope->alias);
}

bool
orm_query_is_single(const OrmRelationship *relationship)
{
	return relationship->kind == ORM_BELONGS_TO || relationship->kind == ORM_HAS_ONE || relationship->one;
}

/* Appends the FROM item(s) and the join of a relationship by a key. */
static void
append_joined(StringInfo from, StringInfo where, const OrmScope *scope, const OrmRelationship *relationship,
			  const OrmScope *target)
{
	OrmJoin join = orm_join_of(scope->model, relationship);
	OrmJoinEnd near_end = orm_join_table_end(scope->alias);
	OrmJoinEnd far_end = orm_join_table_end(target->alias);

	if (relationship->kind == ORM_MANY_TO_MANY)
	{
		char *alias = psprintf("t%d", scope->builder->naliases++);
		OrmJoin target_join = orm_join_of_target(relationship);

		orm_sql_relation(from, relationship->join_relid);
		appendStringInfo(from, " AS %s, ", alias);
		orm_join_append(where, &target_join, far_end, orm_join_table_end(alias));
		appendStringInfoString(where, " AND ");
		far_end.alias = alias;
	}
	orm_query_from(from, target);
	if (relationship->key_is_local)
		orm_join_append(where, &join, far_end, near_end);
	else
		orm_join_append(where, &join, near_end, far_end);
}

void
orm_query_relate(StringInfo from, StringInfo where, const OrmScope *scope, const OrmRelationship *relationship,
				 OrmScope *target)
{
	const char *filter;

	if (orm_model_is_derived(relationship))
		orm_derived_relate(from, where, scope, relationship, target);
	else
		append_joined(from, where, scope, relationship, target);
	filter = orm_query_relationship_filter(scope->model->name, relationship, target);
	if (filter != NULL)
		appendStringInfo(where, " AND %s", filter);
	orm_named_scope_restrict(target);
	if (target->restriction != NULL)
		appendStringInfo(where, " AND %s", target->restriction);
}

/*
 * Appends FROM and WHERE of the related objects with these conditions (NULL: of all).
 * False when unset parameters remove all conditions.
 */
static bool
append_source(StringInfo sql, OrmScope *scope, const OrmRelationship *relationship, const OrmJson *where,
			  Quantifier quantifier, const OrmPath *place)
{
	OrmScope *target = orm_query_target(scope, relationship, place);
	bool every = quantifier == EVERY;
	StringInfoData from;
	StringInfoData condition;
	bool kept = true;

	initStringInfo(&from);
	initStringInfo(&condition);
	if (where != NULL)
		orm_named_scope_lift(target, *where, place);
	orm_query_relate(&from, &condition, scope, relationship, target);
	if (where != NULL && (every || orm_json_kind(*where) != ORM_JSON_OBJECT || where->node->count > 0))
	{
		appendStringInfoString(&condition, every ? " AND (" : " AND ");
		kept = orm_query_where(target, *where, place, &condition);
		appendStringInfoString(&condition, every ? ") IS NOT TRUE" : "");
	}
	if (kept)
		appendStringInfo(sql, " FROM %s%s WHERE %s", from.data, target->joins->data, condition.data);
	pfree(from.data);
	pfree(condition.data);
	return kept;
}

/* Appends EXISTS or NOT EXISTS; on false, the caller must remove the appended text. */
static bool
append_exists(OrmScope *scope, const OrmRelationship *relationship, const OrmJson *where, Quantifier quantifier,
			  const OrmPath *place, StringInfo sql)
{
	appendStringInfoString(sql, quantifier == SOME ? "EXISTS (SELECT" : "NOT EXISTS (SELECT");
	if (!append_source(sql, scope, relationship, where, quantifier, place))
		return false;
	appendStringInfoChar(sql, ')');
	return true;
}

/*
 * Appends a condition on the number of related objects.  The condition is inside the
 * subquery, so that several operators count only once.
 */
static bool
append_count(OrmScope *scope, const OrmRelationship *relationship, OrmJson condition, const OrmJson *where,
			 const OrmPath *place, StringInfo sql)
{
	OrmPath count_place = orm_path_key(place, "count");
	OrmPath where_place = orm_path_key(place, "where");
	OrmExpression count = {.name = "count", .sql = "pg_catalog.count(*)", .not_null = true};
	List **slots = &scope->builder->slots;
	int nslots = list_length(*slots);
	bool kept;

	count.type = orm_type_make(INT8OID, -1, InvalidOid);
	appendStringInfoString(sql, "(SELECT ");
	kept = orm_query_condition(scope, &count, condition, &count_place, sql);

	/* "where" of a removed count is read as well, because it can use parameters */
	if (!append_source(sql, scope, relationship, where, SOME, where != NULL ? &where_place : place))
		append_source(sql, scope, relationship, NULL, SOME, place);
	appendStringInfoChar(sql, ')');
	if (!kept)
		*slots = list_truncate(*slots, nslots);
	return kept;
}

/* Raises 22023 for a condition without a quantifier. */
static void
raise_not_quantified(const OrmRelationship *relationship, const char *key, const OrmPath *place)
{
	ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			key != NULL ? errmsg("unrecognized key \"%s\" in a condition on to-many relationship \"%s\"", key,
								 relationship->name)
						: errmsg("condition on to-many relationship \"%s\" has no quantifier", relationship->name),
			orm_error_place(place),
			key != NULL && orm_words_hint(ORM_WORD_RELATED, key)
				? 0
				: errhint("Write {\"%s\": {\"any\": {...}}}, or \"none\", \"all\" or \"count\" in place of \"any\".",
						  relationship->name));
}

/* Raises 22023 for "where" without "count". */
static void
raise_lone_where(const OrmPath *place)
{
	ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("\"where\" is not allowed without \"count\""),
			orm_error_place(place),
			errhint("\"where\" says which objects are counted; for conditions on them alone write \"any\"."));
}

/* Appends the condition of one key of a condition on a to-many relationship. */
static bool
append_quantified(OrmScope *scope, const OrmRelationship *relationship, OrmJson condition, const OrmJsonWalk *walk,
				  const OrmPath *parent, const OrmPath *place, StringInfo sql)
{
	static const struct
	{
		const char *key;
		Quantifier quantifier;
	} quantifiers[] = {{"any", SOME}, {"none", NONE}, {"all", EVERY}};
	OrmJson where;

	for (int i = 0; i < lengthof(quantifiers); i++)
		if (orm_json_equals(walk->key, quantifiers[i].key))
			return append_exists(scope, relationship, &walk->value, quantifiers[i].quantifier, place, sql);
	if (!orm_json_equals(walk->key, "count"))
		raise_not_quantified(relationship, orm_json_string(walk->key), place);
	return append_count(scope, relationship, walk->value, orm_json_member(condition, "where", &where) ? &where : NULL,
						parent, sql);
}

/* Appends a condition on a to-many relationship. */
static bool
append_many(OrmScope *scope, const OrmRelationship *relationship, OrmJson condition, const OrmPath *place,
			StringInfo sql)
{
	OrmSeries series;
	OrmJsonWalk walk;
	OrmJson count;

	if (orm_json_kind(condition) != ORM_JSON_OBJECT || condition.node->count == 0)
		raise_not_quantified(relationship, NULL, place);
	orm_series_begin(&series, sql, " AND ");
	walk = orm_json_walk(condition);
	while (orm_json_next(&walk))
	{
		OrmPath here = orm_path_key(place, orm_where_key(walk.key, place));

		orm_where_check_twice(condition, &walk, &here);
		if (orm_json_equals(walk.key, "where"))
		{
			if (!orm_json_member(condition, "count", &count))
				raise_lone_where(&here);
			continue;
		}
		orm_series_begin_part(&series);
		orm_series_end_part(&series, append_quantified(scope, relationship, condition, &walk, place, &here, sql));
	}
	return orm_series_end(&series);
}

bool
orm_query_related(OrmScope *scope, const OrmRelationship *relationship, OrmJson condition, const OrmPath *place,
				  StringInfo sql)
{
	int begin = sql->len;
	bool kept;

	if (!orm_query_is_single(relationship))
		return append_many(scope, relationship, condition, place, sql);
	if (orm_json_kind(condition) == ORM_JSON_NULL)
		return append_exists(scope, relationship, NULL, NONE, place, sql);
	if (!orm_members_is_object(condition))
		orm_members_raise_kind(condition, "an object with conditions, or null", place);
	kept = append_exists(scope, relationship, &condition, SOME, place, sql);
	if (!kept)
	{
		sql->len = begin;
		sql->data[begin] = '\0';
	}
	return kept;
}
