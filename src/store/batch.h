/*
 * batch.h - records on their way, and the rows that come back for them.
 * Private to this folder.
 */
#ifndef ORM_STORE_BATCH_H
#define ORM_STORE_BATCH_H

#include "fmgr.h"

#include "store/statement.h"

/* Records that are written together; those that are done are left alone by every operation. */
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

/* Those that are not done, and those whose rows were found to differ. */
extern OrmBatch orm_batch_pending(const OrmBatch *batch);
extern OrmBatch orm_batch_differing(const OrmBatch *batch);

/*
 * Runs a statement for the records of a batch, which all give the same
 * attributes: once for all when "match", a key, can tell which row is whose,
 * otherwise record by record.  Rows are handed over as they come back, and
 * their records are done.  A _STORED statement with changed_only marks records
 * that differ instead.  The statement comes without many and key_back.
 */
extern void orm_batch_run(OrmStatement *statement, const OrmBatch *batch, const OrmKey *match);

/*
 * The operations.  insert: records that conflict and are ignored stay pending.
 * update: what stays pending has no row.  read: hands over rows as they are.
 * lock: locks them as well, each until the transaction ends; with "etag" that
 * comes in the last column.
 */
extern void orm_batch_insert(const OrmBatch *batch, const OrmKey *conflict_key, OrmOnConflict on_conflict);
extern void orm_batch_update(const OrmBatch *batch, const OrmKey *key);
extern void orm_batch_read(const OrmBatch *batch, const OrmKey *key);
extern void orm_batch_lock(const OrmBatch *batch, const OrmKey *key, bool etag);

/* By primary key, as orm_write_save says. */
extern void orm_batch_save(const OrmBatch *batch);

/* Deletes the rows of records by a key, in any order; those without a row are not done. */
extern void orm_batch_delete(const OrmBatch *batch, const OrmKey *key);

/* Deletes one row, by its primary key, and nothing else; true when it was there. */
extern bool orm_delete_row(const OrmModel *model, const Datum *key);

/* Does the database alone number a part of the key? */
extern bool orm_batch_is_numbered(const OrmModel *model, const OrmKey *key);

/* The text of a record's key, for messages: id = 7 */
extern char *orm_batch_key_text(const OrmModel *model, const OrmKey *key, const OrmRecord *record);

/* Raises P0002: there is no row with the record's key. */
extern void orm_batch_missing(const OrmModel *model, const OrmKey *key, const OrmRecord *record)
	pg_attribute_noreturn();

/* The nearest place that the records of a batch have in common; NULL: the root, or they are of no graph. */
extern const OrmPath *orm_batch_place(const OrmBatch *batch);

/* Rows of a table that a failed statement was to write. */
typedef struct OrmSuspects
{
	Oid relid;
	int n;

	/* What a row gives for a column, as text; NULL: nothing, or NULL, which sets "isnull". */
	char *(*text)(const void *argument, int row, const char *column, bool *isnull);
	const void *argument;
} OrmSuspects;

/* In a PG_CATCH block only: which row an error is about, or -1. */
extern int orm_blame_find(const OrmSuspects *suspects, const ErrorData *error);

/*
 * In a PG_CATCH block only: raises the error of a statement for the records of
 * a batch again, with the place of the record that it is about if that can be
 * told; see locate.c.  "caller" as for orm_error_rethrow_at.
 */
extern void orm_batch_rethrow(const OrmBatch *batch, MemoryContext caller) pg_attribute_noreturn();

/* Are two values of an attribute the same? */
extern bool orm_batch_same_value(const OrmModel *model, int attribute, Datum a, Datum b);

/*
 * Writes records by a key, given in every record; on_conflict says what happens
 * to a row that is there.  NULL: the records are new.
 */
extern void orm_batch_upsert(const OrmBatch *batch, const OrmKey *key, OrmOnConflict on_conflict);

/*
 * Calls a function for each part of a batch whose records are not done and
 * give the same attributes, in the order in which these sets first appear.
 */
typedef void (*OrmPart)(const OrmBatch *part, const OrmKey *key, OrmOnConflict on_conflict);

extern void orm_batch_each_part(const OrmBatch *batch, OrmPart part, const OrmKey *key, OrmOnConflict on_conflict);

/* Do two records patch the same attributes in the same way?  0, or their order. */
extern int orm_batch_compare_patches(const OrmRecord *a, const OrmRecord *b, int nattributes);

/* May an update pass over rows that are as they should be?  (Comparing needs the right to read.) */
extern bool orm_batch_compares(const OrmWrite *write, const OrmStatement *statement);

/* qsort_arg comparator, by an OrmKeyOrder: records by key, and by place where keys are equal. */
extern int orm_batch_compare_keys(const void *a, const void *b, void *order);

/* Raises 21000: two records are of one row. */
extern void orm_batch_same_key(const OrmModel *model, const OrmRecord *first, const OrmRecord *second)
	pg_attribute_noreturn();

/*
 * Puts records into the order of their keys: so two calls lock rows in the same
 * order.  Raises 21000 when two have the same key.
 */
extern void orm_batch_lock_order(const OrmBatch *batch, const OrmKey *key);

/* May rows of an INSERT be passed over: by a trigger, a rule, whatever is behind a view? */
extern bool orm_batch_may_skip(const OrmModel *model);

/* Raises 09000: the record's row was not written as given. */
extern void orm_batch_not_stored(const OrmModel *model, const OrmRecord *record) pg_attribute_noreturn();
extern void orm_batch_raise_not_stored(const OrmModel *model, const OrmPath *place) pg_attribute_noreturn();

/* The place of a record in the document, maybe in the caller's storage; NULL for a single object. */
extern const OrmPath *orm_record_place(const OrmRecord *record, OrmPath *path);

/* Gives the key attributes that records lack the values of their defaults; see default_keys.c. */
extern void orm_keys_make(const OrmBatch *batch, const OrmKey *key);

/*
 * Comparing keys.  The order is any total order that agrees with the key's
 * equality: the cheapest.
 */
typedef struct OrmKeyPart
{
	int attribute;
	FmgrInfo *compare;
	Oid collation;
	bool by_value;
} OrmKeyPart;

typedef struct OrmKeyOrder
{
	int nparts;
	OrmKeyPart parts[INDEX_MAX_KEYS];
} OrmKeyOrder;

/* Returns false when a type of the key has no order. */
extern bool orm_key_order_make(OrmKeyOrder *order, const OrmModel *model, const OrmKey *key);

/* Compares a record's key with values in key order. */
extern int orm_key_order_compare(const OrmKeyOrder *order, const OrmRecord *record, const Datum *values);
extern int orm_key_order_compare_records(const OrmKeyOrder *order, const OrmRecord *a, const OrmRecord *b);

#endif
