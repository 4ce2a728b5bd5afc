/*
 * handover.c - writing rows that hand over unique values; see handover.h.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/pg_index.h"
#include "miscadmin.h"
#include "utils/rel.h"
#include "utils/relcache.h"
#include "utils/syscache.h"

#include "base/attempt.h"
#include "exec/access.h"
#include "model/key.h"
#include "store/failed_row.h"
#include "store/handover.h"
#include "store/lookup.h"
#include "store/parking.h"

/* A batch, its key and its write function; and what of it is written, once it has failed. */
typedef struct Handover
{
	const OrmBatch *batch;
	const OrmKey *key;
	OrmHandoverWrite write;
	bool release;	  /* can the records release values? */
	List *givers;	  /* of OrmGiver * */
	bool *written;	  /* by record */
	int left;		  /* number of records that are not written */
	List *violations; /* of ErrorData *, one for each constraint */
	ErrorData *last;
	bool refused; /* could not all givers be parked that a record needs? */
} Handover;

/* ---- Can values be handed over? ---- */

/* The attributes that any record of a batch gives. */
static bool *
given_by_any(const OrmBatch *batch)
{
	int nattributes = batch->write->model->nattributes;
	bool *given = palloc0(sizeof(bool) * nattributes);

	for (int i = 0; i < batch->n; i++)
		for (int a = 0; a < nattributes; a++)
			given[a] = given[a] || batch->records[i]->given[a];
	return given;
}

/* Do rows get values of an index, other than those of their key, if these attributes are given? */
static bool
gives_value(const OrmModel *model, const bool *given, const OrmKey *key, Form_pg_index index)
{
	for (int i = 0; i < index->indnkeyatts; i++)
	{
		int attribute = index->indkey.values[i] == 0 ? -1 : orm_model_attribute_over(model, index->indkey.values[i]);

		if (index->indkey.values[i] == 0 ||
			(attribute >= 0 && !orm_key_has(key, attribute) &&
			 (model->attributes[attribute].generated || given[attribute])))
			return true;
	}
	return false;
}

/* The unique and exclusion indexes, checked row by row, of which a batch gives values (List of HeapTuple). */
static List *
find_indexes(const Handover *handover)
{
	const OrmBatch *batch = handover->batch;
	Relation relation = orm_model_table(batch->write->model);
	const bool *given = given_by_any(batch);
	List *indexes = NIL;
	ListCell *cell;

	foreach(cell, relation->rd_rel->relhasindex ? RelationGetIndexList(relation) : NIL)
	{
		HeapTuple tuple = SearchSysCache1(INDEXRELID, ObjectIdGetDatum(lfirst_oid(cell)));
		Form_pg_index index;

		if (!HeapTupleIsValid(tuple))
			continue;
		index = (Form_pg_index) GETSTRUCT(tuple);
		if ((index->indisunique || index->indisexclusion) && index->indimmediate &&
			gives_value(batch->write->model, given, handover->key, index))
			indexes = lappend(indexes, heap_copytuple(tuple));
		ReleaseSysCache(tuple);
	}
	table_close(relation, NoLock);
	return indexes;
}

/* Can the records of a batch release values for each other? */
static bool
can_release(const Handover *handover)
{
	return handover->release && handover->batch->n > 1;
}

/* Can the records of a batch take unique values from each other, or from givers? */
static bool
can_hand_over(const Handover *handover)
{
	const OrmBatch *batch = handover->batch;

	if (batch->n == 0)
		return false;
	return (can_release(handover) || (batch->write->givers != NULL && batch->write->may_have_givers(batch))) &&
		find_indexes(handover) != NIL;
}

/* Does the giver's row have values of an index that the batch takes? */
static bool
may_give(const Handover *handover, const OrmGiver *giver, const List *indexes)
{
	ListCell *cell;

	foreach(cell, indexes)
		if (gives_value(handover->batch->write->model, giver->changed, giver->key,
						(Form_pg_index) GETSTRUCT((HeapTuple) lfirst(cell))))
			return true;
	return false;
}

/* Finds the givers whose rows have values of an index that the batch takes. */
static void
find_givers(Handover *handover)
{
	const OrmBatch *batch = handover->batch;
	const List *indexes = batch->write->givers == NULL ? NIL : find_indexes(handover);
	ListCell *cell;

	foreach(cell, batch->write->givers == NULL ? NIL : batch->write->givers(batch))
		if (may_give(handover, lfirst(cell), indexes))
			handover->givers = lappend(handover->givers, lfirst(cell));
}

