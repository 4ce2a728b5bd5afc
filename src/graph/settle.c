/*
 * settle.c - propagating keys to referencing records; see settle.h.
 */
#include "postgres.h"

#include "graph/settle.h"

/* Does a reference's key agree with what the holder gives already? */
static bool
agrees(const OrmRecord *record, const OrmModel *model, int attribute, Datum value, bool isnull)
{
	if (record->patch != NULL && record->patch[attribute] != ORM_PATCH_SET)
		return false;
	if (isnull || record->isnull[attribute])
		return isnull && record->isnull[attribute];
	return orm_batch_same_value(model, attribute, record->values[attribute], value);
}

/* Where the document says that the two belong together, as near as is known: a label has a place of its own. */
static const OrmPath *
place_of(const OrmReference *reference)
{
	bool above = reference->edge->relationship->kind == ORM_BELONGS_TO;
	const OrmObject *below = above ? reference->target : reference->holder;
	const OrmObject *other = above ? reference->holder : reference->target;

	return below->said.labelled ? other->place : below->place;
}

/* Raises 22023: the holder gives another key than that of what it is connected with. */
static void
raise_disagreement(const OrmReference *reference, int attribute)
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
			errmsg("the key of an object of model \"%s\" cannot be known", reference->target->group->model->name),
			orm_error_place(place_of(reference)),
			errhint("What is connected with it needs the key: grant SELECT on its columns."));
}

bool
orm_settle(const OrmReference *reference, OrmRecord *record)
{
	const OrmEdge *edge = reference->edge;
	const OrmModel *holder = edge->holder->model;
	const OrmModel *referenced = edge->referenced->model;

	for (int i = 0; i < edge->n; i++)
	{
		int attribute = edge->holder_key[i];
		Datum value;
		bool isnull;

		if (!orm_graph_value(reference->target, edge->referenced_key[i], &value, &isnull))
			return false;
		if (!isnull)
			value = orm_graph_convert(referenced->attributes[edge->referenced_key[i]].type,
									  holder->attributes[attribute].type, value);
		if (record->given[attribute])
		{
			if (!agrees(record, holder, attribute, value, isnull))
				raise_disagreement(reference, attribute);
			continue;
		}
		record->given[attribute] = true;
		record->isnull[attribute] = isnull;
		record->values[attribute] = value;
	}
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
			r->settled = orm_settle(r, objects[i]->record);
			if (!r->settled && must)
				orm_settle_unknown(r);
		}
}

void
orm_settle_owned(OrmObject *object, const OrmObject *owner)
{
	for (OrmReference *r = object->references; r != NULL; r = r->next)
		if (r->target == owner && !r->settled && !r->later && object->intent != ORM_INTENT_FIND)
			r->settled = orm_settle(r, object->record);
}

void
orm_settle_key(OrmRecord *record, const OrmObject *object)
{
	const OrmKey *key = orm_model_need_key(object->group->model);

	for (int i = 0; i < key->nattributes; i++)
	{
		int attribute = key->attributes[i];

		record->given[attribute] = orm_graph_value(object, attribute, &record->values[attribute],
												   &record->isnull[attribute]);
	}
}

bool
orm_settle_is_connected(const OrmReference *reference)
{
	const OrmEdge *edge = reference->edge;
	const OrmModel *holder = edge->holder->model;

	for (int i = 0; i < edge->n; i++)
	{
		Datum has;
		Datum wants;
		bool has_null;
		bool wants_null;

		if (!orm_graph_value(reference->holder, edge->holder_key[i], &has, &has_null) ||
			!orm_graph_value(reference->target, edge->referenced_key[i], &wants, &wants_null) || has_null || wants_null)
			return false;
		wants = orm_graph_convert(edge->referenced->model->attributes[edge->referenced_key[i]].type,
								  holder->attributes[edge->holder_key[i]].type, wants);
		if (!orm_batch_same_value(holder, edge->holder_key[i], has, wants))
			return false;
	}
	return true;
}
