/*
 * order.c - "order_by".
 *
 *     "edad"                                          t0."edad"
 *     "-autor.nombre"                                 t1."nombre" DESC
 *     {"by": "edad", "desc": true, "nulls": "last"}   t0."edad" DESC NULLS LAST
 *     {"by": {"length": ["nombre"]}}                  pg_catalog.length(t0."nombre")
 *     {"by": "lugar", "<->": "(0,0)"}                 (t0."lugar" OPERATOR(pg_catalog.<->) $1)
 *     {"by": "texto", "search": "casa"}               pg_catalog.ts_rank(..., ...) DESC NULLS LAST
 *
 * ASC and DESC use the type's default operator class, which does not depend on
 * search_path.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "parser/parse_coerce.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "query/condition.h"
#include "query/expression.h"

/* The keys of an item that is an object. */
typedef enum ItemKey
{
	ITEM_BY,
	ITEM_DESC,
	ITEM_NULLS,
	ITEM_SEARCH
} ItemKey;

#define NITEM_KEYS (ITEM_SEARCH + 1)

static const OrmShapedKey item_keys[NITEM_KEYS] = {
	[ITEM_BY] =
		{{ORM_MEMBER_KEY("by"), .allowed = ORM_MEMBER_ALWAYS, .required = ORM_MEMBER_ALWAYS,
		  .hint = "\"by\" is the path or the expression that is ordered by, as in {\"by\": \"id\", \"desc\": true}."},
		 orm_shape_expression},
	[ITEM_DESC] = {{ORM_MEMBER_KEY("desc"), .allowed = ORM_MEMBER_ALWAYS}, orm_shape_exact},
	[ITEM_NULLS] = {{ORM_MEMBER_KEY("nulls"), .allowed = ORM_MEMBER_ALWAYS}, orm_shape_exact},
	[ITEM_SEARCH] = {{ORM_MEMBER_KEY("search"), .allowed = ORM_MEMBER_ALWAYS}, orm_shape_operand},
};

/* Is this key an operator symbol? */
static bool
is_operator(OrmJson key)
{
	return orm_json_kind(key) == ORM_JSON_STRING && orm_condition_is_symbol(orm_json_string(key));
}

/* Is this text a direction? */
static bool
is_direction(const char *text)
{
	return pg_strcasecmp(text, "desc") == 0 || pg_strcasecmp(text, "asc") == 0;
}

/* For use in ereport(): a hint for {"name": "desc"}. */
static bool
hint_direction(const OrmMemberKey *member, const char *name, uint32 context, const void *argument)
{
	OrmJson direction;

	if (member != NULL || argument == NULL || !orm_json_member(*(const OrmJson *) argument, name, &direction) ||
		orm_json_kind(direction) != ORM_JSON_STRING || !is_direction(orm_json_string(direction)))
		return false;
	errhint("Perhaps you meant \"%s%s\".", pg_strcasecmp(orm_json_string(direction), "desc") == 0 ? "-" : "", name);
	return true;
}

const OrmMemberTable orm_order_keys = {
	.noun = "key", ORM_MEMBER_RECORDS(item_keys), .other = is_operator, .hint = hint_direction};

typedef struct Item
{
	OrmJson members[NITEM_KEYS];
	const char *operator; /* or "search"; NULL: none */
	OrmJson value;		  /* right operand */
} Item;

/* Reads the members of an item. */
static void
take_item(Item *item, OrmJson json, const OrmPath *place)
{
	OrmMemberTable table = orm_order_keys;
	OrmJsonWalk walk = orm_json_walk(json);

	table.argument = &json;
	orm_members_take(&table, ORM_MEMBER_ALWAYS, json, place, item->members);
	item->operator= NULL;
	while (orm_json_next(&walk))
	{
		char *name = orm_json_string(walk.key);
		OrmPath here = orm_path_key(place, name);

		if (!orm_json_equals(walk.key, "search") && !is_operator(walk.key))
			continue;
		if (item->operator!= NULL && strcmp(item->operator, name) == 0)
			orm_members_raise_twice("key", name, &here);
		if (item->operator!= NULL)
			orm_members_raise_not_allowed("key", name, &here, "An order has one operator.");
		item->operator= name;
		item->value = walk.value;
	}
}