/* ---- Attempts ---- */

static void
write_batch(void *argument)
{
	const Handover *handover = argument;

	handover->write(handover->batch, handover->key);
}

/*
 * Writes a batch in a subtransaction; returns the unique or exclusion
 * violation, or NULL.  Other errors are rethrown.
 */
static ErrorData *
try_batch(const Handover *handover)
{
	ErrorData *error = orm_attempt(write_batch, unconstify(Handover *, handover), ORM_ATTEMPT_KEEP);

	if (error != NULL && error->sqlerrcode != ERRCODE_UNIQUE_VIOLATION &&
		error->sqlerrcode != ERRCODE_EXCLUSION_VIOLATION)
		ReThrowError(error);
	return error;
}

/* Are two violations of one constraint? */
static bool
is_same_constraint(const ErrorData *a, const ErrorData *b)
{
	return a->constraint_name != NULL && b->constraint_name != NULL &&
		strcmp(a->constraint_name, b->constraint_name) == 0;
}

/* Adds a violation, unless there is one of its constraint. */
static void
note_violation(Handover *handover, ErrorData *error)
{
	ListCell *cell;

	handover->last = error;
	foreach(cell, handover->violations)
		if (error->constraint_name == NULL || is_same_constraint(error, lfirst(cell)))
			return;
	handover->violations = lappend(handover->violations, error);
}

/* Makes records pending. */
static void
set_pending(const OrmBatch *batch)
{
	for (int i = 0; i < batch->n; i++)
		batch->records[i]->done = false;
}

/* Writes records, none of which is written, in a subtransaction; on failure adds the violation and returns false. */
static bool
try_records(Handover *handover, const OrmBatch *records)
{
	Handover part = {.batch = records, .key = handover->key, .write = handover->write};
	ErrorData *failed;

	set_pending(records);
	failed = try_batch(&part);
	if (failed == NULL)
		return true;
	set_pending(records);
	note_violation(handover, failed);
	return false;
}

/* ---- Parking givers ---- */

/* An attempt to write records after givers were parked. */
typedef struct Trial
{
	const Handover *handover;
	const OrmBatch *records; /* NULL: only park */
	OrmGiver **givers;
	OrmRecord **parked; /* by giver */
	int first;
	int n;
	bool done; /* all were parked */
} Trial;

/* The work of an attempt. */
static void
park_and_write(void *argument)
{
	Trial *trial = argument;
	const Handover *handover = trial->handover;

	trial->done = false;
	for (int i = trial->first; i < trial->first + trial->n; i++)
		orm_parking_run(handover->batch->write, trial->parked[i], trial->givers[i]->key);
	trial->done = true;
	if (trial->records != NULL)
		handover->write(trial->records, handover->key);
}

/* Is a constraint no longer violated by the records once n givers are parked?  Everything is undone. */
static bool
is_freed(Trial *trial, const ErrorData *violation, int first, int n)
{
	ErrorData *error;

	CHECK_FOR_INTERRUPTS();
	trial->first = first;
	trial->n = n;
	set_pending(trial->records);
	error = orm_attempt(park_and_write, trial, ORM_ATTEMPT_UNDO);
	set_pending(trial->records);
	if (error != NULL && !orm_parking_is_refused(error))
		ReThrowError(error);
	return error == NULL || (trial->done && !is_same_constraint(error, violation));
}

/*
 * Finds a giver without which the records cannot be written; -1 if there is none.
 * Where not all givers can be parked, one that is enough.
 */
static int
find_needed(Trial *trial, const ErrorData *violation, int n)
{
	int low = 0;
	int high = n;

	if (!is_freed(trial, violation, 0, n))
	{
		for (int i = 0; !trial->done && n > 1 && i < n; i++)
		{
			if (is_freed(trial, violation, i, 1))
				return i;
			trial->done = false; /* of all of them */
		}
		return -1;
	}
	while (high - low > 1)
	{
		int middle = low + (high - low) / 2;

		if (is_freed(trial, violation, 0, middle))
			high = middle;
		else
			low = middle;
	}
	return high - 1;
}

