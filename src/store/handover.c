/*
 * handover.c - writing rows that hand over unique values; see handover.h.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/namespace.h"
#include "catalog/pg_index.h"
#include "miscadmin.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/relcache.h"
#include "utils/syscache.h"

#include "base/attempt.h"
#include "exec/access.h"
#include "model/key.h"
#include "store/handover.h"
#include "store/lookup.h"
#include "store/update.h"

/* A batch, its key and its write function. */
typedef struct Handover
{
	const OrmBatch *batch;
	const OrmKey *key;
	OrmHandoverWrite write;
} Handover;

static bool
is_given(const OrmBatch *batch, int attribute)
{
	for (int i = 0; i < batch->n; i++)
		if (batch->records[i]->given[attribute])
			return true;
	return false;
}

/*
 * Does the batch give values of a unique or exclusion index that is checked row
 * by row, other than those of its key?
 */
static bool
gives_value(const OrmBatch *batch, const OrmKey *key, Form_pg_index index)
{
	if (!(index->indisunique || index->indisexclusion) || !index->indimmediate)
		return false;
	for (int i = 0; i < index->indnkeyatts; i++)
	{
		int attribute = index->indkey.values[i] == 0
			? -1
			: orm_model_attribute_over(batch->write->model, index->indkey.values[i]);

		if (index->indkey.values[i] == 0 ||
			(attribute >= 0 && !orm_key_has(key, attribute) &&
			 (batch->write->model->attributes[attribute].generated || is_given(batch, attribute))))
			return true;
	}
	return false;
}

/* Can the records of a batch hand over unique values to each other? */
static bool
can_hand_over(const OrmBatch *batch, const OrmKey *key)
{
	Relation relation;
	bool can = false;
	ListCell *cell;

	if (batch->n < 2)
		return false;
	relation = orm_model_table(batch->write->model);
	foreach(cell, relation->rd_rel->relhasindex ? RelationGetIndexList(relation) : NIL)
	{
		HeapTuple tuple = SearchSysCache1(INDEXRELID, ObjectIdGetDatum(lfirst_oid(cell)));

		if (!HeapTupleIsValid(tuple))
			continue;
		can = can || gives_value(batch, key, (Form_pg_index) GETSTRUCT(tuple));
		ReleaseSysCache(tuple);
	}
	table_close(relation, NoLock);
	return can;
}

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

/* The violations of records that are left. */
typedef struct Violations
{
	List *all; /* of ErrorData *, one for each constraint */
	ErrorData *last;
} Violations;

/* Adds a violation, unless there is one of its constraint. */
static void
note_violation(Violations *violations, ErrorData *error)
{
	ListCell *cell;

	violations->last = error;
	foreach(cell, violations->all)
	{
		const ErrorData *other = lfirst(cell);

		if (error->constraint_name == NULL ||
			(other->constraint_name != NULL && strcmp(other->constraint_name, error->constraint_name) == 0))
			return;
	}
	violations->all = lappend(violations->all, error);
}

/* Writes one record in a subtransaction; on failure adds the violation and returns false. */
static bool
try_record(const Handover *handover, OrmRecord *record, Violations *violations)
{
	OrmBatch one = {handover->batch->write, &record, 1};
	Handover single = {&one, handover->key, handover->write};
	ErrorData *failed;

	record->done = false;
	failed = try_batch(&single);
	if (failed != NULL)
	{
		record->done = false;
		note_violation(violations, failed);
	}
	return failed == NULL;
}

/* A record that sets the columns of the violated constraint to NULL in a record's row; NULL if none is nullable. */
static OrmRecord *
make_parked(const Handover *handover, const OrmRecord *record, const ErrorData *error)
{
	const OrmModel *model = handover->batch->write->model;
	OrmRecord *parked = orm_record_make(model, 1);
	Oid index = error->constraint_name == NULL || error->schema_name == NULL
		? InvalidOid
		: get_relname_relid(error->constraint_name, get_namespace_oid(error->schema_name, true));
	HeapTuple tuple = SearchSysCache1(INDEXRELID, ObjectIdGetDatum(index));
	bool any = false;

	if (!HeapTupleIsValid(tuple))
		return NULL;
	for (int i = 0; i < ((Form_pg_index) GETSTRUCT(tuple))->indnkeyatts; i++)
	{
		AttrNumber column = ((Form_pg_index) GETSTRUCT(tuple))->indkey.values[i];
		int attribute = column > 0 ? orm_model_attribute_over(model, column) : -1;

		if (attribute < 0 || !record->given[attribute] || model->attributes[attribute].not_null ||
			model->attributes[attribute].in_key || model->attributes[attribute].generated)
			continue;
		orm_record_set_null(parked, attribute);
		any = true;
	}
	ReleaseSysCache(tuple);
	parked->in_graph = record->in_graph;
	parked->place = record->place;
	parked->index = record->index;
	for (int i = 0; i < handover->key->nattributes; i++)
		orm_record_set(parked, handover->key->attributes[i], record->values[handover->key->attributes[i]], false);
	return any ? parked : NULL;
}

