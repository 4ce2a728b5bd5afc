/*
 * upsert.c - save and upsert: updating existing rows and inserting the others;
 * see upsert.h.
 *
 * Existing rows are subject to the rules of UPDATE alone, new rows to those of
 * INSERT:
 *
 *     1. UPDATE by the key, which locks existing rows
 *     2. INSERT the remaining records, ON CONFLICT DO NOTHING, since another
 *        transaction may have inserted a row since
 *     3. UPDATE the records that were not inserted, under a new snapshot
 *     4. INSERT the records whose row is still not found, without ON CONFLICT:
 *        the caller cannot see the row, and the server raises 23505
 *
 * An upsert with a condition locks existing rows before 1 and 3, and leaves alone those
 * records whose rows do not satisfy it.
 *
 * Steps 2 and 3 are skipped if ON CONFLICT cannot name the key (views, foreign
 * tables, tables with rules, deferrable constraints).  The rows of a partial index, or of
 * one over expressions, are looked for in any case.
 *
 * A single INSERT ... ON CONFLICT DO UPDATE replaces all steps if the
 * difference is not observable: no trigger, policy, check or rule sees the row
 * proposed for insertion, and that row can be formed from the record.  Records
 * with patches do not qualify, as their values are not those of a new row.
 */
#include "postgres.h"

#include "catalog/pg_class.h"
#include "miscadmin.h"
#include "utils/acl.h"

#include "exec/access.h"
#include "model/given_back.h"
#include "model/key.h"
#include "model/soft_delete.h"
#include "store/record_error.h"
#include "store/handover.h"
#include "store/insert.h"
#include "store/lookup.h"
#include "store/revive.h"
#include "store/seen.h"
#include "store/stale.h"
#include "store/update.h"
#include "store/upsert.h"

/* Do two keys have the same attributes? */
static bool
same_key(const OrmKey *a, const OrmKey *b)
{
	return a->nattributes == b->nattributes && memcmp(a->attributes, b->attributes, sizeof(int) * a->nattributes) == 0;
}

/* Can this key be a conflict target of ON CONFLICT? */
static bool
has_constraint(const OrmModel *model, const OrmKey *key)
{
	if ((model->relkind != RELKIND_RELATION && model->relkind != RELKIND_PARTITIONED_TABLE) || model->has_rules)
		return false;
	for (int i = 0; key->terms == NULL && i < model->nunique; i++)
		if (!model->unique[i].deferrable && same_key(&model->unique[i], key))
			return true;
	return key->terms != NULL;
}

/* ---- INSERT ... ON CONFLICT DO UPDATE ---- */

/* Is a row proposed for insertion unobservable? */
static bool
proposes_plainly(const OrmModel *model)
{
	return model->plain_inserts && pg_class_aclcheck(model->relid, GetUserId(), ACL_INSERT) == ACLCHECK_OK;
}

/* Does the model have a generated column? */
static bool
has_generated(const OrmModel *model)
{
	for (int i = 0; i < model->nattributes; i++)
		if (model->attributes[i].generated)
			return true;
	return false;
}

/* Can an attribute be missing in a row proposed for insertion? */
static bool
may_lack(const OrmAttribute *attribute)
{
	if (OidIsValid(attribute->sequence))
		return pg_class_aclcheck(attribute->sequence, GetUserId(), ACL_USAGE | ACL_UPDATE) == ACLCHECK_OK;
	return attribute->plain_default && (attribute->has_default || !(attribute->not_null || attribute->type->is_domain));
}

/* Arguments of proposes_row(). */
typedef struct Demands
{
	const OrmModel *model;
	bool complete; /* every attribute must be given */
} Demands;

/* Can a row proposed for insertion be formed from the record? */
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
		if (demands->complete && record->given_back && record->given[i] &&
			orm_given_back_may_keep(attribute->type, record->isnull[i]))
			return false;
	}
	return true;
}

/* The records whose rows can be proposed for insertion unobservably. */
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

/*
 * Inserts or updates by one statement the records that qualify.  Not used if
 * the caller needs the effect on each row without RETURNING.
 */
static void
insert_or_update(const OrmBatch *batch, const OrmKey *key)
{
	const OrmModel *model = batch->write->model;
	bool hides = (model->default_scoped && !batch->write->unscoped) ||
		(orm_soft_delete_any(model) && key->terms == NULL);
	OrmBatch able;
	OrmBatch unchanged;

	if (batch->write->told_apart || hides || batch->write->where != NULL || key->terms != NULL ||
		!orm_access_may_update(model))
		return;
	able = pick_proposable(batch, key);
	if (able.n == 0)
		return;
	orm_insert_batch(&able, key, ORM_CONFLICT_UPDATE);
	unchanged = orm_batch_pending(&able);
	if (unchanged.n > 0)
		orm_lookup_read(&unchanged, key);
}

