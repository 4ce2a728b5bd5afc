/*
 * bind.c - values for the parameters of a query's statements; see bind.h.
 *
 * A value is given as JSON (of the document, the parameters' document, a cursor) or as an
 * SQL value (an argument of a function, a constant, a key), and is converted by the form
 * of its slot.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "parser/parse_coerce.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "base/members.h"
#include "exec/bind.h"
#include "exec/query.h"
#include "model/cast.h"
#include "model/normalize.h"
#include "model/value.h"
#include "query/literal.h"

/* The value of a slot, before it is read. */
typedef struct Given
{
	const OrmSlot *slot;
	OrmJson json; /* unless "type" is set: */
	Oid type;
	Datum value;
	bool isnull;
} Given;

/* Casts a value to another type; errors have the place. */
static Datum
cast_value(const Given *given, Oid to, bool *isnull)
{
	MemoryContext caller = CurrentMemoryContext;
	Expr *cast = orm_cast_find(given->type, to, -1);
	Datum result = 0;

	if (cast == NULL)
		ereport(ERROR, errcode(ERRCODE_DATATYPE_MISMATCH),
				errmsg("parameter of type %s cannot be converted to type %s", format_type_be(given->type),
					   format_type_be(to)),
				orm_error_place(given->slot->place));
	PG_TRY();
	{
		result = orm_cast_run(cast, to, given->value, isnull);
	}
	PG_CATCH();
	{
		orm_error_rethrow_at(given->slot->place, caller);
	}
	PG_END_TRY();
	return result;
}

/* The value converted to a type. */
static Datum
value_of_type(const Given *given, Oid to, bool *isnull)
{
	*isnull = given->isnull;
	if (!OidIsValid(given->type) || IsBinaryCoercible(given->type, to))
		return given->value;
	return cast_value(given, to, isnull);
}

/* VALUE with a patch: its operand. */
static Datum
bind_operand(const Given *given, bool *isnull)
{
	const OrmSlot *slot = given->slot;
	Datum value;

	if (!OidIsValid(given->type))
	{
		orm_patch_check(slot->patch, given->json, slot->place);
		return orm_value_read(slot->type, given->json, slot->place, isnull);
	}
	value = value_of_type(given, slot->type->oid, isnull);
	orm_patch_check_value(slot->patch, slot->type, value, *isnull, slot->place);
	return value;
}

/* VALUE */
static Datum
bind_value(const Given *given, bool *isnull)
{
	const OrmSlot *slot = given->slot;
	const OrmType *type = slot->type;

	if (slot->patch != ORM_PATCH_SET)
		return bind_operand(given, isnull);
	if (OidIsValid(given->type))
		return value_of_type(given, type ? type->oid : slot->parameter_type, isnull);
	return orm_value_read(type, given->json, slot->place, isnull);
}

/* Removes the NULLs of an array. */
static Datum
without_nulls(Datum value, const OrmType *element)
{
	ArrayType *array = DatumGetArrayTypeP(value);
	Datum *elements;
	bool *nulls;
	int n;
	int kept = 0;

	if (!array_contains_nulls(array) && ARR_NDIM(array) <= 1)
		return PointerGetDatum(array);
	deconstruct_array(array, ARR_ELEMTYPE(array), element->length, element->by_value, element->align, &elements, &nulls,
					  &n);
	for (int i = 0; i < n; i++)
		if (!nulls[i])
			elements[kept++] = elements[i];
	return PointerGetDatum(
		construct_array(elements, kept, ARR_ELEMTYPE(array), element->length, element->by_value, element->align));
}

/* LIST */
static Datum
bind_list(const Given *given, bool *isnull)
{
	const OrmSlot *slot = given->slot;

	if (OidIsValid(given->type))
	{
		Datum array = value_of_type(given, slot->parameter_type, isnull);

		return *isnull ? array : without_nulls(array, slot->type);
	}
	*isnull = false;
	return orm_literal_list(given->json, slot->type, slot->parameter_type, slot->place);
}

