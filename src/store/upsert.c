/*
 * upsert.c - save and upsert: is there such a row, or is the object new?
 *
 * One statement does it, INSERT ... ON CONFLICT, where a new row can be made
 * from what the record gives without any harm when the row is there already.
 * Otherwise (attributes that a new row must have are missing, a trigger or a
 * check would see the half row, the relation cannot have the constraint) rows
 * are updated first and those that were not there inserted, with ON CONFLICT
 * DO NOTHING where that is possible, and again as long as somebody else's
 * insert comes in between.
 */
#include "postgres.h"

#include "access/table.h"
#include "catalog/pg_class.h"
#include "miscadmin.h"
#include "utils/rel.h"
#include "utils/rls.h"

#include "model/key.h"
#include "store/stale.h"

/* So often may a row appear or vanish between two statements before we give up. */
#define MAX_ATTEMPTS 10

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
	if (model->relkind != RELKIND_RELATION && model->relkind != RELKIND_PARTITIONED_TABLE)
		return false;
	for (int i = 0; i < model->nunique; i++)
		if (same_key(&model->unique[i], key))
			return true;
	return false;
}

/* Would somebody look at a new row of which only a part is given: a check, a policy? */
static bool
inspects_new_rows(const OrmModel *model)
{
	Relation relation = orm_model_table(model);
	TupleConstr *constraints = RelationGetDescr(relation)->constr;
	bool inspects = (constraints != NULL && constraints->num_check > 0) || relation->rd_rel->relrowsecurity;

	table_close(relation, NoLock);
	return inspects;
}

/* What is asked of each record of a batch. */
typedef struct Demands
{
	const OrmModel *model;
	bool complete; /* every attribute must be given, not only what has no default */
} Demands;

/* Can a new row be made from what the record gives? */
static bool
makes_row(const OrmRecord *record, const void *argument)
{
	const Demands *demands = argument;

	if (record->done)
		return false;
	for (int i = 0; i < demands->model->nattributes; i++)
	{
		const OrmAttribute *attribute = &demands->model->attributes[i];

		if (record->given[i] || attribute->generated)
			continue;
		if (demands->complete)
			return false;
		if ((attribute->not_null || attribute->type->is_domain) && !attribute->has_default)
			return false;
	}
	return true;
}

/* Raises: rows come and go so fast, or are hidden, that nothing can be said of them. */
static void
raise_unsettled(const OrmBatch *pending)
{
	const OrmModel *model = pending->write->model;
	bool hidden = check_enable_rls(model->relid, InvalidOid, true) == RLS_ENABLED;
	OrmPath room;

	if (model->before_insert_row_trigger)
		orm_batch_not_stored(model, pending->records[0]);
	ereport(ERROR, errcode(hidden ? ERRCODE_INSUFFICIENT_PRIVILEGE : ERRCODE_T_R_SERIALIZATION_FAILURE),
			hidden
				? errmsg("an object of model \"%s\" with this key exists but may not be read or changed", model->name)
				: errmsg("an object of model \"%s\" is being changed by others all the time", model->name),
			orm_error_place(orm_record_place(pending->records[0], &room)));
}

/* One statement for records from which a new row can be made. */
static void
insert_or_update(const OrmBatch *batch, const OrmKey *key)
{
	const OrmModel *model = batch->write->model;
	Demands demands = {.model = model};
	OrmBatch able;
	OrmBatch unchanged;

	if (!has_constraint(model, key) || model->before_insert_row_trigger)
		return;

	/* one statement tells what it did only in rows that come back, and rows of partitions do not say it */
	if (batch->write->told_apart || (batch->write->action && model->relkind == RELKIND_PARTITIONED_TABLE))
		return;
	demands.complete = inspects_new_rows(model);
	able = orm_batch_pick(batch, makes_row, &demands);
	if (able.n == 0)
		return;
	orm_batch_insert(&able, key, ORM_CONFLICT_UPDATE);
	unchanged = orm_batch_pending(&able);
	if (unchanged.n > 0)
		orm_batch_read(&unchanged, key);
}

