/*
 * upsert.c - save and upsert: is there such a row, or is the object new?
 *
 * A row that exists is changed under the rules of UPDATE alone, and those of
 * INSERT hold for new rows:
 *
 *     1. UPDATE by the key what is there, which locks it
 *     2. INSERT the rest, ON CONFLICT DO NOTHING: another session may have
 *        inserted a row since
 *     3. UPDATE again, under a new snapshot, what was not inserted
 *     4. INSERT what is still not found, without ON CONFLICT: a row is there that
 *        the caller cannot see, and the server says so (23505)
 *
 * Where no constraint of the server decides about the key (views, foreign
 * tables, tables with rules, deferrable constraints), there is no 2 and 3.
 *
 * One statement does it all, INSERT ... ON CONFLICT DO UPDATE, where nothing can
 * tell the difference: nobody looks at the row that is proposed (a trigger, a
 * policy, a check, a rule), and it can be made from what the record gives.
 * Its values would be those of a new row, so records with patches never go this way.
 */
#include "postgres.h"

#include "catalog/pg_class.h"
#include "miscadmin.h"
#include "utils/acl.h"

#include "model/key.h"
#include "store/record_error.h"
#include "store/handover.h"
#include "store/insert.h"
#include "store/lookup.h"
#include "store/stale.h"
#include "store/update.h"
#include "store/upsert.h"

/* Do two keys have the same attributes? */
static bool
same_key(const OrmKey *a, const OrmKey *b)
{
	return a->nattributes == b->nattributes && memcmp(a->attributes, b->attributes, sizeof(int) * a->nattributes) == 0;
}

/* Can ON CONFLICT name this key? */
static bool
has_constraint(const OrmModel *model, const OrmKey *key)
{
	if ((model->relkind != RELKIND_RELATION && model->relkind != RELKIND_PARTITIONED_TABLE) || model->has_rules)
		return false;
	for (int i = 0; i < model->nunique; i++)
		if (!model->unique[i].deferrable && same_key(&model->unique[i], key))
			return true;
	return false;
}

/* ---- One statement ---- */

/* Are rows proposed without anybody noticing? */
static bool
proposes_plainly(const OrmModel *model)
{
	return model->plain_inserts && pg_class_aclcheck(model->relid, GetUserId(), ACL_INSERT) == ACLCHECK_OK;
}

/* May the caller update any column? */
static bool
may_update(const OrmModel *model)
{
	return pg_class_aclcheck(model->relid, GetUserId(), ACL_UPDATE) == ACLCHECK_OK ||
		pg_attribute_aclcheck_all(model->relid, GetUserId(), ACL_UPDATE, ACLMASK_ANY) == ACLCHECK_OK;
}

/* Is there a column that is computed from others? */
static bool
has_generated(const OrmModel *model)
{
	for (int i = 0; i < model->nattributes; i++)
		if (model->attributes[i].generated)
			return true;
	return false;
}

/* Can an attribute be left out of a row that is proposed? */
static bool
may_lack(const OrmAttribute *attribute)
{
	if (OidIsValid(attribute->sequence))
		return pg_class_aclcheck(attribute->sequence, GetUserId(), ACL_USAGE | ACL_UPDATE) == ACLCHECK_OK;
	return attribute->plain_default && (attribute->has_default || !(attribute->not_null || attribute->type->is_domain));
}

/* What is asked of each record of a batch. */
typedef struct Demands
{
	const OrmModel *model;
	bool complete; /* every attribute must be given */
} Demands;

/* Can a row be proposed that is made of what the record gives? */
static bool
proposes_row(const OrmRecord *record, const void *argument)
{
	const Demands *demands = argument;

	if (record->done || record->patch != NULL)
		return false;
	for (int i = 0; i < demands->model->nattributes; i++)
	{
		const OrmAttribute *attribute = &demands->model->attributes[i];

		if (attribute->generated ? record->given[i] : !record->given[i] && (demands->complete || !may_lack(attribute)))
			return false;
	}
	return true;
}

