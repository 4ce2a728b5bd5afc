/*
 * update.c - UPDATE by key; see update.h.
 *
 * An UPDATE skips rows that it would not change, so a record without a returned
 * row may have an unchanged row.  Such rows are read and compared again by one
 * SELECT.  A row that differs then was changed or inserted concurrently between
 * the two statements; it is updated without a comparison.
 */
#include "postgres.h"

#include "store/assignment.h"
#include "store/record_error.h"
#include "store/handover.h"
#include "store/lookup.h"
#include "store/returning.h"
#include "store/seen.h"
#include "store/stale.h"
#include "store/update.h"

/* Raises 09000 for records whose rows exist, but were not returned by an UPDATE. */
static void
check_skipped(const OrmBatch *pending, const OrmKey *key)
{
	orm_lookup_read(pending, key);
	for (int i = 0; i < pending->n && !pending->write->may_skip; i++)
		if (pending->records[i]->done)
			orm_record_error_not_stored(pending->write->model, pending->records[i]);
}

/* Updates records whose rows exist and differ. */
static void
update_differing(const OrmBatch *differing, const OrmKey *key)
{
	OrmStatement statement = orm_returning_statement(ORM_KIND_UPDATE, differing, key);
	OrmBatch pending;

	orm_returning_run(&statement, differing, key);
	pending = orm_batch_pending(differing);
	if (pending.n == 0)
		return;
	check_skipped(&pending, key);
}

/* Reads and compares the rows that an UPDATE did not return, and updates the differing ones. */
static void
look_again(const OrmBatch *pending, const OrmKey *key)
{
	OrmStatement statement = orm_returning_statement(ORM_KIND_STORED, pending, key);
	OrmBatch differing = orm_batch_room(pending);

	statement.changed_only = true;
	statement.differing = &differing;
	orm_returning_run(&statement, pending, key);
	for (int i = 0; i < differing.n; i++)
		differing.records[i]->done = false;
	if (differing.n > 0)
		update_differing(&differing, key);
}

/* Updates records that give the same attributes. */
static void
update_part(const OrmBatch *part, const OrmKey *key, OrmOnConflict unused)
{
	OrmStatement statement = orm_returning_statement(ORM_KIND_UPDATE, part, key);
	OrmBatch pending;

	if (!orm_assignment_any(&statement))
	{
		orm_lookup_read(part, key);
		return;
	}
	statement.changed_only = orm_assignment_compares(part->write, &statement);
	orm_returning_run(&statement, part, key);
	pending = orm_batch_pending(part);
	if (pending.n == 0)
		return;
	if (statement.changed_only)
		look_again(&pending, key);
	else
		check_skipped(&pending, key);
}

/* Updates records, one statement per set of given attributes. */
static void
update_parts(const OrmBatch *batch, const OrmKey *key)
{
	orm_batch_each_part(batch, update_part, key, ORM_CONFLICT_ERROR);
}

void
orm_update_batch(const OrmBatch *batch, const OrmKey *key)
{
	orm_seen_check(batch, key, true);
	orm_handover_run(batch, key, update_parts);
}

void
orm_update_records(const OrmWrite *write, OrmRecord *records, int n, bool *missing)
{
	const OrmKey *key = orm_model_need_key(write->model);
	OrmBatch batch = {write, &records, 1};

	if (n != 1)
		batch = orm_batch_make(write, records, n);
	orm_batch_lock_order(&batch, key);
	orm_stale_check(&batch, key, ORM_ABSENCE_IS_FINE);
	orm_update_batch(&batch, key);
	for (int i = 0; i < n; i++)
		missing[i] = !records[i].done;
}