/* Updates rows, then inserts those that were not there. */
static void
update_or_insert(const OrmBatch *batch, const OrmKey *key)
{
	bool constrained = has_constraint(batch->write->model, key);
	OrmBatch pending = orm_batch_pending(batch);

	for (int i = 0; pending.n > 0 && i < MAX_ATTEMPTS; i++)
	{
		orm_batch_update(&pending, key);
		orm_batch_insert(&pending, constrained ? key : NULL, constrained ? ORM_CONFLICT_IGNORE : ORM_CONFLICT_ERROR);
		pending = orm_batch_pending(&pending);
		if (!constrained)
			return;
	}
	if (pending.n > 0)
		raise_unsettled(&pending);
}

/* Is it a record from which no new row can be made, or only one that somebody would look at? */
static bool
is_half(const OrmRecord *record, const void *argument)
{
	return !makes_row(record, argument);
}

/* Inserts rows that are not there, and reads those that are; first of all where the insert could fail instead. */
static void
read_or_insert(const OrmBatch *batch, const OrmKey *key)
{
	const OrmModel *model = batch->write->model;
	Demands demands = {model, model->before_insert_row_trigger || inspects_new_rows(model)};
	OrmBatch pending = orm_batch_pending(batch);
	OrmBatch halves = orm_batch_pick(&pending, is_half, &demands);

	if (halves.n > 0)
	{
		orm_batch_read(&halves, key);
		pending = orm_batch_pending(&pending);
	}
	for (int i = 0; pending.n > 0 && i < MAX_ATTEMPTS; i++)
	{
		orm_batch_insert(&pending, key, ORM_CONFLICT_IGNORE);
		if (batch->write->returning == NULL)
			return;
		orm_batch_read(&pending, key);
		pending = orm_batch_pending(&pending);
	}
	if (pending.n > 0)
		raise_unsettled(&pending);
}

/* Raises P0002 for a record that has no row. */
static void
demand_rows(const OrmBatch *batch)
{
	for (int i = 0; i < batch->n; i++)
		if (!batch->records[i]->done)
			orm_write_missing(batch->write->model, batch->records[i]);
}

/* Writes records that have the key. */
static void
write_by_key(const OrmBatch *batch, const OrmKey *key, OrmOnConflict on_conflict)
{
	orm_batch_lock_order(batch, key);
	if (on_conflict == ORM_CONFLICT_UPDATE)
	{
		insert_or_update(batch, key);
		update_or_insert(batch, key);
	}
	else if (has_constraint(batch->write->model, key))
		read_or_insert(batch, key);
	else
	{
		orm_batch_read(batch, key);
		orm_batch_insert(batch, NULL, ORM_CONFLICT_ERROR);
	}
}

bool
orm_batch_is_numbered(const OrmModel *model, const OrmKey *key)
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
	orm_batch_update(batch, key);
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
orm_batch_upsert(const OrmBatch *batch, const OrmKey *key, OrmOnConflict on_conflict)
{
	if (batch->n == 0)
		return;
	if (key != NULL && on_conflict == ORM_CONFLICT_UPDATE)
		orm_stale_check(batch, key, ORM_ABSENCE_IS_FINE);
	forget_identities(batch, key);
	if (key == NULL)
		orm_batch_insert(batch, NULL, ORM_CONFLICT_ERROR);
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
orm_batch_save(const OrmBatch *batch)
{
	const OrmModel *model = batch->write->model;
	const OrmKey *key = orm_model_need_key(model);
	OrmBatch keyed = orm_batch_pick(batch, has_key, key);
	OrmBatch fresh = orm_batch_pick(batch, lacks_key, key);

	orm_stale_check(&keyed, key, ORM_ABSENCE_IS_STALE);
	if (keyed.n > 0 && orm_batch_is_numbered(model, key))
		write_existing(&keyed, key);
	else if (keyed.n > 0)
		write_by_key(&keyed, key, ORM_CONFLICT_UPDATE);
	if (fresh.n > 0)
		orm_batch_insert(&fresh, NULL, ORM_CONFLICT_ERROR);
}

void
orm_write_save(const OrmWrite *write, OrmRecord *records, int n)
{
	OrmBatch batch = orm_batch_make(write, records, n);

	orm_batch_save(&batch);
}
