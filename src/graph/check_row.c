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

#include "exec/json.h"
#include "graph/check_constraint.h"
#include "graph/check_patch.h"
#include "graph/check_row.h"
#include "graph/check_unique.h"
#include "graph/check_upsert.h"
#include "graph/identity.h"
#include "graph/settle.h"
#include "graph/writer.h"
#include "model/key.h"
#include "store/conflict_key.h"
#include "store/record_error.h"
#include "store/lookup.h"
#include "store/seen.h"
#include "store/upsert.h"

/* ---- The row ---- */

/* The key that identifies the object's row; NULL if it is new. */
static const OrmKey *
row_key(const OrmObject *object)
{
	if (object->intent == ORM_INTENT_FIND_OR_CREATE || object->intent == ORM_INTENT_UPSERT)
		return object->found_by;
	if (object->intent == ORM_INTENT_FIND && object->references == NULL)
		return object->said.key;
	return orm_identity_key(object);
}

/* Reads the row of the object; one that is found or created is found by its other keys, too. */
static void
read_row(void *argument)
{
	const OrmSubject *subject = argument;
	OrmObject *object = subject->object;
	OrmReturning returning;
	OrmBatch batch = {&returning.write, &object->record, 1};

	orm_returned_begin(&returning, subject->graph, object->group, true);
	orm_lookup_read(&batch, row_key(object));
	if (object->intent == ORM_INTENT_FIND_OR_CREATE && !object->record->done)
		orm_conflict_key_read(&batch, row_key(object));
}

/* Is it an existing row of FIND_OR_CREATE, which is not changed, except for references of collections? */
static bool
is_left_alone(const OrmObject *object)
{
	return object->intent == ORM_INTENT_FIND_OR_CREATE && object->returned.stored;
}

const OrmObject *
orm_check_row_supplier(const OrmObject *object, int attribute)
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

OrmRecord *
orm_check_row_supplied(const OrmObject *object)
{
	const OrmModel *model = object->group->model;
	OrmRecord *record = orm_record_make(model, 1);

	record->index = object->record->index;
	record->in_graph = object->record->in_graph;
	record->place = object->record->place;
	for (int i = 0; i < model->nattributes; i++)
		if (object->record->given[i])
			orm_record_set(record, i, object->record->values[i], object->record->isnull[i]);
		else if (orm_check_row_supplier(object, i) != NULL)
			orm_record_set(record, i, (Datum) 0, false);
	return record;
}

/* Raises 42P10 if an object with the intent FIND_OR_CREATE gives no unique key. */
static void
demand_key(const OrmObject *object)
{
	const OrmModel *model = object->group->model;
	const OrmRecord *record = orm_check_row_supplied(object);

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
	if (!subject->exists && !must)
		orm_record_error_needs_row(subject->model, object->record);
	if (must && key != NULL && !subject->exists)
		orm_record_error_missing(subject->model, key, object->record);
}

/* Raises P0002 if a default scope hides the row. */
static void
demand_seen(void *argument)
{
	const OrmSubject *subject = argument;
	OrmObject *object = subject->object;
	OrmReturning returning;
	OrmBatch batch = {&returning.write, &object->record, 1};

	orm_returned_begin(&returning, subject->graph, object->group, true);
	orm_seen_check(&batch, row_key(object), false);
}

/* Looks up the row; a row that cannot be read counts as existing. */
static void
find_row(OrmSubject *subject)
{
	OrmObject *object = subject->object;
	OrmRecord *record = object->record;
	bool readable = true;

	if (row_key(object) != NULL && !object->returned.stored)
		orm_finding_try(subject->graph->findings, demand_seen, subject, object->place);
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
			const OrmObject *mine = orm_check_row_supplier(object, i);
			const OrmObject *its = orm_check_row_supplier(other, i);

			if (mine != its && (mine != NULL || object->record->given[i]) && (its != NULL || other->record->given[i]))
				orm_record_error_same_key(subject->model, other->record, object->record);
		}
}

/* Gets the value of the holder's i-th attribute from a reference; false if it is not known. */
static bool
knows_reference(const OrmReference *r, int i, Datum *value)
{
	bool isnull;

	return orm_graph_value(r->target, r->edge->referenced_key[i], value, &isnull) && !isnull &&
		orm_join_key_assign(r->edge->keys[i], *value, value);
}

