/*
 * shape.c - the shape of a query document; see shape.h.
 *
 * There is one function for each part of the grammar.  They do not raise errors: invalid
 * parts of a document become shape, and the compiler raises the error.
 *
 * The bytes are unambiguous: text is preceded by its length, and containers by the number
 * of their members.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/array.h"
#include "utils/lsyscache.h"

#include "model/patch.h"
#include "model/value.h"
#include "query/aggregate.h"
#include "query/compile.h"
#include "query/where.h"

/* Tags of the items in the bytes; a value has the kind of its JSON (0..7) as tag. */
typedef enum Tag
{
	TAG_EXACT = 16,	 /* length, source text */
	TAG_KEY,		 /* length, text */
	TAG_OBJECT,		 /* number of members */
	TAG_ARRAY,		 /* number of elements */
	TAG_NULLS,		 /* the previous value is an array with a null */
	TAG_EMPTY,		 /* the previous value is an empty array */
	TAG_INSTRUCTION, /* the previous value is an object with one key, which begins with $ */
	TAG_GIVEN,
	TAG_NOT_GIVEN,
	TAG_PARAMETERS,
	TAG_CURSOR,
	TAG_CURSOR_BACKWARD,
	TAG_PATCH,
	TAG_TWICE
} Tag;

void
orm_shape_begin(OrmShape *shape)
{
	initStringInfo(&shape->bytes);
	shape->nvalues = 0;
	shape->capacity = ORM_SHAPE_ROOM;
	shape->values = shape->room;
	shape->twice = false;
	shape->on_reference = NULL;
}

/* Appends a tag and a number. */
static void
add_number(OrmShape *shape, Tag tag, uint32 number)
{
	appendStringInfoCharMacro(&shape->bytes, (char) tag);
	appendBinaryStringInfo(&shape->bytes, (const char *) &number, sizeof(number));
}

/* Appends text and its length. */
static void
add_text(OrmShape *shape, Tag tag, const char *text, int length)
{
	add_number(shape, tag, length);
	appendBinaryStringInfo(&shape->bytes, text, length);
}

void
orm_shape_exact(OrmShape *shape, OrmJson json)
{
	int length;
	const char *source = orm_json_source(json, &length);

	add_text(shape, TAG_EXACT, source, length);
}

/* Appends a key; the source text of one that cannot be decoded is kept apart from decoded keys. */
static void
add_key(OrmShape *shape, OrmJson key)
{
	if (orm_json_kind(key) == ORM_JSON_UNDECODABLE)
		orm_shape_exact(shape, key);
	else
		add_text(shape, TAG_KEY, orm_json_bytes(key), key.node->length);
}

/* Adds a value to the list. */
static void
keep(OrmShape *shape, OrmJson json)
{
	if (shape->nvalues == shape->capacity)
	{
		OrmJson *values = palloc_extended(sizeof(OrmJson) * shape->capacity * 2, MCXT_ALLOC_HUGE);

		memcpy(values, shape->values, sizeof(OrmJson) * shape->nvalues);
		if (shape->values != shape->room)
			pfree(shape->values);
		shape->values = values;
		shape->capacity *= 2;
	}
	shape->values[shape->nvalues++] = json;
}

/* The member of an object that has only one. */
static bool
only_member(OrmJson json, OrmJson *key, OrmJson *value)
{
	OrmJsonWalk walk;

	if (orm_json_kind(json) != ORM_JSON_OBJECT || json.node->count != 1)
		return false;
	walk = orm_json_walk(json);
	orm_json_next(&walk);
	*key = walk.key;
	*value = walk.value;
	return true;
}

/* Is this {"$": name} or {"$attribute": path}? */
static bool
is_reference(OrmJson json)
{
	OrmJson key;
	OrmJson value;

	return only_member(json, &key, &value) && (orm_json_equals(key, "$") || orm_json_equals(key, "$attribute"));
}

/* Appends a reference, and calls on_reference. */
static void
add_reference(OrmShape *shape, OrmJson json)
{
	orm_shape_exact(shape, json);
	if (shape->on_reference != NULL)
		shape->on_reference(shape->argument, json);
}

