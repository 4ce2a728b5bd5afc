/*
 * form.c - expressions with a word of their own.
 *
 *     {"trunc": "month", "of": "fecha"}        pg_catalog.date_trunc('month', t0."fecha")
 *     {"part": "year", "of": "fecha"}          pg_catalog."extract"('year', t0."fecha")
 *     {"at": ["a", 0], "of": "datos"}          (t0."datos" OPERATOR(pg_catalog.#>) $1)
 *     {"cast": "numeric(8,2)", "of": "text"}   t0."text"::pg_catalog.numeric(8,2)
 *     {"case": [[where, expr]], "else": expr}  CASE WHEN ... THEN ... ELSE ... END
 *     {"exists": {"posts": where}}             EXISTS (SELECT FROM "s"."posts" AS t1 WHERE ...)
 *     {"coalesce": [expr, ...]}                COALESCE(...); nullif, greatest, least, and, or, not, is_null,
 *                                              is_distinct: what SQL spells as words and pg_proc does not have
 *     {"current_date": []}                     CURRENT_DATE
 *
 * NULLIF and IS DISTINCT FROM look "=" up by search_path, so they are written
 * by the operator that the types have.
 */
#include "postgres.h"

#include "access/stratnum.h"
#include "catalog/dependency.h"
#include "catalog/pg_collation.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "parser/parse_coerce.h"
#include "parser/parse_type.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "model/operator.h"
#include "query/condition.h"
#include "query/datetime.h"
#include "query/expression.h"
#include "query/form.h"
#include "query/named_scope.h"
#include "query/series.h"

/* The members of a form; the contexts of the table are words. */
enum
{
	TRUNC,
	PART,
	AT,
	CAST,
	CASE,
	EXISTS,
	NWORDS,
	OF = NWORDS,
	ELSE,
	NKEYS
};

/* A form while it is read. */
typedef struct FormReader
{
	OrmScope *scope;
	OrmJson values[NKEYS];
	const OrmPath *place; /* of the form */
	OrmPath here;		  /* of its word */
	OrmTerm of;			  /* what it is about */
} FormReader;

/* {"trunc": unit, "of": expr} */
static const OrmExpression *
read_trunc(FormReader *r)
{
	return orm_datetime_trunc(orm_expression_value(r->scope, &r->of, "of"), r->values[TRUNC], r->place);
}

/* {"part": unit, "of": expr} */
static const OrmExpression *
read_part(FormReader *r)
{
	return orm_datetime_part(orm_expression_value(r->scope, &r->of, "of"), r->values[PART], r->place);
}

/* A key in a json value: a string, or an integer that counts the elements of an array. */
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

/* {"at": [key, ...], "of": expr}; the keys are one parameter. */
static const OrmExpression *
read_at(FormReader *r)
{
	const OrmExpression *of = orm_expression_value(r->scope, &r->of, "of");
	OrmJson keys = r->values[AT];
	OrmJsonWalk walk;
	Datum *texts;
	ArrayType *array;
	const char *slot;

	if (!orm_type_is_json(of->type))
		orm_datetime_refuse_type(of, "at", "json and jsonb", r->place);
	if (orm_json_kind(keys) != ORM_JSON_ARRAY)
		orm_members_raise_kind(keys, "an array of keys", &r->here);
	texts = palloc(sizeof(Datum) * Max(keys.node->count, 1));
	walk = orm_json_walk(keys);
	while (orm_json_next(&walk))
	{
		OrmPath element = orm_path_index(&r->here, walk.index);

		texts[walk.index] = read_key(walk.value, &element);
	}
	array = construct_array(texts, keys.node->count, TEXTOID, -1, false, TYPALIGN_INT);
	slot = orm_query_constant(r->scope->builder, TEXTARRAYOID, PointerGetDatum(array));
	return orm_query_expression("at", psprintf("(%s::pg_catalog.jsonb OPERATOR(pg_catalog.#>) %s)", of->sql, slot),
								JSONBOID);
}

/*
 * A cast to a type runs its input function and its checks: so the type is one
 * of pg_catalog or of an extension, or an enum.
 */