/* The right operand; raises 22004 for null. */
static OrmOperand
read_operand(OrmScope *scope, const Item *item, const OrmType *type, const OrmPath *place)
{
	OrmOperand operand = orm_query_operand(scope, scope->builder, item->value, type, place);

	if (operand.kind == ORM_OPERAND_NULL)
		ereport(ERROR, errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("key \"%s\" must not be null", item->operator),
				orm_error_place(place));
	return operand;
}

/* The tsvector for "search": the operand, or made from text. */
static const char *
search_vector(const OrmExpression *left, const OrmPath *place)
{
	if (left->type->base == TSVECTOROID)
		return left->sql;
	if (TypeCategory(left->type->base) != TYPCATEGORY_STRING)
		ereport(ERROR, errcode(ERRCODE_UNDEFINED_FUNCTION),
				errmsg("%s of type %s cannot be searched", orm_query_describe(left), format_type_be(left->type->oid)),
				orm_error_place(place), errhint("\"search\" is for text and tsvector."));
	return psprintf("pg_catalog.to_tsvector(%s::pg_catalog.text)", left->sql);
}

/* {"by": path, "search": text}: the rank.  NULL: its parameter is unset. */
static const OrmExpression *
read_rank(OrmScope *scope, const Item *item, const OrmExpression *left, const OrmPath *place)
{
	OrmType *text = orm_type_make(TEXTOID, -1, get_typcollation(TEXTOID));
	const char *vector = search_vector(left, place);
	OrmOperand operand = read_operand(scope, item, text, place);

	if (operand.kind == ORM_OPERAND_UNSET)
		return NULL;
	if (operand.kind == ORM_OPERAND_ATTRIBUTE)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("\"search\" takes a text, not an attribute"),
				orm_error_place(place));
	return orm_query_expression(
		left->name,
		psprintf("pg_catalog.ts_rank(%s, pg_catalog.websearch_to_tsquery(%s))", vector,
				 orm_query_slot(scope->builder, &operand, text, TEXTOID, ORM_FORM_VALUE, place)),
		FLOAT4OID);
}

/* {"by": path, operator: value}: the result of the operator.  NULL: its parameter is unset. */
static const OrmExpression *
read_distance(OrmScope *scope, const Item *item, const OrmExpression *left, const OrmPath *place)
{
	char *what = orm_query_describe(left);
	OrmOperator operator= orm_operator_find(item->operator, left->type, InvalidOid, what, place);
	OrmType *type = orm_type_make(operator.right, -1, get_typcollation(operator.right));
	OrmOperand operand = read_operand(scope, item, type, place);
	const char *right;
	StringInfoData sql;

	if (operand.kind == ORM_OPERAND_UNSET)
		return NULL;
	if (operand.kind == ORM_OPERAND_ATTRIBUTE)
	{
		operator= orm_operator_find_between(item->operator, left->type, operand.attribute->type, InvalidOid, what,
											place);
		right = orm_condition_cast(orm_condition_side(operand.attribute), operator.right);
	}
	else
		right = orm_query_slot(scope->builder, &operand, type, type->oid, ORM_FORM_VALUE, place);
	initStringInfo(&sql);
	appendStringInfoChar(&sql, '(');
	orm_condition_append(&sql, &operator, orm_condition_side(left), right);
	appendStringInfoChar(&sql, ')');
	return orm_query_expression(left->name, sql.data, operator.result);
}

/* Raises 42883 unless the expression's type has an order. */
static void
check_type(const OrmExpression *expression, const OrmPath *place)
{
	if (!orm_operator_has_order(expression->type))
		ereport(ERROR, errcode(ERRCODE_UNDEFINED_FUNCTION),
				errmsg("%s of type %s cannot be ordered by", orm_query_describe(expression),
					   format_type_be(expression->type->oid)),
				orm_error_place(place));
}

