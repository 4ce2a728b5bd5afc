/*
 * handover.h - writing rows that hand over unique values to each other.
 *
 * The server checks a unique or exclusion constraint row by row, in an order
 * that the statement does not control, so a row must release a value before
 * another row can take it.  Records that give values of such a constraint are
 * written at once in a subtransaction.  If this fails with a unique or
 * exclusion violation, their rows are locked in the order of the key and
 * written one by one, in alternating directions, as long as another row can be
 * written.  If none can, rows exchange values: one of them is set to NULL
 * first, if its columns are nullable.  Otherwise the server's error is raised,
 * with a hint.
 */
#ifndef ORM_STORE_HANDOVER_H
#define ORM_STORE_HANDOVER_H

#include "store/batch.h"

/* Writes the pending records of a batch by a key. */
typedef void (*OrmHandoverWrite)(const OrmBatch *batch, const OrmKey *key);

extern void orm_handover_run(const OrmBatch *batch, const OrmKey *key, OrmHandoverWrite write);

#endif
