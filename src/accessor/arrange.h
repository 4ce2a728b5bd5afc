/*
 * arrange.h - keeping the argument order of existing functions.
 *
 * A new function has its arguments in table order.  Positional calls depend on
 * that order, so it is kept when the function is recreated: existing arguments
 * keep their order, and new ones come last.
 */
#ifndef ORM_ACCESSOR_ARRANGE_H
#define ORM_ACCESSOR_ARRANGE_H

#include "access/htup.h"

#include "accessor/accessor.h"

/* Sorts the arguments of an accessor as in an existing function, a tuple of pg_proc, and rewrites its texts. */
extern void orm_arrange_arguments(const OrmModel *model, OrmAccessor *accessor, HeapTuple function);

/*
 * Writes the body of a SQL accessor for an existing function with unchanged
 * arguments; false if these no longer fit.
 */
extern bool orm_arrange_body(const OrmModel *model, OrmAccessor *accessor, HeapTuple function);

#endif
