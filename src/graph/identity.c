/*
 * identity.c - the identity of objects; see identity.h.
 */
#include "postgres.h"

#include "graph/identity.h"
#include "store/conflict_key.h"

bool
orm_identity_supplies(const OrmEdge *edge, int attribute)
{
	for (int i = 0; edge->holder != NULL && i < edge->n; i++)
		if (edge->holder_key[i] == attribute)
			return true;
	return false;
}

bool
orm_identity_is_whole(const OrmRecord *record, const OrmKey *key, const OrmEdge *edge)
{
	for (int i = 0; i < key->nattributes; i++)
	{
		int attribute = key->attributes[i];

		if ((!record->given[attribute] || record->isnull[attribute]) &&
			(edge == NULL || !orm_identity_supplies(edge, attribute)))
			return false;
	}
	return true;
}

const OrmKey *
orm_identity_key(const OrmObject *object)
{
	const OrmModel *model = object->group->model;
	const OrmKey *primary = model->primary_key;
	bool whole = primary != NULL && orm_identity_is_whole(object->record, primary, NULL);

	switch (object->intent)
	{
		case ORM_INTENT_SAVE:
		case ORM_INTENT_UPDATE:
			return whole ? primary : NULL;
		case ORM_INTENT_FIND:
			return whole ? primary : orm_conflict_key_only(model, object->record);
		case ORM_INTENT_FIND_OR_CREATE:
			return orm_conflict_key_first(model, object->record);
		default:
			return NULL;
	}
}

bool
orm_identity_is_new(const OrmObject *object)
{
	const OrmKey *primary = object->group->model->primary_key;

	if (object->said.by_parent)
		return false;
	if (object->intent == ORM_INTENT_CREATE || object->fresh)
		return true;
	if (object->intent != ORM_INTENT_SAVE || primary == NULL || orm_identity_is_whole(object->record, primary, NULL))
		return false;
	for (const OrmReference *r = object->references; r != NULL; r = r->next)
		for (int i = 0; i < primary->nattributes; i++)
			if (orm_identity_supplies(r->edge, primary->attributes[i]))
				return false;
	return true;
}
