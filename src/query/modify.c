/*
 * modify.c - update_where and delete_where.
 *
 *     UPDATE "s"."t" AS t0 SET "a" = $1, "b" = <what a patch makes of t0."b" and $2>, "c" = t0."d" WHERE ...
 *     DELETE FROM "s"."t" AS t0 WHERE ...
 *
 * With a limit, an order or a condition on a path, a SELECT finds and locks the rows,
 * which are then changed by their primary key:
 *
 *     UPDATE "s"."t" AS u SET "a" = $1
 *     FROM (SELECT t0."id" AS c1 FROM "s"."t" AS t0 ... ORDER BY t0."id" LIMIT $2 FOR NO KEY UPDATE OF t0) AS k
 *     WHERE u."id" OPERATOR(pg_catalog.=) k.c1
 *
 * The lock makes the SELECT recheck "where" for rows updated by concurrent transactions.
 * A role without the UPDATE privilege cannot lock the rows; then a delete runs without
 * locking them.
 *
 * For a delete on a model with ORM_CASCADE_DELETE, and with "keys_only", only the SELECT is
 * made; the caller writes the objects by their keys.
 */
#include "postgres.h"

#include "catalog/pg_type.h"

#include "model/computed.h"
#include "model/given_back.h"
#include "query/named_scope.h"

#define MODIFY_KEYS (ORM_KEYS_SCOPES | ORM_KEY_WHERE | ORM_KEY_COMPUTE | ORM_KEY_ORDER_BY | ORM_KEY_LIMIT)

/* Raises 22023 for a relationship as a key of a patch, 42703 for other names. */
static void
raise_no_attribute(const OrmModel *model, const char *name, const OrmPath *place)
{
	if (orm_model_relationship(model, name) != NULL)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("relationship \"%s\" is not allowed here", name), orm_error_place(place),
				errhint("A patch by a query sets attributes."));
	orm_model_no_attribute(model, name, place);
}

/* Raises an error for an attribute that a patch cannot set: generated, of the key, or the version. */
static void
check_settable(const OrmModel *model, const OrmAttribute *attribute, const OrmPath *place)
{
	if (!orm_model_is_settable(attribute))
		orm_model_raise_generated(model, attribute, place);
	if (attribute->in_key)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("key attribute \"%s\" of model \"%s\" cannot be changed", attribute->name, model->name),
				orm_error_place(place), errhint("The key says which object it is."));
	if (attribute - model->attributes == model->version)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("attribute \"%s\" of model \"%s\" cannot be set", attribute->name, model->name),
				orm_error_place(place), errhint("It is the version: it counts by itself."));
}

/* The attribute named by a key of the patch. */
static int
find_attribute(const OrmModel *model, OrmJson key, const OrmPath *place)
{
	char *name = orm_json_string(key);
	OrmPath here = orm_path_key(place, name);
	int attribute = orm_model_attribute(model, name, strlen(name));

	if (attribute < 0 && orm_computed_number(model, name, strlen(name)) >= 0)
		orm_computed_raise_given(model, name, &here);
	if (attribute < 0)
		raise_no_attribute(model, name, &here);
	check_settable(model, &model->attributes[attribute], &here);
	return attribute;
}

/* An item of SET. */
typedef struct Assignment
{
	const OrmAttribute *attribute;
	OrmPatch patch;
	const char *value;				 /* a parameter or a null; for a patch, its operand */
	const OrmAttribute *source;		 /* the attribute to copy from, or NULL */
	const OrmExpression *expression; /* the value is that of an expression of the row; NULL: it is not */
} Assignment;

/* The null of json, as a value of the type. */
static const char *
json_null(const OrmType *type)
{
	StringInfoData sql;

	initStringInfo(&sql);
	appendStringInfoString(&sql, "'null'::");
	orm_sql_type(&sql, type->oid, -1);
	return sql.data;
}

/* The parameter for the value of an attribute, "NULL", or the null of json. */
static const char *
read_value(OrmBuilder *builder, OrmJson json, const OrmAttribute *attribute, const OrmPath *place)
{
	const OrmType *type = attribute->type;
	OrmOperand operand = orm_query_operand(NULL, builder, json, type, place);

	if (orm_json_kind(operand.whole) == ORM_JSON_NULL && orm_given_back_null_is_json(attribute))
		return json_null(type);
	if (operand.kind != ORM_OPERAND_VALUE)
		return "NULL";
	return orm_query_slot(builder, &operand, type, type->oid, ORM_FORM_VALUE, place);
}

