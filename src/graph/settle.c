/*
 * settle.c - propagating keys to referencing records; see settle.h.
 */
#include "postgres.h"

#include "utils/builtins.h"

#include "graph/settle.h"

/* The place that connects both objects; a labelled object has its place elsewhere. */
static const OrmPath *
place_of(const OrmReference *reference)
{
	bool above = reference->edge->relationship->kind == ORM_BELONGS_TO;
	const OrmObject *below = above ? reference->target : reference->holder;
	const OrmObject *other = above ? reference->holder : reference->target;

	return below->said.labelled ? other->place : below->place;
}

void
orm_settle_disagree(const OrmReference *reference, int attribute)
{
	const OrmModel *model = reference->holder->group->model;

	ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			errmsg("relationship \"%s\" and attribute \"%s\" of model \"%s\" do not agree",
				   reference->edge->relationship->name, model->attributes[attribute].name, model->name),
			orm_error_place(place_of(reference)), errhint("Give one of them."));
}

void
orm_settle_unknown(const OrmReference *reference)
{
	ereport(ERROR, errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
			errmsg("could not determine the key of the object of model \"%s\"", reference->target->group->model->name),
			orm_error_place(place_of(reference)),
			errhint("Objects that refer to it need the key: grant SELECT on its columns."));
}

/* Raises 23502: the target has a NULL key. */
static void
raise_no_key(const OrmReference *reference, int attribute)
{
	const OrmModel *model = reference->edge->referenced->model;

	ereport(
		ERROR, errcode(ERRCODE_NOT_NULL_VIOLATION),
		errmsg("the object of model \"%s\" has no \"%s\" to refer to", model->name, model->attributes[attribute].name),
		orm_error_place(place_of(reference)));
}

/* Raises 23503: the key, converted to the holder's type, does not equal the target's key. */
static void
raise_lossy(const OrmReference *reference, int attribute)
{
	const OrmAttribute *holder = &reference->edge->holder->model->attributes[attribute];

	ereport(ERROR, errcode(ERRCODE_FOREIGN_KEY_VIOLATION),
			errmsg("attribute \"%s\" of model \"%s\" cannot hold the key of the object of model \"%s\"", holder->name,
				   reference->edge->holder->model->name, reference->edge->referenced->model->name),
			orm_error_place(place_of(reference)),
			errhint("As a value of type %s it would not refer to that object.", format_type_be(holder->type->oid)));
}

/* Converts the i-th attribute of the target's key to the holder's type. */
static Datum
assign(const OrmReference *reference, int i, Datum referenced)
{
	MemoryContext caller = CurrentMemoryContext;
	volatile bool fits = false;
	volatile Datum result = 0;

	PG_TRY();
	{
		Datum value;

		fits = orm_join_key_assign(reference->edge->keys[i], referenced, &value);
		result = value;
	}
	PG_CATCH();
	{
		orm_error_rethrow_at(place_of(reference), caller);
	}
	PG_END_TRY();
	if (!fits)
		raise_lossy(reference, reference->edge->holder_key[i]);
	return result;
}

/* Does the record give a value that equals the referenced one? */
static bool
agrees(const OrmReference *reference, const OrmRecord *record, int i, Datum referenced)
{
	int attribute = reference->edge->holder_key[i];

	return (record->patch == NULL || record->patch[attribute] == ORM_PATCH_SET) && !record->isnull[attribute] &&
		orm_join_key_equal(reference->edge->keys[i], referenced, record->values[attribute]);
}

/* Sets the i-th attribute of the foreign key in a record; false if the target's key is not known. */
static bool
settle_attribute(const OrmReference *reference, OrmRecord *record, int i)
{
	const OrmEdge *edge = reference->edge;
	int attribute = edge->holder_key[i];
	Datum value;
	bool isnull;

	if (!orm_graph_value(reference->target, edge->referenced_key[i], &value, &isnull))
		return false;
	if (isnull)
		raise_no_key(reference, edge->referenced_key[i]);
	if (!record->given[attribute])
		orm_record_set(record, attribute, assign(reference, i, value), false);
	else if (!agrees(reference, record, i, value))
		orm_settle_disagree(reference, attribute);
	return true;
}