static bool
is_cast_target(Oid type)
{
	Oid element = get_element_type(type);
	Oid namespace_id = GetSysCacheOid1(TYPEOID, Anum_pg_type_typnamespace, ObjectIdGetDatum(type));

	if (OidIsValid(element))
		return is_cast_target(element);
	if (get_typtype(type) == TYPTYPE_PSEUDO || strncmp(format_type_be(type), "reg", 3) == 0)
		return false;
	return namespace_id == PG_CATALOG_NAMESPACE || get_typtype(type) == TYPTYPE_ENUM ||
		OidIsValid(getExtensionOfObject(TypeRelationId, type));
}

/* Reads the name of a type. */
static Oid
read_type(OrmJson json, int32 *typmod, const OrmPath *place)
{
	MemoryContext caller = CurrentMemoryContext;
	Oid type = InvalidOid;

	if (orm_json_kind(json) != ORM_JSON_STRING && orm_json_kind(json) != ORM_JSON_UNDECODABLE)
		orm_members_raise_kind(json, "the name of a type", place);
	PG_TRY();
	{
		type = orm_type_find(orm_json_string(json), typmod);
	}
	PG_CATCH();
	{
		orm_error_rethrow_at(place, caller);
	}
	PG_END_TRY();
	if (!is_cast_target(type))
		ereport(ERROR, errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				errmsg("type %s is not allowed here", format_type_be(type)), orm_error_place(place),
				errhint("Expressions are cast to types of pg_catalog, of extensions, and to enums."));
	return type;
}

/* {"cast": type, "of": expr} */
static const OrmExpression *
read_cast(FormReader *r)
{
	int32 typmod;
	Oid type = read_type(r->values[CAST], &typmod, &r->here);
	Oid given = orm_expression_type(&r->of);
	OrmExpression *expression;
	StringInfoData sql;

	if (!can_coerce_type(1, &given, &type, COERCION_EXPLICIT))
		ereport(ERROR, errcode(ERRCODE_CANNOT_COERCE),
				errmsg("cannot cast type %s to %s", format_type_be(given), format_type_be(type)),
				orm_error_place(&r->here));
	initStringInfo(&sql);
	appendStringInfo(&sql,
					 "(%s::", given == UNKNOWNOID ? orm_expression_as(r->scope, &r->of, type) : r->of.expression->sql);
	orm_sql_type(&sql, type, typmod);
	appendStringInfoChar(&sql, ')');
	expression = orm_expression_make(sql.data, type, &r->of, 1);
	expression->type = orm_type_make(type, typmod, expression->type->collation);
	return expression;
}

/* The type that several terms have in common, as in CASE and COALESCE; raises 42804. */
static Oid
common_type(const OrmTerm *terms, int n, const char *word, const OrmPath *place)
{
	MemoryContext caller = CurrentMemoryContext;
	List *nodes = NIL;
	Oid type = InvalidOid;

	for (int i = 0; i < n; i++)
	{
		Oid given = orm_expression_type(&terms[i]);

		nodes = lappend(nodes, makeNullConst(given, -1, get_typcollation(given)));
	}
	PG_TRY();
	{
		type = select_common_type(NULL, nodes, word, NULL);
	}
	PG_CATCH();
	{
		orm_error_rethrow_at(place, caller);
	}
	PG_END_TRY();
	return type == UNKNOWNOID ? TEXTOID : type;
}

/* One pair of "case": [where, expr]. */
static OrmTerm
read_branch(FormReader *r, OrmJson pair, StringInfo where, const OrmPath *place)
{
	OrmPath condition_place = orm_path_index(place, 0);
	OrmPath value_place = orm_path_index(place, 1);
	OrmJsonWalk walk;

	if (orm_json_kind(pair) != ORM_JSON_ARRAY || pair.node->count != 2)
		orm_members_raise_kind_hint(pair, "a condition and an expression", NULL, place,
									"As in {\"case\": [[{\"age\": {\"ge\": 18}}, {\"$value\": \"adult\"}]]}.");
	walk = orm_json_walk(pair);
	orm_json_next(&walk);
	initStringInfo(where);
	if (!orm_query_where(r->scope, walk.value, &condition_place, where))
		appendStringInfoString(where, "true");
	orm_json_next(&walk);
	return orm_expression_term(r->scope, walk.value, &value_place);
}

