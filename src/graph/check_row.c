/*
 * check_row.c - checking an object against its table; see check_row.h.
 */
#include "postgres.h"

#include "access/table.h"
#include "executor/executor.h"
#include "optimizer/optimizer.h"
#include "rewrite/rewriteHandler.h"
#include "utils/datum.h"
#include "utils/rel.h"

#include "graph/check_constraint.h"
#include "graph/check_row.h"
#include "graph/identity.h"
#include "graph/settle.h"
#include "graph/writer.h"
#include "model/key.h"
#include "store/conflict_key.h"
#include "store/record_error.h"
#include "store/key_order.h"
#include "store/lookup.h"
#include "store/upsert.h"

/* ---- The row ---- */

/* The key that identifies the object's row; NULL if it is new. */
static const OrmKey *
row_key(const OrmObject *object)
{
	if (object->intent == ORM_INTENT_FIND_OR_CREATE)
		return object->found_by;
	if (object->intent == ORM_INTENT_FIND && object->references == NULL)
		return object->said.key;
	return orm_identity_key(object);
}

/* Reads the row of the object. */
static void
read_row(void *argument)
{
	const OrmSubject *subject = argument;
	OrmObject *object = subject->object;
	OrmReturning returning;
	OrmBatch batch = {&returning.write, &object->record, 1};

	orm_returned_begin(&returning, subject->graph, object->group, true);
	orm_lookup_read(&batch, row_key(object));
}

/* Is it an existing row of FIND_OR_CREATE, which is not changed, except for references of collections? */
static bool
is_left_alone(const OrmObject *object)
{
	return object->intent == ORM_INTENT_FIND_OR_CREATE && object->returned.stored;
}

/* The object that supplies the attribute by a reference, and whose key is not known; NULL if there is none. */
static const OrmObject *
supplier(const OrmObject *object, int attribute)
{
	for (const OrmReference *r = object->references; r != NULL; r = r->next)
	{
		if ((r->settled && !r->target->said.broken) ||
			(is_left_alone(object) && r->edge->relationship->kind == ORM_BELONGS_TO))
			continue;
		for (int i = 0; i < r->edge->n; i++)
			if (r->edge->holder_key[i] == attribute)
				return r->target;
	}
	return NULL;
}

/* Raises 42P10 if an object with the intent FIND_OR_CREATE gives no unique key. */
static void
demand_key(const OrmObject *object)
{
	const OrmModel *model = object->group->model;
	OrmRecord *record = orm_record_make(model, 1);

	record->index = object->record->index;
	record->in_graph = object->record->in_graph;
	record->place = object->record->place;
	for (int i = 0; i < model->nattributes; i++)
		if (object->record->given[i])
			orm_record_set(record, i, object->record->values[i], object->record->isnull[i]);
		else if (supplier(object, i) != NULL)
			orm_record_set(record, i, (Datum) 0, false);
	if ((model->primary_key == NULL || !orm_record_has_key(record, model->primary_key)) &&
		orm_conflict_key_first(model, record) == NULL && object->record->wrong == NULL)
		orm_conflict_key_missing(model, object->place);
}

/* Raises P0002 if the row must exist and does not, and 42P10 if no key identifies it. */
static void
demand_row(void *argument)
{
	const OrmSubject *subject = argument;
	OrmObject *object = subject->object;
	const OrmKey *key = row_key(object);
	bool must = orm_writer_is_update(object, NULL) || (key != NULL && orm_upsert_is_numbered(subject->model, key));

	if (object->intent == ORM_INTENT_FIND_OR_CREATE)
		demand_key(object);
	if (must && key != NULL && !subject->exists)
		orm_record_error_missing(subject->model, key, object->record);
}

/* Looks up the row; a row that cannot be read counts as existing. */
static void
find_row(OrmSubject *subject)
{
	OrmObject *object = subject->object;
	OrmRecord *record = object->record;
	bool readable = true;

	if (row_key(object) != NULL && !object->returned.stored)
		readable = orm_finding_look(subject->graph->findings, read_row, subject);
	subject->exists = object->returned.stored || !readable;
	if (readable)
		orm_finding_try(subject->graph->findings, demand_row, subject, object->place);
	record->done = true;
	record->action = subject->exists ? ORM_ACTION_UPDATED : ORM_ACTION_INSERTED;
}

/* ---- Its values ---- */

/* Raises 21000 if another object of the same row references another object whose key is not known. */
static void
refuse_same_row(void *argument)
{
	const OrmSubject *subject = argument;
	const OrmObject *object = subject->object;

	for (const OrmObject *other = object->same.next; other != NULL; other = other->same.next)
		for (int i = 0; i < subject->model->nattributes; i++)
		{
			const OrmObject *mine = supplier(object, i);
			const OrmObject *its = supplier(other, i);

			if (mine != its && (mine != NULL || object->record->given[i]) && (its != NULL || other->record->given[i]))
				orm_record_error_same_key(subject->model, other->record, object->record);
		}
}

