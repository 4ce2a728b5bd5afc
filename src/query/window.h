/*
 * window.h - window functions.  Private to this folder.
 */
#ifndef ORM_QUERY_WINDOW_H
#define ORM_QUERY_WINDOW_H

#include "query/compile.h"

/*
 * Reads {fn: ..., "over": {...}}.  Raises 0A000 where the scope is not the
 * outermost one of its statement, 42P20 for one in another one.
 */
extern const OrmExpression *orm_window_read(OrmScope *scope, OrmJson json, const OrmPath *place);

#endif