/*
 * The text of an item in signatures: its path, its type and, if computed, its SQL.  "of"
 * is the expression of the path, the left operand of the operator if there is one.
 */
static const char *
item_text(const OrmOrder *order, const OrmExpression *of, const char *operator)
{
	StringInfoData text;

	initStringInfo(&text);
	appendStringInfoString(&text, order->descending ? "-" : "");
	orm_sql_name(&text, of->name);
	if (order->computed)
		appendStringInfo(&text, " = %s", of->sql);
	if (operator!= NULL)
		appendStringInfo(&text, " %s", operator);
	appendStringInfo(&text, " %u", order->expression->type->oid);
	if (order->nulls_first != order->descending)
		appendStringInfoString(&text, order->nulls_first ? " nulls first" : " nulls last");
	return text.data;
}

/* Raises 42703 for "name desc". */
static void
refuse_direction(const char *text, const OrmPath *place)
{
	const char *space = strrchr(text, ' ');

	if (space == NULL || !is_direction(space + 1))
		return;
	ereport(ERROR, errcode(ERRCODE_UNDEFINED_COLUMN), errmsg("path \"%s\" does not exist", text),
			orm_error_place(place),
			errhint("Perhaps you meant \"%s%.*s\".", pg_strcasecmp(space + 1, "desc") == 0 ? "-" : "",
					(int) (space - text), text));
}

/* Reads a path with an optional "-" prefix. */
static OrmOrder *
read_path(OrmScope *scope, OrmJson json, const OrmPath *place)
{
	OrmOrder *order = palloc0(sizeof(OrmOrder));
	char *text = orm_json_string(json);

	order->descending = order->nulls_first = text[0] == '-';
	if (order->descending)
		text++;
	refuse_direction(text, place);
	order->expression = orm_query_path(scope, text, strlen(text), place);
	check_type(order->expression, place);
	order->computed = list_member_ptr(scope->named, order->expression);
	order->text = item_text(order, order->expression, NULL);
	return order;
}

/* Reads "desc"; without it the direction is unchanged. */
static void
read_desc(OrmOrder *order, OrmJson desc, const OrmPath *place)
{
	OrmPath here = orm_path_key(place, "desc");

	if (desc.node != NULL)
		order->descending = orm_members_boolean(desc, &here);
}

/* Reads "nulls"; without it nulls_first is unchanged. */
static void
read_nulls(OrmOrder *order, OrmJson nulls, const OrmPath *place)
{
	OrmPath here = orm_path_key(place, "nulls");

	if (nulls.node == NULL)
		return;
	if (!orm_json_equals(nulls, "first") && !orm_json_equals(nulls, "last"))
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("\"nulls\" must be \"first\" or \"last\""),
				orm_error_place(&here));
	order->nulls_first = orm_json_equals(nulls, "first");
}

/* Reads an item that is an object; NULL: removed by an unset parameter. */
static OrmOrder *
read_object(OrmScope *scope, OrmJson json, const OrmPath *place)
{
	OrmOrder *order = palloc0(sizeof(OrmOrder));
	OrmPath by = orm_path_key(place, "by");
	const OrmExpression *of;
	const OrmExpression *expression;
	Item item;
	bool search;
	bool made;

	take_item(&item, json, place);
	made = orm_json_kind(item.members[ITEM_BY]) != ORM_JSON_STRING;
	expression = of = made ? orm_expression_read(scope, "expression", item.members[ITEM_BY], &by)
						   : orm_query_path_json(scope, item.members[ITEM_BY], &by);
	search = item.operator!= NULL && strcmp(item.operator, "search") == 0;
	if (item.operator!= NULL)
	{
		OrmPath here = orm_path_key(place, item.operator);

		expression = search ? read_rank(scope, &item, of, &here) : read_distance(scope, &item, of, &here);
		if (expression == NULL)
			return NULL;
	}
	check_type(expression, &by);
	order->expression = expression;
	order->descending = search;
	read_desc(order, item.members[ITEM_DESC], place);
	order->nulls_first = order->descending && !search;
	read_nulls(order, item.members[ITEM_NULLS], place);
	order->computed = made || list_member_ptr(scope->named, of);
	order->text = item_text(order, of, item.operator);
	return order;
}

