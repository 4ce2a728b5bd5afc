/*
 * condition.c - the operators of conditions: named operators, as a table, and operators
 * of PostgreSQL by symbol.
 *
 * Negated operators are true for NULL, so that no row is lost by three-valued logic:
 *
 *     eq          t0."a" OPERATOR(pg_catalog.=) $1                     null: t0."a" IS NULL
 *     ne          (t0."a" OPERATOR(pg_catalog.=) $1) IS NOT TRUE       null: t0."a" IS NOT NULL
 *     in          t0."a" OPERATOR(pg_catalog.=) ANY ($1)               null in it: (... OR t0."a" IS NULL)
 *     not_in      (... ANY ($1)) IS NOT TRUE                           null in it: (... AND t0."a" IS NOT NULL)
 *     ieq         pg_catalog.lower(t0."a") OPERATOR(pg_catalog.=) pg_catalog.lower($1)
 *     search      pg_catalog.to_tsvector(t0."a") OPERATOR(pg_catalog.@@) pg_catalog.websearch_to_tsquery($1)
 *     contains    t0."a" OPERATOR(pg_catalog.~~) $1                    the parameter is %text%
 *     "@>"        t0."a" OPERATOR(pg_catalog.@>) $1
 *
 * A value is read as the operator's right operand, without the type modifier and domain
 * constraints of the column: comparing a varchar(3) with "abcd" is false, not an error.  A
 * type without an operator class of its own is compared as another one (regclass as oid),
 * but its values are read by its own input function.
 */
#include "postgres.h"

#include "access/stratnum.h"
#include "catalog/pg_collation.h"
#include "catalog/pg_type.h"
#include "parser/parse_coerce.h"
#include "utils/builtins.h"
#include "utils/catcache.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"
#include "utils/typcache.h"

#include "base/nearest.h"
#include "base/words.h"
#include "model/operator.h"
#include "model/hidden.h"
#include "query/condition.h"
#include "query/operand.h"
#include "query/text.h"

OrmSide
orm_condition_side(const OrmExpression *expression)
{
	OrmSide side = {expression->sql, expression->type};

	return side;
}

/*
 * The type to read values of the right operand type "right" with, for comparisons with
 * "left": without type modifier and domain.
 */
static const OrmType *
value_type(Oid right, const OrmType *left)
{
	if (left->oid == right && left->typmod == -1)
		return left;
	return orm_type_make(right, -1, left->collation);
}

/* Does the operator, or its negator, belong to the default btree operator family of the type? */
static bool
is_order(Oid opno, const OrmType *type)
{
	Oid family = lookup_type_cache(type->base, TYPECACHE_BTREE_OPFAMILY)->btree_opf;
	Oid negator = get_negator(opno);

	return OidIsValid(family) &&
		(op_in_opfamily(opno, family) || (OidIsValid(negator) && op_in_opfamily(negator, family)));
}

/* The type to read values of the operator's right operand with. */
static const OrmType *
operand_type(const OrmOperator *op, const OrmType *left)
{
	Oid right = op->right;

	if (op->left == right && left->base != right && IsBinaryCoercible(left->base, right) && is_order(op->oid, left))
		return value_type(left->base, left);
	return value_type(right, left);
}

/* The value of an equality becomes the one that would be stored. */
static void
normalize_operand(OrmCondition *condition)
{
	const OrmAttribute *attribute = condition->left->attribute;

	if (attribute != NULL && attribute->normalizes != NULL)
		condition->operand.normalized = attribute;
}

/* A parameter for the value of the condition. */
static const char *
operand_slot(OrmCondition *condition, const OrmOperator *operator, const OrmType * left)
{
	return orm_query_slot(condition->scope->builder, &condition->operand, operand_type(operator, left), operator->right,
						  ORM_FORM_VALUE, condition->place);
}

const char *
orm_condition_cast(OrmSide side, Oid type)
{
	StringInfoData sql;

	if (side.type->oid == type)
		return side.sql;
	initStringInfo(&sql);
	appendStringInfo(&sql, "%s::", side.sql);
	orm_sql_type(&sql, type, -1);
	return sql.data;
}

void
orm_condition_append(StringInfo sql, const OrmOperator *operator, OrmSide left, const char *right)
{
	Oid type = operator->left;

	/* varchar is binary coercible to text, so no cast is needed for operators of pg_catalog */
	if (left.type->oid == VARCHAROID && type == TEXTOID)
		type = VARCHAROID;
	orm_sql_comparison(sql, operator->oid, orm_condition_cast(left, type), type, right, operator->right);
}