/* {"case": [[where, expr], ...], "else": expr} */
static const OrmExpression *
read_case(FormReader *r)
{
	OrmJson branches = r->values[CASE];
	OrmPath else_place = orm_path_key(r->place, "else");
	OrmTerm null = {.operand.kind = ORM_OPERAND_NULL, .operand.parameter = -1};
	int n;
	StringInfoData *wheres;
	OrmTerm *terms;
	OrmJsonWalk walk;
	StringInfoData sql;
	Oid type;

	if (orm_json_kind(branches) != ORM_JSON_ARRAY)
		orm_members_raise_kind(branches, "an array of conditions and expressions", &r->here);
	if (branches.node->count == 0)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("\"case\" needs at least one condition and expression"), orm_error_place(&r->here));
	n = branches.node->count;
	wheres = palloc(sizeof(StringInfoData) * n);
	terms = palloc(sizeof(OrmTerm) * (n + 1));
	walk = orm_json_walk(branches);
	while (orm_json_next(&walk))
	{
		OrmPath here = orm_path_index(&r->here, walk.index);

		CHECK_FOR_INTERRUPTS();
		terms[walk.index] = read_branch(r, walk.value, &wheres[walk.index], &here);
	}
	terms[n] = r->values[ELSE].node != NULL ? orm_expression_term(r->scope, r->values[ELSE], &else_place) : null;
	type = common_type(terms, n + 1, "CASE", &r->here);
	initStringInfo(&sql);
	appendStringInfoString(&sql, "(CASE");
	for (int i = 0; i < n; i++)
		appendStringInfo(&sql, " WHEN %s THEN %s", wheres[i].data, orm_expression_as(r->scope, &terms[i], type));
	appendStringInfo(&sql, " ELSE %s END)", orm_expression_as(r->scope, &terms[n], type));
	return orm_expression_make(sql.data, type, terms, n + 1);
}

/* {"exists": {relationship: where}} */
static const OrmExpression *
read_exists(FormReader *r)
{
	OrmJson json = r->values[EXISTS];
	OrmJsonWalk walk;
	OrmPath place;
	OrmName name;
	OrmScope *target;
	StringInfoData from;
	StringInfoData where;
	StringInfoData condition;

	if (orm_json_kind(json) != ORM_JSON_OBJECT || json.node->count != 1)
		orm_members_raise_kind(json, "an object of one relationship and its conditions", &r->here);
	walk = orm_json_walk(json);
	orm_json_next(&walk);
	place = orm_path_key(&r->here, orm_json_string(walk.key));
	name = orm_query_name(r->scope, walk.key, &place);
	if (name.relationship == NULL)
		orm_query_not_relationship(name.expression, &place);
	target = orm_query_target(r->scope, name.relationship, &place);
	initStringInfo(&from);
	initStringInfo(&where);
	initStringInfo(&condition);
	orm_named_scope_lift(target, walk.value, &place);
	orm_query_relate(&from, &where, r->scope, name.relationship, target);
	if (!orm_query_where(target, walk.value, &place, &condition))
		appendStringInfoString(&condition, "true");
	return orm_query_expression("exists",
								psprintf("EXISTS (SELECT FROM %s%s WHERE %s AND %s)", from.data, target->joins->data,
										 where.data, condition.data),
								BOOLOID);
}

/* The forms, and behind them the members that belong to some of them. */
typedef struct Form
{
	OrmMemberKey member;
	const OrmExpression *(*read)(FormReader *r);
} Form;

#define FLAG(n) (1 << (n))
#define WORD(n, text, reader) [n] = {{ORM_MEMBER_KEY(text), .allowed = FLAG(n), .required = FLAG(n)}, reader}
#define ABOUT (FLAG(TRUNC) | FLAG(PART) | FLAG(AT) | FLAG(CAST))

static const Form forms[NKEYS] = {
	WORD(TRUNC, "trunc", read_trunc),
	WORD(PART, "part", read_part),
	WORD(AT, "at", read_at),
	WORD(CAST, "cast", read_cast),
	WORD(CASE, "case", read_case),
	WORD(EXISTS, "exists", read_exists),
	[OF] = {{ORM_MEMBER_KEY("of"), .allowed = ABOUT, .required = ABOUT, .may_be_null = true,
			 .hint = "\"of\" is the expression, or the path to the attribute, that is meant."},
			NULL},
	[ELSE] = {{ORM_MEMBER_KEY("else"), .allowed = FLAG(CASE), .may_be_null = true,
			   .hint = "\"else\" belongs to \"case\"."},
			  NULL},
};

