/*
 * members.h - reading the members of a JSON object by a table of records.
 *
 * Every object of a document whose keys are known beforehand (a query, options,
 * a changeset, a model document) is read by a table of its keys.  The walk
 * raises the errors that all objects have in common, with one SQLSTATE and one
 * sentence each:
 *
 *     42701   key "limit" is given twice
 *     22023   unrecognized key "limt"         HINT: the nearest key, or all that are allowed
 *     22023   key "after" is not allowed here
 *     22023   key "model" is missing
 *     22004   key "limit" must not be null
 *     22023   "limit" must be a number, not a string
 *
 * The nouns are the table's: key, option, instruction.  Objects whose keys come
 * from elsewhere (attributes of a model) walk themselves and raise the same
 * errors by the functions at the end.
 *
 * A record may have more than the walk needs: a table is an array of structs
 * that begin with an OrmMemberKey.
 */
#ifndef ORM_BASE_MEMBERS_H
#define ORM_BASE_MEMBERS_H

#include "base/document.h"

/* Reads the value of a member; "argument" is the caller's. */
typedef void (*OrmMemberReader)(void *argument, OrmJson value, const OrmPath *place);

typedef struct OrmMemberKey
{
	const char *key;
	uint32 length;	  /* of the key; ORM_MEMBER_KEY gives both */
	uint32 allowed;	  /* contexts of the table in which it is allowed, as flags */
	uint32 required;  /* contexts in which it must be given */
	bool may_be_null; /* null is a value of it */
	const char *hint; /* where it is missing or not allowed: a sentence; NULL: the list of allowed keys */
	OrmMemberReader read;
} OrmMemberKey;

#define ORM_MEMBER_KEY(text) .key = (text), .length = sizeof(text) - 1

/* A table whose objects are of one kind has one context. */
#define ORM_MEMBER_ALWAYS 0xffffffff

typedef struct OrmMemberTable
{
	const char *document; /* how messages call the object at the root: "query" */
	const char *noun;	  /* how they call a key of it: "key", "option" */
	const void *records;  /* structs that begin with an OrmMemberKey */
	Size size;			  /* of a record */
	int n;				  /* at most 64 */
	bool empty_array;	  /* [] is the empty object: some languages have one empty container for both */

	/* Keys that are allowed beside those of the table, and left to the caller; NULL: none. */
	bool (*other)(OrmJson key);

	/*
	 * In an ereport, for a key that is not recognized ("member" NULL) or not
	 * allowed: a HINT better than the nearest key; false: it has none.
	 */
	bool (*hint)(const OrmMemberKey *member, const char *name, uint32 context, const void *argument);
	const void *argument; /* of "hint" */
} OrmMemberTable;

#define ORM_MEMBER_RECORDS(array) .records = (array), .size = sizeof((array)[0]), .n = lengthof(array)

static inline const OrmMemberKey *
orm_members_record(const OrmMemberTable *table, int i)
{
	return (const OrmMemberKey *) ((const char *) table->records + table->size * i);
}

/* The number of a key's record, or -1.  Compares lengths first: frequent keys should stand first in the table. */
extern int orm_members_find(const OrmMemberTable *table, OrmJson key);

/*
 * Finds the members of an object in a context (one flag or several).  Sets
 * values[i] for each record of the table; the node of a member that is not
 * given is NULL.  Returns which were given, as flags by number.
 */
extern uint64 orm_members_take(const OrmMemberTable *table, uint32 context, OrmJson object, const OrmPath *place,
							   OrmJson *values);

/* The same, but has each member read by its record, in document order. */
extern uint64 orm_members_read(const OrmMemberTable *table, uint32 context, OrmJson object, const OrmPath *place,
							   void *argument);

/* Is this an object, or an empty array in place of one? */
static inline bool
orm_members_is_object(OrmJson json)
{
	return orm_json_kind(json) == ORM_JSON_OBJECT || (orm_json_kind(json) == ORM_JSON_ARRAY && json.node->count == 0);
}

/* The object that is meant: for an empty array an empty object, in the current memory context. */
extern OrmJson orm_members_object(OrmJson json);

/* Raises 42701; "place" is the member's, "hint" a sentence or NULL. */
extern void orm_members_raise_twice(const char *noun, const char *name, const OrmPath *place) pg_attribute_noreturn();
extern void orm_members_raise_twice_hint(const char *noun, const char *name, const OrmPath *place, const char *hint)
	pg_attribute_noreturn();

/* Raises 22023, with the nearest of the names as the HINT, or all of them; "place" is the member's. */
extern void orm_members_raise_unrecognized(const char *noun, const char *name, const OrmPath *place,
										   const char *const *names, int nnames) pg_attribute_noreturn();

/* Raises 22023; "hint" is a sentence, or NULL. */
extern void orm_members_raise_not_allowed(const char *noun, const char *name, const OrmPath *place, const char *hint)
	pg_attribute_noreturn();

/* Raises 22023; "place" is the object's, "hint" a sentence or NULL. */
extern void orm_members_raise_missing(const char *noun, const char *name, const OrmPath *place, const char *hint)
	pg_attribute_noreturn();

/*
 * Raises 22023, or 22004 for null: JSON of this kind is not what is expected
 * at this place ("an array of attributes").
 */
extern void orm_members_raise_kind(OrmJson json, const char *expected, const OrmPath *place) pg_attribute_noreturn();

/* The same for a null that is no JSON. */
extern void orm_members_raise_null(const char *expected, const OrmPath *place) pg_attribute_noreturn();

/* The same with a hint, or NULL, and for a root, which "document" names ("query"). */
extern void orm_members_raise_kind_hint(OrmJson json, const char *expected, const char *document, const OrmPath *place,
										const char *hint) pg_attribute_noreturn();

/* The same where an array is expected: a string is to be put into one. */
extern void orm_members_raise_no_array(OrmJson json, const char *expected, const OrmPath *place)
	pg_attribute_noreturn();

/* Reads true or false; raises for other JSON. */
extern bool orm_members_boolean(OrmJson json, const OrmPath *place);

#endif