/* Appends the kind of a value, and adds the value to the list. */
static void
add_value(OrmShape *shape, OrmJson json)
{
	OrmJsonKind kind = orm_json_kind(json);
	OrmJson key;
	OrmJson value;

	keep(shape, json);
	appendStringInfoCharMacro(&shape->bytes, (char) (kind == ORM_JSON_FALSE ? ORM_JSON_TRUE : kind));
	if (kind == ORM_JSON_ARRAY && orm_shape_has_null(json))
		appendStringInfoCharMacro(&shape->bytes, (char) TAG_NULLS);
	else if (only_member(json, &key, &value) && key.node->length > 0 && orm_json_bytes(key)[0] == '$')
	{
		appendStringInfoCharMacro(&shape->bytes, (char) TAG_INSTRUCTION);
		add_key(shape, key);
	}
}

void
orm_shape_operand(OrmShape *shape, OrmJson json)
{
	OrmJson key;
	OrmJson value;

	if (is_reference(json))
	{
		add_reference(shape, json);
		return;
	}
	add_value(shape, json);
	if (only_member(json, &key, &value) && orm_json_equals(key, "$value"))
		add_value(shape, value);
}

/* Is this key an operator symbol? */
static bool
is_operator(OrmJson key)
{
	const char *text = orm_json_bytes(key);

	for (uint32 i = 0; i < key.node->length; i++)
		if (strchr("+-*/<>=~!@#%^&|`?", text[i]) == NULL || text[i] == '\0')
			return false;
	return key.node->length > 0;
}

/* The walk of a record of a table. */
static OrmShapeWalk
walk_of(const OrmMemberTable *table, int i)
{
	return ((const OrmShapedKey *) orm_members_record(table, i))->walk;
}

void
orm_shape_condition_list(OrmShape *shape, OrmJson json)
{
	OrmJsonWalk walk = orm_json_walk(json);

	if (orm_json_kind(json) != ORM_JSON_ARRAY)
	{
		orm_shape_conditions(shape, json);
		return;
	}
	keep(shape, json);
	add_number(shape, TAG_ARRAY, json.node->count);
	while (orm_json_next(&walk))
		orm_shape_conditions(shape, walk.value);
}

/* The value of a key in conditions. */
static void
add_condition(OrmShape *shape, OrmJson key, OrmJson json)
{
	int connective = orm_members_find(&orm_where_connectives, key);

	add_key(shape, key);
	if (connective >= 0)
		walk_of(&orm_where_connectives, connective)(shape, json);
	else if (orm_json_equals(key, "$expr"))
		orm_shape_expression(shape, json);
	else if (is_operator(key) || orm_json_equals(key, "$value"))
		orm_shape_operand(shape, json);
	else
		orm_shape_conditions(shape, json);
}

void
orm_shape_limit(OrmShape *shape, OrmJson json)
{
	if (orm_json_kind(json) == ORM_JSON_NUMBER)
		orm_shape_exact(shape, json);
	else
		orm_shape_operand(shape, json);
}

/* An object of conditions is also a value, as it can be the operand of a json attribute. */
void
orm_shape_conditions(OrmShape *shape, OrmJson json)
{
	OrmJsonWalk walk;

	check_stack_depth();
	CHECK_FOR_INTERRUPTS();
	if (orm_json_kind(json) != ORM_JSON_OBJECT)
	{
		add_value(shape, json);
		if (orm_json_kind(json) == ORM_JSON_ARRAY && json.node->count == 0)
			appendStringInfoCharMacro(&shape->bytes, (char) TAG_EMPTY);
		return;
	}
	if (is_reference(json))
	{
		add_reference(shape, json);
		return;
	}
	keep(shape, json);
	add_number(shape, TAG_OBJECT, json.node->count);
	walk = orm_json_walk(json);
	while (orm_json_next(&walk))
		add_condition(shape, walk.key, walk.value);
}

/* Appends the keys of an object, and its members by the table of keys or else by "other"; other JSON is shape. */
static void
add_members(OrmShape *shape, OrmJson json, const OrmMemberTable *table, OrmShapeWalk other)
{
	OrmJsonWalk walk;

	if (orm_json_kind(json) != ORM_JSON_OBJECT)
	{
		orm_shape_exact(shape, json);
		return;
	}
	add_number(shape, TAG_OBJECT, json.node->count);
	walk = orm_json_walk(json);
	while (orm_json_next(&walk))
	{
		int i = table != NULL ? orm_members_find(table, walk.key) : -1;

		add_key(shape, walk.key);
		(i >= 0 ? walk_of(table, i) : other)(shape, walk.value);
	}
}

