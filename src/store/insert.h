/*
 * insert.h - INSERT of records.
 */
#ifndef ORM_STORE_INSERT_H
#define ORM_STORE_INSERT_H

#include "store/batch.h"

/*
 * Inserts the pending records of a batch.  With "conflict_key" and UPDATE or
 * IGNORE rows that exist are updated, or left; without it IGNORE is for any
 * key.  Records whose rows were ignored stay pending.
 */
extern void orm_insert_batch(const OrmBatch *batch, const OrmKey *conflict_key, OrmOnConflict on_conflict);

/* INSERT.  With on_conflict IGNORE, records that conflict with any key are not stored. */
extern void orm_insert_records(const OrmWrite *write, OrmRecord *records, int n);

#endif
