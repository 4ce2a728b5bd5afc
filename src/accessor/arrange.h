/*
 * arrange.h - the order of arguments.
 *
 * The arguments of a function are in table order when it is first made.  Calls
 * by position depend on that order from then on, so it stays when the function
 * is made anew: what it has keeps its place, and what is new comes last.
 */
#ifndef ORM_ACCESSOR_ARRANGE_H
#define ORM_ACCESSOR_ARRANGE_H

#include "access/htup.h"

#include "accessor/accessor.h"

/* Puts the arguments of an accessor in the order that an existing function, a tuple of pg_proc, has them. */
extern void orm_arrange_arguments(const OrmModel *model, OrmAccessor *accessor, HeapTuple function);

/*
 * Writes the body of an accessor in SQL for a function that stands and keeps its
 * arguments; false when they do not fit it any more.
 */
extern bool orm_arrange_body(const OrmModel *model, OrmAccessor *accessor, HeapTuple function);

#endif