/* The parameter for the operand of a patch. */
static const char *
read_patch(OrmBuilder *builder, const Assignment *assignment, OrmJson json, const OrmPath *place)
{
	const OrmModel *model = builder->compiler->request->model;
	OrmPatch patch = assignment->patch;
	OrmPath here = orm_path_key(place, orm_patch_name(patch));
	OrmJson given = orm_patch_operand(model, assignment->attribute, patch, json, &here);
	const OrmType *type = orm_patch_type(assignment->attribute);
	OrmOperand operand = orm_query_operand(NULL, builder, given, type, &here);
	const char *slot;

	if (operand.kind != ORM_OPERAND_VALUE)
		orm_patch_check_value(patch, type, 0, true, &here);
	slot = orm_query_slot(builder, &operand, type, type->oid, ORM_FORM_VALUE, &here);
	((OrmSlot *) llast(builder->slots))->patch = patch;
	return slot;
}

/* The composite value with the members that {"$merge": {...}} gives. */
static const OrmExpression *
read_members(OrmScope *scope, const OrmAttribute *attribute, OrmJson json, const OrmPath *place)
{
	OrmBuilder *builder = scope->builder;
	OrmPath here = orm_path_key(place, orm_patch_name(ORM_PATCH_MERGE));
	OrmJson given = orm_patch_operand(scope->model, attribute, ORM_PATCH_MERGE, json, &here);
	const OrmType *types[] = {orm_patch_type(attribute), orm_type_make(JSONBOID, -1, InvalidOid)};
	OrmOperand operand = orm_query_operand(NULL, builder, given, types[0], &here);
	const char *slots[lengthof(types)];
	StringInfoData sql;

	if (operand.kind != ORM_OPERAND_VALUE)
		orm_patch_check_value(ORM_PATCH_MERGE, types[0], 0, true, &here);
	for (int i = 0; i < (int) lengthof(types); i++)
	{
		slots[i] = orm_query_slot(builder, &operand, types[i], types[i]->oid, ORM_FORM_VALUE, &here);
		((OrmSlot *) llast(builder->slots))->patch = ORM_PATCH_MERGE;
	}
	initStringInfo(&sql);
	orm_patch_append_members(&sql, attribute->type,
							 orm_query_attribute(scope, attribute - scope->model->attributes)->sql, slots[0], slots[1]);
	return orm_query_expression(attribute->name, sql.data, attribute->type->oid);
}

/* Is the first key of the object "$" or "$attribute"? */
static bool
is_operand(OrmJson json)
{
	OrmJsonWalk walk = orm_json_walk(json);

	return orm_json_kind(json) == ORM_JSON_OBJECT && orm_json_next(&walk) &&
		(orm_json_equals(walk.key, "$") || orm_json_equals(walk.key, "$attribute"));
}

/* Reads the value or patch of an attribute. */
static Assignment *
read_assignment(OrmScope *scope, const OrmAttribute *attribute, OrmJson json, const OrmPath *place)
{
	OrmBuilder *builder = scope->builder;
	Assignment *assignment = palloc0(sizeof(Assignment));
	OrmJson expression;
	int source;

	assignment->attribute = attribute;
	assignment->patch = orm_patch_find(attribute->type, json);
	if (orm_patch_is_of_members(attribute, assignment->patch))
	{
		assignment->expression = read_members(scope, attribute, json, place);
		return assignment;
	}
	if (assignment->patch != ORM_PATCH_SET)
	{
		assignment->value = read_patch(builder, assignment, json, place);
		return assignment;
	}
	if (orm_patch_expression(attribute->type, json, &expression, place))
	{
		assignment->expression = orm_query_assigned(scope, attribute, expression, place);
		return assignment;
	}
	source = orm_patch_source(builder->compiler->request->model, attribute, json, place);
	if (source >= 0)
	{
		assignment->source = &builder->compiler->request->model->attributes[source];
		return assignment;
	}
	if (!is_operand(json))
		orm_patch_refuse_unknown(attribute->type, json, true, place);
	assignment->value = read_value(builder, json, attribute, place);
	return assignment;
}

