/*
 * path.c - names and paths.
 *
 * A path goes through to-one relationships by LEFT JOINs, which follow
 * the FROM item of the scope it begins in, each relationship once:
 *
 *     "s"."posts" AS t0 LEFT JOIN "s"."usuarios" AS t1 ON t1."id" OPERATOR(pg_catalog.=) t0."autor_id"
 *
 * The joined objects are scopes, whose joins are appended to the same text.  Attributes of
 * a joined scope can be NULL even if the column is NOT NULL.
 */
#include "postgres.h"

#include "utils/lsyscache.h"

#include "base/nearest.h"
#include "model/computed.h"
#include "model/hidden.h"
#include "model/row_expression.h"
#include "query/compile.h"
#include "query/member.h"

/* Maximum number of joins added by paths to a statement, as planning time grows faster than their number. */
#define MAX_JOINS 100

OrmScope *
orm_query_scope(OrmBuilder *builder, const OrmModel *model)
{
	OrmScope *scope = palloc0(sizeof(OrmScope));

	scope->builder = builder;
	scope->model = model;
	scope->outermost = builder->naliases == 0;
	scope->alias = psprintf("t%d", builder->naliases++);
	scope->joins = makeStringInfo();
	return scope;
}

const OrmExpression *
orm_query_attribute(const OrmScope *scope, int number)
{
	const OrmAttribute *attribute = &scope->model->attributes[number];
	OrmExpression *expression = palloc0(sizeof(OrmExpression));
	StringInfoData sql;

	initStringInfo(&sql);
	appendStringInfo(&sql, "%s.", scope->alias);
	orm_sql_name(&sql, attribute->column);
	expression->name = attribute->name;

	/* copied, because a StringInfo wastes memory, and compiled queries have many of these */
	expression->sql = pstrdup(sql.data);
	pfree(sql.data);
	expression->type = attribute->type;
	expression->not_null = attribute->not_null && scope->through == NULL;
	expression->model = scope->model;
	expression->attribute = attribute;
	return expression;
}

const OrmExpression *
orm_query_computed(const OrmScope *scope, int number)
{
	const OrmComputed *computed = &scope->model->computed[number];
	OrmExpression *expression = palloc0(sizeof(OrmExpression));

	expression->name = computed->name;
	expression->sql = psprintf("(%s)",
							   orm_row_expression_print(computed->expression, scope->model->relid, scope->alias));
	expression->type = computed->type;
	return expression;
}

char *
orm_query_describe(const OrmExpression *expression)
{
	if (expression->attribute != NULL)
		return psprintf("attribute \"%s\" of model \"%s\"", expression->attribute->name, expression->model->name);
	return psprintf("\"%s\"", expression->name);
}

/* Looks up a name in a scope; both members are NULL when it does not exist. */
static OrmName
find_name(const OrmScope *scope, const char *name)
{
	OrmName found = {0};
	ListCell *cell;
	int number;

	foreach(cell, scope->named)
	{
		const OrmExpression *named = lfirst(cell);

		if (strcmp(named->name, name) == 0)
		{
			found.expression = named;
			return found;
		}
	}
	if (scope->model == NULL)
		return found;
	number = orm_model_attribute(scope->model, name, strlen(name));
	if (number >= 0)
		found.expression = orm_query_attribute(scope, number);
	else if ((number = orm_computed_number(scope->model, name, strlen(name))) >= 0)
		found.expression = orm_query_computed(scope, number);
	else
		found.relationship = orm_model_relationship(scope->model, name);
	return found;
}

/* The path for a name with "__" as separators, as in other mappers; or NULL. */
static char *
path_of_underscores(const OrmScope *scope, const char *given)
{
	const char *parts = strstr(given, "__");
	char *path;
	char *out;

	if (scope->model == NULL || parts == NULL || parts == given ||
		(orm_model_attribute(scope->model, given, parts - given) < 0 &&
		 orm_model_relationship(scope->model, pnstrdup(given, parts - given)) == NULL))
		return NULL;
	out = path = palloc(strlen(given) + 1);
	for (const char *c = given; *c != '\0'; c++)
	{
		bool parted = c[0] == '_' && c[1] == '_';

		*out++ = parted ? '.' : *c;
		c += parted ? 1 : 0;
	}
	*out = '\0';
	return path;
}