/* Raises 22023 if references to objects with unknown keys contradict a given value or each other. */
static void
refuse_disagreement(void *argument)
{
	const OrmSubject *subject = argument;
	const OrmObject *object = subject->object;

	for (const OrmReference *r = object->references; r != NULL; r = r->next)
		for (int i = 0; !r->settled && !r->target->said.broken && i < r->edge->n; i++)
		{
			int attribute = r->edge->holder_key[i];

			if (object->record->given[attribute])
				orm_settle_disagree(r, attribute);
			for (const OrmReference *other = r->next; other != NULL; other = other->next)
				for (int k = 0; other->target != r->target && k < other->edge->n; k++)
					if (other->edge->holder_key[k] == attribute && !other->target->said.broken)
						orm_settle_disagree(r, attribute);
		}
}

/* Is the attribute given as a value, without a patch? */
static bool
is_given(const OrmRecord *record, int attribute)
{
	return record->given[attribute] && (record->patch == NULL || record->patch[attribute] == ORM_PATCH_SET);
}

/* A default to evaluate. */
typedef struct DefaultTrial
{
	Expr *expression;
	Datum value;
	bool isnull;
} DefaultTrial;

static void
evaluate_default(void *argument)
{
	DefaultTrial *trial = argument;

	trial->value = ExecEvalExpr(ExecInitExpr(expression_planner(trial->expression), NULL),
								CreateStandaloneExprContext(), &trial->isnull);
}

/* Sets the value of a missing attribute of a new row; false if it is not known. */
static bool
know_default(OrmSubject *subject, Relation relation, int i)
{
	const OrmAttribute *attribute = &subject->model->attributes[i];
	DefaultTrial trial = {0};

	if (attribute->identity)
		return false;
	trial.expression = (Expr *) build_column_default(relation, attribute->attnum);
	subject->isnull[i] = true;
	if (trial.expression == NULL)
		return true;
	if (contain_volatile_functions((Node *) trial.expression) ||
		!orm_finding_look(subject->graph->findings, evaluate_default, &trial))
		return false;
	subject->values[i] = trial.value;
	subject->isnull[i] = trial.isnull;
	return true;
}

/* Sets the future value of an attribute; false if it is not known. */
static bool
know_value(OrmSubject *subject, Relation relation, int i)
{
	const OrmObject *object = subject->object;
	const OrmRecord *record = object->record;
	const OrmKnown *known = orm_graph_returned(object, i);

	if (subject->model->attributes[i].generated || (record->wrong != NULL && record->wrong[i]) ||
		supplier(object, i) != NULL)
		return false;
	if (record->given[i] && !(subject->exists && known != NULL && orm_graph_keeps(object, i, known)))
	{
		subject->values[i] = record->values[i];
		subject->isnull[i] = record->isnull[i];
		return is_given(record, i);
	}
	if (!subject->exists)
		return know_default(subject, relation, i);
	if (known == NULL)
		return false;
	subject->values[i] = known->value;
	subject->isnull[i] = known->isnull;
	return true;
}

/* Adds findings for missing required values, and for NULL where it is not allowed. */
static void
check_required(const OrmSubject *subject)
{
	const OrmRecord *record = subject->object->record;

	for (int i = 0; i < subject->model->nattributes; i++)
	{
		const OrmAttribute *attribute = &subject->model->attributes[i];
		OrmPath here = orm_path_key(subject->object->place, attribute->name);

		if (!attribute->not_null || !subject->known[i] || !subject->isnull[i])
			continue;
		if (record->given[i])
			orm_finding_add(subject->graph->findings, &here, "null is not allowed");
		else if (!subject->exists)
			orm_finding_add(subject->graph->findings, &here, "a value is required");
	}
}

bool
orm_check_row_changes(const OrmSubject *subject, const int *attributes, int n)
{
	for (int i = 0; i < n; i++)
		if (!subject->exists || subject->object->record->given[attributes[i]] ||
			supplier(subject->object, attributes[i]) != NULL)
			return true;
	return false;
}

bool
orm_check_row_knows(const OrmSubject *subject, const int *attributes, int n)
{
	for (int i = 0; i < n; i++)
		if (!subject->known[attributes[i]] || subject->isnull[attributes[i]])
			return false;
	return true;
}

/* ---- Unique keys ---- */

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

/* Is this an object of the row with this primary key? */
static bool
is_of_row(const OrmObject *object, const OrmModel *model, const Datum *key)
{
	Datum own[INDEX_MAX_KEYS];

	if (object->group->model != model || !orm_graph_key(object, own))
		return false;
	for (int i = 0; i < model->primary_key->nattributes; i++)
		if (!orm_key_order_same_value(model, model->primary_key->attributes[i], own[i], key[i]))
			return false;
	return true;
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

		if (supplier(object, a) != NULL)
			return true;
		if (is_given(record, a) && !same_or_null(subject, a, (NullableDatum){record->values[a], record->isnull[a]}))
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
		if (group->objects[i] != subject->object && is_of_row(group->objects[i], subject->model, row) &&
			is_moved(subject, group->objects[i], key))
			return group->objects[i];
	return NULL;
}

