/*
 * json.c - writing JSON; see json.h.
 *
 * Numbers, dates and keys are written directly into the buffer, after making room for the
 * maximum length.  The buffer is terminated only at the end of a public function.
 */
#include "postgres.h"

#include <math.h>

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "common/jsonapi.h"
#include "common/shortest_dec.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/arrayaccess.h"
#include "utils/builtins.h"
#include "utils/datetime.h"
#include "utils/float.h"
#include "utils/guc.h"
#include "utils/json.h"
#include "utils/jsonb.h"
#include "utils/memutils.h"

#include "base/compat.h"
#include "exec/json.h"

/* Maximum length of a number or date, with quotes. */
#define MAX_SCALAR (MAXDATELEN + 3)

/* The longest escape sequence, \u0000. */
#define MAX_ESCAPE 6

typedef enum Numbers
{
	NUMBERS_JSON,
	NUMBERS_TEXT
} Numbers;

static const struct config_enum_entry numbers_options[] = {
	{"json", NUMBERS_JSON, false}, {"text", NUMBERS_TEXT, false}, {NULL, 0, false}};

static int numbers = NUMBERS_JSON;

void
orm_json_init(void)
{
	DefineCustomEnumVariable("orm.numbers", "How values of the types bigint and numeric are written in JSON.",
							 "As numbers (json) or as strings (text).", &numbers, NUMBERS_JSON, numbers_options,
							 PGC_USERSET, 0, NULL, NULL, NULL);
}

void
orm_json_grow(StringInfo out, Size bytes)
{
	if (bytes >= MaxAllocSize - (Size) out->len)
		ereport(ERROR, errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED), errmsg("JSON result is too large"),
				errdetail("A value may not be longer than %d bytes.", (int) MaxAllocSize),
				errhint("Ask for fewer objects at a time with \"limit\" or orm.page, or read them one after "
						"the other with orm.each."));
	enlargeStringInfo(out, (int) bytes);
}

/* Appends one byte, without a terminator. */
static inline void
put_char(StringInfo out, char c)
{
	*orm_json_reserve(out, 1) = c;
	out->len++;
}

/* Does one of eight bytes need an escape: a control character, a quote, or a backslash? */
static inline bool
needs_escape(uint64 bytes)
{
	const uint64 ones = UINT64CONST(0x0101010101010101);
	const uint64 highs = UINT64CONST(0x8080808080808080);
	uint64 quotes = bytes ^ (ones * '"');
	uint64 backslashes = bytes ^ (ones * '\\');

	return (((bytes - ones * ' ') & ~bytes) | ((quotes - ones) & ~quotes) | ((backslashes - ones) & ~backslashes)) &
		highs;
}

/* The first byte that needs an escape, or the end. */
static inline const char *
skip_plain(const char *bytes, const char *end)
{
	uint64 chunk;

	for (; end - bytes >= (ptrdiff_t) sizeof(chunk); bytes += sizeof(chunk))
	{
		memcpy(&chunk, bytes, sizeof(chunk));
		if (needs_escape(chunk))
			break;
	}
	while (bytes < end && (unsigned char) *bytes >= ' ' && *bytes != '"' && *bytes != '\\')
		bytes++;
	return bytes;
}

/* Appends the escape sequence of a byte; there is room for it. */
static void
put_escape(StringInfo out, unsigned char c)
{
	static const char letters[] = {
		['\b'] = 'b', ['\f'] = 'f', ['\n'] = 'n', ['\r'] = 'r', ['\t'] = 't', ['"'] = '"', ['\\'] = '\\'};
	char *place = out->data + out->len;

	if (letters[c] != 0)
	{
		place[0] = '\\';
		place[1] = letters[c];
		out->len += 2;
	}
	else
		out->len += snprintf(place, MAX_ESCAPE + 1, "\\u%04x", c);
}