/* Do two references supply the same value of a shared attribute?  False if it is not known. */
static bool
give_alike(const OrmReference *a, int i, const OrmReference *b, int k)
{
	bool isnull;
	Datum referenced;
	Datum value;

	return knows_reference(a, i, &value) &&
		orm_graph_value(b->target, b->edge->referenced_key[k], &referenced, &isnull) && !isnull &&
		orm_join_key_equal(b->edge->keys[k], referenced, value);
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
			bool isnull;
			Datum value;

			if (object->record->given[attribute] &&
				!(orm_check_row_gives(object->record, attribute) && !object->record->isnull[attribute] &&
				  orm_graph_value(r->target, r->edge->referenced_key[i], &value, &isnull) && !isnull &&
				  orm_join_key_equal(r->edge->keys[i], value, object->record->values[attribute])))
				orm_settle_disagree(r, attribute);
			for (const OrmReference *other = r->next; other != NULL; other = other->next)
				for (int k = 0; other->target != r->target && k < other->edge->n; k++)
					if (other->edge->holder_key[k] == attribute && !other->target->said.broken &&
						!give_alike(r, i, other, k))
						orm_settle_disagree(r, attribute);
		}
}

bool
orm_check_row_gives(const OrmRecord *record, int attribute)
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
		orm_check_row_supplier(object, i) != NULL)
		return false;
	if (record->given[i] && !(subject->exists && known != NULL && orm_graph_keeps(object, i, known)))
	{
		subject->values[i] = record->values[i];
		subject->isnull[i] = record->isnull[i];
		return orm_check_row_gives(record, i);
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
	static const OrmFinding null = {"null is not allowed", "required", ERRCODE_NOT_NULL_VIOLATION, NULL, NULL};
	static const OrmFinding missing = {"a value is required", "required", ERRCODE_NOT_NULL_VIOLATION, NULL, NULL};
	const OrmRecord *record = subject->object->record;

	for (int i = 0; i < subject->model->nattributes; i++)
	{
		const OrmAttribute *attribute = &subject->model->attributes[i];
		OrmPath here = orm_path_key(subject->object->place, attribute->name);

		if (!attribute->not_null || !subject->known[i] || !subject->isnull[i])
			continue;
		if (record->given[i] || !subject->exists)
			orm_finding_add(subject->graph->findings, &here, record->given[i] ? &null : &missing);
	}
}

/* Adds findings for values that are written once and would be changed. */
static void
check_once(const OrmSubject *subject)
{
	static const OrmFinding changed = {"it is written once and has a value", "write_once", ERRCODE_GENERATED_ALWAYS,
									   NULL, NULL};

	for (int i = 0; subject->exists && i < subject->model->nattributes; i++)
	{
		const OrmAttribute *attribute = &subject->model->attributes[i];
		const OrmKnown *known = orm_graph_returned(subject->object, i);
		OrmPath here = orm_path_key(subject->object->place, attribute->name);

		if (!attribute->write_once || !subject->object->record->given[i] || !subject->known[i] || known == NULL ||
			known->isnull)
			continue;
		if (subject->isnull[i] ||
			!datum_image_eq(known->value, subject->values[i], attribute->type->by_value, attribute->type->length))
			orm_finding_add(subject->graph->findings, &here, &changed);
	}
}

char *
orm_check_row_names(const OrmModel *model, const int *attributes, int n)
{
	StringInfoData names;

	initStringInfo(&names);
	for (int i = 0; i < n; i++)
	{
		const char *name = model->attributes[attributes[i]].name;

		appendStringInfoChar(&names, i == 0 ? '[' : ',');
		orm_json_write_string(&names, name, strlen(name));
	}
	appendStringInfoChar(&names, ']');
	return names.data;
}

bool
orm_check_row_changes(const OrmSubject *subject, const int *attributes, int n)
{
	for (int i = 0; i < n; i++)
		if (!subject->exists || subject->object->record->given[attributes[i]] ||
			orm_check_row_supplier(subject->object, attributes[i]) != NULL)
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

/* Reduces the record of an existing row that is not changed to its key and the references of collections. */
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
	if (is_left_alone(object) || orm_check_upsert_spares(&subject))
		reduce(&subject);
	subject.known = palloc0(Max(model->nattributes, 1));
	subject.values = palloc0(sizeof(Datum) * Max(model->nattributes, 1));
	subject.isnull = palloc0(Max(model->nattributes, 1));
	relation = orm_model_table(model);
	for (int i = 0; i < model->nattributes; i++)
		subject.known[i] = know_value(&subject, relation, i);
	orm_check_patch_all(&subject, row_key(object));
	orm_check_unique_all(&subject);
	check_required(&subject);
	check_once(&subject);
	orm_check_constraint_all(&subject, relation);
	table_close(relation, NoLock);
}
