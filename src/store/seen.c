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
raise_hidden(const OrmModel *model, const OrmKey *key, const OrmRecord *record)
{
	OrmPath room;

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

/* Reads the hidden rows of records that give the same attributes. */
static void
read_part(const OrmBatch *part, const OrmKey *key, OrmOnConflict unused)
{
	OrmStatement statement = orm_returning_statement(ORM_KIND_STORED, part, key);

	statement.bound = orm_key_flags(part->write->model, key);
	statement.patch = NULL;
	statement.source = NULL;
	statement.assigned = NULL;
	statement.given_back = false;
	statement.hidden_by = orm_named_scope_print(part->write->model, "t");
	if (statement.hidden_by != NULL)
		orm_returning_run(&statement, part, key);
}

void
orm_seen_check(const OrmBatch *batch, const OrmKey *key, bool changes)
{
	const OrmModel *model = batch->write->model;
	OrmWrite write = {.model = model, .checking = true};
	OrmBatch pending;

	if (!model->default_scoped || batch->write->unscoped)
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
	orm_batch_each_part(&pending, read_part, key, ORM_CONFLICT_ERROR);
	for (int i = 0; i < pending.n; i++)
		if (pending.records[i]->done)
			raise_hidden(model, key, pending.records[i]);
}

void
orm_seen_check_key(const OrmModel *model, const Datum *key, const OrmPath *place)
{
	OrmWrite write = {.model = model};
	OrmRecord *record;
	OrmBatch batch;

	if (!model->default_scoped)
		return;
	record = orm_record_make(model, 1);
	orm_record_copy_key(record, model->primary_key, key);
	record->in_graph = true;
	record->place = place;
	batch = orm_batch_make(&write, record, 1);
	orm_seen_check(&batch, model->primary_key, true);
}
