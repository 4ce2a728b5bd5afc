/*
 * cursor.c - cursors of pages: as text, as values, as a condition.
 *
 * The text is URL-safe base64 without padding of
 *
 *     checksum (8 bytes) | hash of the signature (8 bytes) | [value, ...] as JSON
 *
 * The signature consists of the model, the order, and the conditions without their values;
 * a cursor is valid only for an equal signature.  One half of the hash is made from the
 * line of the order and the other from that of the conditions, so that the error message
 * can tell which has changed.
 *
 * The condition selects the rows after a row with these values in the order.  Nullness of
 * the values is part of the shape, so it is known to the compiler.  For items that are all
 * NOT NULL and of one direction:
 *
 *     ROW(t0."a", t0."b") OPERATOR(pg_catalog.>) ROW($1, $2)
 *
 * which can use an index on (a, b); otherwise
 *
 *     t0."a" >= $1 AND (t0."a" > $1 OR (t0."a" = $1 AND (t0."b" < $2 OR t0."b" IS NULL)))
 *
 * With NULLS LAST, "a" IS NULL is after all values, and the first comparison is omitted.
 *
 * Values that JSON does not represent completely (the null of jsonb, the bounds of an
 * array) are stored as the text of their output function.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/stratnum.h"
#include "catalog/pg_collation.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_operator.h"
#include "catalog/pg_type.h"
#include "common/base64.h"
#include "common/hashfn.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/memutils.h"
#include "utils/syscache.h"

#include "model/operator.h"
#include "model/hidden.h"
#include "query/compile.h"
#include "query/cursor.h"

typedef struct Header
{
	uint64 check;	  /* hash of all following bytes */
	uint64 signature; /* hash of the signature */
} Header;

/* Seeds of the hashes. */
#define CHECK_SEED UINT64CONST(0x6f726d2063686563)
#define ORDER_SEED UINT64CONST(0x6f726d206f726465)
#define WHERE_SEED UINT64CONST(0x6f726d2077686572)

/* The half of a signature's hash that is made from the conditions. */
#define WHERE_BITS UINT64CONST(0xffffffff)

static uint64
hash(const void *bytes, Size length, uint64 seed)
{
	return DatumGetUInt64(hash_any_extended(bytes, length, seed));
}

/* The hash of a signature, whose last line is the conditions. */
static uint64
hash_signature(const char *signature)
{
	const char *where = strrchr(signature, '\n');

	return (hash(signature, where - signature, ORDER_SEED) & ~WHERE_BITS) |
		(hash(where, strlen(where), WHERE_SEED) & WHERE_BITS);
}

/* Converts base64 to URL-safe base64 without padding. */
static void
to_url(char *text)
{
	for (char *c = text; *c != '\0'; c++)
	{
		if (*c == '+')
			*c = '-';
		else if (*c == '/')
			*c = '_';
		else if (*c == '=')
			*c = '\0';
		if (*c == '\0')
			return;
	}
}

char *
orm_cursor_write(const char *signature, const char *values, int length)
{
	Size size = sizeof(Header) + length;
	Header header;
	char *bytes;
	char *text;
	int room;

	if (size > MaxAllocSize / 2)
		ereport(ERROR, errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				errmsg("the values that the page is ordered by are too long for a cursor"));
	bytes = palloc(size);
	header.signature = hash_signature(signature);
	memcpy(bytes + sizeof(Header), values, length);
	memcpy(bytes + offsetof(Header, signature), &header.signature, sizeof(uint64));
	header.check = hash(bytes + offsetof(Header, signature), size - offsetof(Header, signature), CHECK_SEED);
	memcpy(bytes, &header.check, sizeof(uint64));
	room = pg_b64_enc_len(size);
	text = palloc(room + 1);
	text[pg_b64_encode((void *) bytes, size, text, room)] = '\0';
	to_url(text);
	pfree(bytes);
	return text;
}

/* Raises 22023 for an invalid cursor. */
static void
pg_attribute_noreturn() raise_no_cursor(const OrmPath *place)
{
	ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("invalid page cursor"), orm_error_place(place),
			errhint("A cursor is what orm.page has returned as \"next\" or \"previous\"; without one, or with null, "
					"it begins with the first page."));
}

