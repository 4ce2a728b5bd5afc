/*
 * lookup.h - reading the rows of records by a key.
 */
#ifndef ORM_STORE_LOOKUP_H
#define ORM_STORE_LOOKUP_H

#include "store/batch.h"

/* Reads rows as they are; records without a row stay pending. */
extern void orm_lookup_read(const OrmBatch *batch, const OrmKey *key);

/* Locks them as well, until the transaction ends; with "etag" that comes in the last column. */
extern void orm_lookup_lock(const OrmBatch *batch, const OrmKey *key, bool etag);

#endif