static const OrmMemberTable form_table = {.noun = "key", ORM_MEMBER_RECORDS(forms)};

/* Is a key the word of this form?  A date unit is a string: with an array the word is a function's name. */
static bool
is_word(int form, OrmJson value)
{
	if (form == TRUNC || form == PART)
		return orm_json_kind(value) != ORM_JSON_ARRAY;
	return true;
}

/* COALESCE(...), GREATEST(...), LEAST(...) */
static const OrmExpression *
make_common(OrmScope *scope, const char *word, const OrmTerm *terms, int n, const OrmPath *place)
{
	char *name = pstrdup(word);
	Oid type;
	StringInfoData sql;
	bool first = true;

	for (char *c = name; *c != '\0'; c++)
		*c = pg_toupper((unsigned char) *c);
	type = common_type(terms, n, name, place);
	if (strcmp(word, "coalesce") != 0 && !orm_operator_has_order(orm_type_make(type, -1, get_typcollation(type))))
		ereport(ERROR, errcode(ERRCODE_UNDEFINED_FUNCTION),
				errmsg("values of type %s cannot be ordered", format_type_be(type)), orm_error_place(place));
	initStringInfo(&sql);
	appendStringInfo(&sql, "%s(", name);
	for (int i = 0; i < n; i++)
	{
		orm_sql_comma(&sql, &first);
		appendStringInfoString(&sql, orm_expression_as(scope, &terms[i], type));
	}
	appendStringInfoChar(&sql, ')');
	return orm_expression_make(sql.data, type, terms, n);
}

/* AND, OR */
static const OrmExpression *
make_logical(OrmScope *scope, const char *word, const OrmTerm *terms, int n, const OrmPath *place)
{
	StringInfoData sql;

	initStringInfo(&sql);
	appendStringInfoChar(&sql, '(');
	for (int i = 0; i < n; i++)
		appendStringInfo(&sql, "%s%s",
						 i == 0							? ""
							 : strcmp(word, "and") == 0 ? " AND "
														: " OR ",
						 orm_expression_boolean(scope, &terms[i]));
	appendStringInfoChar(&sql, ')');
	return orm_query_expression(word, sql.data, BOOLOID);
}

/* NOT */
static const OrmExpression *
make_not(OrmScope *scope, const char *word, const OrmTerm *terms, int n, const OrmPath *place)
{
	return orm_query_expression(word, psprintf("(NOT %s)", orm_expression_boolean(scope, &terms[0])), BOOLOID);
}

/* IS NULL */
static const OrmExpression *
make_null_test(OrmScope *scope, const char *word, const OrmTerm *terms, int n, const OrmPath *place)
{
	StringInfoData sql;

	initStringInfo(&sql);
	appendStringInfoChar(&sql, '(');
	orm_query_null_test(&sql, orm_expression_value(scope, &terms[0], word), true);
	appendStringInfoChar(&sql, ')');
	return orm_query_expression(word, sql.data, BOOLOID);
}

/* "a = b", for two terms of perhaps different types. */
static char *
equality(OrmScope *scope, const OrmTerm *terms, const OrmPath *place)
{
	Oid types[2] = {orm_expression_type(&terms[0]), orm_expression_type(&terms[1])};
	OrmOperator operator;
	StringInfoData sql;

	for (int i = 0; i < 2; i++)
		if (types[i] == UNKNOWNOID)
			types[i] = types[1 - i] == UNKNOWNOID ? TEXTOID : types[1 - i];
	operator= orm_operator_between(orm_type_make(types[0], -1, get_typcollation(types[0])),
								   orm_type_make(types[1], -1, get_typcollation(types[1])), BTEqualStrategyNumber,
								   "expression", place);
	initStringInfo(&sql);
	appendStringInfo(&sql, "%s ", orm_expression_as(scope, &terms[0], operator.left));
	orm_sql_operator(&sql, operator.oid);
	appendStringInfo(&sql, " %s", orm_expression_as(scope, &terms[1], operator.right));
	return sql.data;
}