/* Appends a string in quotes, without a terminator. */
static void
put_string(StringInfo out, const char *bytes, Size length)
{
	const char *end = bytes + length;

	orm_json_reserve(out, length + 2);
	out->data[out->len++] = '"';
	for (;;)
	{
		const char *plain = skip_plain(bytes, end);

		memcpy(out->data + out->len, bytes, plain - bytes);
		out->len += plain - bytes;
		if (plain == end)
			break;
		orm_json_reserve(out, end - plain + MAX_ESCAPE + 1);
		put_escape(out, *plain);
		bytes = plain + 1;
	}
	out->data[out->len++] = '"';
}

/* Appends the text of a number, optionally quoted. */
static void
put_number(StringInfo out, const char *text, Size length, bool quoted)
{
	if (quoted)
		put_char(out, '"');
	orm_json_put(out, text, length);
	if (quoted)
		put_char(out, '"');
}

/* Appends an integer; bigint is quoted with orm.numbers = 'text'. */
static void
put_integer(StringInfo out, OrmTypeClass class, Datum value)
{
	char *place = orm_json_reserve(out, MAX_SCALAR);

	if (class == ORM_TYPE_INT4)
		out->len += pg_ltoa(DatumGetInt32(value), place);
	else if (class == ORM_TYPE_INT2)
		out->len += pg_itoa(DatumGetInt16(value), place);
	else if (numbers == NUMBERS_JSON)
		out->len += pg_lltoa(DatumGetInt64(value), place);
	else
	{
		int length = pg_lltoa(DatumGetInt64(value), place + 1);

		place[0] = place[length + 1] = '"';
		out->len += length + 2;
	}
}

/* Appends a number as the output function prints it. */
static void
put_output_number(StringInfo out, const OrmType *type, Datum value, bool as_text)
{
	char *text = OutputFunctionCall(unconstify(FmgrInfo *, &type->output), value);
	int length = strlen(text);

	put_number(out, text, length, as_text || !IsValidJsonNumber(text, length));
}

/* Appends a floating point number: the shortest exact text, or with extra_float_digits unless "exact". */
static void
put_float(StringInfo out, const OrmType *type, Datum value, bool exact)
{
	bool single = type->base == FLOAT4OID;

	if ((extra_float_digits <= 0 && !exact) ||
		!isfinite(single ? (double) DatumGetFloat4(value) : DatumGetFloat8(value)))
	{
		put_output_number(out, type, value, false);
		return;
	}
	orm_json_reserve(out, MAX_SCALAR);
	if (single)
		out->len += float_to_shortest_decimal_bufn(DatumGetFloat4(value), out->data + out->len);
	else
		out->len += double_to_shortest_decimal_bufn(DatumGetFloat8(value), out->data + out->len);
}

/* Appends a date or timestamp. */
static void
put_datetime(StringInfo out, Oid type, Datum value)
{
	char *place = orm_json_reserve(out, MAX_SCALAR);
	int length;

	JsonEncodeDateTime(place + 1, value, type, NULL);
	length = strlen(place + 1);
	place[0] = place[length + 1] = '"';
	out->len += length + 2;
}

/* Appends a jsonb value. */
static void
put_jsonb(StringInfo out, Datum value)
{
	Jsonb *jsonb = DatumGetJsonbP(value);

	JsonbToCString(out, &jsonb->root, VARSIZE(jsonb));
}

/* Appends the result of to_json. */
static void
put_to_json(StringInfo out, const OrmType *type, Datum value)
{
	text *json = DatumGetTextPP(FunctionCall1(unconstify(FmgrInfo *, &type->to_json), value));

	orm_json_put(out, VARDATA_ANY(json), VARSIZE_ANY_EXHDR(json));
}

/* Appends a value of class OTHER: a string, or the result of its cast to json. */
static void
put_other(StringInfo out, const OrmType *type, Datum value)
{
	char *text;

	if (type->has_json_cast)
	{
		put_to_json(out, type, value);
		return;
	}
	text = OutputFunctionCall(unconstify(FmgrInfo *, &type->output), value);
	put_string(out, text, strlen(text));
}

