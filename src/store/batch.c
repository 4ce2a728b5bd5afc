/*
 * batch.c - batches of records; see batch.h.
 */
#include "postgres.h"

#include "miscadmin.h"

#include "store/arbiter.h"
#include "store/batch.h"
#include "store/record_error.h"
#include "store/key_order.h"

OrmBatch
orm_batch_make(const OrmWrite *write, OrmRecord *records, int n)
{
	OrmBatch batch = {write, NULL, n};

	batch.records = palloc_extended(sizeof(OrmRecord *) * Max(n, 1), MCXT_ALLOC_HUGE);
	for (int i = 0; i < n; i++)
		batch.records[i] = &records[i];
	return batch;
}

OrmBatch
orm_batch_room(const OrmBatch *batch)
{
	OrmBatch room = {batch->write, NULL, 0};

	room.records = palloc_extended(sizeof(OrmRecord *) * Max(batch->n, 1), MCXT_ALLOC_HUGE);
	return room;
}

OrmBatch
orm_batch_pick(const OrmBatch *batch, OrmRecordTest test, const void *argument)
{
	OrmBatch picked = orm_batch_room(batch);

	for (int i = 0; i < batch->n; i++)
		if (test(batch->records[i], argument))
			orm_batch_add(&picked, batch->records[i]);
	return picked;
}

static bool
is_pending(const OrmRecord *record, const void *argument)
{
	return !record->done;
}

OrmBatch
orm_batch_pending(const OrmBatch *batch)
{
	return orm_batch_pick(batch, is_pending, NULL);
}

/* Orders records that have expressions for the same attributes by them. */
static int
compare_assigned(const OrmRecord *a, const OrmRecord *b, int nattributes)
{
	int result = 0;

	Assert(b->assigned != NULL);
	for (int i = 0; i < nattributes && result == 0; i++)
	{
		const OrmAssigned *left = a->assigned[i];
		const OrmAssigned *right = b->assigned[i];

		Assert((left == NULL) == (right == NULL));
		if (left == right)
			continue;
		result = strcmp(left->text, right->text);
		if (result == 0)
			result = left->first - right->first;
	}
	return result;
}

int
orm_batch_compare_ways(const OrmRecord *a, const OrmRecord *b, int nattributes)
{
	int result;

	if (a->given_back != b->given_back)
		return a->given_back - b->given_back;
	if (a->patch == NULL || b->patch == NULL)
		return (a->patch != NULL) - (b->patch != NULL);
	result = memcmp(a->patch, b->patch, nattributes);
	if (result == 0 && a->source != NULL)
	{
		Assert(b->source != NULL);
		result = memcmp(a->source, b->source, sizeof(int16) * nattributes);
	}
	if (result == 0 && a->assigned != NULL)
		result = compare_assigned(a, b, nattributes);
	return result;
}

/* Orders records by the attributes they give and patch; records that compare equal share a statement. */
static int
compare_given(const OrmRecord *a, const OrmRecord *b, int nattributes)
{
	int result = memcmp(a->given, b->given, nattributes);

	return result != 0 ? result : orm_batch_compare_ways(a, b, nattributes);
}

/* A record and its position in the batch, while records are sorted into parts. */
typedef struct Ranked
{
	OrmRecord *record;
	int rank;
} Ranked;

/* A part, and the position of its first record. */
typedef struct Part
{
	OrmBatch batch;
	int rank;
} Part;

/* qsort_arg comparator: groups records by their attributes, and keeps their order within a group. */
static int
compare_sets(const void *a, const void *b, void *nattributes)
{
	const Ranked *left = a;
	const Ranked *right = b;
	int result = compare_given(left->record, right->record, *(const int *) nattributes);

	return result != 0 ? result : left->rank - right->rank;
}

/* qsort comparator: orders parts by their first records. */
static int
compare_parts(const void *a, const void *b)
{
	return ((const Part *) a)->rank - ((const Part *) b)->rank;
}

