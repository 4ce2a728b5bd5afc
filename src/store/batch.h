/*
 * batch.h - records that are written together.
 */
#ifndef ORM_STORE_BATCH_H
#define ORM_STORE_BATCH_H

#include "store/write.h"

/* Records that are written together; records that are done are left alone by every operation. */
typedef struct OrmBatch
{
	const OrmWrite *write;
	OrmRecord **records;
	int n;
} OrmBatch;

/* A batch of n records, in the current context. */
extern OrmBatch orm_batch_make(const OrmWrite *write, OrmRecord *records, int n);

/* Those records of a batch for which the function holds. */
typedef bool (*OrmRecordTest)(const OrmRecord *record, const void *argument);

extern OrmBatch orm_batch_pick(const OrmBatch *batch, OrmRecordTest test, const void *argument);

/* The pending records: the ones that are not done. */
extern OrmBatch orm_batch_pending(const OrmBatch *batch);

/* An empty batch with room for all records of another one. */
extern OrmBatch orm_batch_room(const OrmBatch *batch);

static inline void
orm_batch_add(OrmBatch *batch, OrmRecord *record)
{
	batch->records[batch->n++] = record;
}

/* The nearest place that the records of a batch have in common; NULL: the root, or they are of no graph. */
extern const OrmPath *orm_batch_place(const OrmBatch *batch);

/*
 * Calls a function for each part of a batch whose records are not done and
 * give the same attributes, in the order in which these sets first appear.
 */
typedef void (*OrmPart)(const OrmBatch *part, const OrmKey *key, OrmOnConflict on_conflict);

extern void orm_batch_each_part(const OrmBatch *batch, OrmPart part, const OrmKey *key, OrmOnConflict on_conflict);

/* Do two records patch the same attributes in the same way?  0, or their order. */
extern int orm_batch_compare_patches(const OrmRecord *a, const OrmRecord *b, int nattributes);

/* qsort_arg comparator, by an OrmKeyOrder: records by key, and by place where keys are equal. */
extern int orm_batch_compare_keys(const void *a, const void *b, void *order);

/*
 * Puts records into the order of their keys: so two calls lock rows in the same
 * order.  Raises 21000 when two have the same key.
 */
extern void orm_batch_lock_order(const OrmBatch *batch, const OrmKey *key);

#endif
