/*
 * check_unique.c - unique keys of an object; see check_unique.h.
 */
#include "postgres.h"

#include "executor/tuptable.h"
#include "utils/datum.h"

#include "graph/check_unique.h"
#include "graph/writer.h"
#include "model/position.h"
#include "model/key.h"
#include "store/arbiter.h"
#include "store/key_order.h"
#include "store/lookup.h"

/* A lookup of another row with a unique key. */
typedef struct KeyTrial
{
	const OrmSubject *subject;
	const OrmKey *key;
	const Datum *values; /* by attribute */
	const bool *isnull;
	bool *returning;			 /* by attribute: part of the primary key? */
	Datum other[INDEX_MAX_KEYS]; /* primary key of the row found, in key order */
	bool found;
} KeyTrial;

/* Receives the row found; its columns are those of the primary key, in table order. */
static void
take_row(void *argument, const OrmRecord *record, TupleTableSlot *slot)
{
	KeyTrial *trial = argument;
	const OrmModel *model = trial->subject->model;
	MemoryContext caller = MemoryContextSwitchTo(trial->subject->graph->context);
	bool isnull;

	trial->found = true;
	for (int i = 0; i < model->primary_key->nattributes; i++)
	{
		int attribute = model->primary_key->attributes[i];
		const OrmType *type = model->attributes[attribute].type;

		trial->other[i] = datumCopy(slot_getattr(slot, orm_record_column(trial->returning, attribute), &isnull),
									type->by_value, type->length);
	}
	MemoryContextSwitchTo(caller);
}

static void
look_for_row(void *argument)
{
	KeyTrial *trial = argument;
	const OrmSubject *subject = trial->subject;
	OrmWrite write = {
		.model = subject->model,
		.returning = trial->returning,
		.stored = take_row,
		.argument = trial,
	};
	OrmRecord *record = orm_record_make(subject->model, 1);
	OrmBatch batch = {&write, &record, 1};

	for (int i = 0; i < trial->key->nattributes; i++)
	{
		int attribute = trial->key->attributes[i];

		orm_record_set(record, attribute, trial->values[attribute], trial->isnull[attribute]);
	}
	if (orm_record_has_key(record, trial->key))
		orm_lookup_read(&batch, trial->key);
}

/* The same for a partial index, or one over expressions, if the subject's row would be in it. */
static void
look_in_index(void *argument)
{
	KeyTrial *trial = argument;
	const OrmSubject *subject = trial->subject;
	OrmRecord *record = orm_record_make(subject->model, 1);
	OrmArbiter *arbiter;
	bool identified;

	for (int i = 0; i < subject->model->nattributes; i++)
		if (subject->known[i])
			orm_record_set(record, i, subject->values[i], subject->isnull[i]);
	if (!orm_record_has_key(record, trial->key))
		return;
	arbiter = orm_arbiter_open(subject->model, trial->key);
	identified = orm_arbiter_identifies(arbiter, record);
	orm_arbiter_close(arbiter);
	if (identified)
		look_for_row(trial);
}

/* The names of a key's attributes: a, b */
static char *
key_names(const OrmModel *model, const OrmKey *key)
{
	StringInfoData names;

	initStringInfo(&names);
	for (int i = 0; i < key->nattributes; i++)
		appendStringInfo(&names, "%s%s", i ? ", " : "", model->attributes[key->attributes[i]].name);
	return names.data;
}

/* Is a value of an attribute the subject's, or are both NULL? */
static bool
same_or_null(const OrmSubject *subject, int attribute, NullableDatum value)
{
	if (value.isnull || subject->isnull[attribute])
		return value.isnull && subject->isnull[attribute];
	return orm_key_order_same_value(subject->model, attribute, value.value, subject->values[attribute]);
}

/* Does the document change the key of a row? */
static bool
is_moved(const OrmSubject *subject, const OrmObject *object, const OrmKey *key)
{
	const OrmRecord *record = object->record;

	for (int i = 0; i < key->nattributes; i++)
	{
		int a = key->attributes[i];

		if (orm_check_row_supplier(object, a) != NULL)
			return true;
		if (orm_check_row_gives(record, a) &&
			!same_or_null(subject, a, (NullableDatum){record->values[a], record->isnull[a]}))
			return true;
	}
	return false;
}

/* The object, other than the subject, that changes the key of a row; NULL if there is none. */
static const OrmObject *
find_mover(const OrmSubject *subject, const OrmKey *key, const Datum *row)
{
	const OrmGroup *group = subject->object->group;

	for (int i = 0; i < group->n; i++)
		if (group->objects[i] != subject->object && orm_graph_is_of_row(group->objects[i], subject->model, row) &&
			is_moved(subject, group->objects[i], key))
			return group->objects[i];
	return NULL;
}