/* Reads an item. */
static OrmOrder *
read_item(OrmScope *scope, OrmJson json, const OrmPath *place)
{
	switch (orm_json_kind(json))
	{
		case ORM_JSON_STRING:
		case ORM_JSON_UNDECODABLE:
			return read_path(scope, json, place);
		case ORM_JSON_OBJECT:
			return read_object(scope, json, place);
		default:
			orm_members_raise_kind(json, "a path or an object with \"by\"", place);
	}
}

/* The hint for {"name": "desc"} in place of an array, or NULL. */
static const char *
hint_object(OrmJson order_by)
{
	OrmJsonWalk walk = orm_json_walk(order_by);
	StringInfoData hint;
	bool first = true;

	initStringInfo(&hint);
	appendStringInfoString(&hint, "Write [");
	while (orm_json_next(&walk))
	{
		if (orm_json_kind(walk.value) != ORM_JSON_STRING || !is_direction(orm_json_string(walk.value)))
			return NULL;
		orm_sql_comma(&hint, &first);
		appendStringInfo(&hint, "\"%s%s\"", pg_strcasecmp(orm_json_string(walk.value), "desc") == 0 ? "-" : "",
						 orm_json_string(walk.key));
	}
	appendStringInfoString(&hint, "].");
	return first ? NULL : hint.data;
}

List *
orm_query_order(OrmScope *scope, OrmJson order_by, const OrmPath *place)
{
	List *items = NIL;
	OrmJsonWalk walk;

	if (orm_json_kind(order_by) == ORM_JSON_OBJECT)
		orm_members_raise_kind_hint(order_by, "an array of paths", NULL, place, hint_object(order_by));
	if (orm_json_kind(order_by) != ORM_JSON_ARRAY)
		orm_members_raise_no_array(order_by, "an array of paths", place);
	walk = orm_json_walk(order_by);
	while (orm_json_next(&walk))
	{
		OrmPath here = orm_path_index(place, walk.index);
		OrmOrder *order = read_item(scope, walk.value, &here);

		CHECK_FOR_INTERRUPTS();
		if (order != NULL)
			items = lappend(items, order);
	}
	return items;
}

/* Is the expression in the order? */
static bool
is_ordered(const List *order, const OrmExpression *expression)
{
	ListCell *cell;

	foreach(cell, order)
		if (strcmp(((const OrmOrder *) lfirst(cell))->expression->sql, expression->sql) == 0)
			return true;
	return false;
}

List *
orm_query_add_order(const OrmScope *scope, List *order, const OrmExpression *expression)
{
	OrmOrder *added;

	if (is_ordered(order, expression))
		return order;
	added = palloc0(sizeof(OrmOrder));
	added->expression = expression;
	added->descending = added->nulls_first = order != NIL && ((const OrmOrder *) llast(order))->descending;
	added->computed = list_member_ptr(scope->named, expression);
	added->text = item_text(added, expression, NULL);
	return lappend(order, added);
}

List *
orm_query_order_by_key(OrmScope *scope, List *order)
{
	const OrmKey *key = scope->model->primary_key;

	for (int i = 0; key != NULL && i < key->nattributes; i++)
		order = orm_query_add_order(scope, order, orm_query_attribute(scope, key->attributes[i]));
	return order;
}

void
orm_query_append_order(StringInfo sql, List *order, bool backward)
{
	bool first = true;
	ListCell *cell;

	foreach(cell, order)
	{
		const OrmOrder *item = lfirst(cell);
		bool descending = item->descending != backward;
		bool nulls_first = item->nulls_first != backward;

		orm_sql_comma(sql, &first);
		appendStringInfo(sql, "%s%s", item->expression->sql, descending ? " DESC" : "");
		if (nulls_first != descending)
			appendStringInfoString(sql, nulls_first ? " NULLS FIRST" : " NULLS LAST");
	}
}
