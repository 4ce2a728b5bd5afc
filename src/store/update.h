/*
 * update.h - UPDATE of records.
 */
#ifndef ORM_STORE_UPDATE_H
#define ORM_STORE_UPDATE_H

#include "store/batch.h"

/* Updates rows by a key; what stays pending has no row. */
extern void orm_update_batch(const OrmBatch *batch, const OrmKey *key);

/*
 * UPDATE by primary key (given in every record; it only identifies).  Sets
 * missing[i] where there is no such row.
 */
extern void orm_update_records(const OrmWrite *write, OrmRecord *records, int n, bool *missing);

#endif