/* The decoded bytes of a cursor; NULL for invalid base64 or less than a header and a value. */
static char *
decode(const char *text, int length, int *size)
{
	int padded = (length + 3) / 4 * 4;
	char *base64 = palloc(padded + 1);
	char *bytes;

	memset(base64, '=', padded);
	memcpy(base64, text, length);
	for (int i = 0; i < length; i++)
	{
		if (strchr("+/=", base64[i]) != NULL)
			return NULL;
		if (base64[i] == '-')
			base64[i] = '+';
		else if (base64[i] == '_')
			base64[i] = '/';
	}
	bytes = palloc(pg_b64_dec_len(padded) + 1);
	*size = pg_b64_decode(base64, padded, (void *) bytes, pg_b64_dec_len(padded));
	if (*size <= (int) sizeof(Header))
		return NULL;
	bytes[*size] = '\0';
	return bytes;
}

/* Parses the values of a cursor; invalid JSON is possible in spite of the checksum, which can be forged. */
static OrmDocument *
parse_values(const char *text, int length, const OrmPath *place)
{
	MemoryContext caller = CurrentMemoryContext;
	OrmDocument *values = NULL;

	if (!pg_verifymbstr(text, length, true))
		raise_no_cursor(place);
	PG_TRY();
	{
		values = orm_document_parse(text, length);
	}
	PG_CATCH();
	{
		int code = geterrcode();

		if (code != ERRCODE_INVALID_TEXT_REPRESENTATION && code != ERRCODE_UNTRANSLATABLE_CHARACTER)
			PG_RE_THROW();
		MemoryContextSwitchTo(caller);
		FlushErrorState();
		raise_no_cursor(place);
	}
	PG_END_TRY();
	if (orm_json_kind(orm_document_root(values)) != ORM_JSON_ARRAY)
		raise_no_cursor(place);
	return values;
}

OrmDocument *
orm_cursor_read(OrmJson cursor, const OrmPath *place, uint64 *signature_hash)
{
	Header header;
	char *bytes;
	int size;

	if (orm_json_kind(cursor) != ORM_JSON_STRING || cursor.node->length > MaxAllocSize / 2)
		raise_no_cursor(place);
	bytes = decode(orm_json_bytes(cursor), cursor.node->length, &size);
	if (bytes == NULL)
		raise_no_cursor(place);
	memcpy(&header, bytes, sizeof(Header));
	if (header.check != hash(bytes + offsetof(Header, signature), size - offsetof(Header, signature), CHECK_SEED))
		raise_no_cursor(place);
	*signature_hash = header.signature;
	return parse_values(bytes + sizeof(Header), size - sizeof(Header), place);
}

/* Raises 22023 for a cursor of another order. */
static void
pg_attribute_noreturn() raise_changed(const OrmPath *place)
{
	ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			errmsg("order of the query has changed since the cursor was made"), orm_error_place(place),
			errhint("A cursor goes on in the order it was made for; begin with the first page again."));
}

void
orm_cursor_check(uint64 signature_hash, const char *signature, const OrmPath *place)
{
	uint64 changed = signature_hash ^ hash_signature(signature);

	if (changed & ~WHERE_BITS)
		raise_changed(place);
	if (changed)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("conditions of the query have changed since the cursor was made"), orm_error_place(place),
				errhint("Only values in \"where\" may change from page to page; begin with the first page again."));
}

char *
orm_query_signature(const OrmModel *model, List *order, const OrmQueryKeys *keys)
{
	const OrmJson *where = orm_query_key(keys, ORM_KEY_WHERE);
	const OrmJson *scopes = orm_query_key(keys, ORM_KEY_SCOPE);
	StringInfoData text;
	OrmShape shape;
	ListCell *cell;

	initStringInfo(&text);
	orm_sql_name(&text, model->name);
	foreach(cell, order)
		appendStringInfo(&text, ", %s", ((const OrmOrder *) lfirst(cell))->text);
	orm_shape_begin(&shape);
	if (where != NULL)
		orm_shape_conditions(&shape, *where);
	if (scopes != NULL)
		orm_shape_scopes(&shape, *scopes);
	appendStringInfo(&text, "\n" UINT64_FORMAT, hash(shape.bytes.data, shape.bytes.len, WHERE_SEED));
	return text.data;
}

