/*
 * json.h - writing JSON: values, objects, rows, into one buffer.
 *
 * The output is that of to_json, byte for byte, except that
 * orm.numbers = 'text' writes bigint and numeric as strings (for clients whose
 * JSON numbers are doubles).
 *
 * An OrmJsonShape is made once for many objects: the text of every key, ready to
 * be copied, and the position of its value in a row.  Then each row is written
 * straight from its slot:
 *
 *     shape = orm_json_shape_make(n);
 *     orm_json_shape_add(shape, attribute->name, attribute->type, position); ...
 *
 *     orm_json_begin(&out);
 *     ... for each row, in a memory context that the caller resets:
 *             orm_json_write_slot(&out, shape, slot);
 *     PG_RETURN_DATUM(orm_json_end(&out));
 *
 * Nested objects are written by their parts: '{', the members of the row, for
 * each relationship its key (orm_json_key) and its objects, then '}'.
 *
 * The buffer grows in the memory context in which it was begun.  Detoasted
 * values and the text of output functions are garbage in the current memory
 * context: the caller resets it after each row.
 */
#ifndef ORM_EXEC_JSON_H
#define ORM_EXEC_JSON_H

#include "executor/tuptable.h"
#include "lib/stringinfo.h"
#include "model/type.h"

typedef struct OrmJsonMember
{
	const char *key; /* ,"name": */
	int key_length;
	const OrmType *type;
	int position; /* index of its value among those of a row */
} OrmJsonMember;

typedef struct OrmJsonShape
{
	int nmembers;
	int capacity;
	int width; /* a row must have so many values */
	OrmJsonMember members[FLEXIBLE_ARRAY_MEMBER];
} OrmJsonShape;

/* Defines the setting orm.numbers; called once from _PG_init. */
extern void orm_json_init(void);

/* A shape without members, with room for "capacity", in the current memory context. */
extern OrmJsonShape *orm_json_shape_make(int capacity);

/* Adds a member; the type must live as long as the shape.  Same memory context as the shape. */
extern void orm_json_shape_add(OrmJsonShape *shape, const char *name, const OrmType *type, int position);

/* The text `,"name":` of a key, palloc'd; the first member of an object leaves out its first byte. */
extern char *orm_json_key(const char *name, int *length);

/*
 * A buffer that becomes a value of type json: begin leaves room for the
 * varlena header, end fills it in and returns the buffer itself, uncopied.
 * The writers below take any other StringInfo as well.
 */
extern void orm_json_begin(StringInfo out);
extern Datum orm_json_end(StringInfo out);

/* A value, as to_json prints it; null for NULL. */
extern void orm_json_write_value(StringInfo out, const OrmType *type, Datum value, bool isnull);

/* The same, but all digits of a number, whatever extra_float_digits says: to be read again. */
extern void orm_json_write_exact(StringInfo out, const OrmType *type, Datum value, bool isnull);

/* A string of the database, in quotes and escaped. */
extern void orm_json_write_string(StringInfo out, const char *bytes, int length);

/* "name":value,... from the values of a row, without braces; nothing for a shape without members. */
extern void orm_json_write_members(StringInfo out, const OrmJsonShape *shape, const Datum *values, const bool *isnull);

/* Makes room for so many bytes and a terminator; raises 54000 beyond 1 GB. */
extern void orm_json_grow(StringInfo out, Size bytes);

/* The same, inline for the case that there is room; returns the place. */
static inline char *
orm_json_reserve(StringInfo out, Size bytes)
{
	if (unlikely(bytes >= (Size) (out->maxlen - out->len)))
		orm_json_grow(out, bytes);
	return out->data + out->len;
}

/* Appends bytes as they are, without a terminator. */
static inline void
orm_json_put(StringInfo out, const char *bytes, Size length)
{
	memcpy(orm_json_reserve(out, length), bytes, length);
	out->len += length;
}

/* {"name":value,...} from the row in a slot; position is the attribute number less one. */
extern void orm_json_write_slot(StringInfo out, const OrmJsonShape *shape, TupleTableSlot *slot);

#endif