/* For use in ereport(): a hint with the nearest name of the scope. */
static int
hint_nearest(const OrmScope *scope, const char *given)
{
	const OrmModel *model = scope->model;
	char *path;
	int nattributes = model != NULL ? model->nattributes : 0;
	int nrelationships = model != NULL ? model->nrelationships : 0;
	int ncomputed = model != NULL ? model->ncomputed : 0;
	const char **names = palloc(sizeof(char *) *
								(nattributes + ncomputed + nrelationships + list_length(scope->named) + 1));
	int n = 0;
	ListCell *cell;

	for (int i = 0; i < nrelationships; i++)
		names[n++] = model->relationships[i].name;
	orm_nearest_hint("relationship", given, names, n);

	/* a later errhint() replaces an earlier one */
	n = 0;
	foreach(cell, scope->named)
		names[n++] = ((const OrmExpression *) lfirst(cell))->name;
	orm_nearest_hint("name", given, names, n);
	n = 0;
	for (int i = 0; i < nattributes; i++)
		names[n++] = model->attributes[i].name;
	for (int i = 0; i < ncomputed; i++)
		names[n++] = model->computed[i].name;
	orm_nearest_hint("attribute", given, names, n);
	if ((path = path_of_underscores(scope, given)) != NULL)
		errhint("Perhaps you meant the path \"%s\".", path);
	return 0;
}

/* Resolves a name, that of a hidden attribute, too. */
static OrmName
resolve(const OrmScope *scope, const char *name, const OrmPath *place)
{
	OrmName found = find_name(scope, name);

	if (found.expression == NULL && found.relationship == NULL && scope->model != NULL)
		orm_model_refuse_pending(scope->model, name, place);
	if (found.expression == NULL && found.relationship == NULL)
		ereport(
			ERROR, errcode(ERRCODE_UNDEFINED_COLUMN),
			scope->model != NULL
				? errmsg("attribute \"%s\" of model \"%s\" does not exist", orm_error_clip(name), scope->model->name)
				: errmsg("\"%s\" is neither a group nor an aggregate of the query", orm_error_clip(name)),
			orm_error_place(place), hint_nearest(scope, name));
	return found;
}

/* Raises 42501 for a hidden attribute. */
static void
refuse_hidden(OrmName name, const OrmPath *place)
{
	if (name.expression != NULL && name.expression->attribute != NULL)
		orm_hidden_refuse(name.expression->model, name.expression->attribute, place);
}

OrmName
orm_query_name_of(const OrmScope *scope, const char *name, const OrmPath *place)
{
	OrmName found = resolve(scope, name, place);

	refuse_hidden(found, place);
	return found;
}

OrmExpression *
orm_query_expression(const char *name, const char *sql, Oid type)
{
	OrmExpression *expression = palloc0(sizeof(OrmExpression));

	expression->name = name;
	expression->sql = sql;
	expression->type = orm_type_make(type, -1, get_typcollation(type));
	return expression;
}

void
orm_query_null_test(StringInfo sql, const OrmExpression *expression, bool null)
{
	/* IS NULL is true for a row of nulls, too; IS DISTINCT FROM NULL does not look up an operator */
	if (expression->type->class == ORM_TYPE_COMPOSITE)
		appendStringInfo(sql, "%s IS %sDISTINCT FROM NULL", expression->sql, null ? "NOT " : "");
	else
		appendStringInfo(sql, "%s IS %sNULL", expression->sql, null ? "" : "NOT ");
}

/* The nested conditions for a path: {"author": {"name": ...}} */
static char *
nested_conditions(const char *name)
{
	StringInfoData nested;
	int depth = 0;

	initStringInfo(&nested);
	appendStringInfoString(&nested, "{\"");
	for (const char *c = name; *c != '\0'; c++)
	{
		if (*c == '.')
			appendStringInfoString(&nested, "\": {\"");
		else
			appendStringInfoChar(&nested, *c);
		depth += *c == '.';
	}
	appendStringInfoString(&nested, "\": ...}");
	while (depth-- > 0)
		appendStringInfoChar(&nested, '}');
	return nested.data;
}