/* An item of the order, for the condition. */
typedef struct Bound
{
	const OrmExpression *expression;
	bool descending; /* with the direction of the page applied */
	bool nulls_first;
	bool is_null;	   /* the cursor's value is null */
	const char *value; /* parameter of the cursor's value, unless null */
} Bound;

/* Are values of the type stored as text, because JSON does not represent them completely? */
static bool
goes_as_text(const OrmType *type)
{
	return type->class == ORM_TYPE_JSONB || type->class == ORM_TYPE_ARRAY || type->class == ORM_TYPE_COMPOSITE ||
		type->has_json_cast;
}

const OrmExpression *
orm_query_cursor_value(const OrmOrder *order)
{
	OrmExpression *text;

	if (order->expression->attribute != NULL)
		orm_hidden_refuse(order->expression->model, order->expression->attribute, NULL);
	if (!goes_as_text(order->expression->type))
		return order->expression;
	text = palloc(sizeof(OrmExpression));
	*text = *order->expression;
	text->sql = psprintf("%s::pg_catalog.text", order->expression->sql);
	text->type = orm_type_make(TEXTOID, -1, DEFAULT_COLLATION_OID);
	return text;
}

/* A cursor's value as a parameter. */
static const char *
value_slot(OrmBuilder *builder, const OrmOrder *order, int number)
{
	const OrmType *type = order->expression->type;
	const OrmType *held = orm_query_cursor_value(order)->type;
	const char *slot = orm_query_source(builder, ORM_SLOT_CURSOR, number, held, held->oid);
	StringInfoData sql;

	if (held == type)
		return slot;
	initStringInfo(&sql);
	appendStringInfo(&sql, "%s::", slot);
	orm_sql_type(&sql, type->oid, -1);
	return sql.data;
}

/* Makes the bounds from the order and the nullness of the cursor's values. */
static Bound *
make_bounds(OrmBuilder *builder, List *order)
{
	const OrmQueryRequest *request = builder->compiler->request;
	OrmJson values = orm_document_root(request->cursor);
	OrmPath place = orm_path_key(NULL, request->backward ? "before" : "after");
	Bound *bounds = palloc0(sizeof(Bound) * Max(list_length(order), 1));
	OrmJsonWalk walk = orm_json_walk(values);

	if (values.node->count != list_length(order))
		raise_changed(&place);
	while (orm_json_next(&walk))
	{
		const OrmOrder *item = list_nth(order, walk.index);
		Bound *bound = &bounds[walk.index];

		bound->expression = item->expression;
		bound->descending = item->descending != request->backward;
		bound->nulls_first = item->nulls_first != request->backward;
		bound->is_null = orm_json_kind(walk.value) == ORM_JSON_NULL;
		if (!bound->is_null)
			bound->value = value_slot(builder, item, walk.index);
	}
	return bounds;
}

/* The operator for values after the cursor's value, or equal to it as well. */
static OrmOperator
bound_operator(const Bound *bound, bool or_equal)
{
	int strategy = or_equal ? BTGreaterEqualStrategyNumber : BTGreaterStrategyNumber;

	if (bound->descending)
		strategy = or_equal ? BTLessEqualStrategyNumber : BTLessStrategyNumber;
	return orm_operator_order(bound->expression->type, strategy, orm_query_describe(bound->expression), NULL);
}

/* Appends a comparison of an item with the cursor's value. */
static void
append_comparison(StringInfo sql, const Bound *bound, OrmOperator operator)
{
	const OrmExpression *expression = bound->expression;

	orm_sql_comparison(sql, operator.oid, expression->sql, expression->type->oid, bound->value, expression->type->oid);
}