/* Those records for which rows are proposed without anybody noticing. */
static OrmBatch
pick_proposable(const OrmBatch *batch, const OrmKey *key)
{
	const OrmModel *model = batch->write->model;
	Demands demands = {model, model->has_checks || has_generated(model)};
	OrmBatch none = {batch->write, NULL, 0};

	if (!has_constraint(model, key) || !proposes_plainly(model))
		return none;
	return orm_batch_pick(batch, proposes_row, &demands);
}

/* One statement that inserts or updates, where it can; it tells what it did only in rows that come back. */
static void
insert_or_update(const OrmBatch *batch, const OrmKey *key)
{
	OrmBatch able;
	OrmBatch unchanged;

	if (batch->write->told_apart || !may_update(batch->write->model))
		return;
	able = pick_proposable(batch, key);
	if (able.n == 0)
		return;
	orm_insert_batch(&able, key, ORM_CONFLICT_UPDATE);
	unchanged = orm_batch_pending(&able);
	if (unchanged.n > 0)
		orm_lookup_read(&unchanged, key);
}

/* ---- One after the other ---- */

/* What is done with rows that exist. */
typedef void (*Find)(const OrmBatch *batch, const OrmKey *key);

/* qsort comparator: records in the order of the document. */
static int
compare_places(const void *a, const void *b)
{
	const OrmRecord *left = *(OrmRecord *const *) a;
	const OrmRecord *right = *(OrmRecord *const *) b;

	return (left->index > right->index) - (left->index < right->index);
}

static void find_or_insert(const OrmBatch *batch, const OrmKey *key, Find find);

/*
 * Writes records one by one, as they would be by calls of their own: a trigger
 * may give a new row another key, which is that of a later record.
 */
static void
find_or_insert_each(const OrmBatch *batch, const OrmKey *key, Find find)
{
	qsort(batch->records, batch->n, sizeof(OrmRecord *), compare_places);
	for (int i = 0; i < batch->n; i++)
	{
		OrmBatch one = {batch->write, &batch->records[i], 1};

		CHECK_FOR_INTERRUPTS();
		find_or_insert(&one, key, find);
	}
}

/* Finds rows by the key, and inserts the missing ones. */
static void
find_or_insert(const OrmBatch *batch, const OrmKey *key, Find find)
{
	const OrmModel *model = batch->write->model;
	OrmBatch pending = orm_batch_pending(batch);

	find(&pending, key);
	pending = orm_batch_pending(&pending);
	if (pending.n > 1 && model->before_insert_row_trigger)
	{
		find_or_insert_each(&pending, key, find);
		return;
	}
	if (pending.n > 0 && has_constraint(model, key))
	{
		orm_insert_batch(&pending, key, ORM_CONFLICT_IGNORE);
		pending = orm_batch_pending(&pending);
		find(&pending, key);
		pending = orm_batch_pending(&pending);
	}
	orm_insert_batch(&pending, NULL, ORM_CONFLICT_ERROR);
}

/* Inserts rows without looking first, where that shows nowhere. */
static void
insert_or_ignore(const OrmBatch *batch, const OrmKey *key)
{
	OrmBatch able = pick_proposable(batch, key);

	orm_insert_batch(&able, key, ORM_CONFLICT_IGNORE);
}

/* Raises P0002 for a record that has no row. */
static void
demand_rows(const OrmBatch *batch)
{
	for (int i = 0; i < batch->n; i++)
		if (!batch->records[i]->done)
			orm_record_error_missing(batch->write->model, batch->write->model->primary_key, batch->records[i]);
}

/* Updates rows; a caller who may not is refused, by the server, only where there is a row. */
static void
update_if_any(const OrmBatch *batch, const OrmKey *key)
{
	OrmWrite write = {.model = batch->write->model};
	OrmBatch found = {&write, batch->records, batch->n};

	if (!may_update(write.model))
	{
		orm_lookup_read(&found, key);
		for (int i = 0; i < batch->n; i++)
			batch->records[i]->done = !batch->records[i]->done;
		found = orm_batch_pending(batch);
		for (int i = 0; i < batch->n; i++)
			batch->records[i]->done = false;
		found.write = batch->write;
		batch = &found;
	}
	orm_update_batch(batch, key);
}