static void put_value(StringInfo out, const OrmType *type, Datum value, bool isnull);

/* Appends one dimension of an array, including its inner dimensions. */
static void
put_dimension(StringInfo out, const OrmType *element, array_iter *iterator, int *next, int ndim, const int *dimensions)
{
	int i;

	put_char(out, '[');
	for (i = 0; i < dimensions[0]; i++)
	{
		if (i > 0)
			put_char(out, ',');
		if (ndim > 1)
			put_dimension(out, element, iterator, next, ndim - 1, dimensions + 1);
		else
		{
			bool isnull;
			Datum value = orm_array_next(iterator, &isnull, (*next)++, element->length, element->by_value,
										 element->align);

			put_value(out, element, value, isnull);
		}
	}
	put_char(out, ']');
}

/* Appends an array. */
static void
put_array(StringInfo out, const OrmType *type, Datum value)
{
	AnyArrayType *array = DatumGetAnyArrayP(value);
	const OrmType *element = type->element;
	array_iter iterator;
	int next = 0;

	check_stack_depth();
	if (ArrayGetNItems(AARR_NDIM(array), AARR_DIMS(array)) == 0)
	{
		orm_json_put(out, "[]", 2);
		return;
	}
	orm_array_begin(&iterator, array, element->length, element->by_value, element->align);
	put_dimension(out, element, &iterator, &next, AARR_NDIM(array), AARR_DIMS(array));
}

/* Appends a composite value as an object. */
static void
put_row(StringInfo out, const OrmType *type, Datum value)
{
	HeapTupleHeader header = DatumGetHeapTupleHeader(value);
	HeapTupleData tuple = {0};
	TupleDesc row;
	const OrmField *fields;
	Datum *values;
	bool *isnull;
	bool first = true;
	int i;

	check_stack_depth();
	if (HeapTupleHeaderGetTypeId(header) != type->base)
	{
		/* the row is of another type than declared, given in its header */
		put_to_json(out, type, value);
		return;
	}
	row = orm_type_open_row(type);
	fields = type->fields;
	values = palloc(row->natts * sizeof(Datum));
	isnull = palloc(row->natts * sizeof(bool));
	tuple.t_len = HeapTupleHeaderGetDatumLength(header);
	tuple.t_data = header;
	heap_deform_tuple(&tuple, row, values, isnull);

	put_char(out, '{');
	for (i = 0; i < row->natts; i++)
	{
		if (fields[i].name == NULL)
			continue;
		if (!first)
			put_char(out, ',');
		first = false;
		put_string(out, fields[i].name, strlen(fields[i].name));
		put_char(out, ':');
		put_value(out, fields[i].type, values[i], isnull[i]);
	}
	put_char(out, '}');
	ReleaseTupleDesc(row);
}

/* Appends text. */
static void
put_text(StringInfo out, Datum value, bool quoted)
{
	text *bytes = DatumGetTextPP(value);

	if (quoted)
		put_string(out, VARDATA_ANY(bytes), VARSIZE_ANY_EXHDR(bytes));
	else
		orm_json_put(out, VARDATA_ANY(bytes), VARSIZE_ANY_EXHDR(bytes));
}

