/*
 * where.h - the keys of objects of conditions.  Private to this folder.
 */
#ifndef ORM_QUERY_WHERE_H
#define ORM_QUERY_WHERE_H

#include "query/compile.h"

/* The text of a key; raises 22P05, with the place of its object, for one that the database has no text for. */
extern char *orm_where_key(OrmJson key, const OrmPath *place);

/* Raises 42701 when a key of an object has stood in it before. */
extern void orm_where_check_twice(OrmJson object, const OrmJsonWalk *walk, const OrmPath *place);

#endif
