/*
 * text.c - named operators of text: patterns, full text search, and case-insensitive
 * equality.
 */
#include "postgres.h"

#include "catalog/pg_collation.h"
#include "catalog/pg_type.h"
#include "parser/parse_coerce.h"
#include "utils/builtins.h"

#include "query/condition.h"
#include "query/text.h"

/* Is this a string type? */
static bool
is_text(const OrmType *type)
{
	return TypeCategory(type->base) == TYPCATEGORY_STRING;
}

/* For use in ereport(): a hint for "contains" and the like on arrays, ranges and json. */
static int
hint_contains(const OrmCondition *condition)
{
	const OrmType *type = condition->left->type;

	if (condition->operator->form == ORM_FORM_VALUE)
		return 0;
	if (type->class == ORM_TYPE_ARRAY || type->class == ORM_TYPE_JSONB || TypeCategory(type->base) == TYPCATEGORY_RANGE)
		return errhint("Use the operator \"@>\".");
	if (type->class == ORM_TYPE_JSON)
		return errhint("The operator for this is \"@>\", which type jsonb has.");
	return 0;
}

/* Raises 42883 unless an operand is of a string type. */
static void
require_text(const OrmCondition *condition, const OrmExpression *expression)
{
	if (is_text(expression->type))
		return;
	ereport(ERROR, errcode(ERRCODE_UNDEFINED_FUNCTION),
			errmsg("operator \"%s\" is for text, and %s is of type %s", condition->name, orm_query_describe(expression),
				   format_type_be(expression->type->oid)),
			orm_error_place(condition->place), hint_contains(condition));
}

/* An operand cast to text, if needed. */
static const char *
as_text(const OrmExpression *expression)
{
	if (expression->type->oid == VARCHAROID)
		return expression->sql;
	return orm_condition_cast(orm_condition_side(expression), TEXTOID);
}

/* The right operand as text. */
static const char *
text_operand(OrmCondition *condition)
{
	if (!orm_condition_is_between(condition))
		return orm_condition_slot(condition, condition->left->type, TEXTOID, ORM_FORM_VALUE);
	require_text(condition, condition->operand.attribute);
	return as_text(condition->operand.attribute);
}

/* Appends a pattern's operator between two attributes. */
static void
append_between(OrmCondition *condition)
{
	const OrmNamedOperator *named = condition->operator;

	require_text(condition, condition->operand.attribute);
	if (named->between != NULL)
		appendStringInfo(condition->sql, named->between, as_text(condition->left), text_operand(condition));
	else
		orm_condition_between(condition, named->symbol);
}

void
orm_text_pattern(OrmCondition *condition)
{
	const OrmNamedOperator *named = condition->operator;
	OrmSide left = orm_condition_side(condition->left);
	OrmOperator operator;

	require_text(condition, condition->left);
	if (orm_condition_is_between(condition))
	{
		append_between(condition);
		return;
	}
	operator= orm_operator_find(named->symbol, left.type, BOOLOID, orm_query_describe(condition->left),
								condition->place);
	orm_condition_append(condition->sql, &operator, left,
						 orm_condition_slot(condition, left.type, operator.right, named->form));
}

void
orm_text_equal_folded(OrmCondition *condition)
{
	Oid collation = condition->left->type->collation;
	StringInfo sql = condition->sql;

	require_text(condition, condition->left);
	appendStringInfo(sql, "pg_catalog.lower(%s) OPERATOR(pg_catalog.=) pg_catalog.lower(%s", as_text(condition->left),
					 text_operand(condition));
	/* both sides are folded and compared under the collation of the left operand */
	if (OidIsValid(collation) && collation != DEFAULT_COLLATION_OID)
	{
		appendStringInfoString(sql, " COLLATE ");
		orm_sql_collation(sql, collation);
	}
	appendStringInfoChar(sql, ')');
}

void
orm_text_search(OrmCondition *condition)
{
	OrmSide left = orm_condition_side(condition->left);

	if (left.type->base == TSVECTOROID)
		appendStringInfoString(condition->sql, orm_condition_cast(left, TSVECTOROID));
	else
	{
		require_text(condition, condition->left);
		appendStringInfo(condition->sql, "pg_catalog.to_tsvector(%s)", as_text(condition->left));
	}
	appendStringInfo(condition->sql, " OPERATOR(pg_catalog.@@) pg_catalog.websearch_to_tsquery(%s)",
					 text_operand(condition));
}
