/*
 * source.h - queries over the rows of a function: "from" and "arguments".  Private to this
 * folder.
 *
 *     {"from": "shop.nearby", "arguments": {"place": "Lima", "within": {"$": "km"}}, "where": {...}}
 *     FROM "shop"."nearby"($1::text, $2::float8) AS t0
 *
 * The function takes the place of the table at the root; conditions, orders and what is selected
 * hold over its rows.  Loads go on by the keys of these rows, as in any query.
 */
#ifndef ORM_QUERY_SOURCE_H
#define ORM_QUERY_SOURCE_H

#include "query/compile.h"

/*
 * Sets the source of a scope, if "from" is given.  Raises 22023 for arguments without it, for
 * "lock" and "etag" with it, and what orm_callable_rows raises.
 */
extern void orm_source_read(OrmScope *scope, const OrmQueryKeys *keys, const OrmPath *place);

#endif