/* ---- UPDATE, then INSERT ---- */

/* The step for existing rows: an update or a lookup. */
typedef void (*Find)(const OrmBatch *batch, const OrmKey *key);

/* qsort comparator: orders records by their position in the document. */
static int
compare_places(const void *a, const void *b)
{
	const OrmRecord *left = *(OrmRecord *const *) a;
	const OrmRecord *right = *(OrmRecord *const *) b;

	return (left->index > right->index) - (left->index < right->index);
}

/* Reads existing rows; those of default scopes are not taken for missing. */
static void
find_seen(const OrmBatch *batch, const OrmKey *key)
{
	orm_seen_check(batch, key, false);
	orm_lookup_read(batch, key);
}

static void find_or_insert(const OrmBatch *batch, const OrmKey *key, Find find);

/*
 * Writes records one by one, like separate calls: a trigger may change the key
 * of a new row to that of a later record.
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

/* Applies "find" to the rows of a key, and inserts the missing ones. */
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

/* Inserts records that qualify without a lookup, ON CONFLICT DO NOTHING. */
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

/* Updates existing rows.  A caller without UPDATE privilege gets the server's error only if a row exists. */
static void
update_if_any(const OrmBatch *batch, const OrmKey *key)
{
	OrmWrite write = {.model = batch->write->model};
	OrmBatch found = {&write, batch->records, batch->n};

	if (!orm_access_may_update(write.model))
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

/* Updates existing rows that satisfy the condition of the write. */
static void
update_if_satisfied(const OrmBatch *batch, const OrmKey *key)
{
	OrmBatch pending = orm_batch_pending(batch);

	if (pending.n == 0)
		return;
	orm_lookup_keep(&pending, key);
	pending = orm_batch_pending(&pending);
	update_if_any(&pending, key);
}

/* Updates existing rows, and inserts the others. */
static void
update_or_insert(const OrmBatch *batch, const OrmKey *key)
{
	insert_or_update(batch, key);
	find_or_insert(batch, key, batch->write->where != NULL ? update_if_satisfied : update_if_any);
}

/* Finds existing rows, and inserts the others. */
static void
find_or_create(const OrmBatch *batch, const OrmKey *key)
{
	insert_or_ignore(batch, key);
	find_or_insert(batch, key, find_seen);
}

/* Writes records that give the key. */
static void
write_by_key(const OrmBatch *batch, const OrmKey *key, OrmOnConflict on_conflict)
{
	orm_batch_lock_order(batch, key);
	if (on_conflict == ORM_CONFLICT_UPDATE)
		orm_handover_run(batch, key, update_or_insert);
	else
		orm_handover_take(batch, key, find_or_create);
}

bool
orm_upsert_is_numbered(const OrmModel *model, const OrmKey *key)
{
	for (int i = 0; i < key->nattributes; i++)
		if (model->attributes[key->attributes[i]].numbered)
			return true;
	return false;
}

/* Is an attribute of the key GENERATED ALWAYS AS IDENTITY, so that no row can be inserted with a given key? */
static bool
is_always_numbered(const OrmModel *model, const OrmKey *key)
{
	for (int i = 0; i < key->nattributes; i++)
		if (model->attributes[key->attributes[i]].identity_always)
			return true;
	return false;
}

/* Updates records whose rows must exist; raises P0002 for missing rows. */
static void
write_existing(const OrmBatch *batch, const OrmKey *key)
{
	orm_batch_lock_order(batch, key);
	orm_update_batch(batch, key);
	demand_rows(batch);
}

/* Makes attributes GENERATED ALWAYS AS IDENTITY not given, unless they belong to the key. */
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
	if (key != NULL && on_conflict == ORM_CONFLICT_UPDATE)
		orm_revive_rows(batch, key);
	forget_identities(batch, key);
	if (key == NULL)
		orm_insert_new(batch);
	else if (is_always_numbered(batch->write->model, key))
		write_existing(batch, key);
	else
		write_by_key(batch, key, on_conflict);
	for (int i = 0; i < batch->n; i++)
		if (batch->records[i]->kept)
			batch->records[i]->done = false;
}

/* An OrmRecordTest. */
static bool
has_key(const OrmRecord *record, const void *key)
{
	return orm_record_has_key(record, key);
}

static bool
lacks_key(const OrmRecord *record, const void *key)
{
	return !orm_record_has_key(record, key);
}

/*
 * Records with a key are written first: new rows may reference them, but no row
 * can reference a row whose key is not known yet.
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
	orm_insert_new(&fresh);
}

void
orm_upsert_save_records(const OrmWrite *write, OrmRecord *records, int n)
{
	OrmBatch batch = orm_batch_make(write, records, n);

	orm_upsert_save(&batch);
}
