/*
 * compute.c - "compute": named expressions over each row.
 *
 *     "autor.pais"                             t1."pais"
 *     {"trunc": "month", "of": "fecha"}        pg_catalog.date_trunc('month', t0."fecha")
 *     {"part": "year", "of": "fecha"}          pg_catalog."extract"('year', t0."fecha")
 *     {"at": ["a", 0], "of": "datos"}          (t0."datos" OPERATOR(pg_catalog.#>) $1)
 *     {"count": "posts"}                       (SELECT pg_catalog.count(*) FROM "s"."posts" AS t1
 *                                              WHERE t1."autor_id" OPERATOR(pg_catalog.=) t0."id")
 *
 * Names are replaced by their text at each use, and parameters in it are reused.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"

#include "base/nearest.h"
#include "query/aggregate.h"

/* The types of date_trunc and extract, as flags. */
#define D (1 << 0) /* date */
#define T (1 << 1) /* time */
#define Z (1 << 2) /* time with time zone */
#define S (1 << 3) /* timestamp */
#define C (1 << 4) /* timestamp with time zone */
#define I (1 << 5) /* interval */

/* The units and the types that support them, in all versions of the server. */
static const struct
{
	const char *name;
	int trunc;
	int part;
} units[] = {{"microseconds", S | C | I, T | Z | S | C | I},
			 {"milliseconds", S | C | I, T | Z | S | C | I},
			 {"second", S | C | I, T | Z | S | C | I},
			 {"minute", S | C | I, T | Z | S | C | I},
			 {"hour", S | C | I, T | Z | S | C | I},
			 {"day", D | S | C | I, D | S | C | I},
			 {"week", D | S | C, D | S | C},
			 {"month", D | S | C | I, D | S | C | I},
			 {"quarter", D | S | C | I, D | S | C | I},
			 {"year", D | S | C | I, D | S | C | I},
			 {"decade", D | S | C | I, D | S | C | I},
			 {"century", D | S | C | I, D | S | C | I},
			 {"millennium", D | S | C | I, D | S | C | I},
			 {"dow", 0, D | S | C},
			 {"isodow", 0, D | S | C},
			 {"doy", 0, D | S | C},
			 {"isoyear", 0, D | S | C},
			 {"julian", 0, D | S | C},
			 {"epoch", 0, D | T | Z | S | C | I},
			 {"timezone", 0, Z | C},
			 {"timezone_hour", 0, Z | C},
			 {"timezone_minute", 0, Z | C}};

static const struct
{
	Oid type;
	int flag;
} time_types[] = {{DATEOID, D}, {TIMEOID, T}, {TIMETZOID, Z}, {TIMESTAMPOID, S}, {TIMESTAMPTZOID, C}, {INTERVALOID, I}};

/* The flag of a date or time type; 0 for other types. */
static int
time_flag(const OrmType *type)
{
	for (int i = 0; i < (int) lengthof(time_types); i++)
		if (time_types[i].type == type->base)
			return time_types[i].flag;
	return 0;
}

/* For use in ereport(): a hint with all units, which a hint with the nearest unit replaces. */
static int
hint_units(const char *const *names, int nnames)
{
	StringInfoData list;

	initStringInfo(&list);
	for (int i = 0; i < nnames; i++)
		appendStringInfo(&list, "%s\"%s\"", i > 0 ? ", " : "", names[i]);
	errhint("Its units are %s.", list.data);
	return 0;
}

/* The unit named by JSON; raises 22023 unless the type of the expression supports it. */
static const char *
read_unit(OrmJson json, bool part, const OrmExpression *of, const OrmPath *place)
{
	const char *names[lengthof(units)];
	int nnames = 0;
	int flag = time_flag(of->type);
	const char *given;

	if (orm_json_kind(json) != ORM_JSON_STRING && orm_json_kind(json) != ORM_JSON_UNDECODABLE)
		orm_members_raise_kind(json, "a unit of time, as \"month\"", place);
	given = orm_json_string(json);
	for (int i = 0; i < (int) lengthof(units); i++)
	{
		if (!((part ? units[i].part : units[i].trunc) & flag))
			continue;
		if (strcmp(units[i].name, given) == 0)
			return units[i].name;
		names[nnames++] = units[i].name;
	}
	ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			errmsg("unrecognized unit \"%s\" for \"%s\" of type %s", given, part ? "part" : "trunc",
				   format_type_be(of->type->oid)),
			orm_error_place(place), hint_units(names, nnames), orm_nearest_hint("unit", given, names, nnames));
}

/* Maximum length of an expression made from others, to bound the recursion of the server's parser. */
#define MAX_TEXT 65536

