/*
 * insert.c - INSERT of records; see insert.h.
 */
#include "postgres.h"

#include "exec/access.h"
#include "model/key.h"
#include "store/assignment.h"
#include "store/default_keys.h"
#include "store/record_error.h"
#include "store/handover.h"
#include "store/insert.h"
#include "store/returning.h"

/* Does any record of a batch give the key? */
static bool
any_has(const OrmBatch *batch, const OrmKey *key)
{
	for (int i = 0; i < batch->n; i++)
		if (orm_record_has_key(batch->records[i], key))
			return true;
	return false;
}

/*
 * The key for matching the rows of an INSERT to records, or NULL; evaluates
 * defaults of the primary key.  A BEFORE ROW trigger may change given keys, so
 * these cannot be matched on.
 */
static const OrmKey *
match_key(const OrmBatch *batch, const OrmKey *conflict_key)
{
	const OrmModel *model = batch->write->model;

	if (conflict_key != NULL || batch->n == 1)
		return conflict_key;
	if (batch->write->returning == NULL && !model->before_insert_row_trigger)
		return NULL;
	if (model->primary_key == NULL || (model->before_insert_row_trigger && any_has(batch, model->primary_key)) ||
		!orm_access_may_read_key(model, model->primary_key))
		return NULL;
	orm_default_keys_make(batch, model->primary_key);
	return model->primary_key;
}

/* Does every record of a batch give the whole key, without NULL? */
static bool
all_have(const OrmBatch *batch, const OrmKey *key)
{
	for (int i = 0; i < batch->n; i++)
		if (!orm_record_has_key(batch->records[i], key) || orm_record_has_null(batch->records[i], key))
			return false;
	return true;
}

/* The attributes that an INSERT of records binds: the given ones, without generated columns. */
static const bool *
bound_attributes(const OrmModel *model, const OrmRecord *record)
{
	bool *bound = NULL;

	for (int i = 0; i < model->nattributes; i++)
		if (record->given[i] && model->attributes[i].generated)
		{
			if (bound == NULL)
			{
				bound = palloc(sizeof(bool) * model->nattributes);
				memcpy(bound, record->given, sizeof(bool) * model->nattributes);
			}
			bound[i] = false;
		}
	return bound != NULL ? bound : record->given;
}

/* Inserts records that give the same attributes; returned rows are matched by "key", or record by record. */
static void
insert_part(const OrmBatch *part, const OrmKey *key, const OrmKey *conflict_key, OrmOnConflict on_conflict)
{
	OrmStatement statement = orm_returning_statement(ORM_KIND_INSERT, part, conflict_key);

	statement.bound = bound_attributes(part->write->model, part->records[0]);
	statement.on_conflict = on_conflict;
	statement.given_back = statement.given_back && on_conflict == ORM_CONFLICT_UPDATE;
	statement.action = on_conflict == ORM_CONFLICT_UPDATE && part->write->action;
	statement.changed_only = on_conflict == ORM_CONFLICT_UPDATE && orm_assignment_compares(part->write, &statement);
	if (key != NULL && part->n > 1 && (orm_key_is_generated(statement.model, key) || !all_have(part, key)))
		key = NULL;
	orm_returning_run(&statement, part, key);
}

/* An OrmPart: INSERT without conflict target. */
static void
insert_new(const OrmBatch *part, const OrmKey *key, OrmOnConflict on_conflict)
{
	insert_part(part, key, NULL, on_conflict);
}

/* An OrmPart: INSERT with a conflict target. */
static void
insert_or(const OrmBatch *part, const OrmKey *key, OrmOnConflict on_conflict)
{
	insert_part(part, key, key, on_conflict);
}

void
orm_insert_batch(const OrmBatch *batch, const OrmKey *conflict_key, OrmOnConflict on_conflict)
{
	if (batch->n == 0)
		return;
	for (int i = 0; i < batch->n; i++)
		orm_record_error_needs_row(batch->write->model, batch->records[i]);
	orm_batch_each_part(batch, conflict_key ? insert_or : insert_new, match_key(batch, conflict_key), on_conflict);
	if (on_conflict != ORM_CONFLICT_ERROR || batch->write->may_skip)
		return;
	for (int i = 0; i < batch->n; i++)
		if (!batch->records[i]->done)
			orm_record_error_not_stored(batch->write->model, batch->records[i]);
}

/* An OrmHandoverWrite. */
static void
insert_all(const OrmBatch *batch, const OrmKey *unused)
{
	orm_insert_batch(batch, NULL, ORM_CONFLICT_ERROR);
}

void
orm_insert_new(const OrmBatch *batch)
{
	orm_handover_take(batch, NULL, insert_all);
}

void
orm_insert_records(const OrmWrite *write, OrmRecord *records, int n)
{
	OrmBatch batch = {write, &records, 1};

	if (n != 1)
		batch = orm_batch_make(write, records, n);
	orm_insert_batch(&batch, NULL, write->on_conflict);
}