const char *
orm_condition_slot(OrmCondition *condition, const OrmType *left, Oid right, OrmSlotForm form)
{
	return orm_query_slot(condition->scope->builder, &condition->operand, value_type(right, left), right, form,
						  condition->place);
}

/* The operand for equality: json, which has none, is compared as jsonb. */
static OrmSide
comparable(const OrmExpression *expression)
{
	OrmSide side = orm_condition_side(expression);

	if (side.type->class == ORM_TYPE_JSON)
	{
		side.sql = orm_condition_cast(side, JSONBOID);
		side.type = orm_type_make(JSONBOID, -1, InvalidOid);
	}
	return side;
}

/* The operator of a btree strategy between a type and values to be read. */
static OrmOperator
value_operator(OrmCondition *condition, const OrmType *type, int strategy)
{
	/* a value read as name would be truncated */
	if (type->base == NAMEOID)
		return orm_operator_between(type, orm_type_make(TEXTOID, -1, DEFAULT_COLLATION_OID), strategy,
									orm_query_describe(condition->left), condition->place);
	return orm_operator_order(type, strategy, orm_query_describe(condition->left), condition->place);
}

/* Appends a comparison by a btree strategy. */
static void
append_compared(OrmCondition *condition, int strategy)
{
	OrmSide (*side)(const OrmExpression *) = strategy == BTEqualStrategyNumber ? comparable : orm_condition_side;
	OrmSide left = side(condition->left);
	OrmOperator operator;
	OrmSide right;

	if (!orm_condition_is_between(condition))
	{
		const char *slot;

		operator= value_operator(condition, left.type, strategy);
		if (strategy == BTEqualStrategyNumber)
			normalize_operand(condition);
		slot = operand_slot(condition, &operator, left.type);
		orm_condition_append(condition->sql, &operator, left, slot);
		return;
	}
	right = side(condition->operand.attribute);
	operator= orm_operator_between(left.type, right.type, strategy, orm_query_describe(condition->left),
								   condition->place);
	orm_condition_append(condition->sql, &operator, left, orm_condition_cast(right, operator.right));
}

/* Raises 22023 for an array as the value of a scalar type, with a hint for "in". */
static void
refuse_array(const OrmCondition *condition)
{
	const OrmType *type = condition->left->type;

	if (condition->operand.kind != ORM_OPERAND_VALUE || condition->operand.typed ||
		orm_json_kind(condition->operand.json) != ORM_JSON_ARRAY || type->class == ORM_TYPE_ARRAY ||
		orm_type_is_json(type))
		return;
	ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			errmsg("array cannot be compared with %s of type %s", orm_query_describe(condition->left),
				   format_type_be(type->oid)),
			orm_error_place(condition->place),
			errhint("For one of several values write {\"%s\": [...]}.",
					strcmp(condition->name, "ne") == 0 ? "not_in" : "in"));
}

/* eq */
static void
append_equal(OrmCondition *condition)
{
	refuse_array(condition);
	if (condition->operand.kind == ORM_OPERAND_NULL)
		orm_query_null_test(condition->sql, condition->left, true);
	else
		append_compared(condition, BTEqualStrategyNumber);
}

/* ne: two attributes that are both NULL are equal. */
static void
append_unequal(OrmCondition *condition)
{
	StringInfo sql = condition->sql;

	refuse_array(condition);
	if (condition->operand.kind == ORM_OPERAND_NULL)
	{
		orm_query_null_test(sql, condition->left, false);
		return;
	}
	appendStringInfoString(sql, orm_condition_is_between(condition) ? "((" : "(");
	append_compared(condition, BTEqualStrategyNumber);
	appendStringInfoString(sql, ") IS NOT TRUE");
	if (!orm_condition_is_between(condition))
		return;
	appendStringInfoString(sql, " AND (");
	orm_query_null_test(sql, condition->left, false);
	appendStringInfoString(sql, " OR ");
	orm_query_null_test(sql, condition->operand.attribute, false);
	appendStringInfoString(sql, "))");
}

/* lt, le, gt, ge */
static void
append_ordered(OrmCondition *condition)
{
	append_compared(condition, condition->operator->strategy);
}

