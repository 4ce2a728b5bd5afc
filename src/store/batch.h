/*
 * batch.h - batches of records that are written together.
 */
#ifndef ORM_STORE_BATCH_H
#define ORM_STORE_BATCH_H

#include "store/write.h"

/* A batch of records; every operation skips records that are done. */
typedef struct OrmBatch
{
	const OrmWrite *write;
	OrmRecord **records;
	int n;
} OrmBatch;

/* A batch of n records, allocated in the current context. */
extern OrmBatch orm_batch_make(const OrmWrite *write, OrmRecord *records, int n);

/* The records of a batch that pass a test, as a new batch. */
typedef bool (*OrmRecordTest)(const OrmRecord *record, const void *argument);

extern OrmBatch orm_batch_pick(const OrmBatch *batch, OrmRecordTest test, const void *argument);

/* The pending records, which are not done. */
extern OrmBatch orm_batch_pending(const OrmBatch *batch);

/* An empty batch with room for all records of another batch. */
extern OrmBatch orm_batch_room(const OrmBatch *batch);

static inline void
orm_batch_add(OrmBatch *batch, OrmRecord *record)
{
	batch->records[batch->n++] = record;
}

/* The nearest common place of the records of a batch; NULL for the root, or outside a graph. */
extern const OrmPath *orm_batch_place(const OrmBatch *batch);

/*
 * Calls a function for each part of a batch: the pending records that give the
 * same attributes.  Parts go in the order of their first records.  The records
 * of the batch itself are not reordered.
 */
typedef void (*OrmPart)(const OrmBatch *part, const OrmKey *key, OrmOnConflict on_conflict);

extern void orm_batch_each_part(const OrmBatch *batch, OrmPart part, const OrmKey *key, OrmOnConflict on_conflict);

/* Compares how two records change rows: 0 for the same patches and the same given_back, else their order. */
extern int orm_batch_compare_ways(const OrmRecord *a, const OrmRecord *b, int nattributes);

/* qsort_arg comparator; the argument is an OrmKeyOrder.  Orders records by key, then by position. */
extern int orm_batch_compare_keys(const void *a, const void *b, void *order);

/*
 * Sorts the records of a batch by key, so that concurrent calls lock rows in
 * the same order.  Raises 21000 for two records with equal keys.  Leaves a
 * batch alone whose key has no order.
 */
extern void orm_batch_lock_order(const OrmBatch *batch, const OrmKey *key);

#endif
