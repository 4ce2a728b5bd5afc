/*
 * literal.c - see literal.h.
 */
#include "postgres.h"

#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "base/settings.h"
#include "model/normalize.h"
#include "model/value.h"
#include "query/compile.h"
#include "query/literal.h"

char *
orm_literal_text(OrmJson json, const OrmPath *place)
{
	if (orm_json_kind(json) != ORM_JSON_STRING)
		ereport(ERROR, errcode(ERRCODE_DATATYPE_MISMATCH),
				errmsg("text to be found cannot be %s", orm_json_kind_name(orm_json_kind(json))),
				orm_error_place(place), errhint("Write a string."));
	return orm_json_string(json);
}

char *
orm_literal_pattern(const char *text, const char *before, const char *behind)
{
	StringInfoData pattern;

	initStringInfo(&pattern);
	appendStringInfoString(&pattern, before);
	for (const char *c = text; *c != '\0'; c++)
	{
		if (*c == '%' || *c == '_' || *c == '\\')
			appendStringInfoChar(&pattern, '\\');
		appendStringInfoChar(&pattern, *c);
	}
	appendStringInfoString(&pattern, behind);
	return pattern.data;
}

Datum
orm_literal_list(OrmJson json, const OrmType *type, Oid array_type, const OrmPath *place)
{
	OrmJsonWalk walk = orm_json_walk(json);
	Datum *elements;
	int n = 0;

	if (orm_json_kind(json) != ORM_JSON_ARRAY)
		ereport(ERROR, errcode(ERRCODE_DATATYPE_MISMATCH),
				errmsg("list of values cannot be %s", orm_json_kind_name(orm_json_kind(json))), orm_error_place(place),
				errhint("Write an array."));
	elements = palloc(sizeof(Datum) * Max(json.node->count, 1));
	while (orm_json_next(&walk))
	{
		OrmPath here = orm_path_index(place, walk.index);
		bool isnull;
		Datum element = orm_value_read(type, walk.value, &here, &isnull);

		if (!isnull)
			elements[n++] = element;
		else if (orm_json_kind(walk.value) != ORM_JSON_NULL)
			ereport(ERROR, errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("null in a list must be written as null"),
					orm_error_place(&here), errhint("Write null instead of {\"$value\": null}."));
	}
	return PointerGetDatum(
		construct_array(elements, n, get_element_type(array_type), type->length, type->by_value, type->align));
}

const char *
orm_literal_value(Oid type, Datum value)
{
	OrmSettings pinned = orm_settings_pinned();
	StringInfoData sql;
	int level;

	initStringInfo(&sql);
	level = orm_settings_enter(&pinned);
	orm_sql_literal(&sql, orm_type_text(type, value));
	orm_settings_leave(level);
	appendStringInfoString(&sql, "::");
	orm_sql_type(&sql, type, -1);
	return sql.data;
}

/* The value of an operand by the form of its slot. */
static Datum
read_operand(const OrmOperand *operand, const OrmType *type, Oid sql_type, OrmSlotForm form, const OrmPath *place,
			 bool *isnull)
{
	static const char *const before[] = {
		[ORM_FORM_CONTAINS] = "%", [ORM_FORM_STARTS_WITH] = "", [ORM_FORM_ENDS_WITH] = "%"};
	static const char *const behind[] = {
		[ORM_FORM_CONTAINS] = "%", [ORM_FORM_STARTS_WITH] = "%", [ORM_FORM_ENDS_WITH] = ""};

	*isnull = false;
	switch (form)
	{
		case ORM_FORM_LIST:
			return orm_literal_list(operand->json, type, sql_type, place);
		case ORM_FORM_CONTAINS:
		case ORM_FORM_STARTS_WITH:
		case ORM_FORM_ENDS_WITH:
			return CStringGetTextDatum(
				orm_literal_pattern(orm_literal_text(operand->json, place), before[form], behind[form]));
		default:
			Assert(form == ORM_FORM_VALUE);
			return orm_value_read(type, operand->whole, place, isnull);
	}
}

/* A value that is compared with a normalized attribute, normalized. */
static Datum
normalize(const OrmOperand *operand, const OrmType *type, OrmSlotForm form, Datum value, const OrmPath *place,
		  bool *isnull)
{
	if (operand->normalized == NULL || *isnull)
		return value;
	if (form == ORM_FORM_LIST)
		return orm_normalize_list(operand->normalized, type, value, place);
	Assert(form == ORM_FORM_VALUE);
	return orm_normalize_value(operand->normalized, type->oid, value, isnull, place);
}

const char *
orm_query_literal(const OrmOperand *operand, const OrmType *type, Oid sql_type, OrmSlotForm form, const OrmPath *place)
{
	OrmSettings pinned = orm_settings_pinned();
	int level = orm_settings_enter(&pinned);
	Oid value_type = form == ORM_FORM_VALUE ? type->oid : sql_type;
	StringInfoData sql;
	bool isnull;
	Datum value = read_operand(operand, type, sql_type, form, place, &isnull);

	Assert(operand->kind == ORM_OPERAND_VALUE && operand->parameter < 0);
	value = normalize(operand, type, form, value, place, &isnull);
	orm_settings_leave(level);
	initStringInfo(&sql);
	appendStringInfoString(&sql, isnull ? "NULL" : orm_literal_value(value_type, value));
	if (isnull || value_type != sql_type)
	{
		appendStringInfoString(&sql, "::");
		orm_sql_type(&sql, sql_type, -1);
	}
	return sql.data;
}
