/*
 * assign.h - expressions as the new values of attributes: {"$expr": expr} in an object
 * of a writer.
 *
 * An expression is compiled into the SQL of its value, over the row t of the statement
 * that updates it:
 *
 *     {"*": ["price", {"$value": 1.1}]}    (t."price" OPERATOR(pg_catalog.*) $1)
 *     {"-": ["price", "author.discount"]}
 *         (SELECT (t."price" OPERATOR(pg_catalog.-) t1."discount")
 *          FROM (SELECT) AS o LEFT JOIN "s"."authors" AS t1 ON t1."id" OPERATOR(pg_catalog.=) t."author_id")
 *
 * Its parameters are numbered from "first" on, as the statement has those of other
 * expressions before them.
 */
#ifndef ORM_QUERY_ASSIGN_H
#define ORM_QUERY_ASSIGN_H

#include "query/query.h"

/*
 * Compiles an expression that is assigned to an attribute of the request's model.
 * "place" is that of the attribute.  Raises 42804 for a type that cannot be assigned, 0A000
 * for a window function, and what expressions raise.
 */
extern OrmQueryStatement *orm_assign_compile(const OrmQueryRequest *request, const OrmAttribute *attribute,
											 OrmJson json, int first, const OrmPath *place);

/* Compiles conditions on such a row into one SQL condition, never NULL; raises what conditions raise. */
extern OrmQueryStatement *orm_assign_condition(const OrmQueryRequest *request, OrmJson json, const OrmPath *place);

#endif
