/*
 * handover.h - unique values that rows of one batch hand over to each other.
 *
 * A row that gives a unique value up must be written before the row that takes
 * it; the server looks at a unique or exclusion constraint row by row, in
 * whatever order the statement comes to them.  Records are written all at once
 * in a subtransaction, where they give a value of such a constraint.  When the
 * server refuses that, their rows are locked, in the order of the key, and
 * written one by one, forth and back, as long as one more of them can be written.
 * Where none can, rows exchange values: one of them goes over NULL, where the
 * column may be NULL.  What is left is the server's error, with a hint.
 */
#ifndef ORM_STORE_HANDOVER_H
#define ORM_STORE_HANDOVER_H

#include "store/batch.h"

/* Writes records by a key. */
typedef void (*OrmHandoverWrite)(const OrmBatch *batch, const OrmKey *key);

extern void orm_handover_run(const OrmBatch *batch, const OrmKey *key, OrmHandoverWrite write);

#endif