/* Raises 42804 for "in" with an attribute that is not an array. */
static void
raise_no_array(const OrmCondition *condition)
{
	const OrmExpression *attribute = condition->operand.attribute;

	ereport(ERROR, errcode(ERRCODE_DATATYPE_MISMATCH),
			errmsg("\"%s\" needs an array, and %s is of type %s", condition->name, orm_query_describe(attribute),
				   format_type_be(attribute->type->oid)),
			orm_error_place(condition->place));
}

/* Raises 42883 for "in" on a type without an array type. */
static void
raise_no_list(const OrmCondition *condition)
{
	ereport(ERROR, errcode(ERRCODE_UNDEFINED_FUNCTION),
			errmsg("operator \"%s\" does not support type %s, which has no array type", condition->name,
				   format_type_be(condition->left->type->oid)),
			orm_error_place(condition->place), errhint("Write {\"or\": [...]} with a condition for each value."));
}

/* Appends "x = ANY (attribute)". */
static void
append_any_of_attribute(OrmCondition *condition)
{
	OrmSide left = comparable(condition->left);
	OrmSide right = orm_condition_side(condition->operand.attribute);
	OrmOperator operator;

	if (right.type->class != ORM_TYPE_ARRAY)
		raise_no_array(condition);
	operator= orm_operator_between(left.type, right.type->element, BTEqualStrategyNumber,
								   orm_query_describe(condition->left), condition->place);
	if (right.type->element->oid != operator.right && OidIsValid(get_array_type(operator.right)))
		right.sql = orm_condition_cast(right, get_array_type(operator.right));
	orm_condition_append(condition->sql, &operator, left, psprintf("ANY (%s)", right.sql));
}

/* Appends "x = ANY ($1)". */
static void
append_any_of_values(OrmCondition *condition)
{
	OrmSide left = comparable(condition->left);
	OrmBuilder *builder = condition->scope->builder;
	OrmOperator operator;
	Oid array;
	const char *slot;

	if (!condition->operand.typed && orm_json_kind(condition->operand.json) != ORM_JSON_ARRAY)
		orm_members_raise_kind(condition->operand.json, "an array of values", condition->place);
	operator= value_operator(condition, left.type, BTEqualStrategyNumber);
	array = get_array_type(operator.right);
	if (!OidIsValid(array))
		raise_no_list(condition);
	normalize_operand(condition);
	slot = orm_query_slot(builder, &condition->operand, operand_type(&operator, left.type), array, ORM_FORM_LIST,
						  condition->place);
	orm_condition_append(condition->sql, &operator, left, psprintf("ANY (%s)", slot));
}

/* Appends "x = ANY (...)". */
static void
append_any(OrmCondition *condition)
{
	if (orm_condition_is_between(condition))
		append_any_of_attribute(condition);
	else
		append_any_of_values(condition);
}

/* in: a null in the list means NULL. */
static void
append_in(OrmCondition *condition)
{
	if (!condition->operand.has_null)
	{
		append_any(condition);
		return;
	}
	appendStringInfoChar(condition->sql, '(');
	append_any(condition);
	appendStringInfoString(condition->sql, " OR ");
	orm_query_null_test(condition->sql, condition->left, true);
	appendStringInfoChar(condition->sql, ')');
}

/* not_in: the negation of "in", never NULL. */
static void
append_not_in(OrmCondition *condition)
{
	bool has_null = condition->operand.has_null;

	appendStringInfoString(condition->sql, has_null ? "((" : "(");
	append_any(condition);
	appendStringInfoString(condition->sql, ") IS NOT TRUE");
	if (!has_null)
		return;
	appendStringInfoString(condition->sql, " AND ");
	orm_query_null_test(condition->sql, condition->left, false);
	appendStringInfoChar(condition->sql, ')');
}

#define LOWER(operand) "pg_catalog.lower(" operand ")"
#define CONTAINS(x, y) "pg_catalog.strpos(" x ", " y ") OPERATOR(pg_catalog.>) 0"
#define STARTS_WITH(x, y) "pg_catalog.starts_with(" x ", " y ")"
#define ENDS_WITH(x, y) "pg_catalog.right(" x ", pg_catalog.length(" y ")) OPERATOR(pg_catalog.=) " y

