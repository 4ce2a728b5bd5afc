/*
 * returning.c - matching returned rows to records; see returning.h.
 *
 * Returned rows have no defined order: a join or a distributed table reorders
 * them, and rows without effect are missing.  A statement that joins the table
 * with the records returns the number of the record.  Rows of an INSERT are
 * matched to records by key, never by position.  The next record by position
 * and then the next one in key order are tried first, so a row usually costs
 * one comparison.
 */
#include "postgres.h"

#include "catalog/pg_class.h"
#include "miscadmin.h"
#include "utils/memutils.h"

#include "exec/receiver.h"
#include "store/record_error.h"
#include "store/key_order.h"
#include "store/failed_row.h"
#include "store/returning.h"
#include "store/statement_run.h"

/* State of matching the returned rows of a statement to the records of a batch. */
typedef struct Delivery
{
	const OrmBatch *batch;
	const OrmStatement *statement;
	MemoryContext context; /* for "sorted"; longer-lived than the per-row context */
	int last_column;
	OrmKeyOrder order;
	int key_columns[INDEX_MAX_KEYS]; /* columns of the key's parts in a row, or of the record's number */
	int next;						 /* guess: index of the next record */
	OrmRecord ***sorted;			 /* the batch's records sorted by key, as pointers into it; made on demand */
	int next_sorted;				 /* guess: index in "sorted" */
} Delivery;

/* qsort_arg comparator: by key, then by position in the batch. */
static int
compare_for_sort(const void *a, const void *b, void *order)
{
	OrmRecord **left = *(OrmRecord * *const *) a;
	OrmRecord **right = *(OrmRecord * *const *) b;
	int result = orm_key_order_compare_records(order, *left, *right);

	return result != 0 ? result : (left > right) - (left < right);
}

/* Sorts the batch's records by key. */
static void
sort_records(Delivery *delivery)
{
	int n = delivery->batch->n;
	MemoryContext caller = MemoryContextSwitchTo(delivery->context);

	delivery->sorted = palloc(sizeof(OrmRecord **) * n);
	for (int i = 0; i < n; i++)
		delivery->sorted[i] = &delivery->batch->records[i];
	MemoryContextSwitchTo(caller);
	qsort_arg(delivery->sorted, n, sizeof(OrmRecord **), compare_for_sort, &delivery->order);
}

