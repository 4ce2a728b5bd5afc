/*
 * upsert.h - save and upsert: updating rows that exist, inserting the others.
 */
#ifndef ORM_STORE_UPSERT_H
#define ORM_STORE_UPSERT_H

#include "store/batch.h"

/*
 * Writes records by a key, given in every record; on_conflict says what happens
 * to a row that is there.  NULL: the records are new.
 */
extern void orm_upsert_batch(const OrmBatch *batch, const OrmKey *key, OrmOnConflict on_conflict);

/*
 * By primary key: update the row if there is one, else insert it.  A record
 * without its key, or with a part of it NULL, is new.  Raises P0002 for a key
 * that does not exist where the database numbers that key.
 */
extern void orm_upsert_save(const OrmBatch *batch);
extern void orm_upsert_save_records(const OrmWrite *write, OrmRecord *records, int n);

/* Does the database alone number a part of the key? */
extern bool orm_upsert_is_numbered(const OrmModel *model, const OrmKey *key);

#endif
