/*
 * element_key.h - tables of the keys of the elements of a model document.
 *
 * An element {builder: {key: value, ...}} is read into a record of declaration.h.
 * Each kind of record has a table of its keys (OrmElementKey), with the type of
 * the value and its offset in the record.  Reading, printing and the messages
 * about unrecognized keys use these tables.
 */
#ifndef ORM_MODEL_ELEMENT_KEY_H
#define ORM_MODEL_ELEMENT_KEY_H

#include "base/members.h"
#include "model/declaration.h"

struct OrmElementKey;

/* Kinds of JSON accepted for a value, and its C type. */
typedef enum OrmElementKeyShape
{
	ORM_KEY_CHOICE, /* true or false: OrmChoice */
	ORM_KEY_STRING, /* a string: char * */
	ORM_KEY_LIST,	/* a string or an array of strings: List of char * */
	ORM_KEY_ARRAY,	/* an array: OrmDocument *, a copy */
	ORM_KEY_OBJECT, /* an object: OrmDocument *, a copy */
	ORM_KEY_NUMBER	/* an integer that is not negative: char * of its digits */
} OrmElementKeyShape;

/* The type of a value. */
typedef struct OrmElementKeyType
{
	OrmElementKeyShape shape;

	/*
	 * Checks a string and stores it, or its normalized form, in the record.  The
	 * caller adds the place to errors.  NULL for a choice, a document and a number.
	 */
	void (*take)(const struct OrmElementKey *key, char *text, void *record);
	bool may_be_empty; /* an empty list is allowed */
	bool is_sql;	   /* its meaning depends on the catalogs */
} OrmElementKeyType;

extern const OrmElementKeyType orm_element_key_choice;
extern const OrmElementKeyType orm_element_key_number;
extern const OrmElementKeyType orm_element_key_text;   /* any text */
extern const OrmElementKeyType orm_element_key_target; /* the name of a model or a table */
extern const OrmElementKeyType orm_element_key_name;   /* an identifier */
extern const OrmElementKeyType orm_element_key_names;
extern const OrmElementKeyType orm_element_key_texts;	   /* any texts */
extern const OrmElementKeyType orm_element_key_labels;	   /* of an enum */
extern const OrmElementKeyType orm_element_key_columns;	   /* of a constraint; of an index, its elements */
extern const OrmElementKeyType orm_element_key_sequence;   /* options of a sequence */
extern const OrmElementKeyType orm_element_key_parameters; /* storage parameters of a table */
extern const OrmElementKeyType orm_element_key_partition;  /* how a table is partitioned */
extern const OrmElementKeyType orm_element_key_exclusions; /* elements of an exclusion constraint */
extern const OrmElementKeyType orm_element_key_word;	   /* one of "words" */
extern const OrmElementKeyType orm_element_key_words;
extern const OrmElementKeyType orm_element_key_default;	   /* an SQL expression without columns */
extern const OrmElementKeyType orm_element_key_expression; /* an SQL expression */
extern const OrmElementKeyType orm_element_key_type;	   /* a column's type */
extern const OrmElementKeyType orm_element_key_collation;  /* a column's collation */
extern const OrmElementKeyType orm_element_key_method;	   /* an index access method */
extern const OrmElementKeyType orm_element_key_cascade;	   /* cascade options of a relationship */
extern const OrmElementKeyType orm_element_key_array;	   /* a document that is an array */
extern const OrmElementKeyType orm_element_key_object;	   /* a document that is an object */

typedef struct OrmElementKey
{
	OrmMemberKey member; /* contexts are kinds of records; see element.c */
	const OrmElementKeyType *type;
	size_t offset;			  /* in the record */
	const char *what;		  /* noun for messages about names and expressions, or NULL */
	const char *const *words; /* terminated by NULL */
} OrmElementKey;

/*
 * Reads a value into the record; raises 22023 and others with the place.  SQL of
 * a "stored" declaration is taken as text.
 */
extern void orm_element_key_read(const OrmElementKey *key, OrmJson value, const OrmPath *path, bool stored,
								 void *record);

/* Is the key given in the record? */
extern bool orm_element_key_is_given(const OrmElementKey *key, const void *record);

/* Appends the value as JSON. */
extern void orm_element_key_print(StringInfo out, const OrmElementKey *key, const void *record);

#endif
