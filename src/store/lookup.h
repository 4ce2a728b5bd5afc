/*
 * lookup.h - reading and locking the rows of records by a key.
 */
#ifndef ORM_STORE_LOOKUP_H
#define ORM_STORE_LOOKUP_H

#include "store/batch.h"

/* Reads the rows of the pending records; those without a row stay pending. */
extern void orm_lookup_read(const OrmBatch *batch, const OrmKey *key);

/*
 * Reads and locks the rows of the pending records, FOR NO KEY UPDATE in the
 * order of the key, until the end of the transaction.  No locks are taken if
 * the write is checking only.  With "etag" the row's etag is the last column.
 */
extern void orm_lookup_lock(const OrmBatch *batch, const OrmKey *key, bool etag);

/*
 * Locks the rows of the pending records in that way, and asks whether they satisfy the
 * condition of the write.  Records whose rows do not are marked: kept, and done; the
 * others are not, whatever an attempt that was undone has found.
 */
extern void orm_lookup_keep(const OrmBatch *batch, const OrmKey *key);

#endif
