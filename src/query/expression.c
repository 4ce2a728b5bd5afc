/*
 * expression.c - terms, literals, and calls of functions and operators; see
 * expression.h.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "parser/parse_coerce.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "base/nearest.h"
#include "model/callable.h"
#include "model/operator.h"
#include "query/aggregate.h"
#include "query/condition.h"
#include "query/expression.h"
#include "query/form.h"
#include "query/operand.h"
#include "query/window.h"

/* Texts that expressions on expressions make must end somewhere: the parser's stack does. */
#define MAX_TEXT 65536

/* A term that has a value. */
static OrmTerm
value_term(const OrmExpression *expression, const OrmPath *place)
{
	OrmTerm term = {.expression = expression, .place = orm_query_keep_place(place)};

	return term;
}

/* Reads a path. */
static OrmTerm
read_path(OrmScope *scope, OrmJson json, const OrmPath *place)
{
	const OrmExpression *expression = orm_query_path_json(scope, json, place);

	if (strlen(expression->sql) > MAX_TEXT)
		ereport(ERROR, errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				errmsg("\"%s\" is computed in too many steps", expression->name), orm_error_place(place));
	scope->builder->nwindows += expression->window;
	return value_term(expression, place);
}

/* The type that SQL gives a number: integer, bigint or numeric. */
static Oid
number_type(const char *text)
{
	char *end;
	long long value;

	if (strspn(text, "-0123456789") != strlen(text))
		return NUMERICOID;
	errno = 0;
	value = strtoll(text, &end, 10);
	if (errno != 0 || *end != '\0')
		return NUMERICOID;
	return value >= PG_INT32_MIN && value <= PG_INT32_MAX ? INT4OID : INT8OID;
}

/* A number is part of the shape: its type depends on it. */
static OrmTerm
read_number(OrmJson json, const OrmPath *place)
{
	char *text = pnstrdup(orm_json_bytes(json), json.node->length);
	Oid type = number_type(text);
	StringInfoData sql;

	initStringInfo(&sql);
	appendStringInfo(&sql, "'%s'::", text);
	orm_sql_type(&sql, type, -1);
	return value_term(orm_query_expression("number", sql.data, type), place);
}

/* {"$value": json}, {"$": name}; an argument that has a type is a value of it. */
static OrmTerm
read_literal(OrmScope *scope, OrmJson json, const OrmPath *place)
{
	OrmBuilder *builder = scope->builder;
	OrmTerm term = {.operand = orm_query_operand(NULL, builder, json, NULL, place)};
	Oid type;

	term.place = orm_query_keep_place(place);
	if (term.operand.kind == ORM_OPERAND_UNSET)
	{
		builder->unset = true;
		term.operand.kind = ORM_OPERAND_NULL;
	}
	if (term.operand.kind != ORM_OPERAND_VALUE || !term.operand.typed)
		return term;
	type = builder->compiler->request->parameters[term.operand.parameter].type;
	return value_term(
		orm_query_expression("parameter",
							 orm_query_slot(builder, &term.operand, orm_type_make(type, -1, get_typcollation(type)),
											type, ORM_FORM_VALUE, place),
							 type),
		place);
}

Oid
orm_expression_type(const OrmTerm *term)
{
	return term->expression != NULL ? term->expression->type->base : UNKNOWNOID;
}

/* A literal as a value of the type. */
static const char *
literal_as(OrmScope *scope, const OrmTerm *term, Oid type)
{
	StringInfoData sql;

	if (term->operand.kind != ORM_OPERAND_NULL)
		return orm_query_slot(scope->builder, &term->operand, orm_type_make(type, -1, get_typcollation(type)), type,
							  ORM_FORM_VALUE, term->place);
	initStringInfo(&sql);
	appendStringInfoString(&sql, "NULL::");
	orm_sql_type(&sql, type, -1);
	return sql.data;
}