/* Reads "of": the path to the argument of an expression. */
static const OrmExpression *
read_of(OrmScope *scope, OrmJson of, const OrmPath *place)
{
	OrmPath here = orm_path_key(place, "of");
	const OrmExpression *expression = orm_query_path_json(scope, of, &here);

	if (strlen(expression->sql) > MAX_TEXT)
		ereport(ERROR, errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				errmsg("\"%s\" is computed in too many steps", expression->name), orm_error_place(&here));
	return expression;
}

/* Raises 42883 for an argument of an unsupported type. */
static void
refuse_type(const OrmExpression *of, const char *form, const char *types, const OrmPath *place)
{
	OrmPath here = orm_path_key(place, "of");

	ereport(
		ERROR, errcode(ERRCODE_UNDEFINED_FUNCTION),
		errmsg("\"%s\" does not support %s of type %s", form, orm_query_describe(of), format_type_be(of->type->oid)),
		orm_error_place(&here), errhint("\"%s\" is for %s.", form, types));
}

/* {"trunc": unit, "of": path}; a date is truncated as a timestamp without time zone and cast back. */
static const OrmExpression *
read_trunc(OrmScope *scope, const char *name, const OrmExpression *of, OrmJson unit, const OrmPath *place)
{
	OrmPath here = orm_path_key(place, "trunc");
	OrmExpression *expression;
	const char *literal;
	char *sql;

	if (!(time_flag(of->type) & (D | S | C | I)))
		refuse_type(of, "trunc", "dates, timestamps and intervals", place);
	literal = read_unit(unit, false, of, &here);
	if (of->type->base == DATEOID)
		sql = psprintf("(pg_catalog.date_trunc('%s', %s::pg_catalog.timestamp)::pg_catalog.date)", literal, of->sql);
	else
		sql = psprintf("pg_catalog.date_trunc('%s', %s)", literal, of->sql);
	expression = orm_query_expression(name, sql, of->type->base);
	expression->not_null = of->not_null;
	return expression;
}

/* {"part": unit, "of": path} */
static const OrmExpression *
read_part(OrmScope *scope, const char *name, const OrmExpression *of, OrmJson unit, const OrmPath *place)
{
	OrmPath here = orm_path_key(place, "part");
	const char *literal;

	if (time_flag(of->type) == 0)
		refuse_type(of, "part", "dates, times, timestamps and intervals", place);
	literal = read_unit(unit, true, of, &here);
	return orm_query_expression(name, psprintf("pg_catalog.\"extract\"('%s', %s)", literal, of->sql), NUMERICOID);
}

/* A key in a json value: a string, or the integer number of an array element. */
static Datum
read_key(OrmJson key, const OrmPath *place)
{
	char *text;

	if (orm_json_kind(key) == ORM_JSON_NUMBER)
	{
		text = pnstrdup(orm_json_bytes(key), key.node->length);
		if (strspn(text, "-0123456789") == strlen(text))
			return CStringGetTextDatum(text);
	}
	else if (orm_json_kind(key) == ORM_JSON_STRING || orm_json_kind(key) == ORM_JSON_UNDECODABLE)
		return CStringGetTextDatum(orm_json_string(key));
	orm_members_raise_kind(key, "a key or the number of an element", place);
}

/* {"at": [key, ...], "of": path}; the keys are one parameter. */
static const OrmExpression *
read_at(OrmScope *scope, const char *name, const OrmExpression *of, OrmJson keys, const OrmPath *place)
{
	OrmPath here = orm_path_key(place, "at");
	OrmJsonWalk walk;
	Datum *texts;
	ArrayType *array;
	const char *slot;

	if (!orm_type_is_json(of->type))
		refuse_type(of, "at", "json and jsonb", place);
	if (orm_json_kind(keys) != ORM_JSON_ARRAY)
		orm_members_raise_kind(keys, "an array of keys", &here);
	texts = palloc(sizeof(Datum) * Max(keys.node->count, 1));
	walk = orm_json_walk(keys);
	while (orm_json_next(&walk))
	{
		OrmPath element = orm_path_index(&here, walk.index);

		texts[walk.index] = read_key(walk.value, &element);
	}
	array = construct_array(texts, keys.node->count, TEXTOID, -1, false, TYPALIGN_INT);
	slot = orm_query_constant(scope->builder, TEXTARRAYOID, PointerGetDatum(array));
	return orm_query_expression(name, psprintf("(%s::pg_catalog.jsonb OPERATOR(pg_catalog.#>) %s)", of->sql, slot),
								JSONBOID);
}

/* An aggregate over related objects of a row. */
static const OrmExpression *
read_aggregate(OrmScope *scope, const char *name, OrmJson json, const OrmPath *place)
{
	const OrmAggregate *aggregate = orm_aggregate_read(scope, name, json, NULL, place);
	const OrmChain *chain = aggregate->chain;
	OrmExpression *expression = palloc0(sizeof(OrmExpression));
	StringInfoData sql;

	initStringInfo(&sql);
	appendStringInfoString(&sql, "(SELECT ");
	orm_aggregate_append(&sql, aggregate);
	appendStringInfo(&sql, " FROM %s%s WHERE %s)", chain->from->data, chain->scope->joins->data, chain->where->data);
	expression->name = name;
	expression->sql = sql.data;
	expression->type = aggregate->type;
	expression->not_null = strcmp(aggregate->function, "count") == 0;
	return expression;
}

