/*
 * seen.c - see seen.h.
 */
#include "postgres.h"

#include "exec/access.h"
#include "model/key.h"
#include "query/named_scope.h"
#include "store/lookup.h"
#include "store/record_error.h"
#include "store/returning.h"
#include "store/seen.h"

/* Raises P0002 for a hidden row. */
static void
raise_hidden(const OrmModel *model, const OrmKey *key, const OrmRecord *record, bool deleted)
{
	OrmPath room;

	if (deleted)
		ereport(ERROR, errcode(ERRCODE_NO_DATA_FOUND),
				errmsg("object of model \"%s\" with the key %s is deleted", model->name,
					   orm_record_error_key_text(model, key, record)),
				orm_error_place(orm_record_place(record, &room)), errhint("orm.restore() brings it back."));
	ereport(ERROR, errcode(ERRCODE_NO_DATA_FOUND),
			errmsg("object of model \"%s\" with the key %s is hidden by a default scope", model->name,
				   orm_record_error_key_text(model, key, record)),
			orm_error_place(orm_record_place(record, &room)),
			errhint("With the option \"unscoped\": true, orm.update, save, upsert and delete lift default scopes."));
}

/* Marks all records of a batch pending. */
static void
forget(const OrmBatch *batch)
{
	for (int i = 0; i < batch->n; i++)
		batch->records[i]->done = false;
}

/* Reads the rows of records that give the same attributes of which a condition is not true. */
static void
read_hidden(const OrmBatch *part, const OrmKey *key, const char *condition)
{
	OrmStatement statement = orm_returning_statement(ORM_KIND_STORED, part, key);

	statement.bound = orm_key_flags(part->write->model, key);
	statement.patch = NULL;
	statement.source = NULL;
	statement.assigned = NULL;
	statement.given_back = false;
	statement.hidden_by = condition;
	if (condition != NULL)
		orm_returning_run(&statement, part, key);
}

/* Reads the rows that are marked as deleted. */
static void
read_deleted(const OrmBatch *part, const OrmKey *key, OrmOnConflict unused)
{
	read_hidden(part, key, orm_soft_delete_condition(part->write->model, "t", ORM_DELETED_NO));
}

/* Reads the rows that default scopes hide. */
static void
read_unscoped(const OrmBatch *part, const OrmKey *key, OrmOnConflict unused)
{
	read_hidden(part, key, orm_named_scope_print(part->write->model, "t", ORM_SCOPE_LIFTS_DELETED));
}

/* Raises P0002 for rows that "read" finds. */
static void
refuse(const OrmBatch *pending, const OrmKey *key, OrmPart read, bool deleted)
{
	orm_batch_each_part(pending, read, key, ORM_CONFLICT_ERROR);
	for (int i = 0; i < pending->n; i++)
		if (pending->records[i]->done)
			raise_hidden(pending->write->model, key, pending->records[i], deleted);
}

/* As orm_seen_check(), lifting something. */
static void
check(const OrmBatch *batch, const OrmKey *key, bool changes, int lifts)
{
	const OrmModel *model = batch->write->model;
	bool deleted = orm_soft_delete_any(model) && !(lifts & ORM_SCOPE_LIFTS_DELETED);
	bool scoped = model->default_scoped && !(lifts & ORM_SCOPE_LIFTS_DEFAULTS);
	OrmWrite write = {.model = model, .checking = true};
	OrmBatch pending;

	if (!deleted && !scoped)
		return;
	pending = orm_batch_pending(batch);
	pending.write = &write;
	if (pending.n == 0)
		return;
	if (changes && !batch->write->checking && orm_access_may_update(model))
	{
		write.checking = false;
		orm_lookup_lock(&pending, key, false);
		forget(&pending);
	}
	if (deleted)
		refuse(&pending, key, read_deleted, true);
	if (scoped)
		refuse(&pending, key, read_unscoped, false);
}

void
orm_seen_check(const OrmBatch *batch, const OrmKey *key, bool changes)
{
	check(batch, key, changes, batch->write->unscoped ? ORM_SCOPE_LIFTS_DEFAULTS : 0);
}

/* A batch of one record with a primary key. */
static OrmBatch
batch_of(const OrmWrite *write, const Datum *key, const OrmPath *place)
{
	OrmRecord *record = orm_record_make(write->model, 1);

	orm_record_copy_key(record, write->model->primary_key, key);
	record->in_graph = true;
	record->place = place;
	return orm_batch_make(write, record, 1);
}

void
orm_seen_check_key(const OrmModel *model, const Datum *key, const OrmPath *place, int lifts)
{
	OrmWrite write = {.model = model};
	OrmBatch batch;

	if (!orm_named_scope_any(model))
		return;
	batch = batch_of(&write, key, place);
	check(&batch, model->primary_key, true, lifts);
}

void
orm_seen_refuse_deleted(const OrmModel *model, const Datum *key, const OrmPath *place)
{
	OrmWrite write = {.model = model};
	OrmBatch batch = batch_of(&write, key, place);

	check(&batch, model->primary_key, false, ORM_SCOPE_LIFTS_DEFAULTS);
}

bool
orm_seen_exists(const OrmModel *model, const Datum *key)
{
	OrmWrite write = {.model = model};
	OrmBatch batch = batch_of(&write, key, NULL);

	orm_batch_each_part(&batch, read_deleted, model->primary_key, ORM_CONFLICT_ERROR);
	if (orm_soft_delete_any(model) && batch.records[0]->done)
		return false;
	orm_lookup_read(&batch, model->primary_key);
	return batch.records[0]->done;
}
