/*
 * insert.h - INSERT of records.
 */
#ifndef ORM_STORE_INSERT_H
#define ORM_STORE_INSERT_H

#include "store/batch.h"

/*
 * Inserts the pending records of a batch.  With "conflict_key" on_conflict
 * UPDATE or IGNORE updates or skips existing rows with that key; without it
 * IGNORE is for conflicts of any unique key.  Records of skipped rows stay
 * pending; with on_conflict ERROR they raise 09000, unless the write's may_skip
 * is set.
 */
extern void orm_insert_batch(const OrmBatch *batch, const OrmKey *conflict_key, OrmOnConflict on_conflict);

/* Inserts the pending records of a batch as new rows, which may take unique values of others (handover.h). */
extern void orm_insert_new(const OrmBatch *batch);

/* INSERT of n records.  With on_conflict IGNORE, records that conflict with any unique key stay pending. */
extern void orm_insert_records(const OrmWrite *write, OrmRecord *records, int n);

#endif