/* Raises 22023 for a dotted name in conditions, with the nested form as hint. */
static void
refuse_dots(const char *name, const OrmPath *place)
{
	ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("path \"%s\" is not allowed here", name),
			orm_error_place(place), errhint("Nest the conditions: %s.", nested_conditions(name)));
}

OrmName
orm_query_name(OrmScope *scope, OrmJson name, const OrmPath *place)
{
	OrmName found = orm_query_condition_name(scope, name, place);

	refuse_hidden(found, place);
	return found;
}

OrmName
orm_query_condition_name(OrmScope *scope, OrmJson name, const OrmPath *place)
{
	char *text = orm_json_string(name);
	char *path;

	if (scope->model != NULL && strchr(text, '.') != NULL)
		refuse_dots(text, place);
	path = path_of_underscores(scope, text);
	if (path != NULL && find_name(scope, text).expression == NULL && find_name(scope, text).relationship == NULL)
		ereport(ERROR, errcode(ERRCODE_UNDEFINED_COLUMN),
				errmsg("attribute \"%s\" of model \"%s\" does not exist", text, scope->model->name),
				orm_error_place(place), errhint("Nest the conditions: %s.", nested_conditions(path)));
	return resolve(scope, text, place);
}

bool
orm_query_is_unique(const OrmRelationship *relationship, const OrmModel *target)
{
	bool declared = relationship->kind == ORM_BELONGS_TO;

	for (int i = 0; i < target->nunique; i++)
	{
		const OrmKey *key = &target->unique[i];
		int found = 0;

		for (int j = 0; j < key->nattributes; j++)
			for (int k = 0; k < relationship->nkeys; k++)
				found += target->attributes[key->attributes[j]].attnum == relationship->remote[k];
		if (found >= key->nattributes && key->single)
			return true;
		declared = declared && found < key->nattributes;
	}
	/* a declared key without indexes, as of a view, is assumed to be unique */
	return declared;
}

/*
 * Appends the join of a to-one relationship.  A has_one without a unique key, or with a
 * target that has inheritance children, can have several target rows, which would
 * multiply rows; the first one is used:
 *
 *     LEFT JOIN LATERAL (SELECT t1.* FROM "s"."pagos" AS t1 WHERE ... ORDER BY t1."id" LIMIT 1) AS t1 ON true
 */
static void
append_join(StringInfo sql, const OrmScope *scope, const OrmRelationship *relationship, OrmScope *target)
{
	StringInfoData from;
	StringInfoData where;
	List *order;

	initStringInfo(&from);
	initStringInfo(&where);
	orm_query_relate(&from, &where, scope, relationship, target);
	if (orm_query_is_unique(relationship, target->model))
	{
		appendStringInfo(sql, " LEFT JOIN %s ON %s", from.data, where.data);
		return;
	}
	order = orm_query_order_by_key(target, orm_query_relationship_order(scope->model->name, relationship, target));
	appendStringInfo(sql, " LEFT JOIN LATERAL (SELECT %s.* FROM %s%s WHERE %s", target->alias, from.data,
					 target->joins->data, where.data);
	target->joined = NIL;
	if (order != NIL)
		appendStringInfoString(sql, " ORDER BY ");
	orm_query_append_order(sql, order, false);
	appendStringInfo(sql, " LIMIT 1) AS %s ON true", target->alias);
}

OrmScope *
orm_query_join(OrmScope *scope, const OrmRelationship *relationship, const OrmPath *place)
{
	OrmScope *target;
	ListCell *cell;

	foreach(cell, scope->joined)
	{
		target = lfirst(cell);
		if (target->through == relationship)
			return target;
	}
	if (++scope->builder->njoins > MAX_JOINS)
		ereport(ERROR, errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				errmsg("paths of the query join too many relationships"),
				errdetail("At %s. They may add %d joins to a statement.", orm_path_text(place), MAX_JOINS));
	target = orm_query_target(scope, relationship, place);
	append_join(scope->joins, scope, relationship, target);
	target->through = relationship;
	target->joins = scope->joins;
	scope->joined = lappend(scope->joined, target);
	return target;
}

