/*
 * value.c - reading JSON values into SQL types.
 *
 * Common values (integers, plain text, booleans, json) are read directly from the
 * document's bytes.  All others are read by the type's input function, inside a
 * PG_TRY block that adds the place in the document to its errors.
 *
 * Domain constraints can run arbitrary code, including a recursive call of this
 * module for the same type, while a running input function has its state in the
 * FmgrInfo of the type.  The type is therefore marked as busy during these calls,
 * and a recursive call uses separate state.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/cash.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"
#include "utils/numeric.h"

#include "model/nested.h"
#include "base/members.h"
#include "base/nearest.h"
#include "model/value.h"

/* Numbers with at most this many digits fit into 64 bits. */
#define MAX_FAST_DIGITS 18

/* Shorter text is copied to the stack to be terminated. */
#define SMALL_TEXT 128

/* Makes a value of a type from text. */
typedef Datum (*Maker)(const OrmType *type, FmgrInfo *input, char *text);

/* The default maker: the type's input function. */
static Datum
make_by_input(const OrmType *type, FmgrInfo *input, char *text)
{
	return InputFunctionCall(input, text, type->input_param, type->typmod);
}

/* Reads the text of a number. */
static Datum
read_numeric(char *text)
{
	return DirectFunctionCall3(numeric_in, CStringGetDatum(text), ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1));
}

/* Makes an integer from a number with a decimal point or an exponent: accepts 2.0, but not 2.5. */
static Datum
make_integer(const OrmType *type, FmgrInfo *input, char *text)
{
	Datum number = read_numeric(text);
	Datum whole = DirectFunctionCall2(numeric_trunc, number, Int32GetDatum(0));

	if (!DatumGetBool(DirectFunctionCall2(numeric_eq, number, whole)))
		return make_by_input(type, input, text); /* raises the type's own error */
	switch (type->class)
	{
		case ORM_TYPE_INT2:
			return DirectFunctionCall1(numeric_int2, number);
		case ORM_TYPE_INT4:
			return DirectFunctionCall1(numeric_int4, number);
		default:
			return DirectFunctionCall1(numeric_int8, number);
	}
}

/* Makes a money value from a number, independently of the locale, unlike its input function. */
static Datum
make_money(const OrmType *type, FmgrInfo *input, char *text)
{
	return DirectFunctionCall1(numeric_cash, read_numeric(text));
}

/*
 * For use in a PG_CATCH block: adds a hint for an invalid range that looks like a
 * single value.
 */
static void
hint_range(const OrmType *type, const char *text)
{
	const char *form = type_is_range(type->base) ? "[%s,%s]" : type_is_multirange(type->base) ? "{[%s,%s]}" : NULL;
	bool plain = strlen(text) < SMALL_TEXT && text[0] != '\0' && strpbrk(text, "[](){},\"\\") == NULL;

	if (form != NULL && plain && geterrcode() == ERRCODE_INVALID_TEXT_REPRESENTATION)
		errhint("For a single value write \"%s\".", psprintf(form, text, text));
}

/* Runs a maker; errors have the place. */
static Datum
make_guarded(const OrmType *type, Maker maker, char *text, const OrmPath *path)
{
	OrmType *state = unconstify(OrmType *, type);
	MemoryContext caller = CurrentMemoryContext;
	FmgrInfo own_input;
	bool was_busy = type->busy;
	Datum value = 0;

	if (was_busy)
		fmgr_info_copy(&own_input, &state->input, caller);
	PG_TRY();
	{
		state->busy = true;
		value = maker(type, was_busy ? &own_input : &state->input, text);
	}
	PG_CATCH();
	{
		state->busy = was_busy;
		hint_range(type, text);
		orm_error_rethrow_at(path, caller);
	}
	PG_END_TRY();
	state->busy = was_busy;
	return value;
}

void
orm_value_check(const OrmType *type, Datum value, bool isnull, const OrmPath *path)
{
	OrmType *state = unconstify(OrmType *, type);
	MemoryContext caller = CurrentMemoryContext;
	bool was_busy = type->busy;
	void *own_cache = NULL;

	if (!type->is_domain)
		return;
	PG_TRY();
	{
		state->busy = true;
		domain_check(value, isnull, type->oid, was_busy ? &own_cache : &state->domain_cache,
					 was_busy ? caller : type->context);
	}
	PG_CATCH();
	{
		state->busy = was_busy;
		orm_error_rethrow_at(path, caller);
	}
	PG_END_TRY();
	state->busy = was_busy;
}

/* Makes a value from bytes that are not terminated. */
static Datum
make_from_bytes(const OrmType *type, Maker maker, const char *bytes, int length, const OrmPath *path)
{
	char room[SMALL_TEXT];
	char *text = length < SMALL_TEXT ? room : palloc(length + 1);
	Datum value;

	memcpy(text, bytes, length);
	text[length] = '\0';
	value = make_guarded(type, maker, text, path);
	if (text != room)
		pfree(text);
	return value;
}

