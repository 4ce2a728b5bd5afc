/*
 * given_back.c - stored values that JSON does not distinguish; see given_back.h.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/syscache.h"

#include "model/given_back.h"

/* White space of JSON. */
#define JSON_SPACE " \t\n\r"

/* Does the composite type have a field of an ambiguous type? */
static bool
has_ambiguous_field(const OrmType *type)
{
	TupleDesc row = orm_type_open_row(type);
	const OrmField *fields = type->fields;
	bool found = false;

	check_stack_depth();
	for (int i = 0; i < row->natts && !found; i++)
		found = fields[i].name != NULL && orm_given_back_is_ambiguous(fields[i].type);
	ReleaseTupleDesc(row);
	return found;
}

bool
orm_given_back_is_ambiguous(const OrmType *type)
{
	if (type->class == ORM_TYPE_COMPOSITE)
		return has_ambiguous_field(type);
	return orm_type_is_json(type) || type->class == ORM_TYPE_ARRAY;
}

bool
orm_given_back_may_keep(const OrmType *type, bool isnull)
{
	if (type->class == ORM_TYPE_JSON)
		return true;
	return orm_given_back_is_ambiguous(type) && isnull == (type->class == ORM_TYPE_JSONB);
}

/* Appends the test for a value of type json or jsonb. */
static void
append_json_test(StringInfo sql, const OrmType *type, const char *column, const char *given)
{
	if (type->class == ORM_TYPE_JSONB)
		appendStringInfo(sql, "%s IS NULL AND pg_catalog.jsonb_typeof(%s) OPERATOR(pg_catalog.=) 'null'", given,
						 column);
	else
		appendStringInfo(sql,
						 "pg_catalog.btrim((%s)::pg_catalog.text, E' \\t\\n\\r') OPERATOR(pg_catalog.=) "
						 "COALESCE((%s)::pg_catalog.text, 'null')",
						 column, given);
}

/* Appends the test for an array or a row.  Arrays of equal dimensions without ambiguous elements need no comparison. */
static void
append_nested_test(StringInfo sql, const OrmType *type, const char *column, const char *given)
{
	if (type->class == ORM_TYPE_ARRAY && !orm_given_back_is_ambiguous(type->element))
		appendStringInfo(sql, "pg_catalog.array_dims(%s) OPERATOR(pg_catalog.<>) pg_catalog.array_dims(%s) AND ",
						 column, given);
	appendStringInfo(sql,
					 "(pg_catalog.to_json(%s))::pg_catalog.text OPERATOR(pg_catalog.=) "
					 "(pg_catalog.to_json(%s))::pg_catalog.text",
					 column, given);
}

void
orm_given_back_append(StringInfo sql, const OrmType *type, const char *column, const char *given)
{
	Assert(orm_given_back_is_ambiguous(type));
	appendStringInfoString(sql, "CASE WHEN ");
	if (orm_type_is_json(type))
		append_json_test(sql, type, column, given);
	else
		append_nested_test(sql, type, column, given);
	appendStringInfo(sql, " THEN %s ELSE %s END", column, given);
}

bool
orm_given_back_keeps_json(const OrmType *type, Datum stored, Datum given, bool given_isnull)
{
	const char *text = orm_type_text(type->oid, stored);
	const char *wanted = given_isnull ? "null" : orm_type_text(type->oid, given);
	int length;

	Assert(orm_type_is_json(type));
	text += strspn(text, JSON_SPACE);
	for (length = strlen(text); length > 0 && strchr(JSON_SPACE, text[length - 1]) != NULL; length--)
		/* on */;
	return orm_given_back_may_keep(type, given_isnull) && strlen(wanted) == (size_t) length &&
		strncmp(text, wanted, length) == 0;
}

/* Is the domain, or a domain under it, NOT NULL?  From the catalog: ALTER DOMAIN does not invalidate models. */
static bool
is_not_null_domain(Oid type)
{
	bool not_null = false;

	while (!not_null)
	{
		HeapTuple tuple = SearchSysCache1(TYPEOID, ObjectIdGetDatum(type));
		Form_pg_type form;
		bool is_domain;

		if (!HeapTupleIsValid(tuple))
			break;
		form = (Form_pg_type) GETSTRUCT(tuple);
		is_domain = form->typtype == TYPTYPE_DOMAIN;
		not_null = is_domain && form->typnotnull;
		type = form->typbasetype;
		ReleaseSysCache(tuple);
		if (!is_domain)
			break;
	}
	return not_null;
}

bool
orm_given_back_null_is_json(const OrmAttribute *attribute)
{
	return orm_type_is_json(attribute->type) &&
		(attribute->not_null || (attribute->type->is_domain && is_not_null_domain(attribute->type->oid)));
}
