/*
 * update.c - UPDATE by key; see update.h.
 *
 * An update passes over a row that already is as the record says, so a record
 * without a row may be one whose row is as it should be.  It is read, and in
 * the same SELECT compared again: a row that differs after all was changed or
 * inserted by somebody between the two statements, and is then updated without
 * more questions.
 */
#include "postgres.h"

#include "store/assignment.h"
#include "store/record_error.h"
#include "store/handover.h"
#include "store/lookup.h"
#include "store/returning.h"
#include "store/stale.h"
#include "store/update.h"

/* Raises 09000 for records whose rows an update did not return, though they are there. */
static void
check_skipped(const OrmBatch *pending, const OrmKey *key)
{
	orm_lookup_read(pending, key);
	for (int i = 0; i < pending->n && !pending->write->may_skip; i++)
		if (pending->records[i]->done)
			orm_record_error_not_stored(pending->write->model, pending->records[i]);
}

/* Updates records whose rows are known to be there and to differ. */
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

/* Looks again for the rows that an update did not return. */
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

/* Updates records, the ones that give the same attributes together. */
static void
update_parts(const OrmBatch *batch, const OrmKey *key)
{
	orm_batch_each_part(batch, update_part, key, ORM_CONFLICT_ERROR);
}

void
orm_update_batch(const OrmBatch *batch, const OrmKey *key)
{
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