/* Is the operator "<" or ">" of pg_catalog? */
static bool
is_plain(const Bound *bound)
{
	HeapTuple tuple = SearchSysCache1(OPEROID, ObjectIdGetDatum(bound_operator(bound, false).oid));
	Form_pg_operator form;
	bool plain;

	if (!HeapTupleIsValid(tuple))
		return false;
	form = (Form_pg_operator) GETSTRUCT(tuple);
	plain = form->oprnamespace == PG_CATALOG_NAMESPACE &&
		strcmp(NameStr(form->oprname), bound->descending ? "<" : ">") == 0;
	ReleaseSysCache(tuple);
	return plain;
}

/* Can a row comparison be used? */
static bool
are_rows(const Bound *bounds, int n)
{
	for (int i = 0; i < n; i++)
		if (bounds[i].is_null || !bounds[i].expression->not_null || bounds[i].descending != bounds[0].descending ||
			!is_plain(&bounds[i]))
			return false;
	return n > 1;
}

/* Appends a row comparison. */
static void
append_rows(StringInfo sql, const Bound *bounds, int n)
{
	for (int i = 0; i < n; i++)
		appendStringInfo(sql, "%s%s", i == 0 ? "ROW(" : ", ", bounds[i].expression->sql);
	appendStringInfo(sql, ") OPERATOR(pg_catalog.%s) ", bounds[0].descending ? "<" : ">");
	for (int i = 0; i < n; i++)
		appendStringInfo(sql, "%s%s", i == 0 ? "ROW(" : ", ", bounds[i].value);
	appendStringInfoChar(sql, ')');
}

/* Appends the condition that an item is after the cursor's value; false, appending nothing, if no value is. */
static bool
append_behind(StringInfo sql, const Bound *bound)
{
	if (bound->is_null && !bound->nulls_first)
		return false;
	if (bound->is_null)
	{
		orm_query_null_test(sql, bound->expression, false);
		return true;
	}
	append_comparison(sql, bound, bound_operator(bound, false));
	if (!bound->expression->not_null && !bound->nulls_first)
	{
		appendStringInfoString(sql, " OR ");
		orm_query_null_test(sql, bound->expression, true);
	}
	return true;
}

/* Appends the condition that an item equals the cursor's value. */
static void
append_equal(StringInfo sql, const Bound *bound)
{
	const OrmExpression *expression = bound->expression;

	if (bound->is_null)
		orm_query_null_test(sql, bound->expression, true);
	else
		append_comparison(
			sql, bound,
			orm_operator_order(expression->type, BTEqualStrategyNumber, orm_query_describe(expression), NULL));
}

static void append_bounds(StringInfo sql, const Bound *bounds, int n);

/* Appends the condition that the first item equals the cursor's value, and the others are after the cursor. */
static void
append_next(StringInfo sql, const Bound *bounds, int n)
{
	appendStringInfoChar(sql, '(');
	append_equal(sql, bounds);
	appendStringInfoString(sql, " AND ");
	append_bounds(sql, bounds + 1, n - 1);
	appendStringInfoChar(sql, ')');
}

/* Appends the condition on n items, in parentheses. */
static void
append_bounds(StringInfo sql, const Bound *bounds, int n)
{
	bool bounded = n > 1 && !bounds->is_null && (bounds->expression->not_null || bounds->nulls_first);

	check_stack_depth();
	appendStringInfoChar(sql, '(');
	if (bounded)
	{
		append_comparison(sql, bounds, bound_operator(bounds, true));
		appendStringInfoString(sql, " AND (");
	}
	if (append_behind(sql, bounds))
		appendStringInfoString(sql, n > 1 ? " OR " : "");
	else
		appendStringInfoString(sql, n > 1 ? "" : "false");
	if (n > 1)
		append_next(sql, bounds, n);
	appendStringInfoString(sql, bounded ? "))" : ")");
}

void
orm_query_append_cursor(OrmBuilder *builder, List *order, StringInfo sql)
{
	Bound *bounds = make_bounds(builder, order);
	int n = list_length(order);

	if (n == 0)
		appendStringInfoString(sql, "true");
	else if (are_rows(bounds, n))
		append_rows(sql, bounds, n);
	else
		append_bounds(sql, bounds, n);
}