bool
orm_settle_reference(const OrmReference *reference, OrmRecord *record)
{
	Assert(reference->edge->referenced == reference->target->group);
	for (int i = 0; i < reference->edge->n; i++)
		if (!settle_attribute(reference, record, i))
			return false;
	return true;
}

bool
orm_settle_shared(const OrmReference *reference, OrmRecord *record)
{
	const OrmEdge *edge = reference->edge;

	for (int i = 0; i < edge->n; i++)
		if (edge->holder->model->attributes[edge->holder_key[i]].in_key && !record->given[edge->holder_key[i]] &&
			!settle_attribute(reference, record, i))
			return false;
	return true;
}

void
orm_settle_all(OrmObject **objects, int n, bool must)
{
	for (int i = 0; i < n; i++)
		for (OrmReference *r = objects[i]->references; r != NULL; r = r->next)
		{
			if (r->settled || r->later || !(must || r->target->written || r->waived))
				continue;
			r->settled = orm_settle_reference(r, objects[i]->record);
			if (!r->settled && must)
				orm_settle_unknown(r);
		}
}

void
orm_settle_owned(OrmObject *object, const OrmObject *owner)
{
	for (OrmReference *r = object->references; r != NULL; r = r->next)
		if (r->target == owner && !r->settled && !r->later && object->intent != ORM_INTENT_FIND)
			r->settled = orm_settle_reference(r, object->record);
}

void
orm_settle_key(OrmRecord *record, const OrmObject *object)
{
	const OrmKey *key = orm_model_need_key(object->group->model);

	for (int i = 0; i < key->nattributes; i++)
	{
		Datum value;
		bool isnull;

		if (orm_graph_value(object, key->attributes[i], &value, &isnull))
			orm_record_set(record, key->attributes[i], value, isnull);
	}
}

bool
orm_settle_is_connected(const OrmReference *reference)
{
	const OrmEdge *edge = reference->edge;

	for (int i = 0; i < edge->n; i++)
	{
		Datum has;
		Datum wants;
		bool has_null;
		bool wants_null;

		if (!orm_graph_value(reference->holder, edge->holder_key[i], &has, &has_null) ||
			!orm_graph_value(reference->target, edge->referenced_key[i], &wants, &wants_null) || has_null ||
			wants_null || !orm_join_key_equal(edge->keys[i], wants, has))
			return false;
	}
	return true;
}

void
orm_settle_raise_generated(const OrmEdge *edge, const OrmPath *place)
{
	const OrmModel *model = edge->holder->model;
	int i = 0;

	while (i < edge->n - 1 && !model->attributes[edge->holder_key[i]].generated)
		i++;
	ereport(ERROR, errcode(ERRCODE_GENERATED_ALWAYS),
			errmsg("relationship \"%s\" cannot be changed: attribute \"%s\" of model \"%s\" is generated",
				   edge->relationship->name, model->attributes[edge->holder_key[i]].name, model->name),
			orm_error_place(place), errhint("Change the columns that it is generated from."));
}

/* Does the object's row have a foreign key of an edge, not NULL? */
static bool
is_referring(const OrmObject *object, const OrmEdge *edge)
{
	for (int i = 0; i < edge->n; i++)
	{
		Datum value;
		bool isnull;

		if (!orm_graph_value(object, edge->holder_key[i], &value, &isnull) || isnull)
			return false;
	}
	return true;
}

void
orm_settle_check_generated(const OrmObject *object)
{
	ListCell *cell;

	if (!object->returned.stored)
		return;
	for (const OrmReference *r = object->references; r != NULL; r = r->next)
		if (r->edge->generated && !orm_settle_is_connected(r))
			orm_settle_raise_generated(r->edge, place_of(r));
	foreach(cell, object->said.members)
	{
		const OrmGiven *member = lfirst(cell);

		if (member->edge->generated && member->edge->relationship->kind == ORM_BELONGS_TO && member->items == NIL &&
			is_referring(object, member->edge))
		{
			OrmPath here = orm_path_key(object->place, member->edge->relationship->name);

			orm_settle_raise_generated(member->edge, &here);
		}
	}
}