/* Appends a value, without a terminator. */
static void
put_value(StringInfo out, const OrmType *type, Datum value, bool isnull)
{
	if (isnull)
	{
		orm_json_put(out, "null", 4);
		return;
	}
	switch (type->class)
	{
		case ORM_TYPE_BOOL:
			if (DatumGetBool(value))
				orm_json_put(out, "true", 4);
			else
				orm_json_put(out, "false", 5);
			break;
		case ORM_TYPE_INT2:
		case ORM_TYPE_INT4:
		case ORM_TYPE_INT8:
			put_integer(out, type->class, value);
			break;
		case ORM_TYPE_FLOAT:
			put_float(out, type, value, false);
			break;
		case ORM_TYPE_NUMERIC:
			put_output_number(out, type, value, numbers == NUMBERS_TEXT);
			break;
		case ORM_TYPE_TEXT:
			put_text(out, value, true);
			break;
		case ORM_TYPE_DATE:
		case ORM_TYPE_TIMESTAMP:
		case ORM_TYPE_TIMESTAMPTZ:
			put_datetime(out, type->base, value);
			break;
		case ORM_TYPE_JSON:
			put_text(out, value, false);
			break;
		case ORM_TYPE_JSONB:
			put_jsonb(out, value);
			break;
		case ORM_TYPE_ARRAY:
			put_array(out, type, value);
			break;
		case ORM_TYPE_COMPOSITE:
			put_row(out, type, value);
			break;
		case ORM_TYPE_OTHER:
			put_other(out, type, value);
			break;
	}
}

/* Terminates the buffer. */
static inline void
terminate(StringInfo out)
{
	out->data[out->len] = '\0';
}

/* Appends the members of an object, without a terminator. */
static void
put_members(StringInfo out, const OrmJsonShape *shape, const Datum *values, const bool *isnull)
{
	const OrmJsonMember *member = shape->members;
	const OrmJsonMember *end = member + shape->nmembers;
	int comma = 1;

	for (; member < end; member++)
	{
		orm_json_put(out, member->key + comma, member->key_length - comma);
		comma = 0;
		put_value(out, member->type, values[member->position], isnull[member->position]);
	}
}

void
orm_json_write_value(StringInfo out, const OrmType *type, Datum value, bool isnull)
{
	put_value(out, type, value, isnull);
	terminate(out);
}

void
orm_json_write_exact(StringInfo out, const OrmType *type, Datum value, bool isnull)
{
	if (!isnull && type->class == ORM_TYPE_FLOAT)
		put_float(out, type, value, true);
	else
		put_value(out, type, value, isnull);
	terminate(out);
}

void
orm_json_write_string(StringInfo out, const char *bytes, int length)
{
	put_string(out, bytes, length);
	terminate(out);
}

void
orm_json_write_members(StringInfo out, const OrmJsonShape *shape, const Datum *values, const bool *isnull)
{
	put_members(out, shape, values, isnull);
	terminate(out);
}

void
orm_json_write_slot(StringInfo out, const OrmJsonShape *shape, TupleTableSlot *slot)
{
	slot_getsomeattrs(slot, shape->width);
	put_char(out, '{');
	put_members(out, shape, slot->tts_values, slot->tts_isnull);
	put_char(out, '}');
	terminate(out);
}

OrmJsonShape *
orm_json_shape_make(int capacity)
{
	OrmJsonShape *shape = palloc0(offsetof(OrmJsonShape, members) + capacity * sizeof(OrmJsonMember));

	shape->capacity = capacity;
	return shape;
}

void
orm_json_shape_add(OrmJsonShape *shape, const char *name, const OrmType *type, int position)
{
	OrmJsonMember *member = &shape->members[shape->nmembers];

	Assert(shape->nmembers < shape->capacity);
	member->key = orm_json_key(name, &member->key_length);
	member->type = type;
	member->position = position;
	shape->nmembers++;
	shape->width = Max(shape->width, position + 1);
}

char *
orm_json_key(const char *name, int *length)
{
	StringInfoData key;
	char *text;

	initStringInfo(&key);
	put_char(&key, ',');
	put_string(&key, name, strlen(name));
	put_char(&key, ':');
	terminate(&key);
	*length = key.len;

	/* copied, as repalloc would keep the initial size of a StringInfo */
	text = pnstrdup(key.data, key.len);
	pfree(key.data);
	return text;
}

void
orm_json_begin(StringInfo out)
{
	initStringInfo(out);
	out->len = VARHDRSZ;
	terminate(out);
}

Datum
orm_json_end(StringInfo out)
{
	SET_VARSIZE(out->data, out->len);
	return PointerGetDatum(out->data);
}
