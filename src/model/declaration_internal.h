/*
 * declaration_internal.h - the words of a model document, as tables of records.
 *
 * An element {builder: {key: value, ...}} becomes a record of declaration.h.
 * A table of keys (OrmElementKey) says, for each kind of record, which keys
 * there are, what their values are and where in the record they go; a table
 * of builders (declaration_element.c) says which record a builder makes.
 * Reading, printing and the messages about unknown words all walk these.
 *
 * For the files declaration*.c only.
 */
#ifndef ORM_MODEL_DECLARATION_INTERNAL_H
#define ORM_MODEL_DECLARATION_INTERNAL_H

#include "model/declaration.h"

struct OrmElementKey;

/* What a value may be in JSON. */
typedef enum OrmKeyShape
{
	ORM_KEY_CHOICE, /* true or false: OrmChoice */
	ORM_KEY_STRING, /* a string: char * */
	ORM_KEY_LIST	/* a string or an array of strings: List of char * */
} OrmKeyShape;

/* What a value means.  See declaration_key.c. */
typedef struct OrmKeyType
{
	OrmKeyShape shape;

	/*
	 * Checks a string and puts it into the record; may replace it by what it
	 * means.  Errors need no place.  NULL for a choice.
	 */
	void (*take)(const struct OrmElementKey *key, char *text, void *record);
	bool may_be_empty; /* a list */
} OrmKeyType;

extern const OrmKeyType orm_key_choice;
extern const OrmKeyType orm_key_text;	/* any text */
extern const OrmKeyType orm_key_target; /* the name of a model or a table: not empty */
extern const OrmKeyType orm_key_name;	/* an identifier */
extern const OrmKeyType orm_key_names;
extern const OrmKeyType orm_key_word; /* one of "words" */
extern const OrmKeyType orm_key_words;
extern const OrmKeyType orm_key_expression; /* an SQL expression */
extern const OrmKeyType orm_key_type;		/* a column's type */
extern const OrmKeyType orm_key_collation;	/* a column's collation */
extern const OrmKeyType orm_key_method;		/* an index access method */
extern const OrmKeyType orm_key_cascade;	/* what goes along a relationship */

typedef struct OrmElementKey
{
	const char *name;
	const OrmKeyType *type;
	size_t offset;			  /* in the record */
	const char *what;		  /* in messages: the name of a <what>, a <what> (expression) */
	const char *const *words; /* terminated by NULL */
	uint32 kinds;			  /* 1 << kind of the records that have it */
	uint32 required;		  /* of those that must have it */
	bool mapped;			  /* also where the table exists */
} OrmElementKey;

/* Reads one value into its record. */
extern void orm_element_read_key(const OrmElementKey *key, OrmJson value, const OrmPath *path, void *record);

/* Is there something to print in the record? */
extern bool orm_element_has_key(const OrmElementKey *key, const void *record);

/* Appends the value as JSON. */
extern void orm_element_print_key(StringInfo out, const OrmElementKey *key, const void *record);

/* Raises 22023, or 22004 for a null: the value at this place must be something else. */
extern void orm_element_wrong_kind(OrmJson value, const char *key, const char *expected, const OrmPath *path)
	pg_attribute_noreturn();

/* Reads an element of "elements" into the declaration; position is its index. */
extern void orm_element_read(OrmDeclaration *declaration, OrmJson element, int position, bool mapped);

/* Appends elements. */
extern void orm_element_print_column(StringInfo out, const OrmDeclaredColumn *column);
extern void orm_element_print_constraint(StringInfo out, const OrmDeclaredConstraint *constraint);
extern void orm_element_print_relationship(StringInfo out, const OrmDeclaredRelationship *relationship);
extern void orm_element_print_version(StringInfo out, const OrmDeclaredVersion *version);
extern void orm_element_print_accessors(StringInfo out, const OrmDeclaration *declaration);

/* Everything that takes more than one element to see; and what a column's parts say together. */
extern void orm_declaration_check(const OrmDeclaration *declaration, bool mapped);

#endif