/* Parks a giver whose row has what the records take; false if there is none. */
static bool
park_giver(Handover *handover, const OrmBatch *records, const ErrorData *violation)
{
	const OrmModel *model = handover->batch->write->model;
	int n = list_length(handover->givers);
	const bool *columns = n == 0 ? NULL : orm_parking_columns(model, violation, true);
	Trial trial = {.handover = handover, .records = records};
	ListCell *cell;

	if (columns == NULL)
		return false;
	trial.givers = palloc_extended(sizeof(OrmGiver *) * n, MCXT_ALLOC_HUGE);
	trial.parked = palloc_extended(sizeof(OrmRecord *) * n, MCXT_ALLOC_HUGE);
	n = 0;
	foreach(cell, handover->givers)
	{
		trial.givers[n] = lfirst(cell);
		trial.parked[n] = orm_parking_record(model, lfirst(cell), columns);
		n += trial.parked[n] != NULL;
	}
	trial.first = n == 0 ? -1 : find_needed(&trial, violation, n);
	handover->refused = handover->refused || (trial.first < 0 && !trial.done && n > 0);
	if (trial.first < 0)
		return false;
	trial.records = NULL;
	trial.n = 1;
	park_and_write(&trial);
	orm_parking_note(trial.givers[trial.first], model, trial.parked[trial.first]);
	return true;
}

/* Writes records, none of which is written, by parking givers; false if this is not enough. */
static bool
take_from_givers(Handover *handover, const OrmBatch *records)
{
	while (!try_records(handover, records))
		if (!park_giver(handover, records, handover->last))
			return false;
	return true;
}

/* ---- Record by record ---- */

/* Notes that a record is written. */
static void
set_written(Handover *handover, int i)
{
	handover->written[i] = true;
	handover->left--;
}

/* Writes records one by one, in alternating directions, until no other record can be written. */
static void
write_in_turns(Handover *handover)
{
	const OrmBatch *batch = handover->batch;
	bool progress = true;

	for (int round = 0; progress && handover->left > 0; round++)
	{
		progress = false;
		for (int k = 0; k < batch->n; k++)
		{
			int i = round % 2 == 0 ? k : batch->n - 1 - k;
			OrmBatch one = {batch->write, &batch->records[i], 1};

			CHECK_FOR_INTERRUPTS();
			if (handover->written[i] || !try_records(handover, &one))
				continue;
			set_written(handover, i);
			progress = true;
		}
	}
}

/* Writes records that take values from givers; returns whether there were any. */
static bool
write_takers(Handover *handover)
{
	const OrmBatch *batch = handover->batch;
	bool any = false;

	for (int i = 0; handover->givers != NIL && i < batch->n; i++)
	{
		OrmBatch one = {batch->write, &batch->records[i], 1};

		if (handover->written[i] || !take_from_givers(handover, &one))
			continue;
		set_written(handover, i);
		any = true;
	}
	return any;
}

/* Writes records until no other record can be written, nor with givers parked. */
static void
write_rounds(Handover *handover)
{
	do
		write_in_turns(handover);
	while (handover->left > 0 && write_takers(handover));
}

/*
 * Parks the row of a record; false if none of its columns is nullable, or if
 * NULLs are not distinct and another row has it.
 */
static bool
park(const Handover *handover, const OrmRecord *record, const ErrorData *violation)
{
	const OrmModel *model = handover->batch->write->model;
	const bool *columns = orm_parking_columns(model, violation, true);
	Datum key[INDEX_MAX_KEYS];
	OrmGiver *giver;
	OrmRecord *parked;
	Trial trial = {.handover = handover, .givers = &giver, .parked = &parked, .n = 1};
	ErrorData *error;

	if (columns == NULL || orm_record_has_null(record, handover->key))
		return false;
	orm_record_key(record, handover->key, key);
	giver = orm_parking_giver(model, record, handover->key, key);
	parked = orm_parking_record(model, giver, columns);
	if (parked == NULL)
		return false;
	error = orm_attempt(park_and_write, &trial, ORM_ATTEMPT_KEEP);
	if (error != NULL && !orm_parking_is_refused(error))
		ReThrowError(error);
	return error == NULL;
}

/* Parks the records left, constraint by constraint, and writes them. */
static void
write_parked(Handover *handover)
{
	for (int k = 0; handover->left > 0 && k < list_length(handover->violations); k++)
		for (int i = 0; handover->left > 0 && i < handover->batch->n; i++)
			if (!handover->written[i] && park(handover, handover->batch->records[i], list_nth(handover->violations, k)))
				write_rounds(handover);
}

/* ---- Locks ---- */

/* An OrmStored that does nothing: the rows are only locked. */
static void
pass_over(void *argument, const OrmRecord *record, TupleTableSlot *slot)
{
}