static const OrmNamedOperator named_operators[] = {
	{"eq", .append = append_equal, .takes_null = true, .takes_hidden = true},
	{"ne", .append = append_unequal, .takes_null = true},
	{"lt", .append = append_ordered, .strategy = BTLessStrategyNumber},
	{"le", .append = append_ordered, .strategy = BTLessEqualStrategyNumber},
	{"gt", .append = append_ordered, .strategy = BTGreaterStrategyNumber},
	{"ge", .append = append_ordered, .strategy = BTGreaterEqualStrategyNumber},
	{"in", .append = append_in, .takes_hidden = true},
	{"not_in", .append = append_not_in},
	{"ieq", .append = orm_text_equal_folded},
	{"search", .append = orm_text_search},
	{"like", .append = orm_text_pattern, .symbol = "~~"},
	{"ilike", .append = orm_text_pattern, .symbol = "~~*"},
	{"regex", .append = orm_text_pattern, .symbol = "~"},
	{"iregex", .append = orm_text_pattern, .symbol = "~*"},
	{"contains", .append = orm_text_pattern, .symbol = "~~", .form = ORM_FORM_CONTAINS,
	 .between = CONTAINS("%1$s", "%2$s")},
	{"icontains", .append = orm_text_pattern, .symbol = "~~*", .form = ORM_FORM_CONTAINS,
	 .between = CONTAINS(LOWER("%1$s"), LOWER("%2$s"))},
	{"starts_with", .append = orm_text_pattern, .symbol = "~~", .form = ORM_FORM_STARTS_WITH,
	 .between = STARTS_WITH("%1$s", "%2$s")},
	{"istarts_with", .append = orm_text_pattern, .symbol = "~~*", .form = ORM_FORM_STARTS_WITH,
	 .between = STARTS_WITH(LOWER("%1$s"), LOWER("%2$s"))},
	{"ends_with", .append = orm_text_pattern, .symbol = "~~", .form = ORM_FORM_ENDS_WITH,
	 .between = ENDS_WITH("%1$s", "%2$s")},
	{"iends_with", .append = orm_text_pattern, .symbol = "~~*", .form = ORM_FORM_ENDS_WITH,
	 .between = ENDS_WITH(LOWER("%1$s"), LOWER("%2$s"))}};

/* Does any operator of that name exist in the database? */
static bool
exists(const char *name)
{
	CatCList *list = SearchSysCacheList1(OPERNAMENSP, CStringGetDatum(name));
	bool found = list->n_members > 0;

	ReleaseSysCacheList(list);
	return found;
}

/* Raises 42883 for an unrecognized operator. */
static void
raise_unknown(const OrmExpression *left, const char *name, const OrmPath *place)
{
	const char *names[lengthof(named_operators)];
	bool takes_object = orm_type_is_json(left->type) || left->type->class == ORM_TYPE_COMPOSITE;
	StringInfoData list;

	initStringInfo(&list);
	for (int i = 0; i < lengthof(named_operators); i++)
	{
		names[i] = named_operators[i].name;
		appendStringInfo(&list, "%s, ", names[i]);
	}

	/* a later errhint() replaces an earlier one */
	ereport(ERROR, errcode(ERRCODE_UNDEFINED_FUNCTION), errmsg("unrecognized operator \"%s\"", orm_error_clip(name)),
			orm_error_place(place),
			takes_object ? errhint("An object to be compared with is written {\"eq\": {...}}.")
						 : errhint("Operators are %sand those of PostgreSQL, as \"@>\".", list.data),
			orm_nearest_hint("operator", name, names, lengthof(names)),
			orm_words_meant(ORM_WORD_OPERATOR, name) != NULL && strstr(name, "null") != NULL
				? errhint("Null is asked for with {\"eq\": null} or {\"ne\": null}.")
				: orm_words_hint(ORM_WORD_OPERATOR, name));
}

bool
orm_condition_is_symbol(const char *name)
{
	return *name != '\0' && strspn(name, "+-*/<>=~!@#%^&|`?") == strlen(name);
}

bool
orm_condition_is_operator(const char *name)
{
	for (int i = 0; i < lengthof(named_operators); i++)
		if (strcmp(named_operators[i].name, name) == 0)
			return true;
	return orm_condition_is_symbol(name);
}

/* Raises 22004 for null, unless the operator takes it. */
static void
check_null(const OrmCondition *condition)
{
	bool list = condition->operator!=
				NULL &&(condition->operator->append == append_in || condition->operator->append == append_not_in);

	if (condition->operand.kind != ORM_OPERAND_NULL || (condition->operator!= NULL && condition->operator->takes_null))
		return;
	ereport(ERROR, errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
			errmsg("operator \"%s\" does not take null", condition->name), orm_error_place(condition->place),
			list ? errhint("Null as one of the values is written [null].")
				 : errhint("Null is asked for with {\"eq\": null} or {\"ne\": null}."));
}

