/*
 * upsert.h - save and upsert: updating rows that exist, inserting the others.
 */
#ifndef ORM_STORE_UPSERT_H
#define ORM_STORE_UPSERT_H

#include "store/batch.h"

/*
 * Writes records by a key that all of them give; on_conflict decides about
 * existing rows.  With key NULL all records are inserted.  Locks rows in the
 * order of the key.  Raises 40001 for a row that changed since it was read
 * (stale.h), and P0002 for a missing row if the key is GENERATED ALWAYS.  Records whose
 * rows do not satisfy the condition of the write stay pending, and are marked as kept.
 */
extern void orm_upsert_batch(const OrmBatch *batch, const OrmKey *key, OrmOnConflict on_conflict);

/*
 * Updates rows by primary key, and inserts the missing ones.  Records without
 * the whole key, not NULL, are inserted.  Locks rows in the order of the key.
 * Raises 40001 for a row that was changed or deleted since it was read
 * (stale.h), and P0002 for a missing row if the database numbers the key.
 */
extern void orm_upsert_save(const OrmBatch *batch);
extern void orm_upsert_save_records(const OrmWrite *write, OrmRecord *records, int n);

/* Does the database number an attribute of the key? */
extern bool orm_upsert_is_numbered(const OrmModel *model, const OrmKey *key);

#endif