/* Can every exchange of values of the key be written: in any order, or over NULL, which any number of rows may have? */
static bool
is_lenient(const OrmModel *model, const OrmKey *key)
{
	for (int i = 0; i < key->nattributes; i++)
		if (!key->nulls_equal && !model->attributes[key->attributes[i]].not_null)
			return true;
	return key->deferrable;
}

/*
 * Can a row of an exchange, with these values by attribute, be set to NULL
 * first?  "movers" are the objects of the exchange.
 */
static bool
can_be_parked(const OrmSubject *subject, const OrmKey *key, const Datum *values, const bool *isnull, const List *movers)
{
	const OrmModel *model = subject->model;
	bool *parked = palloc0(sizeof(bool) * model->nattributes);
	KeyTrial trial = {
		.subject = subject,
		.key = key,
		.values = values,
		.isnull = parked,
		.returning = orm_key_flags(model, model->primary_key),
	};
	bool changes = false;
	const OrmObject *mover;

	for (int i = 0; i < key->nattributes; i++)
	{
		int attribute = key->attributes[i];

		parked[attribute] = !model->attributes[attribute].not_null;
		changes = changes || (parked[attribute] && !isnull[attribute]);
	}
	if (!changes)
		return false;
	if (!orm_finding_look(subject->graph->findings, look_for_row, &trial) || !trial.found)
		return true;
	mover = find_mover(subject, key, trial.other);
	return mover != NULL && !list_member_ptr(movers, mover);
}

/* The objects that exchange values of the key with the subject, starting with the mover; NIL if they do not. */
static List *
find_exchange(const OrmSubject *subject, const OrmKey *key, const OrmObject *mover)
{
	List *movers = NIL;

	while (mover != NULL && !list_member_ptr(movers, mover))
	{
		KeyTrial trial = {
			.subject = subject,
			.key = key,
			.values = mover->record->values,
			.isnull = mover->record->isnull,
			.returning = orm_key_flags(subject->model, subject->model->primary_key),
		};

		for (int i = 0; i < key->nattributes; i++)
			if (!orm_check_row_gives(mover->record, key->attributes[i]))
				return NIL;
		if (!orm_finding_look(subject->graph->findings, look_for_row, &trial) || !trial.found)
			return NIL;
		movers = lappend(movers, unconstify(OrmObject *, mover));
		if (orm_graph_is_of_row(subject->object, subject->model, trial.other))
			return movers;
		mover = find_mover(subject, key, trial.other);
	}
	return NIL;
}

/*
 * Do objects exchange values of the key with the subject, none of which can be
 * written first?  Each has the value that its predecessor takes.
 */
static bool
is_stuck(const OrmSubject *subject, const OrmKey *key, const OrmObject *mover)
{
	List *movers = find_exchange(subject, key, mover);
	const Datum *values = subject->values;
	const bool *isnull = subject->isnull;
	bool stuck = movers != NIL;
	ListCell *cell;

	foreach(cell, movers)
	{
		const OrmRecord *record = ((const OrmObject *) lfirst(cell))->record;

		stuck = stuck && !can_be_parked(subject, key, values, isnull, movers);
		values = record->values;
		isnull = record->isnull;
	}
	return stuck && !can_be_parked(subject, key, values, isnull, movers);
}

/* Is an object written before the statement that is checked, or by it? */
static bool
is_in_time(const OrmGraph *graph, const OrmObject *object)
{
	if (object->written)
		return true;
	for (int i = 0; i < graph->nwave; i++)
		if (graph->wave[i] == object)
			return true;
	return false;
}

/*
 * Does the document release the key value of the row with this primary key, in time?  A
 * later statement can do so over NULL, or where the constraint is deferrable.
 */
static bool
is_vacated(const OrmSubject *subject, const OrmKey *key, const Datum *row)
{
	const OrmObject *mover;
	ListCell *cell;

	foreach(cell, subject->graph->vacated)
		if (orm_graph_is_of_row(lfirst(cell), subject->model, row))
			return true;
	mover = find_mover(subject, key, row);
	return mover != NULL &&
		(is_lenient(subject->model, key) || (is_in_time(subject->graph, mover) && !is_stuck(subject, key, mover)));
}

/* The future value of an attribute of an object; false if it is NULL or not known. */
static bool
final_value(const OrmObject *object, int attribute, NullableDatum *value)
{
	const OrmRecord *record = object->record;
	const OrmKnown *known = orm_graph_returned(object, attribute);

	if (record->given[attribute])
	{
		*value = (NullableDatum){record->values[attribute], record->isnull[attribute]};
		return orm_check_row_gives(record, attribute);
	}
	if (known == NULL)
		return false;
	*value = (NullableDatum){known->value, known->isnull};
	return true;
}