/* Locks the rows that a key identifies: those of the batch, and of givers. */
static void
lock_rows_by(const Handover *handover, const OrmKey *key)
{
	const OrmBatch *batch = handover->batch;
	const OrmModel *model = batch->write->model;
	OrmWrite write = {.model = model, .returning = orm_key_flags(model, key), .stored = pass_over};
	OrmBatch locked = {&write, NULL, 0};
	ListCell *cell;

	if (!orm_access_may_read_key(model, key))
		return;
	locked.records = palloc_extended(sizeof(OrmRecord *) * (batch->n + list_length(handover->givers)), MCXT_ALLOC_HUGE);
	for (int i = 0; handover->release && key == handover->key && i < batch->n; i++)
		orm_batch_add(&locked, batch->records[i]);
	foreach(cell, handover->givers)
		if (((const OrmGiver *) lfirst(cell))->key == key)
			orm_batch_add(&locked, ((const OrmGiver *) lfirst(cell))->record);
	orm_lookup_lock(&locked, key, false);
}

/* Locks the rows of the batch and of givers. */
static void
lock_rows(const Handover *handover)
{
	List *keys = handover->release ? list_make1(unconstify(OrmKey *, handover->key)) : NIL;
	ListCell *cell;

	foreach(cell, handover->givers)
		keys = list_append_unique_ptr(keys, unconstify(OrmKey *, ((const OrmGiver *) lfirst(cell))->key));
	foreach(cell, keys)
		lock_rows_by(handover, lfirst(cell));
}

/* Does a violation concern a key of which only one row can be NULL? */
static bool
has_one_null(const OrmModel *model, const ErrorData *violation)
{
	for (int i = 0; i < model->nunique; i++)
		if (model->unique[i].nulls_equal && violation->constraint_name != NULL && model->unique[i].name != NULL &&
			strcmp(model->unique[i].name, violation->constraint_name) == 0)
			return true;
	return false;
}

/* Can a giver not be parked that could release the value of the last violation? */
static bool
is_barred(const Handover *handover)
{
	const OrmModel *model = handover->batch->write->model;
	const bool *columns = orm_parking_columns(model, handover->last, false);
	const bool *parked = has_one_null(model, handover->last) ? palloc0(sizeof(bool) * model->nattributes)
															 : orm_parking_columns(model, handover->last, true);
	ListCell *cell;

	foreach(cell, columns == NULL ? NIL : handover->givers)
		if (orm_parking_is_barred(model, lfirst(cell), columns, parked))
			return true;
	return handover->refused;
}

/* Raises the server's error, with a hint if other rows could have released the value. */
static void
raise_left(const Handover *handover)
{
	ErrorData *error = handover->last;

	if ((handover->release && handover->left > 1) || is_barred(handover))
		orm_failed_row_hint_exchange(error);
	ReThrowError(error);
}

/* Writes the records of a batch that hand over values. */
static void
hand_over(Handover *handover)
{
	const OrmBatch *batch = handover->batch;
	OrmBatch pending;

	lock_rows(handover);
	for (int i = 0; i < batch->n; i++)
	{
		batch->records[i]->done = handover->written[i];
		handover->left += handover->written[i] ? 0 : 1;
	}
	pending = orm_batch_pending(batch);
	if (!handover->release)
	{
		if (take_from_givers(handover, &pending))
			return;
		raise_left(handover);
	}
	write_rounds(handover);
	write_parked(handover);
	if (handover->left > 0)
		raise_left(handover);
}

/* Writes a batch, whose records release values, or only take them. */
static void
run(const OrmBatch *batch, const OrmKey *key, OrmHandoverWrite write, bool release)
{
	Handover handover = {.batch = batch, .key = key, .write = write, .release = release};
	ErrorData *error;

	if (!can_hand_over(&handover))
	{
		write(batch, key);
		return;
	}
	handover.written = palloc_extended(sizeof(bool) * batch->n, MCXT_ALLOC_HUGE);
	for (int i = 0; i < batch->n; i++)
		handover.written[i] = batch->records[i]->done;
	error = try_batch(&handover);
	if (error == NULL)
		return;
	for (int i = 0; i < batch->n; i++)
		batch->records[i]->done = handover.written[i];
	find_givers(&handover);
	if (!can_release(&handover) && handover.givers == NIL)
		ReThrowError(error);
	hand_over(&handover);
}

void
orm_handover_run(const OrmBatch *batch, const OrmKey *key, OrmHandoverWrite write)
{
	run(batch, key, write, true);
}

void
orm_handover_take(const OrmBatch *batch, const OrmKey *key, OrmHandoverWrite write)
{
	run(batch, key, write, false);
}