const char *
orm_expression_as(OrmScope *scope, const OrmTerm *term, Oid type)
{
	if (term->expression == NULL)
		return literal_as(scope, term, type == ANYOID ? TEXTOID : type);
	if (type == ANYOID)
		return term->expression->sql;
	return orm_condition_cast(orm_condition_side(term->expression), type);
}

/* The type of a literal that nothing gives one, by its JSON. */
static Oid
literal_type(const OrmTerm *term)
{
	if (term->operand.kind == ORM_OPERAND_NULL)
		return TEXTOID;
	switch (orm_json_kind(term->operand.json))
	{
		case ORM_JSON_NUMBER:
			return NUMERICOID;
		case ORM_JSON_TRUE:
		case ORM_JSON_FALSE:
			return BOOLOID;
		case ORM_JSON_ARRAY:
		case ORM_JSON_OBJECT:
			return JSONBOID;
		default:
			return TEXTOID;
	}
}

const OrmExpression *
orm_expression_value(OrmScope *scope, const OrmTerm *term, const char *name)
{
	OrmExpression *expression;

	if (term->expression == NULL)
	{
		Oid type = literal_type(term);

		return orm_query_expression(name, literal_as(scope, term, type), type);
	}
	expression = palloc(sizeof(OrmExpression));
	*expression = *term->expression;
	expression->name = name;
	return expression;
}

const char *
orm_expression_boolean(OrmScope *scope, const OrmTerm *term)
{
	Oid type = orm_expression_type(term);

	if (type != BOOLOID && type != UNKNOWNOID)
		ereport(ERROR, errcode(ERRCODE_DATATYPE_MISMATCH),
				errmsg("expression must be of type boolean, not %s", format_type_be(type)),
				orm_error_place(term->place));
	return orm_expression_as(scope, term, BOOLOID);
}

OrmExpression *
orm_expression_make(const char *sql, Oid type, const OrmTerm *terms, int n)
{
	OrmExpression *expression = orm_query_expression("expression", sql, type);

	if (!OidIsValid(expression->type->collation))
		return expression;
	for (int i = 0; i < n; i++)
		if (terms[i].expression != NULL && OidIsValid(terms[i].expression->type->collation))
		{
			expression->type = orm_type_make(type, -1, terms[i].expression->type->collation);
			break;
		}
	return expression;
}

/* Raises 22023 for a wrong number of operands. */
static void
raise_count(const char *word, int n, int least, int most, const OrmPath *place)
{
	int wanted = n < least ? least : most;

	ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			least == most
				? errmsg_plural("\"%s\" takes %d expression", "\"%s\" takes %d expressions", least, word, least)
				: n < least ? errmsg_plural("\"%s\" takes at least %d expression",
											"\"%s\" takes at least %d expressions", wanted, word, wanted)
							: errmsg_plural("\"%s\" takes at most %d expression", "\"%s\" takes at most %d expressions",
											wanted, word, wanted),
			orm_error_place(place));
}

OrmTerm *
orm_expression_terms(OrmScope *scope, OrmJson json, const char *word, int least, int most, int *n, const OrmPath *place)
{
	OrmTerm *terms;
	OrmJsonWalk walk;

	if (orm_json_kind(json) != ORM_JSON_ARRAY)
		orm_members_raise_kind_hint(json, "an array of expressions", NULL, place,
									psprintf("As in {\"%s\": [\"path\", ...]}.", word));
	*n = json.node->count;
	if (*n < least || (most > 0 && *n > most))
		raise_count(word, *n, least, most, place);
	terms = palloc(sizeof(OrmTerm) * Max(*n, 1));
	walk = orm_json_walk(json);
	while (orm_json_next(&walk))
	{
		OrmPath here = orm_path_index(place, walk.index);

		CHECK_FOR_INTERRUPTS();
		terms[walk.index] = orm_expression_term(scope, walk.value, &here);
	}
	return terms;
}