void
orm_condition_between(OrmCondition *condition, const char *symbol)
{
	OrmSide left = orm_condition_side(condition->left);
	OrmSide right = orm_condition_side(condition->operand.attribute);
	OrmOperator operator= orm_operator_find_between(symbol, left.type, right.type, BOOLOID,
													orm_query_describe(condition->left), condition->place);

	orm_condition_append(condition->sql, &operator, left, orm_condition_cast(right, operator.right));
}

/* The element type for "@>" between a range or multirange and a number; else InvalidOid. */
static Oid
number_type(const OrmCondition *condition)
{
	Oid left = condition->left->type->base;
	Oid range = type_is_multirange(left) ? get_multirange_range(left) : left;
	Oid element = InvalidOid;

	if (orm_json_kind(condition->operand.json) == ORM_JSON_NUMBER && strcmp(condition->name, "@>") == 0)
		element = get_range_subtype(range);
	if (!OidIsValid(element) || !orm_type_takes_number(orm_type_make(element, -1, InvalidOid)))
		return InvalidOid;
	return element;
}

/*
 * The operator by symbol for a value.  It is looked up with an unknown right type, except
 * for values that cannot be of the left type: SQL arguments of another type (a date for
 * daterange "@>"), and numbers for ranges.
 */
static OrmOperator
symbol_for_value(OrmCondition *condition)
{
	const OrmQueryRequest *request = condition->scope->builder->compiler->request;
	const OrmType *left = condition->left->type;
	const char *what = orm_query_describe(condition->left);
	Oid given = InvalidOid;

	if (condition->operand.typed)
		given = request->parameters[condition->operand.parameter].type;
	else if (condition->operand.kind == ORM_OPERAND_VALUE)
		given = number_type(condition);
	if (OidIsValid(given) && !orm_operand_fits(given, left->base))
		return orm_operator_find_between(condition->name, left, orm_type_make(given, -1, InvalidOid), BOOLOID, what,
										 condition->place);
	return orm_operator_find(condition->name, left, BOOLOID, what, condition->place);
}

/* Appends the condition of an operator by symbol. */
static bool
append_symbol(OrmCondition *condition, OrmJson json)
{
	OrmSide left = orm_condition_side(condition->left);
	OrmScope *scope = condition->scope;
	OrmOperator operator;

	condition->operand = orm_query_operand(scope, scope->builder, json, left.type, condition->place);
	if (condition->operand.kind == ORM_OPERAND_UNSET)
		return false;
	if (orm_condition_is_between(condition))
	{
		orm_condition_between(condition, condition->name);
		return true;
	}
	operator= symbol_for_value(condition);

	/* instructions and nulls depend on the right operand type, so read the operand again */
	condition->operand = orm_query_operand(scope, scope->builder, json, operand_type(&operator, left.type),
										   condition->place);
	check_null(condition);
	orm_condition_append(condition->sql, &operator, left, operand_slot(condition, &operator, left.type));
	return true;
}

bool
orm_condition_operator(OrmScope *scope, const OrmExpression *left, const char *operator, OrmJson operand,
					   const OrmPath *place, StringInfo sql)
{
	OrmCondition condition = {.scope = scope, .left = left, .name = operator, .place = place, .sql = sql};

	for (int i = 0; i < lengthof(named_operators); i++)
		if (strcmp(named_operators[i].name, operator) == 0)
			condition.operator= & named_operators[i];
	if (condition.operator== NULL &&(!orm_condition_is_symbol(operator) ||
									 (orm_words_meant(ORM_WORD_OPERATOR, operator) != NULL && !exists(operator))))
		raise_unknown(left, operator, place);
	if (left->attribute != NULL && (condition.operator== NULL || !condition.operator->takes_hidden))
		orm_hidden_refuse(left->model, left->attribute, place);
	if (condition.operator== NULL)
		return append_symbol(&condition, operand);
	condition.operand = orm_query_operand(scope, scope->builder, operand, left->type, place);
	if (condition.operand.kind == ORM_OPERAND_UNSET)
		return false;
	check_null(&condition);
	condition.operator->append(&condition);
	return true;
}
