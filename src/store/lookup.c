/*
 * lookup.c - reading and locking rows by a key; see lookup.h.
 */
#include "postgres.h"

#include "model/key.h"
#include "store/lookup.h"
#include "store/returning.h"

/* Reads the rows of records that give the same attributes; only the key is bound. */
static void
read_part(const OrmBatch *part, const OrmKey *key, OrmOnConflict unused)
{
	OrmStatement statement = orm_returning_statement(ORM_KIND_STORED, part, key);
	bool *bound = orm_key_flags(part->write->model, key);

	statement.bound = bound;
	statement.patch = NULL;
	statement.source = NULL;
	statement.assigned = NULL;
	statement.given_back = false;
	orm_returning_run(&statement, part, key);
	pfree(bound);
}

void
orm_lookup_read(const OrmBatch *batch, const OrmKey *key)
{
	orm_batch_each_part(batch, read_part, key, ORM_CONFLICT_ERROR);
}

/* Locks and reads the rows of the records; see lookup.h. */
static void
lock_rows(const OrmBatch *batch, const OrmKey *key, bool etag, const OrmAssigned *where)
{
	OrmStatement statement = orm_returning_statement(ORM_KIND_STORED, batch, key);
	bool *bound = orm_key_flags(batch->write->model, key);

	statement.bound = bound;
	statement.patch = NULL;
	statement.source = NULL;
	statement.assigned = NULL;
	statement.given_back = false;
	statement.lock = !batch->write->checking;
	statement.etag = etag;
	statement.where = where;
	orm_returning_run(&statement, batch, key);
	pfree(bound);
}

void
orm_lookup_lock(const OrmBatch *batch, const OrmKey *key, bool etag)
{
	lock_rows(batch, key, etag, NULL);
}

/* Marks a record whose row does not satisfy the condition; called in a per-row context. */
static void
take_verdict(void *argument, const OrmRecord *record, TupleTableSlot *slot)
{
	bool isnull;

	unconstify(OrmRecord *, record)->kept = !DatumGetBool(
		slot_getattr(slot, slot->tts_tupleDescriptor->natts, &isnull));
}

void
orm_lookup_keep(const OrmBatch *batch, const OrmKey *key)
{
	OrmWrite write = {
		.model = batch->write->model,
		.returning = orm_key_flags(batch->write->model, key),
		.stored = take_verdict,
		.checking = batch->write->checking,
	};
	OrmBatch asked = {&write, batch->records, batch->n};

	for (int i = 0; i < batch->n; i++)
		batch->records[i]->kept = false;
	lock_rows(&asked, key, false, batch->write->where);
	for (int i = 0; i < batch->n; i++)
		batch->records[i]->done = batch->records[i]->kept;
}