/* Do all records give the same attributes? */
static bool
is_uniform(const OrmBatch *batch)
{
	int nattributes = batch->write->model->nattributes;

	for (int i = 1; i < batch->n; i++)
		if (compare_given(batch->records[0], batch->records[i], nattributes) != 0)
			return false;
	return true;
}

/* Sorts pending records by the attributes they give, with their positions. */
static Ranked *
rank_records(const OrmBatch *pending)
{
	int nattributes = pending->write->model->nattributes;
	Ranked *ranked = palloc_extended(sizeof(Ranked) * pending->n, MCXT_ALLOC_HUGE);

	for (int i = 0; i < pending->n; i++)
	{
		ranked[i].record = pending->records[i];
		ranked[i].rank = i;
	}
	qsort_arg(ranked, pending->n, sizeof(Ranked), compare_sets, &nattributes);
	return ranked;
}

/* Splits pending records into parts; returns their number. */
static int
split(const OrmBatch *pending, Part *parts)
{
	int nattributes = pending->write->model->nattributes;
	Ranked *ranked = rank_records(pending);
	int nparts = 0;

	for (int i = 0; i < pending->n; i++)
	{
		if (i == 0 || compare_given(ranked[i - 1].record, ranked[i].record, nattributes) != 0)
		{
			parts[nparts].batch = *pending;
			parts[nparts].batch.records = &pending->records[i];
			parts[nparts].batch.n = 0;
			parts[nparts++].rank = ranked[i].rank;
		}
		pending->records[i] = ranked[i].record;
		parts[nparts - 1].batch.n++;
	}
	pfree(ranked);
	qsort(parts, nparts, sizeof(Part), compare_parts);
	return nparts;
}

void
orm_batch_each_part(const OrmBatch *batch, OrmPart part, const OrmKey *key, OrmOnConflict on_conflict)
{
	OrmBatch pending;
	Part *parts;
	int nparts;

	if (batch->n == 1)
	{
		if (!batch->records[0]->done)
			part(batch, key, on_conflict);
		return;
	}
	pending = orm_batch_pending(batch);
	if (pending.n == 0)
		return;
	if (is_uniform(&pending))
	{
		part(&pending, key, on_conflict);
		return;
	}
	parts = palloc_extended(sizeof(Part) * pending.n, MCXT_ALLOC_HUGE);
	nparts = split(&pending, parts);
	for (int i = 0; i < nparts; i++)
	{
		CHECK_FOR_INTERRUPTS();
		part(&parts[i].batch, key, on_conflict);
	}
}

int
orm_batch_compare_keys(const void *a, const void *b, void *order)
{
	const OrmRecord *left = *(OrmRecord *const *) a;
	const OrmRecord *right = *(OrmRecord *const *) b;
	int result = orm_key_order_compare_records(order, left, right);

	return result != 0 ? result : (left->index > right->index) - (left->index < right->index);
}

void
orm_batch_lock_order(const OrmBatch *batch, const OrmKey *key)
{
	OrmKeyOrder order;

	if (batch->n < 2)
		return;
	if (key->terms != NULL)
		orm_arbiter_refuse_twins(batch, key);
	if (!orm_key_order_make(&order, batch->write->model, key))
		return;
	qsort_arg(batch->records, batch->n, sizeof(OrmRecord *), orm_batch_compare_keys, &order);
	for (int i = 1; i < batch->n; i++)
		if (orm_key_order_compare_records(&order, batch->records[i - 1], batch->records[i]) == 0)
			orm_record_error_same_key(batch->write->model, batch->records[i - 1], batch->records[i]);
}

const OrmPath *
orm_batch_place(const OrmBatch *batch)
{
	OrmPath room;
	const OrmPath *place;

	if (!batch->records[0]->in_graph)
		return NULL;
	place = orm_record_place(batch->records[0], &room);
	for (int i = 1; i < batch->n && place != NULL; i++)
		place = orm_path_common(place, orm_record_place(batch->records[i], &room));
	return place;
}