/* Appends one operator between two terms. */
static OrmExpression *
apply_binary(OrmScope *scope, const char *symbol, const OrmTerm *terms, const OrmPath *place)
{
	OrmOperator operator= orm_operator_resolve(symbol, orm_expression_type(&terms[0]), orm_expression_type(&terms[1]),
											   place);
	StringInfoData sql;

	initStringInfo(&sql);
	appendStringInfo(&sql, "(%s ", orm_expression_as(scope, &terms[0], operator.left));
	orm_sql_operator(&sql, operator.oid);
	appendStringInfo(&sql, " %s)", orm_expression_as(scope, &terms[1], operator.right));
	return orm_expression_make(sql.data, operator.result, terms, 2);
}

/* The sign turned round. */
static OrmExpression *
apply_minus(OrmScope *scope, const OrmTerm *term, const OrmPath *place)
{
	OrmOperator operator= orm_operator_resolve_prefix("-", orm_expression_type(term), place);
	StringInfoData sql;

	initStringInfo(&sql);
	appendStringInfoChar(&sql, '(');
	orm_sql_operator(&sql, operator.oid);
	appendStringInfo(&sql, " %s)", orm_expression_as(scope, term, operator.right));
	return orm_expression_make(sql.data, operator.result, term, 1);
}

/* Operators that take more than two operands, and fold them from the left. */
static bool
folds(const char *symbol)
{
	return strcmp(symbol, "+") == 0 || strcmp(symbol, "*") == 0 || strcmp(symbol, "||") == 0;
}

/* {"+": [expr, expr, ...]} */
static const OrmExpression *
read_operator(OrmScope *scope, const char *symbol, OrmJson json, const OrmPath *place)
{
	int least = strcmp(symbol, "-") == 0 ? 1 : 2;
	int n;
	OrmTerm *terms = orm_expression_terms(scope, json, symbol, least, folds(symbol) ? 0 : 2, &n, place);
	OrmTerm pair[2];

	if (n == 1)
		return apply_minus(scope, &terms[0], place);
	pair[0] = terms[0];
	for (int i = 1; i < n; i++)
	{
		pair[1] = terms[i];
		pair[0] = value_term(apply_binary(scope, symbol, pair, place), place);
	}
	return pair[0].expression;
}

/* The second argument of a function that makes long values, bounded by what it makes of the first. */
static const char *
bounded(const OrmCallable *callable, const char *count, const char *first)
{
	if (callable->grows == ORM_GROWTH_COPIES)
		return psprintf("orm.bounded(%s, pg_catalog.octet_length(%s))", count, first);
	return psprintf("orm.bounded(%s, %d)", count, pg_database_encoding_max_length());
}

/* Appends the arguments of a call, each cast to its declared type. */
static void
append_arguments(StringInfo sql, OrmScope *scope, const OrmCallable *callable, const OrmTerm *terms)
{
	const char *first = NULL;

	for (int i = 0; i < callable->nargs; i++)
	{
		const char *argument = orm_expression_as(scope, &terms[i], callable->declared[i]);

		if (i == 0)
			first = argument;
		if (i == 1 && callable->grows != ORM_GROWTH_NONE)
			argument = bounded(callable, argument, first);
		appendStringInfo(sql, "%s%s%s", i > 0 ? ", " : "", i == callable->variadic ? "VARIADIC ARRAY[" : "", argument);
	}
	if (callable->variadic >= 0)
	{
		appendStringInfoString(sql, "]::");
		orm_sql_type(sql, get_array_type(callable->declared[callable->variadic]), -1);
	}
}

/* Raises 22023 for {"sum": [expr]}: an aggregate takes one value of many rows. */
static void
refuse_aggregate(const char *name, OrmJson json, const OrmPath *place)
{
	const char *other = strcmp(name, "max") == 0 ? "greatest" : strcmp(name, "min") == 0 ? "least" : NULL;

	if (orm_aggregate_is_function(name))
		orm_members_raise_kind_hint(
			json, "a path to an attribute or a relationship, or an expression", NULL, place,
			other != NULL ? psprintf("The %s of several values of a row is \"%s\".", other, other) : NULL);
}