/* Will the object and another one have equal values of an attribute, not NULL? */
static bool
takes_value(const OrmSubject *subject, const OrmObject *other, const OrmKey *key, int attribute)
{
	const OrmObject *mine = orm_check_row_supplier(subject->object, attribute);
	const OrmObject *its = orm_check_row_supplier(other, attribute);
	NullableDatum value;

	if (mine != NULL || its != NULL)
		return mine == its && !mine->said.broken;
	return final_value(other, attribute, &value) && subject->known[attribute] && (key->nulls_equal || !value.isnull) &&
		same_or_null(subject, attribute, value);
}

/* Does an object of an existing row say nothing of the key?  Its row has the value that is stored (is_stored). */
static bool
keeps_key(const OrmObject *object, const OrmKey *key)
{
	for (int i = 0; i < key->nattributes; i++)
		if (object->record->given[key->attributes[i]] || orm_check_row_supplier(object, key->attributes[i]) != NULL)
			return false;
	return orm_writer_is_update(object, NULL);
}

/* Does a preceding object of the document take the same key value? */
static bool
is_taken(const OrmSubject *subject, const OrmKey *key)
{
	const OrmGroup *group = subject->object->group;
	Datum own[INDEX_MAX_KEYS];
	bool named = orm_graph_key(subject->object, own);

	for (int i = 0; i < group->n; i++)
	{
		const OrmObject *other = group->objects[i];
		bool same = other != subject->object && other->written && other->same.twin == NULL && !keeps_key(other, key);

		for (int k = 0; same && k < key->nattributes; k++)
			same = takes_value(subject, other, key, key->attributes[k]);
		if (same && !(named && orm_graph_is_of_row(other, subject->model, own)))
			return true;
	}
	return false;
}

/* Does another row with the key value exist, which the document does not release? */
static bool
is_stored(const OrmSubject *subject, const OrmKey *key)
{
	const OrmModel *model = subject->model;
	KeyTrial trial = {
		.subject = subject,
		.key = key,
		.values = subject->values,
		.isnull = subject->isnull,
		.returning = orm_key_flags(model, model->primary_key),
	};

	for (int i = 0; i < key->nattributes; i++)
		if (!subject->known[key->attributes[i]])
			return false;
	return orm_finding_look(subject->graph->findings, look_for_row, &trial) && trial.found &&
		!orm_graph_is_of_row(subject->object, model, trial.other) && !is_vacated(subject, key, trial.other);
}

/* Are all values of the subject's row known? */
static bool
is_known(const OrmSubject *subject)
{
	for (int i = 0; i < subject->model->nattributes; i++)
		if (!subject->known[i])
			return false;
	return true;
}

/*
 * Is another row, which the document does not release, in the way of the subject's in a partial
 * index, or one over expressions?  Defaults count for a new row only.
 */
static bool
is_in_index(const OrmSubject *subject, const OrmKey *key)
{
	KeyTrial trial = {
		.subject = subject,
		.key = key,
		.values = subject->values,
		.isnull = subject->isnull,
		.returning = orm_key_flags(subject->model, subject->model->primary_key),
	};

	return (!subject->exists || is_known(subject)) &&
		orm_finding_look(subject->graph->findings, look_in_index, &trial) && trial.found &&
		!orm_graph_is_of_row(subject->object, subject->model, trial.other) && !is_vacated(subject, key, trial.other);
}

/* Adds the finding that another object has the unique key. */
static void
add_finding(const OrmSubject *subject, const OrmKey *key)
{
	const OrmModel *model = subject->model;
	OrmPath here = orm_path_key(subject->object->place, model->attributes[key->attributes[0]].name);
	OrmFinding finding = {psprintf("an object with the same %s exists", key_names(model, key)), "unique",
						  ERRCODE_UNIQUE_VIOLATION, NULL,
						  orm_check_row_names(model, key->attributes, key->nattributes)};

	orm_finding_add(subject->graph->findings, &here, &finding);
}

void
orm_check_unique_all(const OrmSubject *subject)
{
	const OrmModel *model = subject->model;
	const OrmObject *object = subject->object;
	const OrmKey *target = object->intent == ORM_INTENT_UPSERT ? object->found_by : NULL;

	if (object->intent == ORM_INTENT_CREATE && subject->graph->options.on_conflict == ORM_CONFLICT_IGNORE)
		return;
	for (int i = 0; model->primary_key != NULL && i < model->nunique; i++)
		if (&model->unique[i] != model->primary_key && &model->unique[i] != target &&
			!orm_position_is_in_key(model, &model->unique[i]) &&
			orm_check_row_changes(subject, model->unique[i].attributes, model->unique[i].nattributes) &&
			(is_taken(subject, &model->unique[i]) || is_stored(subject, &model->unique[i])))
			add_finding(subject, &model->unique[i]);
	for (int i = 0; model->primary_key != NULL && i < model->nconditional; i++)
		if (&model->conditional[i] != target && is_in_index(subject, &model->conditional[i]))
			add_finding(subject, &model->conditional[i]);
}
