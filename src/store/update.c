/*
 * update.c - UPDATE and DELETE by key, and reading rows back.
 *
 * An update passes over a row that already is as the record says, so a record
 * without a row may be one whose row is as it should be.  It is read, and in
 * the same SELECT compared again: a row that differs after all was changed or
 * inserted by somebody between the two statements, and is then updated without
 * more questions.
 */
#include "postgres.h"

#include "catalog/pg_class.h"
#include "utils/builtins.h"

#include "model/key.h"
#include "store/assignment.h"
#include "store/stale.h"
#include "store/statement_run.h"

/* A statement for records that give the same attributes. */
static OrmStatement
statement_for(OrmPlanKind kind, const OrmBatch *part, const OrmKey *key)
{
	OrmStatement statement = {
		.kind = kind,
		.model = part->write->model,
		.bound = part->records[0]->given,
		.patch = part->records[0]->patch,
		.key = key,
		.returning = part->write->returning,
	};

	return statement;
}

/* Reads the rows of records that give the same attributes; the key alone is bound. */
static void
read_part(const OrmBatch *part, const OrmKey *key, OrmOnConflict unused)
{
	OrmStatement statement = statement_for(ORM_KIND_STORED, part, key);
	bool *bound = orm_key_flags(part->write->model, key);

	statement.bound = bound;
	statement.patch = NULL;
	orm_batch_run(&statement, part, key);
	pfree(bound);
}

void
orm_batch_read(const OrmBatch *batch, const OrmKey *key)
{
	orm_batch_each_part(batch, read_part, key, ORM_CONFLICT_ERROR);
}

void
orm_batch_lock(const OrmBatch *batch, const OrmKey *key, bool etag)
{
	OrmStatement statement = statement_for(ORM_KIND_STORED, batch, key);
	bool *bound = orm_key_flags(batch->write->model, key);

	statement.bound = bound;
	statement.patch = NULL;
	statement.lock = !batch->write->checking;
	statement.etag = etag;
	orm_batch_run(&statement, batch, key);
	pfree(bound);
}

/* Raises 09000 for records whose rows an update did not return, though they are there. */
static void
check_skipped(const OrmBatch *pending, const OrmKey *key)
{
	read_part(pending, key, ORM_CONFLICT_ERROR);
	for (int i = 0; i < pending->n && !pending->write->may_skip; i++)
		if (pending->records[i]->done)
			orm_batch_not_stored(pending->write->model, pending->records[i]);
}

/* Updates records whose rows are known to be there and to differ. */
static void
update_differing(const OrmBatch *differing, const OrmKey *key)
{
	OrmStatement statement = statement_for(ORM_KIND_UPDATE, differing, key);
	OrmBatch pending;

	orm_batch_run(&statement, differing, key);
	pending = orm_batch_pending(differing);
	if (pending.n == 0)
		return;
	check_skipped(&pending, key);
}

/* Looks again for the rows that an update did not return. */
static void
look_again(const OrmBatch *pending, const OrmKey *key)
{
	OrmStatement statement = statement_for(ORM_KIND_STORED, pending, key);
	OrmBatch differing;

	statement.changed_only = true;
	orm_batch_run(&statement, pending, key);
	differing = orm_batch_differing(pending);
	if (differing.n > 0)
		update_differing(&differing, key);
}

/* Updates records that give the same attributes. */
static void
update_part(const OrmBatch *part, const OrmKey *key, OrmOnConflict unused)
{
	OrmStatement statement = statement_for(ORM_KIND_UPDATE, part, key);
	OrmBatch pending;

	if (!orm_assignment_any(&statement))
	{
		read_part(part, key, unused);
		return;
	}
	statement.changed_only = orm_batch_compares(part->write, &statement);
	orm_batch_run(&statement, part, key);
	pending = orm_batch_pending(part);
	if (pending.n == 0)
		return;
	if (statement.changed_only)
		look_again(&pending, key);
	else
		check_skipped(&pending, key);
}

void
orm_batch_update(const OrmBatch *batch, const OrmKey *key)
{
	orm_batch_each_part(batch, update_part, key, ORM_CONFLICT_ERROR);
}

void
orm_write_update(const OrmWrite *write, OrmRecord *records, int n, bool *missing)
{
	const OrmKey *key = orm_model_need_key(write->model);
	OrmBatch batch = {write, &records, 1};

	if (n != 1)
		batch = orm_batch_make(write, records, n);
	orm_batch_lock_order(&batch, key);
	orm_stale_check(&batch, key, ORM_ABSENCE_IS_FINE);
	orm_batch_update(&batch, key);
	for (int i = 0; i < n; i++)
		missing[i] = !records[i].done;
}

/* Deletes the rows of records; the key alone is bound. */
static void
delete_part(const OrmBatch *part, const OrmKey *key, OrmOnConflict unused)
{
	OrmStatement statement = statement_for(ORM_KIND_DELETE, part, key);
	bool *bound = orm_key_flags(part->write->model, key);

	statement.bound = bound;
	statement.patch = NULL;
	statement.returning = NULL;
	orm_batch_run(&statement, part, key);
	pfree(bound);
}

void
orm_batch_delete(const OrmBatch *batch, const OrmKey *key)
{
	orm_batch_each_part(batch, delete_part, key, ORM_CONFLICT_ERROR);
}

bool
orm_delete_row(const OrmModel *model, const Datum *key)
{
	const OrmKey *primary_key = orm_model_need_key(model);
	OrmRecord *record = orm_record_make(model, 1);
	OrmStatement statement = {
		.kind = ORM_KIND_DELETE,
		.model = model,
		.bound = record->given,
		.key = primary_key,
	};

	orm_record_copy_key(record, primary_key, key);
	return orm_statement_run(&statement, &record, 1, NULL) > 0;
}

char *
orm_batch_key_text(const OrmModel *model, const OrmKey *key, const OrmRecord *record)
{
	StringInfoData text;

	initStringInfo(&text);
	for (int i = 0; i < key->nattributes; i++)
	{
		const OrmAttribute *attribute = &model->attributes[key->attributes[i]];

		appendStringInfo(&text, "%s%s = %s", i ? ", " : "", attribute->name,
						 record->isnull[key->attributes[i]]
							 ? "null"
							 : OutputFunctionCall(&attribute->type->output, record->values[key->attributes[i]]));
	}
	return text.data;
}

void
orm_batch_missing(const OrmModel *model, const OrmKey *key, const OrmRecord *record)
{
	OrmPath room;

	ereport(ERROR, errcode(ERRCODE_NO_DATA_FOUND),
			record && orm_record_has_key(record, key) ? errmsg("no object of model \"%s\" has the key %s", model->name,
															   orm_batch_key_text(model, key, record))
													  : errmsg("no object of model \"%s\" has a null key", model->name),
			record ? orm_error_place(orm_record_place(record, &room)) : 0);
}

void
orm_write_missing(const OrmModel *model, const OrmRecord *record)
{
	orm_batch_missing(model, model->primary_key, record);
}