/* Updates the rows that there are, and inserts the others. */
static void
update_or_insert(const OrmBatch *batch, const OrmKey *key)
{
	insert_or_update(batch, key);
	find_or_insert(batch, key, update_if_any);
}

/* Writes records that have the key. */
static void
write_by_key(const OrmBatch *batch, const OrmKey *key, OrmOnConflict on_conflict)
{
	orm_batch_lock_order(batch, key);
	if (on_conflict == ORM_CONFLICT_UPDATE)
		orm_handover_run(batch, key, update_or_insert);
	else
	{
		insert_or_ignore(batch, key);
		find_or_insert(batch, key, orm_lookup_read);
	}
}

bool
orm_upsert_is_numbered(const OrmModel *model, const OrmKey *key)
{
	for (int i = 0; i < key->nattributes; i++)
		if (model->attributes[key->attributes[i]].numbered)
			return true;
	return false;
}

/* Does the database alone decide the key's values, so that a row which is not there cannot be made? */
static bool
is_always_numbered(const OrmModel *model, const OrmKey *key)
{
	for (int i = 0; i < key->nattributes; i++)
		if (model->attributes[key->attributes[i]].identity_always)
			return true;
	return false;
}

/* Writes records whose rows must exist. */
static void
write_existing(const OrmBatch *batch, const OrmKey *key)
{
	orm_batch_lock_order(batch, key);
	orm_update_batch(batch, key);
	demand_rows(batch);
}

/* An identity that is ALWAYS the server's is passed over, unless rows are found by it. */
static void
forget_identities(const OrmBatch *batch, const OrmKey *key)
{
	const OrmModel *model = batch->write->model;

	for (int i = 0; i < model->nattributes; i++)
		if (model->attributes[i].identity_always && !orm_key_has(key, i))
			for (int r = 0; r < batch->n; r++)
				orm_record_unset(batch->records[r], i);
}

void
orm_upsert_batch(const OrmBatch *batch, const OrmKey *key, OrmOnConflict on_conflict)
{
	if (batch->n == 0)
		return;
	if (key != NULL && on_conflict == ORM_CONFLICT_UPDATE)
		orm_stale_check(batch, key, ORM_ABSENCE_IS_FINE);
	forget_identities(batch, key);
	if (key == NULL)
		orm_insert_batch(batch, NULL, ORM_CONFLICT_ERROR);
	else if (is_always_numbered(batch->write->model, key))
		write_existing(batch, key);
	else
		write_by_key(batch, key, on_conflict);
}

/* Has the record this key? */
static bool
has_key(const OrmRecord *record, const void *key)
{
	return orm_record_has_key(record, key);
}

/* Lacks the record this key? */
static bool
lacks_key(const OrmRecord *record, const void *key)
{
	return !orm_record_has_key(record, key);
}

/*
 * Those with a key go first: new ones may refer to them, but nobody can refer
 * to one whose key is not known yet.
 */
void
orm_upsert_save(const OrmBatch *batch)
{
	const OrmModel *model = batch->write->model;
	const OrmKey *key = orm_model_need_key(model);
	OrmBatch keyed = orm_batch_pick(batch, has_key, key);
	OrmBatch fresh = orm_batch_pick(batch, lacks_key, key);

	orm_stale_check(&keyed, key, ORM_ABSENCE_IS_STALE);
	if (keyed.n > 0 && orm_upsert_is_numbered(model, key))
		write_existing(&keyed, key);
	else if (keyed.n > 0)
		write_by_key(&keyed, key, ORM_CONFLICT_UPDATE);
	if (fresh.n > 0)
		orm_insert_batch(&fresh, NULL, ORM_CONFLICT_ERROR);
}

void
orm_upsert_save_records(const OrmWrite *write, OrmRecord *records, int n)
{
	OrmBatch batch = orm_batch_make(write, records, n);

	orm_upsert_save(&batch);
}
