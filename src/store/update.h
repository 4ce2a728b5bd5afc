/*
 * update.h - UPDATE of records.
 */
#ifndef ORM_STORE_UPDATE_H
#define ORM_STORE_UPDATE_H

#include "store/batch.h"

/*
 * Updates the rows of the pending records by a key.  Locks the rows it updates;
 * records without a row stay pending.  Raises 09000 for a row that was not
 * updated as given, unless the write's may_skip is set.
 */
extern void orm_update_batch(const OrmBatch *batch, const OrmKey *key);

/*
 * UPDATE by the primary key, which every record gives and which is not set.
 * Locks rows in the order of the key.  Raises 40001 for a row that changed
 * since it was read (stale.h).  Sets missing[i] for records without a row.
 */
extern void orm_update_records(const OrmWrite *write, OrmRecord *records, int n, bool *missing);

#endif