/* "case": pairs of a condition and an expression. */
static void
add_case(OrmShape *shape, OrmJson json)
{
	OrmJsonWalk walk = orm_json_walk(json);

	if (orm_json_kind(json) != ORM_JSON_ARRAY)
	{
		orm_shape_exact(shape, json);
		return;
	}
	add_number(shape, TAG_ARRAY, json.node->count);
	while (orm_json_next(&walk))
	{
		OrmJsonWalk pair = orm_json_walk(walk.value);

		if (orm_json_kind(walk.value) != ORM_JSON_ARRAY)
		{
			orm_shape_exact(shape, walk.value);
			continue;
		}
		add_number(shape, TAG_ARRAY, walk.value.node->count);
		while (orm_json_next(&pair))
			(pair.index == 0 ? orm_shape_conditions : orm_shape_expression)(shape, pair.value);
	}
}

/* "exists": conditions by the name of their relationship. */
static void
add_exists(OrmShape *shape, OrmJson json)
{
	add_members(shape, json, NULL, orm_shape_conditions);
}

/* The members of expressions that are not expressions themselves; a table for the walk alone. */
static const OrmShapedKey expression_keys[] = {
	{{ORM_MEMBER_KEY("where")}, orm_shape_conditions},
	{{ORM_MEMBER_KEY("case")}, add_case},
	{{ORM_MEMBER_KEY("order_by")}, orm_shape_orders},
	{{ORM_MEMBER_KEY("exists")}, add_exists},
};

static const OrmMemberTable expression_table = {.noun = "key", ORM_MEMBER_RECORDS(expression_keys)};

/* Words, paths and numbers are shape; literals and what conditions compare with are values. */
void
orm_shape_expression(OrmShape *shape, OrmJson json)
{
	OrmJsonWalk walk = orm_json_walk(json);
	OrmJson key;
	OrmJson value;

	check_stack_depth();
	if (orm_json_kind(json) == ORM_JSON_ARRAY)
	{
		add_number(shape, TAG_ARRAY, json.node->count);
		while (orm_json_next(&walk))
			orm_shape_expression(shape, walk.value);
	}
	else if (only_member(json, &key, &value) && (is_reference(json) || orm_json_equals(key, "$value")))
		orm_shape_operand(shape, json);
	else
		add_members(shape, json, &expression_table, orm_shape_expression);
}

void
orm_shape_expressions(OrmShape *shape, OrmJson json)
{
	add_members(shape, json, NULL, orm_shape_expression);
}

/* An item of order_by; keys not in the table are operators. */
static void
add_order(OrmShape *shape, OrmJson json)
{
	add_members(shape, json, &orm_order_keys, orm_shape_operand);
}

/* An item, or an array of items. */
static void
add_items(OrmShape *shape, OrmJson json, OrmShapeWalk item)
{
	OrmJsonWalk walk = orm_json_walk(json);

	if (orm_json_kind(json) != ORM_JSON_ARRAY)
	{
		item(shape, json);
		return;
	}
	add_number(shape, TAG_ARRAY, json.node->count);
	while (orm_json_next(&walk))
		item(shape, walk.value);
}

void
orm_shape_orders(OrmShape *shape, OrmJson json)
{
	add_items(shape, json, add_order);
}

/* Appends only the kind of a cursor. */
void
orm_shape_cursor(OrmShape *shape, OrmJson json)
{
	if (is_reference(json))
		add_reference(shape, json);
	else if (orm_json_kind(json) == ORM_JSON_OBJECT)
		orm_shape_exact(shape, json);
	else
		appendStringInfoCharMacro(&shape->bytes, (char) orm_json_kind(json));
}

/* Appends a parameter, of anything else the kind of container. */
static void
add_setting(OrmShape *shape, OrmJson json)
{
	if (is_reference(json))
		add_reference(shape, json);
	else if (orm_json_kind(json) == ORM_JSON_OBJECT)
		orm_shape_exact(shape, json);
	else
		appendStringInfoCharMacro(&shape->bytes, (char) ORM_JSON_NULL);
}

void
orm_shape_settings(OrmShape *shape, OrmJson json)
{
	add_members(shape, json, NULL, add_setting);
}

/* The arguments of a scope. */
static void
add_arguments(OrmShape *shape, OrmJson json)
{
	add_members(shape, json, NULL, orm_shape_operand);
}

/* The name of a scope, or names with arguments. */
static void
add_scope(OrmShape *shape, OrmJson json)
{
	add_members(shape, json, NULL, add_arguments);
}

void
orm_shape_scopes(OrmShape *shape, OrmJson json)
{
	add_items(shape, json, add_scope);
}

/* A query; other JSON in its place is shape. */
static void
add_query(OrmShape *shape, OrmJson json)
{
	add_members(shape, json, &orm_query_keys, orm_shape_exact);
}