/* The forms of expressions, followed by their common key; the contexts of the table are forms. */
typedef struct Form
{
	OrmMemberKey member;
	const OrmExpression *(*read)(OrmScope *scope, const char *name, const OrmExpression *of, OrmJson value,
								 const OrmPath *place);
} Form;

#define FORM(n) .allowed = 1 << (n), .required = 1 << (n)
#define NFORMS 3
#define OF NFORMS

static const Form forms[] = {
	{{ORM_MEMBER_KEY("trunc"), FORM(0)}, read_trunc},
	{{ORM_MEMBER_KEY("part"), FORM(1)}, read_part},
	{{ORM_MEMBER_KEY("at"), FORM(2)}, read_at},
	{{ORM_MEMBER_KEY("of"), .allowed = ORM_MEMBER_ALWAYS, .required = ORM_MEMBER_ALWAYS,
	  .hint = "\"of\" is the path to the attribute that is meant."},
	 NULL},
};

static const OrmMemberTable form_table = {.noun = "key", ORM_MEMBER_RECORDS(forms)};

/* Reads an expression that is an object. */
static const OrmExpression *
read_form(OrmScope *scope, const char *name, OrmJson json, const OrmPath *place)
{
	OrmJson values[lengthof(forms)];

	for (int i = 0; i < NFORMS; i++)
		if (orm_json_member(json, forms[i].member.key, &values[i]))
		{
			orm_members_take(&form_table, 1 << i, json, place, values);
			return forms[i].read(scope, name, read_of(scope, values[OF], place), values[i], place);
		}
	return read_aggregate(scope, name, json, place);
}

/* Reads an expression. */
static const OrmExpression *
read_expression(OrmScope *scope, const char *name, OrmJson json, const OrmPath *place)
{
	OrmExpression *renamed;

	if (orm_json_kind(json) == ORM_JSON_OBJECT)
		return read_form(scope, name, json, place);
	if (orm_json_kind(json) != ORM_JSON_STRING && orm_json_kind(json) != ORM_JSON_UNDECODABLE)
		orm_members_raise_kind(json, "a path or an expression, which is an object", place);
	renamed = palloc(sizeof(OrmExpression));
	*renamed = *orm_query_path_json(scope, json, place);
	renamed->name = name;
	return renamed;
}

void
orm_query_check_name(const char *name, const OrmPath *place)
{
	if (name[0] == '\0' || strcmp(orm_declaration_attribute_name(name), name) != 0)
		ereport(ERROR, errcode(ERRCODE_INVALID_NAME), errmsg("\"%s\" cannot be the name of a computed value", name),
				orm_error_place(place),
				errhint("A name is not \"and\", \"or\", \"not\" or \"*\", has no dot "
						"and does not begin with \"$\" or \"-\"."));
}

/* Raises 42701 for a name in use in the scope. */
static void
check_taken(const OrmScope *scope, const char *name, const OrmPath *place)
{
	const char *what = NULL;
	ListCell *cell;

	if (orm_model_attribute(scope->model, name, strlen(name)) >= 0)
		what = "an attribute";
	else if (orm_model_relationship(scope->model, name) != NULL)
		what = "a relationship";
	foreach(cell, scope->named)
		if (strcmp(((const OrmExpression *) lfirst(cell))->name, name) == 0)
			orm_members_raise_twice("name", name, place);
	if (what != NULL)
		ereport(ERROR, errcode(ERRCODE_DUPLICATE_COLUMN),
				errmsg("\"%s\" is %s of model \"%s\"", name, what, scope->model->name), orm_error_place(place),
				errhint("Give the computed value another name."));
}

void
orm_query_compute(OrmScope *scope, const OrmQueryKeys *keys, const OrmPath *place)
{
	const OrmJson *compute = orm_query_key(keys, ORM_KEY_COMPUTE);
	OrmPath compute_place = orm_path_key(place, "compute");
	OrmJsonWalk walk;

	if (compute == NULL)
		return;
	if (!orm_members_is_object(*compute))
		orm_members_raise_kind(*compute, "an object of expressions", &compute_place);
	walk = orm_json_walk(*compute);
	while (orm_json_next(&walk))
	{
		char *name = orm_json_string(walk.key);
		OrmPath here = orm_path_key(&compute_place, name);

		CHECK_FOR_INTERRUPTS();
		orm_query_check_name(name, &here);
		check_taken(scope, name, &here);
		scope->named = lappend(scope->named,
							   unconstify(OrmExpression *, read_expression(scope, name, walk.value, &here)));
	}
}