/* Reads the document with the attributes to be set: List of Assignment *. */
static List *
read_assignments(OrmScope *scope)
{
	OrmBuilder *builder = scope->builder;
	const OrmModel *model = builder->compiler->request->model;
	OrmJson patch = orm_document_root(builder->compiler->request->patch);
	OrmPath place = orm_path_key(NULL, "patch");
	bool *given = palloc0(sizeof(bool) * Max(model->nattributes, 1));
	OrmJsonWalk walk = orm_json_walk(patch);
	List *assignments = NIL;

	if (orm_json_kind(patch) != ORM_JSON_OBJECT)
		orm_members_raise_kind(patch, "an object with the attributes to be set", &place);
	if (patch.node->count == 0)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("patch is empty"), orm_error_place(&place));
	while (orm_json_next(&walk))
	{
		int attribute = find_attribute(model, walk.key, &place);
		OrmPath here = orm_path_key(&place, model->attributes[attribute].name);

		if (given[attribute])
			orm_members_raise_twice("attribute", here.key, &here);
		given[attribute] = true;
		assignments = lappend(assignments, read_assignment(scope, &model->attributes[attribute], walk.value, &here));
	}
	return assignments;
}

/* Appends SET "a" = $1, ...; "alias" is that of the updated table. */
static void
append_set(StringInfo sql, List *assignments, const char *alias, bool keyed)
{
	ListCell *cell;
	bool first = true;

	appendStringInfoString(sql, " SET ");
	foreach(cell, assignments)
	{
		const Assignment *assignment = lfirst(cell);
		StringInfoData column;

		orm_sql_comma(sql, &first);
		orm_sql_name(sql, assignment->attribute->column);
		appendStringInfoString(sql, " = ");
		if (assignment->expression != NULL)
		{
			if (keyed)
				appendStringInfo(sql, "k.e%d", foreach_current_index(cell));
			else
				appendStringInfoString(sql, assignment->expression->sql);
			continue;
		}
		if (assignment->source != NULL)
		{
			appendStringInfo(sql, "%s.", alias);
			orm_sql_name(sql, assignment->source->column);
			continue;
		}
		if (assignment->patch == ORM_PATCH_SET)
		{
			appendStringInfoString(sql, assignment->value);
			continue;
		}
		initStringInfo(&column);
		appendStringInfo(&column, "%s.", alias);
		orm_sql_name(&column, assignment->attribute->column);
		orm_patch_append(sql, assignment->patch, assignment->attribute->type, column.data, assignment->value);
	}
}

/* State of compiling an update or delete. */
typedef struct Change
{
	OrmScope *scope;
	bool update;
	bool unlocked;
	List *set; /* of Assignment *; NIL for a delete */
	const char *where;
	List *order;
	const char *limit;
} Change;

/* Appends a plain UPDATE or DELETE. */
static void
append_plain(StringInfo sql, const Change *change)
{
	appendStringInfoString(sql, change->update ? "UPDATE " : "DELETE FROM ");
	orm_query_from(sql, change->scope);
	if (change->update)
		append_set(sql, change->set, change->scope->alias, false);
	if (change->where != NULL)
		appendStringInfo(sql, " WHERE %s", change->where);
}

/* Appends the SELECT that finds and locks the rows. */
static void
append_keys(StringInfo sql, const Change *change)
{
	const OrmKey *key = orm_model_need_key(change->scope->model);
	bool first = true;
	ListCell *cell;

	appendStringInfoString(sql, "SELECT ");
	for (int i = 0; i < key->nattributes; i++)
	{
		orm_sql_comma(sql, &first);
		appendStringInfo(sql, "%s AS c%d", orm_query_attribute(change->scope, key->attributes[i])->sql, i + 1);
	}
	foreach(cell, change->set)
		if (((const Assignment *) lfirst(cell))->expression != NULL)
			appendStringInfo(sql, ", %s AS e%d", ((const Assignment *) lfirst(cell))->expression->sql,
							 foreach_current_index(cell));
	appendStringInfoString(sql, " FROM ");
	orm_query_from(sql, change->scope);
	appendBinaryStringInfo(sql, change->scope->joins->data, change->scope->joins->len);
	if (change->where != NULL)
		appendStringInfo(sql, " WHERE %s", change->where);
	if (change->order != NIL)
		appendStringInfoString(sql, " ORDER BY ");
	orm_query_append_order(sql, change->order, false);
	if (change->limit != NULL)
		appendStringInfo(sql, " LIMIT %s", change->limit);
	if (!change->unlocked)
		appendStringInfo(sql, " FOR %s OF %s", change->update ? "NO KEY UPDATE" : "UPDATE", change->scope->alias);
}