void
orm_shape_load(OrmShape *shape, OrmJson json)
{
	check_stack_depth();
	add_members(shape, json, NULL, add_query);
}

void
orm_shape_add_query(OrmShape *shape, const OrmDocument *query)
{
	add_query(shape, orm_document_root(query));
}

/*
 * Begins another document.  If the document is in the shape already, its values are in
 * the list twice and cannot be distinguished by their nodes, so this case is tagged as
 * another shape.
 */
static void
begin_another(OrmShape *shape, Tag tag, const OrmDocument *document)
{
	appendStringInfoCharMacro(&shape->bytes, (char) tag);
	for (int i = 0; i < shape->nvalues && document != NULL && !shape->twice; i++)
		shape->twice = shape->values[i].document == document;
	if (shape->twice)
		appendStringInfoCharMacro(&shape->bytes, (char) TAG_TWICE);
}

/* The member of a patch document: a value, or a patch with its operand. */
static void
add_change(OrmShape *shape, OrmJson json)
{
	OrmJson key;
	OrmJson operand;

	bool expression = only_member(json, &key, &operand) && orm_json_equals(key, "$expr");

	if (!expression && (!only_member(json, &key, &operand) || orm_patch_named(key) == ORM_PATCH_SET))
	{
		orm_shape_operand(shape, json);
		return;
	}
	add_number(shape, TAG_OBJECT, 1);
	add_key(shape, key);
	(expression ? orm_shape_expression : orm_shape_operand)(shape, operand);
}

void
orm_shape_add_patch(OrmShape *shape, const OrmDocument *patch)
{
	begin_another(shape, TAG_PATCH, patch);
	add_members(shape, orm_document_root(patch), NULL, add_change);
}

void
orm_shape_add_cursor(OrmShape *shape, const OrmDocument *cursor, bool backward)
{
	begin_another(shape, backward ? TAG_CURSOR_BACKWARD : TAG_CURSOR, cursor);
	if (cursor == NULL)
		appendStringInfoCharMacro(&shape->bytes, (char) TAG_NOT_GIVEN);
	else if (orm_json_kind(orm_document_root(cursor)) != ORM_JSON_ARRAY)
		orm_shape_exact(shape, orm_document_root(cursor));
	else
	{
		OrmJsonWalk walk = orm_json_walk(orm_document_root(cursor));

		add_number(shape, TAG_ARRAY, orm_document_root(cursor).node->count);
		while (orm_json_next(&walk))
			add_value(shape, walk.value);
	}
}

bool
orm_shape_parameter_has_null(const OrmQueryParameter *parameter)
{
	OrmJson json;

	if (OidIsValid(parameter->type))
		return OidIsValid(get_base_element_type(parameter->type)) &&
			array_contains_nulls(DatumGetArrayTypeP(parameter->value));
	json = orm_value_unescape(parameter->json);
	return orm_json_kind(json) == ORM_JSON_ARRAY && orm_shape_has_null(json);
}

/* The tag of a parameter's value. */
static char
parameter_kind(const OrmQueryParameter *parameter)
{
	OrmJsonKind kind;

	if (parameter->unset || parameter->isnull)
		return ORM_JSON_NULL;
	if (orm_shape_parameter_has_null(parameter))
		return TAG_NULLS;
	if (OidIsValid(parameter->type))
		return TAG_GIVEN;
	kind = orm_json_kind(orm_value_unescape(parameter->json));
	return kind == ORM_JSON_FALSE ? ORM_JSON_TRUE : kind;
}

void
orm_shape_add_parameters(OrmShape *shape, const OrmQueryParameter *parameters, int nparameters)
{
	add_number(shape, TAG_PARAMETERS, nparameters);
	for (int i = 0; i < nparameters; i++)
	{
		const OrmQueryParameter *parameter = &parameters[i];

		add_text(shape, TAG_KEY, parameter->name, strlen(parameter->name));
		add_number(shape, parameter->unset ? TAG_NOT_GIVEN : TAG_GIVEN, parameter->type);
		if (!OidIsValid(parameter->type) && orm_value_unescape(parameter->json).node != parameter->json.node)
			appendStringInfoCharMacro(&shape->bytes, (char) TAG_INSTRUCTION);
		appendStringInfoCharMacro(&shape->bytes, parameter_kind(parameter));
	}
}

bool
orm_shape_has_null(OrmJson array)
{
	OrmJsonWalk walk = orm_json_walk(array);

	while (orm_json_next(&walk))
		if (orm_json_kind(walk.value) == ORM_JSON_NULL)
			return true;
	return false;
}