/* The text for a pattern, unescaped. */
static char *
searched_text(const Given *given)
{
	const OrmSlot *slot = given->slot;

	if (OidIsValid(given->type))
		return orm_type_text(given->type, given->value);
	return orm_literal_text(given->json, slot->place);
}

/* A LIKE pattern for the text. */
static Datum
make_pattern(const Given *given, const char *before, const char *behind, bool *isnull)
{
	*isnull = given->isnull;
	if (given->isnull)
		return (Datum) 0;
	return CStringGetTextDatum(orm_literal_pattern(searched_text(given), before, behind));
}

/* CONTAINS */
static Datum
bind_contains(const Given *given, bool *isnull)
{
	return make_pattern(given, "%", "%", isnull);
}

/* STARTS_WITH */
static Datum
bind_starts_with(const Given *given, bool *isnull)
{
	return make_pattern(given, "", "%", isnull);
}

/* ENDS_WITH */
static Datum
bind_ends_with(const Given *given, bool *isnull)
{
	return make_pattern(given, "%", "", isnull);
}

/* A number of rows; "code" and "what" are for the error of a negative one. */
static int64
row_count(const Given *given, int code, const char *what)
{
	const OrmSlot *slot = given->slot;
	bool isnull = given->isnull;
	Datum value = 0;

	if (!isnull && OidIsValid(given->type))
		value = value_of_type(given, INT8OID, &isnull);
	else if (!isnull && orm_json_kind(given->json) != ORM_JSON_NUMBER)
		orm_members_raise_kind(given->json, "a number", slot->place);
	else if (!isnull)
		value = orm_value_read(slot->type, given->json, slot->place, &isnull);
	if (isnull)
		ereport(ERROR, errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("%s must not be null", what),
				orm_error_place(slot->place));
	if (DatumGetInt64(value) < 0)
		ereport(ERROR, errcode(code), errmsg("%s must not be negative", what), orm_error_place(slot->place));
	return DatumGetInt64(value);
}

/* LIMIT */
static Datum
bind_limit(const Given *given, bool *isnull)
{
	*isnull = false;
	return Int64GetDatum(row_count(given, ERRCODE_INVALID_ROW_COUNT_IN_LIMIT_CLAUSE, "limit"));
}

/* LIMIT_AND_ONE */
static Datum
bind_limit_and_one(const Given *given, bool *isnull)
{
	int64 limit = row_count(given, ERRCODE_INVALID_ROW_COUNT_IN_LIMIT_CLAUSE, "limit");

	*isnull = false;
	return Int64GetDatum(limit < PG_INT64_MAX ? limit + 1 : limit);
}

/* OFFSET */
static Datum
bind_offset(const Given *given, bool *isnull)
{
	*isnull = false;
	return Int64GetDatum(row_count(given, ERRCODE_INVALID_ROW_COUNT_IN_RESULT_OFFSET_CLAUSE, "offset"));
}

static Datum (*const binders[])(const Given *given, bool *isnull) = {
	[ORM_FORM_VALUE] = bind_value,
	[ORM_FORM_LIST] = bind_list,
	[ORM_FORM_CONTAINS] = bind_contains,
	[ORM_FORM_STARTS_WITH] = bind_starts_with,
	[ORM_FORM_ENDS_WITH] = bind_ends_with,
	[ORM_FORM_LIMIT] = bind_limit,
	[ORM_FORM_LIMIT_AND_ONE] = bind_limit_and_one,
	[ORM_FORM_OFFSET] = bind_offset,
};

/* Sets JSON as the value. */
static void
give_json(Given *given, OrmJson json)
{
	given->json = json;
	given->isnull = orm_json_kind(json) == ORM_JSON_NULL;
}

/* Sets a value of the slot's parameter type. */
static void
give_value(Given *given, Datum value)
{
	const OrmSlot *slot = given->slot;

	given->type = slot->form == ORM_FORM_VALUE && slot->type ? slot->type->oid : slot->parameter_type;
	given->value = value;
}

/* Sets a parameter of the call as the value. */
static void
give_parameter(Given *given, const OrmQueryParameter *parameter)
{
	if (!OidIsValid(parameter->type))
	{
		give_json(given, given->slot->form == ORM_FORM_VALUE ? parameter->json : orm_value_unescape(parameter->json));
		return;
	}
	given->type = parameter->type;
	given->value = parameter->value;
	given->isnull = parameter->isnull;
}

