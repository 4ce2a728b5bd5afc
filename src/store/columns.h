/*
 * columns.h - columns whose values are passed as arrays, and their comparison.
 *
 * They serve the statements about keys instead of whole records: join table
 * rows, members of collections, deleted rows.
 */
#ifndef ORM_STORE_COLUMNS_H
#define ORM_STORE_COLUMNS_H

#include "access/genam.h"
#include "lib/stringinfo.h"

#include "exec/plan.h"
#include "model/model.h"

typedef struct OrmJoinColumn
{
	char *name;
	const OrmType *type;
	Oid equality;
} OrmJoinColumn;

typedef struct OrmJoinColumns
{
	int n;
	OrmJoinColumn columns[2 * INDEX_MAX_KEYS];
} OrmJoinColumns;

/* Can a column of this type and equality operator be passed as an array and compared? */
extern bool orm_columns_can_add(const OrmType *type, Oid equality);

/*
 * Adds columns: attributes of a model, or columns of a table.  Raises 0A000 for
 * a type without a usable array or equality, 42703 for a dropped column.
 */
extern void orm_columns_add_attributes(OrmJoinColumns *columns, const OrmModel *model, const int *attributes, int n);
extern void orm_columns_add_table(OrmJoinColumns *columns, Oid relation, const AttrNumber *attnums, int n);

/* Like orm_columns_add_table, for columns of any type; false if a type has no usable array or equality. */
extern bool orm_columns_add_any(OrmJoinColumns *columns, Oid relation, const AttrNumber *attnums, int n);

/* Appends ROWS FROM (pg_catalog.unnest($<first>), ...) AS <alias>(k0, k1, ...) */
extern void orm_columns_source(StringInfo sql, const OrmJoinColumns *columns, int first, const char *alias);

/* As orm_columns_source(), WITH ORDINALITY; the ordinality column is "n". */
extern void orm_columns_numbered_source(StringInfo sql, const OrmJoinColumns *columns, int first, const char *alias);

/* Appends t."a" OPERATOR(pg_catalog.=) <alias>.k0 AND ... */
extern void orm_columns_equal(StringInfo sql, const OrmJoinColumns *columns, const char *alias);

/*
 * Appends AND t."a" OPERATOR(pg_catalog.=) ANY ($<first>) ... for the columns
 * from a number, where the table has foreign rows; see orm_join_repeat().
 */
extern void orm_columns_repeat(StringInfo sql, const OrmJoinColumns *columns, int from, int first);

/* Appends AND NOT EXISTS (SELECT FROM <source> AS k WHERE ...): the row is not among the given ones. */
extern void orm_columns_not_among(StringInfo sql, const OrmJoinColumns *columns, int first);

/* Appends "a", "b" */
extern void orm_columns_names(StringInfo sql, const OrmJoinColumns *columns);

/* Stores the array types of the columns; returns their number. */
extern int orm_columns_types(const OrmJoinColumns *columns, Oid *types);

#endif
