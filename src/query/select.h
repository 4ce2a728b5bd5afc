/*
 * select.h - SELECT of one table by equality, as text.  Pure.
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
	const bool *columns; /* by attribute: is it read? NULL: all */
	const bool *where;	 /* by attribute: does it take part in the condition? */
	const bool *is_null; /* by attribute: ... as one that is NULL; NULL: none */
	bool first;			 /* LIMIT 1 */
} OrmSelect;

/*
 * Appends the statement; types[] (room for nattributes) receives the types of
 * its parameters, which are the attributes with where and not is_null, in
 * table order.  Returns how many.  Raises 42883 for an attribute whose type
 * has no equality.
 */
extern int orm_select_text(StringInfo sql, const OrmSelect *select, Oid *types);

/* Appends the condition that an attribute, whose column is "column", equals a value of its type.  Raises 42883. */
extern void orm_select_equality(StringInfo sql, const OrmModel *model, const OrmAttribute *attribute,
								const char *column, const char *value);

/* The types of the columns of its rows; types[] has room for nattributes.  Returns how many. */
extern int orm_select_results(const OrmSelect *select, Oid *types);

#endif
