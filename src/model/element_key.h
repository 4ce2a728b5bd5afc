/*
 * element_key.h - the keys of the elements of a model document, as tables of records.
 *
 * An element {builder: {key: value, ...}} becomes a record of declaration.h.
 * A table of keys (OrmElementKey) says, for each kind of record, which keys
 * there are, what their values are and where in the record they go.  Reading,
 * printing and the messages about unrecognized keys all walk these tables.
 */
#ifndef ORM_MODEL_ELEMENT_KEY_H
#define ORM_MODEL_ELEMENT_KEY_H

#include "base/members.h"
#include "model/declaration.h"

struct OrmElementKey;

/* What a value may be in JSON. */
typedef enum OrmElementKeyShape
{
	ORM_KEY_CHOICE, /* true or false: OrmChoice */
	ORM_KEY_STRING, /* a string: char * */
	ORM_KEY_LIST	/* a string or an array of strings: List of char * */
} OrmElementKeyShape;

/* What a value means.  See element_key.c. */
typedef struct OrmElementKeyType
{
	OrmElementKeyShape shape;

	/*
	 * Checks a string and puts it into the record; may replace it by what it
	 * means.  Errors need no place.  NULL for a choice.
	 */
	void (*take)(const struct OrmElementKey *key, char *text, void *record);
	bool may_be_empty; /* a list */
} OrmElementKeyType;

extern const OrmElementKeyType orm_element_key_choice;
extern const OrmElementKeyType orm_element_key_text;   /* any text */
extern const OrmElementKeyType orm_element_key_target; /* the name of a model or a table: not empty */
extern const OrmElementKeyType orm_element_key_name;   /* an identifier */
extern const OrmElementKeyType orm_element_key_names;
extern const OrmElementKeyType orm_element_key_word; /* one of "words" */
extern const OrmElementKeyType orm_element_key_words;
extern const OrmElementKeyType orm_element_key_default;	   /* an SQL expression without columns */
extern const OrmElementKeyType orm_element_key_expression; /* an SQL expression */
extern const OrmElementKeyType orm_element_key_type;	   /* a column's type */
extern const OrmElementKeyType orm_element_key_collation;  /* a column's collation */
extern const OrmElementKeyType orm_element_key_method;	   /* an index access method */
extern const OrmElementKeyType orm_element_key_cascade;	   /* what goes along a relationship */

typedef struct OrmElementKey
{
	OrmMemberKey member; /* its contexts are kinds of records; see element.c */
	const OrmElementKeyType *type;
	size_t offset;			  /* in the record */
	const char *what;		  /* in messages: the name of a <what>, a <what> (expression) */
	const char *const *words; /* terminated by NULL */
} OrmElementKey;

/* Reads one value into its record. */
extern void orm_element_key_read(const OrmElementKey *key, OrmJson value, const OrmPath *path, void *record);

/* Is there something to print in the record? */
extern bool orm_element_key_is_given(const OrmElementKey *key, const void *record);

/* Appends the value as JSON. */
extern void orm_element_key_print(StringInfo out, const OrmElementKey *key, const void *record);

#endif
