/*
 * reflection_options.h - the options of orm.reflect.
 *
 *     {"models": {table: {"name": text, "key": [column, ...], "skip": boolean,
 *                         "attributes": {column: attribute, ...},
 *                         "relationships": {constraint or table.column: {"name": text, "inverse": text}}}},
 *      "accessors": boolean, "strip_prefix": text, "case": "camel", "prune": boolean, "dry_run": boolean}
 *
 * A relationship is named by its foreign key: by the constraint, or by the table
 * and the only column of the key.  Below the table that holds the key "name" is
 * the to-one relationship; below the one that it references, the to-many.
 * "inverse" is the relationship on the other side.
 */
#ifndef ORM_DEFINE_REFLECTION_OPTIONS_H
#define ORM_DEFINE_REFLECTION_OPTIONS_H

#include "base/document.h"
#include "model/catalog.h"
#include "nodes/pg_list.h"

typedef struct OrmReflectionAttribute
{
	char *column;
	char *attribute;
} OrmReflectionAttribute;

typedef struct OrmReflectionRelationship
{
	char *key;						  /* as given */
	char *name;						  /* or NULL */
	char *inverse;					  /* or NULL */
	const OrmForeignKey *foreign_key; /* what "key" names; set by orm_reflection_check_options */
} OrmReflectionRelationship;

/* What is said about one table. */
typedef struct OrmReflectionTable
{
	char *table;
	char *name;			 /* of the model, or NULL */
	List *key;			 /* of char *: columns; or NIL */
	List *attributes;	 /* of OrmReflectionAttribute * */
	List *relationships; /* of OrmReflectionRelationship * */
	bool skip;
} OrmReflectionTable;

typedef struct OrmReflectionOptions
{
	List *tables; /* of OrmReflectionTable * */
	char *strip_prefix;
	bool accessors;
	bool camel;
	bool prune;
	bool dry_run;
} OrmReflectionOptions;

/* Reads the options.  Raises 22023, 22004, 42602, 42622 and 42701 with the place. */
extern OrmReflectionOptions *orm_reflection_options_read(const OrmDocument *document);

/* What is said about a table, or NULL. */
extern const OrmReflectionTable *orm_reflection_options_table(const OrmReflectionOptions *options, const char *table);

/* The place "models.<table>.<section>.<key>.<leaf>"; a NULL ends it. */
typedef struct OrmReflectionPlace
{
	OrmPath steps[5];
} OrmReflectionPlace;

extern const OrmPath *orm_reflection_options_place(OrmReflectionPlace *place, const char *table, const char *section,
												   const char *key, const char *leaf);

#endif