/*
 * Sets the values of the violated constraint to NULL temporarily; false if
 * none is nullable, or if NULLs are not distinct and another row has it.
 */
static bool
park(const Handover *handover, const OrmRecord *record, const ErrorData *error)
{
	OrmWrite write = {.model = handover->batch->write->model};
	OrmRecord *parked = make_parked(handover, record, error);
	OrmBatch batch = {&write, &parked, 1};
	Handover parking = {&batch, handover->key, orm_update_batch};

	return parked != NULL && try_batch(&parking) == NULL;
}

/* Raises the server's error, with a hint if several rows could not be written. */
static void
raise_left(ErrorData *error, int left)
{
	if (left > 1 && error->hint == NULL)
		error->hint = pstrdup("Rows that exchange unique values need a constraint that is DEFERRABLE.");
	ReThrowError(error);
}

/*
 * Writes records one by one, in alternating directions, until no other record
 * can be written; returns the number of records left.
 */
static int
write_rounds(const Handover *handover, bool *written, int left, Violations *violations)
{
	bool progress = true;

	for (int round = 0; progress && left > 0; round++)
	{
		progress = false;
		for (int k = 0; k < handover->batch->n; k++)
		{
			int i = round % 2 == 0 ? k : handover->batch->n - 1 - k;

			CHECK_FOR_INTERRUPTS();
			if (written[i] || !try_record(handover, handover->batch->records[i], violations))
				continue;
			written[i] = progress = true;
			left--;
		}
	}
	return left;
}

/*
 * Sets to NULL what the records left take, constraint by constraint, and writes
 * them; returns the number of records left.
 */
static int
write_parked(const Handover *handover, bool *written, int left, Violations *violations)
{
	for (int k = 0; left > 0 && k < list_length(violations->all); k++)
		for (int i = 0; left > 0 && i < handover->batch->n; i++)
			if (!written[i] && park(handover, handover->batch->records[i], list_nth(violations->all, k)))
				left = write_rounds(handover, written, left, violations);
	return left;
}

/* An OrmStored that does nothing: the rows are only locked. */
static void
pass_over(void *argument, const OrmRecord *record, TupleTableSlot *slot)
{
}

/* Writes records that hand over values: locks their rows, then writes them one by one. */
static void
hand_over(const Handover *handover, bool *written)
{
	const OrmBatch *batch = handover->batch;
	const OrmModel *model = batch->write->model;
	OrmWrite write = {.model = model, .returning = orm_key_flags(model, handover->key), .stored = pass_over};
	OrmBatch locked = {&write, batch->records, batch->n};
	Violations violations = {0};
	int left = 0;

	if (orm_access_may_read_key(model, handover->key))
		orm_lookup_lock(&locked, handover->key, false);
	for (int i = 0; i < batch->n; i++)
	{
		batch->records[i]->done = written[i];
		left += written[i] ? 0 : 1;
	}
	left = write_rounds(handover, written, left, &violations);
	left = write_parked(handover, written, left, &violations);
	if (left > 0)
		raise_left(violations.last, left);
}

void
orm_handover_run(const OrmBatch *batch, const OrmKey *key, OrmHandoverWrite write)
{
	Handover handover = {batch, key, write};
	bool *written;

	if (!can_hand_over(batch, key))
	{
		write(batch, key);
		return;
	}
	written = palloc_extended(sizeof(bool) * batch->n, MCXT_ALLOC_HUGE);
	for (int i = 0; i < batch->n; i++)
		written[i] = batch->records[i]->done;
	if (try_batch(&handover) == NULL)
		return;
	for (int i = 0; i < batch->n; i++)
		batch->records[i]->done = written[i];
	hand_over(&handover, written);
}