/* Does the key rule out exchanges of values: no column nullable, and the constraint not deferrable? */
static bool
is_strict(const OrmModel *model, const OrmKey *key)
{
	for (int i = 0; i < key->nattributes; i++)
		if (!model->attributes[key->attributes[i]].not_null)
			return false;
	return !key->deferrable;
}

/* Does the chain of moved rows, starting with the mover, end at the value that the subject gives up? */
static bool
is_exchange(const OrmSubject *subject, const OrmKey *key, const OrmObject *mover)
{
	int steps = subject->object->group->n;

	while (mover != NULL && steps-- > 0)
	{
		KeyTrial trial = {
			.subject = subject,
			.key = key,
			.values = mover->record->values,
			.isnull = mover->record->isnull,
			.returning = orm_key_flags(subject->model, subject->model->primary_key),
		};

		for (int i = 0; i < key->nattributes; i++)
			if (!is_given(mover->record, key->attributes[i]))
				return false;
		if (!orm_finding_look(subject->graph->findings, look_for_row, &trial) || !trial.found)
			return false;
		if (is_of_row(subject->object, subject->model, trial.other))
			return true;
		mover = find_mover(subject, key, trial.other);
	}
	return false;
}

/* Does the document release the key value of the row with this primary key? */
static bool
is_vacated(const OrmSubject *subject, const OrmKey *key, const Datum *row)
{
	const OrmObject *mover;
	ListCell *cell;

	foreach(cell, subject->graph->vacated)
		if (is_of_row(lfirst(cell), subject->model, row))
			return true;
	mover = find_mover(subject, key, row);
	return mover != NULL && !(is_strict(subject->model, key) && is_exchange(subject, key, mover));
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
		return is_given(record, attribute);
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
	const OrmObject *mine = supplier(subject->object, attribute);
	const OrmObject *its = supplier(other, attribute);
	NullableDatum value;

	if (mine != NULL || its != NULL)
		return mine == its && !mine->said.broken;
	return final_value(other, attribute, &value) && subject->known[attribute] && (key->nulls_equal || !value.isnull) &&
		same_or_null(subject, attribute, value);
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
		bool same = other != subject->object && other->written && other->same.twin == NULL;

		for (int k = 0; same && k < key->nattributes; k++)
			same = takes_value(subject, other, key, key->attributes[k]);
		if (same && !(named && is_of_row(other, subject->model, own)))
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
		!is_of_row(subject->object, model, trial.other) && !is_vacated(subject, key, trial.other);
}

/* Adds a finding if another object, of the document or the table, has the unique key. */
static void
check_key(const OrmSubject *subject, const OrmKey *key)
{
	const OrmModel *model = subject->model;
	OrmPath here = orm_path_key(subject->object->place, model->attributes[key->attributes[0]].name);

	if (orm_check_row_changes(subject, key->attributes, key->nattributes) &&
		(is_taken(subject, key) || is_stored(subject, key)))
		orm_finding_add(subject->graph->findings, &here,
						psprintf("an object with the same %s exists", key_names(model, key)));
}

static void
check_unique(const OrmSubject *subject)
{
	const OrmModel *model = subject->model;

	for (int i = 0; model->primary_key != NULL && i < model->nunique; i++)
		if (&model->unique[i] != model->primary_key)
			check_key(subject, &model->unique[i]);
}

/* Reduces the record of an existing row of FIND_OR_CREATE to its key and the references of collections. */
static void
reduce(OrmSubject *subject)
{
	OrmObject *object = subject->object;
	OrmRecord *record = orm_graph_record(subject->graph, object);

	orm_settle_key(record, object);
	for (OrmReference *r = object->references; r != NULL; r = r->next)
		if (r->edge->relationship->kind != ORM_BELONGS_TO && !orm_settle_is_connected(r))
			orm_settle_reference(r, record);
	record->done = true;
	record->action = ORM_ACTION_UNCHANGED;
	object->record = record;
}

void
orm_check_row(OrmGraph *graph, OrmObject *object)
{
	const OrmModel *model = object->group->model;
	OrmSubject subject = {.graph = graph, .object = object, .model = model};
	Relation relation;

	Assert(graph->findings != NULL);
	orm_finding_try(graph->findings, refuse_disagreement, &subject, object->place);
	orm_finding_try(graph->findings, refuse_same_row, &subject, object->place);
	if (object->same.twin != NULL)
		return;
	find_row(&subject);
	if (orm_writer_is_update(object, NULL) && !subject.exists)
		return;
	if (is_left_alone(object))
		reduce(&subject);
	subject.known = palloc0(Max(model->nattributes, 1));
	subject.values = palloc0(sizeof(Datum) * Max(model->nattributes, 1));
	subject.isnull = palloc0(Max(model->nattributes, 1));
	relation = orm_model_table(model);
	for (int i = 0; i < model->nattributes; i++)
		subject.known[i] = know_value(&subject, relation, i);
	check_unique(&subject);
	check_required(&subject);
	orm_check_constraint_all(&subject, relation);
	table_close(relation, NoLock);
}