/* {"round": [expr, ...]} */
static const OrmExpression *
read_call(OrmScope *scope, const char *name, OrmJson json, const OrmPath *place)
{
	OrmTerm *terms;
	Oid *types;
	int n;
	OrmCallable callable;
	StringInfoData sql;

	refuse_aggregate(name, json, place);
	terms = orm_expression_terms(scope, json, name, 0, 0, &n, place);
	types = palloc(sizeof(Oid) * Max(n, 1));
	for (int i = 0; i < n; i++)
		types[i] = orm_expression_type(&terms[i]);
	if (n > FUNC_MAX_ARGS)
		ereport(ERROR, errcode(ERRCODE_TOO_MANY_ARGUMENTS),
				errmsg_plural("function takes at most %d argument", "function takes at most %d arguments",
							  FUNC_MAX_ARGS, FUNC_MAX_ARGS),
				orm_error_place(place));
	callable = orm_callable_resolve(name, ORM_CALLABLE_PLAIN, n, types, place);
	initStringInfo(&sql);
	orm_sql_function(&sql, callable.oid);
	appendStringInfoChar(&sql, '(');
	append_arguments(&sql, scope, &callable, terms);
	appendStringInfoChar(&sql, ')');
	return orm_expression_make(sql.data, callable.result, terms, n);
}

/* An aggregate inside of an expression over groups, which has been read; NULL: it is none. */
static const OrmExpression *
find_inner(const OrmScope *scope, OrmJson json)
{
	ListCell *expression;
	ListCell *node;

	forboth(expression, scope->inner, node, scope->inner_nodes)
		if (lfirst(node) == json.node)
			return lfirst(expression);
	return NULL;
}

/* An aggregate over the objects that a row is related to. */
static const OrmExpression *
aggregate_related(OrmScope *scope, OrmJson json, const OrmPath *place)
{
	const OrmAggregate *aggregate = orm_aggregate_read(scope, "aggregate", json, NULL, place);
	const OrmChain *chain = aggregate->chain;
	OrmExpression *expression = palloc0(sizeof(OrmExpression));
	StringInfoData sql;

	initStringInfo(&sql);
	appendStringInfoString(&sql, "(SELECT ");
	orm_aggregate_append(&sql, aggregate);
	appendStringInfo(&sql, " FROM %s%s WHERE %s)", chain->from->data, chain->scope->joins->data, chain->where->data);
	expression->name = "aggregate";
	expression->sql = sql.data;
	expression->type = aggregate->type;
	expression->not_null = strcmp(aggregate->function, "count") == 0;
	return expression;
}

/* Is this a call: an object of one key, with an array? */
static bool
is_call(OrmJson json, char **word, OrmJson *arguments)
{
	OrmJsonWalk walk = orm_json_walk(json);

	if (json.node->count != 1 || !orm_json_next(&walk))
		return false;
	*word = orm_json_string(walk.key);
	*arguments = walk.value;
	return orm_json_kind(walk.value) == ORM_JSON_ARRAY;
}

/* Raises 22023: {"upper": "name"} */
static void
pg_attribute_noreturn() raise_no_arguments(const char *name, OrmJson argument, const OrmPath *place)
{
	OrmPath here = orm_path_key(place, name);

	orm_members_raise_kind_hint(argument, "an array of expressions", NULL, &here,
								psprintf("A function is called with an array, as in {\"%s\": [\"path\"]}.", name));
}

