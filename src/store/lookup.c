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

void
orm_lookup_lock(const OrmBatch *batch, const OrmKey *key, bool etag)
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
	orm_returning_run(&statement, batch, key);
	pfree(bound);
}
