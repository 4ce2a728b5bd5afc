/*
 * json.h - writing JSON values, objects and rows into a buffer.
 *
 * The output is identical to that of to_json(), except that orm.numbers = 'text' writes
 * bigint and numeric as strings, for clients whose JSON numbers are doubles.
 *
 * An OrmJsonShape contains the text of each key and the position of its value in a row.
 * It is made once for many objects, and each row is written directly from its slot:
 *
 *     shape = orm_json_shape_make(n);
 *     orm_json_shape_add(shape, attribute->name, attribute->type, position); ...
 *
 *     orm_json_begin(&out);
 *     ... for each row, in a memory context that the caller resets:
 *             orm_json_write_slot(&out, shape, slot);
 *     PG_RETURN_DATUM(orm_json_end(&out));
 *
 * Nested objects are written in parts: '{', the members of the row, for each relationship
 * its key (orm_json_key) and its objects, then '}'.
 *
 * The buffer stays in the memory context it was initialized in.  Detoasted values and the
 * text of output functions are allocated in the current memory context, which the caller
 * resets after each row.
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
	int position; /* index of its value in a row */
} OrmJsonMember;

typedef struct OrmJsonShape
{
	int nmembers;
	int capacity;
	int width; /* minimum number of values in a row */
	OrmJsonMember members[FLEXIBLE_ARRAY_MEMBER];
} OrmJsonShape;

/* Defines the setting orm.numbers; called once from _PG_init. */
extern void orm_json_init(void);

/* A shape without members, with room for "capacity", in the current memory context. */
extern OrmJsonShape *orm_json_shape_make(int capacity);

/* Adds a member, allocated in the current memory context; the type must live as long as the shape. */
extern void orm_json_shape_add(OrmJsonShape *shape, const char *name, const OrmType *type, int position);

/* The text `,"name":` of a key, palloc'd; the first member of an object omits the comma. */
extern char *orm_json_key(const char *name, int *length);

/*
 * A buffer for a value of type json: begin reserves the varlena header, and end fills it
 * in and returns the buffer itself, without a copy.  The writers below accept any other
 * StringInfo as well.
 */
extern void orm_json_begin(StringInfo out);
extern Datum orm_json_end(StringInfo out);

/* Writes a value like to_json(); null for NULL. */
extern void orm_json_write_value(StringInfo out, const OrmType *type, Datum value, bool isnull);

/* Like orm_json_write_value, with all digits of numbers regardless of extra_float_digits, to be read back. */
extern void orm_json_write_exact(StringInfo out, const OrmType *type, Datum value, bool isnull);

/* Writes a string in the database encoding, quoted and escaped. */
extern void orm_json_write_string(StringInfo out, const char *bytes, int length);

/* Writes "name":value,... from the values of a row, without braces. */
extern void orm_json_write_members(StringInfo out, const OrmJsonShape *shape, const Datum *values, const bool *isnull);

/* Enlarges the buffer for that many bytes and a terminator; raises 54000 beyond 1 GB. */
extern void orm_json_grow(StringInfo out, Size bytes);

/* Makes room like orm_json_grow, if needed; returns the address to write to. */
static inline char *
orm_json_reserve(StringInfo out, Size bytes)
{
	if (unlikely(bytes >= (Size) (out->maxlen - out->len)))
		orm_json_grow(out, bytes);
	return out->data + out->len;
}

/* Appends bytes, without a terminator. */
static inline void
orm_json_put(StringInfo out, const char *bytes, Size length)
{
	memcpy(orm_json_reserve(out, length), bytes, length);
	out->len += length;
}

/* Writes {"name":value,...} from the row in a slot; a member's position is the attribute number minus one. */
extern void orm_json_write_slot(StringInfo out, const OrmJsonShape *shape, TupleTableSlot *slot);

#endif