/* The n-th element of a cursor. */
static OrmJson
cursor_value(const OrmDocument *cursor, int n)
{
	OrmJsonWalk walk = orm_json_walk(orm_document_root(cursor));

	while (orm_json_next(&walk) && walk.index < n)
		/* on */;
	return walk.value;
}

/* The value of a slot that is compared with a normalized attribute. */
static Datum
normalize(const OrmSlot *slot, Datum value, bool *isnull)
{
	if (*isnull)
		return value;
	if (slot->form == ORM_FORM_LIST)
		return orm_normalize_list(slot->normalized, slot->type, value, slot->place);
	return orm_normalize_value(slot->normalized, slot->type->oid, value, isnull, slot->place);
}

Datum
orm_bind_slot(const OrmQuery *query, const OrmSlot *slot, bool *isnull)
{
	const OrmQueryRequest *request = &query->request;
	Given given = {.slot = slot};
	Datum value;

	CHECK_FOR_INTERRUPTS();
	switch (slot->source)
	{
		case ORM_SLOT_VALUE:
			give_json(&given, query->shape.values[slot->number]);
			break;
		case ORM_SLOT_PARAMETER:
			give_parameter(&given, &request->parameters[slot->number]);
			break;
		case ORM_SLOT_CONSTANT:
			give_value(&given, slot->constant);
			break;
		case ORM_SLOT_CURSOR:
			give_json(&given, cursor_value(request->cursor, slot->number));
			break;
		case ORM_SLOT_KEY:
			give_value(&given, request->key[slot->number]);
			break;
		case ORM_SLOT_PARENTS:
			break;
	}
	value = binders[slot->form](&given, isnull);
	return slot->normalized != NULL ? normalize(slot, value, isnull) : value;
}

/* The text of the value of a slot: its source in the document, or the output of its type. */
static const char *
slot_text(const OrmQuery *query, const OrmSlot *slot, int *length)
{
	const OrmQueryParameter *parameter = NULL;
	const char *text = "null";

	*length = strlen(text);
	if (slot->source == ORM_SLOT_VALUE)
		return orm_json_source(query->shape.values[slot->number], length);
	if (slot->source == ORM_SLOT_PARAMETER)
		parameter = &query->request.parameters[slot->number];
	if (slot->source != ORM_SLOT_CONSTANT && (parameter == NULL || parameter->isnull))
		return text;
	if (parameter != NULL && !OidIsValid(parameter->type))
		return orm_json_source(parameter->json, length);
	text = parameter != NULL ? orm_type_text(parameter->type, parameter->value)
							 : orm_type_text(slot->parameter_type, slot->constant);
	*length = strlen(text);
	return text;
}

const char *
orm_bind_signature(const OrmQuery *query)
{
	const OrmCompiled *compiled = query->compiled;
	StringInfoData text;

	if (compiled->nordered == 0)
		return compiled->signature;
	initStringInfo(&text);
	for (int i = 0; i < compiled->nordered; i++)
	{
		int length;
		const char *value = slot_text(query, &compiled->levels[0]->statement.slots[compiled->ordered[i]], &length);

		appendStringInfo(&text, "%d ", length);
		appendBinaryStringInfo(&text, value, length);
	}
	appendStringInfoString(&text, compiled->signature);
	return text.data;
}

/* Reads the values of a statement's slots that come from documents. */
static void
check_statement(const OrmQuery *query, const OrmQueryStatement *statement)
{
	bool isnull;

	for (int i = 0; i < statement->nslots; i++)
		if (statement->slots[i].source == ORM_SLOT_VALUE)
			orm_bind_slot(query, &statement->slots[i], &isnull);
}

void
orm_bind_check(const OrmQueryRequest *request, const OrmCompiled *compiled)
{
	OrmQuery query = {.request = *request, .shape = *request->shape};

	for (int i = 0; i < compiled->nlevels; i++)
		check_statement(&query, &compiled->levels[i]->statement);
}