/* The index of the first record in key order that is not less than the key. */
static int
search_sorted(const Delivery *delivery, const Datum *key)
{
	int low = 0;
	int high = delivery->batch->n;

	while (low < high)
	{
		int middle = low + (high - low) / 2;

		if (orm_key_order_compare(&delivery->order, *delivery->sorted[middle], key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Is this a pending record with that key? */
static bool
waits(const Delivery *delivery, const OrmRecord *record, const Datum *key)
{
	return !record->done && orm_key_order_compare(&delivery->order, record, key) == 0;
}

/* Finds the pending record of a key by binary search, or NULL. */
static OrmRecord *
find_in_order(Delivery *delivery, const Datum *key)
{
	int n = delivery->batch->n;
	int at = delivery->next_sorted;

	if (delivery->sorted == NULL)
		sort_records(delivery);
	if (at >= n || !waits(delivery, *delivery->sorted[at], key))
		at = search_sorted(delivery, key);
	while (at < n && !waits(delivery, *delivery->sorted[at], key))
	{
		if (orm_key_order_compare(&delivery->order, *delivery->sorted[at], key) != 0)
			return NULL;
		at++;
	}
	if (at >= n)
		return NULL;
	delivery->next_sorted = at + 1;
	delivery->next = delivery->sorted[at] - delivery->batch->records + 1;
	return *delivery->sorted[at];
}

/* The record whose number is in a row; NULL if it already has its row. */
static OrmRecord *
find_numbered(const Delivery *delivery, TupleTableSlot *slot)
{
	bool isnull;
	int64 number = DatumGetInt64(slot_getattr(slot, delivery->key_columns[0], &isnull));
	OrmRecord *record;

	Assert(!isnull && number > 0 && number <= delivery->batch->n);
	record = delivery->batch->records[number - 1];
	return record->done ? NULL : record;
}

/* The pending record that a row belongs to, or NULL. */
static OrmRecord *
find_record(Delivery *delivery, TupleTableSlot *slot)
{
	Datum key[INDEX_MAX_KEYS];
	bool isnull;

	if (delivery->statement->numbered)
		return find_numbered(delivery, slot);
	for (int i = 0; i < delivery->order.nparts; i++)
	{
		key[i] = slot_getattr(slot, delivery->key_columns[i], &isnull);
		if (isnull)
			return NULL;
	}
	/* cppcheck-suppress uninitvar ; a key has a part */
	if (delivery->next < delivery->batch->n && waits(delivery, delivery->batch->records[delivery->next], key))
		return delivery->batch->records[delivery->next++];
	return find_in_order(delivery, key);
}

/* The effect of a statement on its rows, as far as its kind determines it. */
static OrmAction
action_of_kind(const OrmStatement *statement)
{
	if (statement->kind == ORM_KIND_STORED)
		return ORM_ACTION_UNCHANGED;
	return statement->kind == ORM_KIND_INSERT ? ORM_ACTION_INSERTED : ORM_ACTION_UPDATED;
}

/* The effect of a statement on a returned row. */
static OrmAction
action_of(const Delivery *delivery, TupleTableSlot *slot)
{
	const OrmStatement *statement = delivery->statement;
	bool isnull;

	if (statement->action && !DatumGetBool(slot_getattr(slot, delivery->last_column, &isnull)))
		return ORM_ACTION_UPDATED;
	return action_of_kind(statement);
}

/* Passes a row to the write's "stored" function and marks its record done. */
static void
hand_over(Delivery *delivery, OrmRecord *record, TupleTableSlot *slot)
{
	const OrmWrite *write = delivery->batch->write;
	const OrmStatement *statement = delivery->statement;
	bool isnull;

	if (statement->kind == ORM_KIND_STORED && statement->changed_only &&
		DatumGetBool(slot_getattr(slot, delivery->last_column, &isnull)))
	{
		Assert(statement->differing != NULL);
		record->done = true; /* so a second row with the key, in an inheritance child, is ignored */
		orm_batch_add(statement->differing, record);
		return;
	}
	record->done = true;
	record->action = action_of(delivery, slot);
	if (write->returning != NULL)
		write->stored(write->argument, record, slot);
}

/* Receives a row for the only record. */
static void
take_only_row(void *argument, TupleTableSlot *slot)
{
	Delivery *delivery = argument;

	if (!delivery->batch->records[0]->done)
		hand_over(delivery, delivery->batch->records[0], slot);
}

/*
 * Receives a row for one of many records.  A row without a pending record is
 * ignored: then another record stays pending, which the caller reports.
 */
static void
take_row(void *argument, TupleTableSlot *slot)
{
	Delivery *delivery = argument;
	OrmRecord *record = find_record(delivery, slot);

	if (record != NULL)
		hand_over(delivery, record, slot);
}

/* Does "returning" include the columns of the key? */
static bool
returns_key(const bool *returning, const OrmKey *key)
{
	for (int i = 0; i < key->nattributes; i++)
		if (returning == NULL || !returning[key->attributes[i]])
			return false;
	return true;
}

/* The number of columns that "returning" adds to a row. */
static int
count_returned(const OrmStatement *statement)
{
	return statement->returning == NULL ? 0
										: orm_record_column(statement->returning, statement->model->nattributes) - 1;
}

/* Makes the statement return the key; stores its columns in a row. */
static void
ask_for_key(OrmStatement *statement, const OrmKey *key, int *columns)
{
	const bool *returning = statement->returning;
	int nreturned = count_returned(statement);

	statement->key_back = returns_key(returning, key) ? NULL : key;
	for (int i = 0; i < key->nattributes; i++)
		columns[i] = statement->key_back ? nreturned + i + 1 : orm_record_column(returning, key->attributes[i]);
}

/*
 * Makes the statement return the number of the record, or the key; false if
 * neither is possible.  Statements rewritten by a rule have no record numbers.
 */
static bool
ask_for_owner(OrmStatement *statement, const OrmKey *key, Delivery *delivery)
{
	if (statement->model->has_rules && statement->returning == NULL)
		return false;
	if (statement->kind != ORM_KIND_INSERT && !statement->model->has_rules)
	{
		statement->numbered = true;
		delivery->key_columns[0] = count_returned(statement) + 1;
		return true;
	}
	if (!orm_key_order_make(&delivery->order, statement->model, key))
		return false;
	ask_for_key(statement, key, delivery->key_columns);
	return true;
}

/* The number of the last column of a statement's rows, without the etag. */
static int
last_column(const OrmStatement *statement)
{
	int columns = statement->key_back ? statement->key_back->nattributes : statement->numbered;

	columns += count_returned(statement);
	return Max(columns, 1) + (statement->kind == ORM_KIND_STORED ? statement->changed_only : statement->action);
}

/* Must the statement return rows? */
static bool
wants_row(const OrmStatement *statement)
{
	return statement->returning != NULL || statement->key_back != NULL || statement->numbered ||
		(statement->kind == ORM_KIND_STORED && statement->changed_only);
}

/* Runs a statement for one record. */
static void
run_for_one(OrmStatement *statement, const OrmBatch *batch)
{
	OrmReceiver receiver;
	Delivery delivery;
	uint64 processed;

	statement->many = statement->numbered = false;
	statement->key_back = NULL;
	if (!wants_row(statement))
	{
		processed = orm_statement_run(statement, batch->records, 1, NULL);
		batch->records[0]->done = processed > 0;
		batch->records[0]->action = action_of_kind(statement);
		return;
	}
	delivery.batch = batch;
	delivery.statement = statement;
	delivery.last_column = statement->kind == ORM_KIND_STORED || statement->action ? last_column(statement) : 0;
	orm_receiver_init(&receiver, take_only_row, &delivery);
	orm_statement_run(statement, batch->records, 1, &receiver.pub);
	MemoryContextDelete(receiver.per_row);
}

/* Runs a statement for one record; adds the record's place to an error. */
static void
run_for_record(OrmStatement *statement, const OrmBatch *batch)
{
	MemoryContext caller = CurrentMemoryContext;

	PG_TRY();
	{
		run_for_one(statement, batch);
	}
	PG_CATCH();
	{
		orm_failed_row_rethrow_only(batch, caller);
	}
	PG_END_TRY();
}

/* Runs a statement record by record. */
static void
run_one_by_one(OrmStatement *statement, const OrmBatch *batch)
{
	for (int i = 0; i < batch->n; i++)
	{
		OrmBatch one = {batch->write, &batch->records[i], 1};

		CHECK_FOR_INTERRUPTS();
		run_for_record(statement, &one);
	}
}

/* Runs a statement once for all records; adds the place of the failed record to an error. */
static uint64
run_many(const OrmStatement *statement, const OrmBatch *batch, DestReceiver *receiver)
{
	MemoryContext caller = CurrentMemoryContext;
	volatile uint64 processed = 0;

	PG_TRY();
	{
		processed = orm_statement_run(statement, batch->records, batch->n, receiver);
	}
	PG_CATCH();
	{
		orm_failed_row_rethrow(batch, statement, caller);
	}
	PG_END_TRY();
	return processed;
}

/*
 * Marks as many records done as rows were written, without matching them.
 * Raises 09000 if rows are missing: a trigger of a partition may skip some.
 */
static void
count_rows(const OrmBatch *batch, uint64 processed)
{
	for (int i = 0; i < batch->n; i++)
		batch->records[i]->done = (uint64) i < processed;
	if (processed < (uint64) batch->n && !batch->write->may_skip)
		orm_record_error_not_stored_at(batch->write->model, orm_batch_place(batch));
}

/* Runs a statement once for all records and matches the returned rows to them. */
static void
run_for_all(OrmStatement *statement, const OrmBatch *batch, Delivery *delivery)
{
	OrmReceiver receiver;

	delivery->batch = batch;
	delivery->statement = statement;
	delivery->last_column = last_column(statement);
	delivery->context = CurrentMemoryContext;
	orm_receiver_init(&receiver, take_row, delivery);
	run_many(statement, batch, &receiver.pub);
	MemoryContextDelete(receiver.per_row);
}

/* Can rows of an INSERT be skipped: by a trigger, a rule, or behind a view? */
static bool
may_skip(const OrmModel *model)
{
	return model->before_insert_row_trigger || model->has_rules || model->relkind == RELKIND_VIEW;
}

/* Is the statement an INSERT whose rows need no matching to records? */
static bool
no_questions(const OrmStatement *statement)
{
	return statement->returning == NULL && statement->kind == ORM_KIND_INSERT && statement->key == NULL &&
		!may_skip(statement->model);
}

OrmStatement
orm_returning_statement(OrmPlanKind kind, const OrmBatch *part, const OrmKey *key)
{
	OrmStatement statement = {
		.kind = kind,
		.model = part->write->model,
		.bound = part->records[0]->given,
		.patch = part->records[0]->patch,
		.source = part->records[0]->source,
		.assigned = part->records[0]->assigned,
		.given_back = part->records[0]->given_back,
		.key = key,
		.returning = part->write->returning,
	};

	return statement;
}

/* Does the statement look for rows by values of expressions, which are over columns of unnested arrays? */
static bool
compares_expressions(const OrmStatement *statement)
{
	return statement->kind != ORM_KIND_INSERT && statement->key != NULL && statement->key->nexpressed > 0;
}

void
orm_returning_run(OrmStatement *statement, const OrmBatch *batch, const OrmKey *match)
{
	Delivery delivery = {0};

	if ((batch->n > 1 || compares_expressions(statement)) && orm_statement_binds_any(statement))
	{
		statement->many = true;
		if (no_questions(statement))
		{
			count_rows(batch, run_many(statement, batch, NULL));
			return;
		}
		if (match != NULL && ask_for_owner(statement, match, &delivery))
		{
			run_for_all(statement, batch, &delivery);
			return;
		}
	}
	run_one_by_one(statement, batch);
}
