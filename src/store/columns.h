/*
 * columns.h - columns whose values come in arrays, side by side, for the
 * statements that are not about whole records: rows of join tables, members of
 * collections, rows that are deleted; and how columns are compared there.
 * Private to this folder.
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

/* Can columns of this type come in arrays, and be compared with what these hold? */
extern bool orm_columns_can_add(const OrmType *type, Oid equality);

/*
 * Adds columns: a model's attributes, or those of a table.  Raises 0A000 for a type that unnest takes apart, 42703
 * for a column that is gone.
 */
extern void orm_columns_add_attributes(OrmJoinColumns *columns, const OrmModel *model, const int *attributes, int n);
extern void orm_columns_add_table(OrmJoinColumns *columns, Oid relation, const AttrNumber *attnums, int n);

/* Appends ROWS FROM (pg_catalog.unnest($<first>), ...) AS <alias>(k0, k1, ...) */
extern void orm_columns_source(StringInfo sql, const OrmJoinColumns *columns, int first, const char *alias);

/* The same WITH ORDINALITY; the number is the column "n". */
extern void orm_columns_numbered_source(StringInfo sql, const OrmJoinColumns *columns, int first, const char *alias);

/* Appends t."a" OPERATOR(pg_catalog.=) <alias>.k0 AND ... */
extern void orm_columns_equal(StringInfo sql, const OrmJoinColumns *columns, const char *alias);

/* Appends  AND NOT EXISTS (SELECT FROM <source> AS k WHERE ...): the row is none of these. */
extern void orm_columns_not_among(StringInfo sql, const OrmJoinColumns *columns, int first);

/* Appends "a", "b" */
extern void orm_columns_names(StringInfo sql, const OrmJoinColumns *columns);

/* The types of the arrays; returns how many. */
extern int orm_columns_types(const OrmJoinColumns *columns, Oid *types);

#endif