/* The expected JSON for a type, for hints. */
static const char *
wanted(const OrmType *type)
{
	switch (type->class)
	{
		case ORM_TYPE_BOOL:
			return "true or false";
		case ORM_TYPE_ARRAY:
			return "an array";
		case ORM_TYPE_COMPOSITE:
			return "an object";
		case ORM_TYPE_INT2:
		case ORM_TYPE_INT4:
		case ORM_TYPE_INT8:
		case ORM_TYPE_FLOAT:
		case ORM_TYPE_NUMERIC:
			return "a number";
		default:
			return "a string";
	}
}

void
orm_value_raise_mismatch(const OrmType *type, OrmJson json, const OrmPath *path)
{
	ereport(ERROR, errcode(ERRCODE_DATATYPE_MISMATCH),
			errmsg("%s cannot become a value of type %s", orm_json_kind_name(orm_json_kind(json)),
				   format_type_be(type->oid)),
			orm_error_place(path), errhint("Write %s.", wanted(type)));
}

Datum
orm_value_read_string(const OrmType *type, char *text, const OrmPath *path)
{
	return make_guarded(type, make_by_input, text, path);
}

/* Raises the server's error for a string that cannot be decoded, with the place. */
static void
raise_undecodable(OrmJson json, const OrmPath *path)
{
	MemoryContext caller = CurrentMemoryContext;

	PG_TRY();
	{
		orm_json_string(json);
	}
	PG_CATCH();
	{
		orm_error_rethrow_at(path, caller);
	}
	PG_END_TRY();
}

/* Can a string of that many bytes be stored without calling the type's input function? */
static inline bool
fits_as_it_is(const OrmType *type, int length)
{
	if (type->class != ORM_TYPE_TEXT)
		return false;
	return type->typmod < (int32) VARHDRSZ || (type->base == VARCHAROID && length <= type->typmod - (int32) VARHDRSZ);
}

/* Reads a string. */
static Datum
read_string(const OrmType *type, OrmJson json, const OrmPath *path)
{
	const char *bytes = orm_json_bytes(json);
	int length = json.node->length;

	if (fits_as_it_is(type, length))
		return PointerGetDatum(cstring_to_text_with_len(bytes, length));
	return make_from_bytes(type, make_by_input, bytes, length, path);
}

/* Parses an integer of at most MAX_FAST_DIGITS digits; false for other numbers. */
static bool
parse_whole(const char *bytes, int length, int64 *result)
{
	const char *end = bytes + length;
	bool negative = *bytes == '-';
	int64 value = 0;

	bytes += negative;
	if (end - bytes > MAX_FAST_DIGITS)
		return false;
	for (; bytes < end; bytes++)
	{
		if (*bytes < '0' || *bytes > '9')
			return false;
		value = value * 10 + (*bytes - '0');
	}
	*result = negative ? -value : value;
	return true;
}

/* Reads a number into an integer type. */
static Datum
read_integer(const OrmType *type, OrmJson json, const OrmPath *path)
{
	const char *bytes = orm_json_bytes(json);
	int length = json.node->length;
	int64 value;

	if (parse_whole(bytes, length, &value))
	{
		if (type->class == ORM_TYPE_INT8)
			return Int64GetDatum(value);
		if (type->class == ORM_TYPE_INT4 && value >= PG_INT32_MIN && value <= PG_INT32_MAX)
			return Int32GetDatum((int32) value);
		if (type->class == ORM_TYPE_INT2 && value >= PG_INT16_MIN && value <= PG_INT16_MAX)
			return Int16GetDatum((int16) value);
		/* out of range: the input function raises the error */
		return make_from_bytes(type, make_by_input, bytes, length, path);
	}
	return make_from_bytes(type, make_integer, bytes, length, path);
}

/* Reads a number. */
static Datum
read_number(const OrmType *type, OrmJson json, const OrmPath *path)
{
	Maker maker = type->base == MONEYOID ? make_money : make_by_input;

	if (!type->takes_number)
		orm_value_raise_mismatch(type, json, path);
	if (type->class == ORM_TYPE_INT2 || type->class == ORM_TYPE_INT4 || type->class == ORM_TYPE_INT8)
		return read_integer(type, json, path);
	return make_from_bytes(type, maker, orm_json_bytes(json), json.node->length, path);
}

/* Reads any JSON, including null, as a value of a json type. */
static Datum
read_json(const OrmType *type, OrmJson json, const OrmPath *path)
{
	int length;
	const char *source = orm_json_source(json, &length);

	if (type->class == ORM_TYPE_JSON)
		return PointerGetDatum(cstring_to_text_with_len(source, length));
	return make_from_bytes(type, make_by_input, source, length, path);
}