/* Raises 22023 for a key beside the call of a function: {"lower": ["a"], "upper": ["b"]} */
static void
refuse_beside_call(OrmJson json, const OrmPath *place)
{
	OrmJsonWalk walk = orm_json_walk(json);
	char *function = NULL;
	char *other = NULL;
	OrmPath here;

	while (orm_json_next(&walk))
	{
		char *word = orm_json_string(walk.key);

		if (orm_aggregate_is_function(word))
			return;
		if (function == NULL && orm_json_kind(walk.value) == ORM_JSON_ARRAY &&
			(orm_condition_is_symbol(word) || orm_callable_exists(word)))
			function = word;
		else
			other = word;
	}
	if (function == NULL || other == NULL)
		return;
	here = orm_path_key(place, other);
	orm_members_raise_not_allowed(
		"key", other, &here,
		psprintf("An expression calls one function, here \"%s\", and has no other keys.", function));
}

/* Reads an expression that is an object. */
static OrmTerm
read_object(OrmScope *scope, OrmJson json, const OrmPath *place)
{
	const OrmExpression *expression;
	OrmJson member;
	OrmJson arguments;
	char *word = NULL;
	OrmPath here;

	if (orm_json_member(json, "$attribute", &member) && json.node->count == 1)
	{
		here = orm_path_key(place, "$attribute");
		return read_path(scope, member, &here);
	}
	if (orm_operand_is_instruction(json, NULL))
		return read_literal(scope, json, place);
	if (orm_json_member(json, "over", &member))
		return value_term(orm_window_read(scope, json, place), place);
	expression = orm_form_read(scope, json, place);
	if (expression != NULL)
		return value_term(expression, place);
	if (!is_call(json, &word, &arguments))
	{
		if (word != NULL && orm_callable_exists(word) && !orm_aggregate_is_function(word))
			raise_no_arguments(word, arguments, place);
		expression = find_inner(scope, json);
		if (expression == NULL)
			refuse_beside_call(json, place);
		return value_term(expression != NULL ? expression : aggregate_related(scope, json, place), place);
	}
	here = orm_path_key(place, word);
	if (orm_condition_is_symbol(word))
		return value_term(read_operator(scope, word, arguments, &here), place);
	return value_term(read_call(scope, word, arguments, &here), place);
}

OrmTerm
orm_expression_term(OrmScope *scope, OrmJson json, const OrmPath *place)
{
	OrmTerm null = {.operand.kind = ORM_OPERAND_NULL, .operand.parameter = -1};

	check_stack_depth();
	switch (orm_json_kind(json))
	{
		case ORM_JSON_OBJECT:
			return read_object(scope, json, place);
		case ORM_JSON_NUMBER:
			return read_number(json, place);
		case ORM_JSON_TRUE:
			return value_term(orm_query_expression("true", "'true'::pg_catalog.bool", BOOLOID), place);
		case ORM_JSON_FALSE:
			return value_term(orm_query_expression("false", "'false'::pg_catalog.bool", BOOLOID), place);
		case ORM_JSON_NULL:
			null.place = orm_query_keep_place(place);
			return null;
		case ORM_JSON_ARRAY:
			orm_members_raise_kind(json, "a path or an expression, which is an object", place);
		default:
			return read_path(scope, json, place);
	}
}

/* Reads an expression; a literal takes the type, or InvalidOid: that of its JSON. */
static const OrmExpression *
read_as(OrmScope *scope, const char *name, OrmJson json, Oid literal, const OrmPath *place)
{
	int before = scope->builder->nwindows;
	OrmTerm term = orm_expression_term(scope, json, place);
	OrmExpression *expression;

	if (term.expression == NULL && OidIsValid(literal))
		return orm_query_expression(name, orm_expression_as(scope, &term, literal), literal);
	expression = unconstify(OrmExpression *, orm_expression_value(scope, &term, name));
	expression->window = scope->builder->nwindows != before;
	return expression;
}

const OrmExpression *
orm_expression_read(OrmScope *scope, const char *name, OrmJson json, const OrmPath *place)
{
	return read_as(scope, name, json, InvalidOid, place);
}

const OrmExpression *
orm_expression_assigned(OrmScope *scope, OrmJson json, Oid type, const OrmPath *place)
{
	return read_as(scope, "expression", json, type, place);
}
