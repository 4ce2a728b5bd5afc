/*
 * handover.h - writing rows that hand over unique values to each other.
 *
 * The server checks a unique or exclusion constraint row by row, in an order
 * that the statement does not control, so a row must release a value before
 * another row can take it.  Records that give values of such a constraint are
 * written at once in a subtransaction.  Only if this fails with a unique or
 * exclusion violation, givers are sought, which are rows that a later statement
 * of the call writes (store/write.h); the rows of the records and the givers are
 * locked in the order of the key.
 *
 *     1. Records are written one by one, in alternating directions, as long as
 *        another row can be written.
 *     2. If none can, as few givers as possible are parked: their columns are
 *        set to NULL (store/parking.h), until their own statement sets them.
 *     3. If this does not help, rows exchange values: one of the records is
 *        parked.
 *
 * Otherwise the server's error is raised, with a hint.  New rows release nothing,
 * and may reference each other: they stay in one statement.
 */
#ifndef ORM_STORE_HANDOVER_H
#define ORM_STORE_HANDOVER_H

#include "store/batch.h"

/* Writes the pending records of a batch by a key; NULL: inserts them. */
typedef void (*OrmHandoverWrite)(const OrmBatch *batch, const OrmKey *key);

/* Writes records of existing rows, or rows that may exist. */
extern void orm_handover_run(const OrmBatch *batch, const OrmKey *key, OrmHandoverWrite write);

/* Writes records that change no existing row, and so only take values from givers. */
extern void orm_handover_take(const OrmBatch *batch, const OrmKey *key, OrmHandoverWrite write);

#endif