/* NULLIF */
static const OrmExpression *
make_nullif(OrmScope *scope, const char *word, const OrmTerm *terms, int n, const OrmPath *place)
{
	const OrmExpression *first = orm_expression_value(scope, &terms[0], word);

	return orm_expression_make(
		psprintf("(CASE WHEN %s THEN NULL ELSE %s END)", equality(scope, terms, place), first->sql), first->type->oid,
		terms, 1);
}

/* IS DISTINCT FROM */
static const OrmExpression *
make_distinct(OrmScope *scope, const char *word, const OrmTerm *terms, int n, const OrmPath *place)
{
	StringInfoData sql;

	initStringInfo(&sql);
	appendStringInfo(&sql, "((%s) IS NOT TRUE AND (", equality(scope, terms, place));
	orm_query_null_test(&sql, orm_expression_value(scope, &terms[0], word), false);
	appendStringInfoString(&sql, " OR ");
	orm_query_null_test(&sql, orm_expression_value(scope, &terms[1], word), false);
	appendStringInfoString(&sql, "))");
	return orm_query_expression(word, sql.data, BOOLOID);
}

/* CURRENT_DATE, which is no function of pg_catalog. */
static const OrmExpression *
make_current_date(OrmScope *scope, const char *word, const OrmTerm *terms, int n, const OrmPath *place)
{
	return orm_query_expression(word, "CURRENT_DATE", DATEOID);
}

/* Words of SQL that take expressions, how many (most 0: any number), and how they are written. */
static const struct
{
	const char *name;
	int least;
	int most;
	const OrmExpression *(*make)(OrmScope *scope, const char *word, const OrmTerm *terms, int n, const OrmPath *place);
} words[] = {{"coalesce", 1, 0, make_common},
			 {"greatest", 1, 0, make_common},
			 {"least", 1, 0, make_common},
			 {"nullif", 2, 2, make_nullif},
			 {"and", 2, 0, make_logical},
			 {"or", 2, 0, make_logical},
			 {"not", 1, 1, make_not},
			 {"is_null", 1, 1, make_null_test},
			 {"is_distinct", 2, 2, make_distinct},
			 {"current_date", 0, 0, make_current_date}};

/* Reads one of the words; NULL: it is none. */
static const OrmExpression *
read_word(OrmScope *scope, OrmJson json, const OrmPath *place)
{
	OrmJsonWalk walk = orm_json_walk(json);
	OrmPath here;
	OrmTerm *terms;
	int n;

	if (json.node->count != 1 || !orm_json_next(&walk))
		return NULL;
	for (int i = 0; i < (int) lengthof(words); i++)
	{
		if (!orm_json_equals(walk.key, words[i].name))
			continue;
		here = orm_path_key(place, words[i].name);
		terms = orm_expression_terms(scope, walk.value, words[i].name, words[i].least, words[i].most, &n, &here);
		return words[i].make(scope, words[i].name, terms, n, orm_query_keep_place(&here));
	}
	return NULL;
}

bool
orm_form_is_word(OrmJson json)
{
	OrmJson value;

	for (int i = 0; i < NWORDS; i++)
		if (orm_json_member(json, forms[i].member.key, &value) && is_word(i, value))
			return true;
	return false;
}

const OrmExpression *
orm_form_read(OrmScope *scope, OrmJson json, const OrmPath *place)
{
	FormReader *r = palloc0(sizeof(FormReader));
	OrmPath of_place = orm_path_key(place, "of");
	OrmJson value;

	r->scope = scope;
	r->place = place;
	for (int i = 0; i < NWORDS; i++)
	{
		if (!orm_json_member(json, forms[i].member.key, &value) || !is_word(i, value))
			continue;
		orm_members_take(&form_table, FLAG(i), json, place, r->values);
		r->here = orm_path_key(place, forms[i].member.key);
		if (r->values[OF].node != NULL)
			r->of = orm_expression_term(scope, r->values[OF], &of_place);
		return forms[i].read(r);
	}
	return read_word(scope, json, place);
}