void
orm_query_not_relationship(const OrmExpression *expression, const OrmPath *place)
{
	ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			errmsg("%s is not a relationship", orm_query_describe(expression)), orm_error_place(place),
			orm_type_is_json(expression->type)
				? errhint("What is inside a json value is found in \"compute\": {\"at\": [key], \"of\": \"%s\"}.",
						  expression->name)
				: 0);
}

/* Raises 22023 for a to-many relationship in a path. */
static void
raise_many(const OrmScope *scope, const OrmRelationship *relationship, const OrmPath *place)
{
	ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			errmsg("to-many relationship \"%s\" of model \"%s\" has no single value", relationship->name,
				   scope->model->name),
			orm_error_place(place),
			errhint("Aggregate them in \"compute\", as in {\"n\": {\"count\": \"%s\"}}, or use \"any\" in \"where\".",
					relationship->name));
}

/* Raises 22023 for a path that ends with a to-one relationship. */
static void
raise_object(const OrmScope *scope, const OrmRelationship *relationship, const OrmPath *place)
{
	const OrmModel *target = orm_query_target(scope, relationship, place)->model;

	ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			errmsg("relationship \"%s\" of model \"%s\" is not an attribute", relationship->name, scope->model->name),
			orm_error_place(place),
			errhint("Name an attribute of \"%s\", as in \"%s.%s\".", target->name, relationship->name,
					target->nattributes > 0 ? target->attributes[0].name : "..."));
}

/* A copy of an expression with another name, that of the whole path. */
static const OrmExpression *
with_name(const OrmExpression *expression, const char *name)
{
	OrmExpression *copy = palloc(sizeof(OrmExpression));

	*copy = *expression;
	copy->name = name;
	return copy;
}

/* The member of a composite value that a path from it names: (member ".")* member. */
static const OrmExpression *
member_path(const OrmExpression *value, char *names, const OrmPath *place)
{
	for (char *dot = names; dot != NULL; names = dot + 1)
	{
		if (!orm_member_has(value))
			orm_query_not_relationship(value, place);
		dot = strchr(names, '.');
		if (dot != NULL)
			*dot = '\0';
		value = orm_member_of(value, names, place);
		if (dot == NULL)
			break;
	}
	return value;
}

const OrmExpression *
orm_query_path(OrmScope *scope, const char *text, int length, const OrmPath *place)
{
	const char *path = pnstrdup(text, length);
	char *name = pnstrdup(text, length);
	char *dot;
	OrmName found;

	if (scope->model == NULL)
		return orm_query_name_of(scope, path, place).expression;
	while ((dot = strchr(name, '.')) != NULL)
	{
		*dot = '\0';
		found = orm_query_name_of(scope, name, place);
		if (found.relationship == NULL)
			return with_name(member_path(found.expression, dot + 1, place), path);
		if (!orm_query_is_single(found.relationship))
			raise_many(scope, found.relationship, place);
		scope = orm_query_join(scope, found.relationship, place);
		name = dot + 1;
	}
	found = orm_query_name_of(scope, name, place);
	if (found.relationship != NULL && orm_query_is_single(found.relationship))
		raise_object(scope, found.relationship, place);
	if (found.relationship != NULL)
		raise_many(scope, found.relationship, place);
	return strcmp(name, path) == 0 ? found.expression : with_name(found.expression, path);
}

const OrmExpression *
orm_query_path_json(OrmScope *scope, OrmJson path, const OrmPath *place)
{
	char *text;

	if (orm_json_kind(path) != ORM_JSON_STRING && orm_json_kind(path) != ORM_JSON_UNDECODABLE)
		orm_members_raise_kind(path, "a path, which is a string", place);
	text = orm_json_string(path);
	return orm_query_path(scope, text, strlen(text), place);
}