/* Reads a value that is not null, without checking domain constraints. */
static Datum
read_given(const OrmType *type, OrmJson json, const OrmPath *path)
{
	if (type->class == ORM_TYPE_JSON || type->class == ORM_TYPE_JSONB)
		return read_json(type, json, path);
	switch (orm_json_kind(json))
	{
		case ORM_JSON_STRING:
			return read_string(type, json, path);
		case ORM_JSON_NUMBER:
			return read_number(type, json, path);
		case ORM_JSON_ARRAY:
			return orm_nested_read_array(type, json, path);
		case ORM_JSON_OBJECT:
			return orm_nested_read_row(type, json, path);
		case ORM_JSON_UNDECODABLE:
			raise_undecodable(json, path);
			break;
		case ORM_JSON_FALSE:
		case ORM_JSON_TRUE:
			if (type->class != ORM_TYPE_BOOL)
				orm_value_raise_mismatch(type, json, path);
			break;
		case ORM_JSON_NULL:
			break;
	}
	return BoolGetDatum(orm_json_kind(json) == ORM_JSON_TRUE);
}

Datum
orm_value_read_inner(const OrmType *type, OrmJson json, const OrmPath *path, bool *isnull)
{
	Datum value = 0;

	check_stack_depth();
	*isnull = orm_json_kind(json) == ORM_JSON_NULL;
	if (!*isnull)
		value = read_given(type, json, path);
	orm_value_check(type, value, *isnull, path);
	return value;
}

/*
 * Is this an instruction, an object whose first key begins with "$"?  For json types
 * only {"$value": x} is one; other objects are data.
 */
static bool
is_instruction(const OrmType *type, OrmJson json)
{
	OrmJsonWalk walk = orm_json_walk(json);

	if (orm_json_kind(json) != ORM_JSON_OBJECT || !orm_json_next(&walk))
		return false;
	if (type->class == ORM_TYPE_JSON || type->class == ORM_TYPE_JSONB)
		return json.node->count == 1 && orm_json_equals(walk.key, "$value");
	return walk.key.node->length > 0 && orm_json_bytes(walk.key)[0] == '$';
}

OrmJson
orm_value_unescape(OrmJson json)
{
	OrmJson escaped;

	if (orm_json_kind(json) == ORM_JSON_OBJECT && json.node->count == 1 && orm_json_member(json, "$value", &escaped))
		return escaped;
	return json;
}

void
orm_value_refuse_near(const OrmType *type, OrmJson json, const OrmPath *path, const char *const *names, int nnames)
{
	OrmJsonWalk walk = orm_json_walk(json);
	char *name;
	int nearest;
	OrmPath here;

	if (!orm_type_is_json(type) || orm_json_kind(json) != ORM_JSON_OBJECT || json.node->count != 1 ||
		!orm_json_next(&walk) || walk.key.node->length == 0 || orm_json_bytes(walk.key)[0] != '$')
		return;
	name = orm_json_string(walk.key);
	nearest = orm_nearest_name(name, names, nnames);
	if (nearest < 0)
		return;
	here = orm_path_key(path, name);
	ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			errmsg("unrecognized instruction \"%s\"", orm_error_clip(name)), orm_error_place(&here),
			errhint("Perhaps you meant the instruction \"%s\". JSON as it is goes into {\"$value\": ...}.",
					names[nearest]));
}

Datum
orm_value_read_json(const OrmType *type, OrmJson json, const OrmPath *path)
{
	Datum value = read_json(type, json, path);

	orm_value_check(type, value, false, path);
	return value;
}

/* Instructions that are allowed for all values. */
static const char *const instructions[] = {"$value"};

/* Reads {"$value": x}; raises 22023 for other instructions. */
static Datum
read_instruction(const OrmType *type, OrmJson json, const OrmPath *path, bool *isnull)
{
	OrmJsonWalk walk = orm_json_walk(json);
	OrmPath here;

	orm_json_next(&walk);
	here = orm_path_key(path, orm_json_string(walk.key));
	if (!orm_json_equals(walk.key, "$value"))
		orm_members_raise_unrecognized("instruction", here.key, &here, instructions, lengthof(instructions));
	if (json.node->count != 1)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("\"$value\" must be the only key of its object"), orm_error_place(path));
	if (type->class != ORM_TYPE_JSON && type->class != ORM_TYPE_JSONB)
		return orm_value_read_inner(type, walk.value, &here, isnull);
	*isnull = false;
	return orm_value_read_json(type, walk.value, &here);
}

Datum
orm_value_read(const OrmType *type, OrmJson json, const OrmPath *path, bool *isnull)
{
	if (is_instruction(type, json))
		return read_instruction(type, json, path, isnull);
	orm_value_refuse_near(type, json, path, instructions, lengthof(instructions));
	return orm_value_read_inner(type, json, path, isnull);
}

Datum
orm_value_read_text(const OrmType *type, const char *text)
{
	Datum value = orm_value_read_string(type, unconstify(char *, text), NULL);

	orm_value_check(type, value, false, NULL);
	return value;
}
