/*
 * select.h - SELECT of one table by equality, as text.
 *
 *     SELECT "id", "nombre" FROM "s"."usuarios" WHERE "nombre" OPERATOR(pg_catalog.=) $1 LIMIT 1
 */
#ifndef ORM_QUERY_SELECT_H
#define ORM_QUERY_SELECT_H

#include "lib/stringinfo.h"
#include "model/model.h"

typedef struct OrmSelect
{
	const OrmModel *model;
	const bool *columns; /* flags by attribute: it is selected; NULL: all are */
	const bool *where;	 /* flags by attribute: it is in the condition */
	const bool *is_null; /* flags by attribute: its condition is IS NULL; NULL: none is */
	bool first;			 /* LIMIT 1 */
	const char *scopes;	 /* default scopes, a condition on "t"; NULL: none */
} OrmSelect;

/*
 * Appends the statement, stores its parameter types in types[] (at most nattributes) and
 * returns their number.  Parameters are the attributes with "where" and without "is_null",
 * in table order.  Raises 42883 for an attribute whose type has no equality operator.
 */
extern int orm_select_text(StringInfo sql, const OrmSelect *select, Oid *types);

/*
 * Appends the condition that an attribute equals a value of its type; "column" is the SQL of its column.  Raises
 * 42883 when the type has no equality operator.
 */
extern void orm_select_equality(StringInfo sql, const OrmModel *model, const OrmAttribute *attribute,
								const char *column, const char *value);

/* Stores the types of the selected columns in types[] (at most nattributes) and returns their number. */
extern int orm_select_results(const OrmSelect *select, Oid *types);

#endif