/* Appends the UPDATE or DELETE by the keys of the SELECT. */
static void
append_by_key(StringInfo sql, const Change *change)
{
	const OrmModel *model = change->scope->model;
	const OrmKey *key = orm_model_need_key(model);

	appendStringInfoString(sql, change->update ? "UPDATE " : "DELETE FROM ");
	orm_sql_qualified(sql, model->schema, model->relation);
	appendStringInfoString(sql, " AS u");
	if (change->update)
		append_set(sql, change->set, "u", true);
	appendStringInfoString(sql, change->update ? " FROM (" : " USING (");
	append_keys(sql, change);
	appendStringInfoString(sql, ") AS k");
	for (int i = 0; i < key->nattributes; i++)
	{
		const OrmAttribute *attribute = &model->attributes[key->attributes[i]];
		StringInfoData column;

		initStringInfo(&column);
		appendStringInfoString(&column, "u.");
		orm_sql_name(&column, attribute->column);
		appendStringInfoString(sql, i == 0 ? " WHERE " : " AND ");
		orm_sql_comparison(sql, attribute->equality, column.data, attribute->type->oid, psprintf("k.c%d", i + 1),
						   attribute->type->oid);
	}
}

/* Sets the result columns of the SELECT: the primary key. */
static void
set_results(OrmQueryStatement *statement, const OrmModel *model)
{
	const OrmKey *key = model->primary_key;

	statement->nresults = key->nattributes;
	statement->results = palloc(sizeof(Oid) * key->nattributes);
	for (int i = 0; i < key->nattributes; i++)
		statement->results[i] = model->attributes[key->attributes[i]].type->oid;
}

/* Raises 22023 unless "where" is given. */
static void
need_where(const OrmQueryKeys *keys)
{
	if (orm_query_key(keys, ORM_KEY_WHERE) == NULL)
		orm_members_raise_missing("key", "where", NULL, "{\"where\": {}} says that all objects are meant.");
}

void
orm_query_modify(OrmCompiler *compiler, OrmJson query)
{
	const OrmQueryRequest *request = compiler->request;
	OrmLevel *level = orm_query_add_level(compiler, request->model);
	Change change = {.update = request->verb == ORM_QUERY_UPDATE, .unlocked = request->unlocked};
	OrmPath order_place = orm_path_key(NULL, "order_by");
	OrmQueryKeys keys;
	StringInfoData sql;

	orm_query_take(query, request->model, MODIFY_KEYS, NULL, &keys);
	need_where(&keys);
	change.scope = orm_query_scope(orm_query_builder(compiler), request->model);
	orm_named_scope_begin(change.scope, &keys, ORM_SCOPE_TAKES_ORDER, NULL);
	orm_query_compute(change.scope, &keys, NULL);
	if (change.update && !request->keys_only)
		change.set = read_assignments(change.scope);
	change.where = orm_query_filter(change.scope, &keys, NULL);
	if (orm_query_key(&keys, ORM_KEY_ORDER_BY) != NULL)
		change.order = orm_query_order(change.scope, *orm_query_key(&keys, ORM_KEY_ORDER_BY), &order_place);
	change.limit = orm_query_limit(change.scope->builder, &keys, ORM_KEY_LIMIT, ORM_FORM_LIMIT, NULL);
	if (change.limit != NULL)
		change.order = orm_query_order_by_key(change.scope, change.order);
	initStringInfo(&sql);
	if (request->keys_only || (!change.update && request->model->deletes_along))
	{
		change.order = orm_query_order_by_key(change.scope, change.order);
		append_keys(&sql, &change);
		set_results(&level->statement, change.scope->model);
	}
	else if (change.limit == NULL && change.order == NIL && change.scope->joins->len == 0)
		append_plain(&sql, &change);
	else
		append_by_key(&sql, &change);
	orm_query_finish(change.scope->builder, &level->statement, sql.data);
}
