/*
 * where.h - the keys of objects of conditions.  Private to this folder.
 */
#ifndef ORM_QUERY_WHERE_H
#define ORM_QUERY_WHERE_H

#include "query/compile.h"

/* The text of a key, palloc'd; raises 22P05 with the place of its object if it cannot be decoded. */
extern char *orm_where_key(OrmJson key, const OrmPath *place);

/* Raises 42701 for a duplicate key of an object. */
extern void orm_where_check_twice(OrmJson object, const OrmJsonWalk *walk, const OrmPath *place);

#endif
