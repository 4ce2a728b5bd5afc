/*
 * shared_key.c - the part of a nested object's key that is the owner's as well; see shared_key.h.
 */
#include "postgres.h"

#include "access/tupdesc.h"
#include "executor/tuptable.h"
#include "miscadmin.h"
#include "utils/datum.h"

#include "graph/identity.h"
#include "graph/shared_key.h"
#include "model/cast.h"
#include "model/foreign_key.h"
#include "model/key.h"
#include "store/conflict_key.h"
#include "store/default_keys.h"
#include "store/lookup.h"

/* The sources of the owner's value. */
typedef enum OwnerReach
{
	REACH_DOCUMENT,
	REACH_SHARED, /* the document, and its row for columns with another use */
	REACH_ROW
} OwnerReach;

/* A search for the owner's value. */
typedef struct OwnerSearch
{
	const OrmGraph *graph;
	bool stored;  /* also in the rows of objects */
	bool makes;	  /* make defaults of new objects */
	bool unknown; /* result, with findings: the value cannot be known */
} OwnerSearch;

int
orm_shared_key_position(const OrmRelationship *relationship, AttrNumber join_column)
{
	for (int i = 0; i < relationship->nkeys; i++)
		if (relationship->remote[i] == join_column)
			return i;
	return -1;
}

/* Finds the partner of an attribute in one list in another one, or -1. */
static int
find_partner(int attribute, const int *attributes, const int *partners, int n)
{
	for (int i = 0; i < n; i++)
		if (attributes[i] == attribute)
			return partners[i];
	return -1;
}

/* The owner's attribute with the value of an attribute of the nested object, or -1. */
static int
owner_attribute(const OrmEdge *edge, int attribute)
{
	int position = -1;

	if (edge->relationship->kind == ORM_BELONGS_TO)
		return find_partner(attribute, edge->referenced_key, edge->holder_key, edge->n);
	if (edge->relationship->kind != ORM_MANY_TO_MANY)
		return find_partner(attribute, edge->holder_key, edge->referenced_key, edge->n);
	for (int i = 0; i < edge->ntarget && position < 0; i++)
		if (edge->target_key[i] == attribute)
			position = orm_shared_key_position(edge->relationship, edge->relationship->join_target[i]);
	return position < 0 ? -1 : edge->referenced_key[position];
}

/* Casts a value of one attribute to the type of another, in the graph's context; false if there is no cast. */
static bool
convert(const OrmGraph *graph, const OrmAttribute *from, const OrmAttribute *to, Datum *value)
{
	MemoryContext caller = MemoryContextSwitchTo(graph->context);
	Expr *cast = from->type->oid == to->type->oid ? NULL : orm_cast_find(from->type->oid, to->type->oid, -1);
	bool isnull = from->type->oid != to->type->oid && cast == NULL;

	if (cast != NULL)
		*value = orm_cast_run(cast, to->type->oid, *value, &isnull);
	else if (!isnull)
		*value = datumCopy(*value, to->type->by_value, to->type->length);
	MemoryContextSwitchTo(caller);
	return !isnull;
}

/* A value of a row that is read. */
typedef struct Stored
{
	MemoryContext context;
	const OrmType *type;
	Datum value;
	bool isnull;
	bool found; /* there is a row */
} Stored;

/* Receives the only returned column. */
static void
take_value(void *argument, const OrmRecord *record, TupleTableSlot *slot)
{
	Stored *stored = argument;
	MemoryContext caller = MemoryContextSwitchTo(stored->context);

	stored->found = true;
	stored->value = slot_getattr(slot, 1, &stored->isnull);
	if (!stored->isnull)
		stored->value = datumCopy(stored->value, stored->type->by_value, stored->type->length);
	MemoryContextSwitchTo(caller);
}

/* Reads an attribute from the row of an object; false if it is NULL, or there is no row (*absent). */
static bool
read_stored(const OrmGraph *graph, OrmObject *object, int attribute, Datum *value, bool *absent)
{
	const OrmModel *model = object->group->model;
	const OrmConflictOn *on = orm_graph_conflict_on(graph, object);
	const OrmKey *key = object->intent == ORM_INTENT_UPSERT
		? orm_conflict_key_of(model, object->record, on->n, on->names)
		: orm_identity_key(object);
	OrmKey only = {.nattributes = 1, .attributes = &attribute};
	Stored stored = {graph->context, model->attributes[attribute].type, 0, true, false};
	OrmWrite write = {
		.model = model,
		.returning = orm_key_flags(model, &only),
		.stored = take_value,
		.argument = &stored,
	};
	OrmBatch batch = {&write, &object->record, 1};

	if (key == NULL)
		return false;
	orm_lookup_read(&batch, key);
	object->record->done = false;
	*absent = !stored.found;
	*value = stored.value;
	return !stored.isnull;
}

/*
 * Makes the default of an attribute of an object that is new, since no row was
 * found ("absent") or none is sought, and sets it there.  A graph with findings
 * writes nothing, and leaves volatile defaults alone.
 */
static bool
make_default(OwnerSearch *search, OrmObject *object, int attribute, bool absent, Datum *value)
{
	const OrmModel *model = object->group->model;
	OrmRecord *record = object->record;
	OrmWrite write = {.model = model};
	OrmBatch batch = {&write, &record, 1};
	OrmKey key = {.nattributes = 1, .attributes = &attribute};

	bool is_new = orm_identity_is_new(object);

	if ((!is_new && !(absent && object->intent == ORM_INTENT_SAVE)) || model->before_insert_row_trigger)
		return false;
	if (search->graph->findings != NULL && orm_default_keys_is_volatile(model, attribute))
	{
		search->unknown = true;
		return false;
	}
	orm_default_keys_make(&batch, &key);
	if (!record->given[attribute])
		return false;
	object->fresh = is_new;
	*value = record->values[attribute];
	return true;
}

static bool find_value(OwnerSearch *search, OrmObject *object, int attribute, Datum *value);

/* The owner's value for an attribute of a nested object; false if it is NULL or not known. */
static bool
owner_value(OwnerSearch *search, const OrmEdge *edge, OrmObject *owner, int attribute, Datum *value)
{
	const OrmModel *model = edge->target->model;
	int from = owner_attribute(edge, attribute);

	return from >= 0 && find_value(search, owner, from, value) &&
		convert(search->graph, &owner->group->model->attributes[from], &model->attributes[attribute], value);
}

/* The reference of an object that supplies an attribute, or NULL. */
static const OrmReference *
reference_with(const OrmObject *object, int attribute)
{
	for (const OrmReference *r = object->references; r != NULL; r = r->next)
		if (orm_identity_supplies(r->edge, attribute))
			return r;
	return NULL;
}

/* The value of an attribute: given, supplied by a referenced object, of the row, or its default. */
static bool
find_value(OwnerSearch *search, OrmObject *object, int attribute, Datum *value)
{
	const OrmRecord *record = object->record;
	const OrmModel *model = object->group->model;
	const OrmReference *r = reference_with(object, attribute);
	const OrmEdge *edge = object->said.parent_edge;
	bool absent = false;

	check_stack_depth();
	if (record->given[attribute])
	{
		*value = record->values[attribute];
		return !record->isnull[attribute] && (record->patch == NULL || record->patch[attribute] == ORM_PATCH_SET);
	}
	search->unknown = search->unknown || object->said.broken;
	if (r != NULL)
	{
		int from = find_partner(attribute, r->edge->holder_key, r->edge->referenced_key, r->edge->n);

		return find_value(search, r->target, from, value) &&
			convert(search->graph, &r->target->group->model->attributes[from], &model->attributes[attribute], value);
	}
	if (edge != NULL && edge->holder == edge->target && edge->relationship->kind != ORM_BELONGS_TO &&
		owner_attribute(edge, attribute) >= 0)
		return owner_value(search, edge, object->said.parent, attribute, value);
	return (search->stored && read_stored(search->graph, object, attribute, value, &absent)) ||
		(search->makes && make_default(search, object, attribute, absent, value));
}

/* Does another foreign key of the model contain the attribute? */
static bool
is_of_other(const OrmModel *model, const OrmRelationship *relationship, int attribute)
{
	for (int i = 0; i < model->nrelationships; i++)
	{
		const OrmRelationship *other = &model->relationships[i];

		for (int k = 0; other != relationship && other->resolved && other->key_is_local && k < other->nkeys; k++)
			if (other->local[k] == model->attributes[attribute].attnum)
				return true;
	}
	return false;
}

/* Is an attribute, and the owner's attribute with its value, of a belongs_to's foreign key alone? */
static bool
is_of_edge_alone(const OrmEdge *edge, int from, int attribute)
{
	return edge->relationship->kind == ORM_BELONGS_TO && !edge->source->model->attributes[from].in_key &&
		!is_of_other(edge->source->model, edge->relationship, from) &&
		!is_of_other(edge->target->model, edge->relationship, attribute);
}

int
orm_shared_key_own(const OrmEdge *edge, const OrmKey *key)
{
	int own = -1;

	for (int i = 0; i < key->nattributes; i++)
	{
		int from = owner_attribute(edge, key->attributes[i]);

		if (from < 0 || is_of_edge_alone(edge, from, key->attributes[i]))
		{
			if (own >= 0)
				return -1;
			own = key->attributes[i];
		}
	}
	return own;
}

/* Does the owner's object give the whole foreign key of a belongs_to? */
static bool
says_reference(const OrmPlace *place)
{
	OwnerSearch search = {.graph = place->graph};
	Datum value;

	for (int i = 0; i < place->edge->n; i++)
		if (!find_value(&search, place->owner, place->edge->holder_key[i], &value))
			return false;
	return true;
}

/*
 * With findings: can there be a row with a value that will be generated for its
 * owner?  Not where a constraint lets a row refer to existing owners only.
 */
static bool
may_exist(const OrmEdge *edge)
{
	ListCell *cell;

	if (edge->relationship->kind == ORM_BELONGS_TO || edge->holder != edge->target)
		return true;
	foreach(cell, orm_foreign_key_read(edge->holder->model->relid, edge->referenced->model->relid))
	{
		const OrmForeignKey *key = lfirst(cell);
		bool all = key->n == edge->n;

		for (int i = 0; all && i < edge->n; i++)
			all = edge->join.referencing_columns[i] == key->columns[i];
		if (all)
			return false;
	}
	return true;
}

/* Must the value of an object's attribute be known before its owner is written? */
static bool
is_needed(const OrmObject *object, int attribute)
{
	const OrmAttribute *a = &object->group->model->attributes[attribute];

	return object->intent == ORM_INTENT_FIND || object->intent == ORM_INTENT_FIND_OR_CREATE ||
		(a->not_null && !a->has_default);
}

/*
 * Supplies an attribute of a nested object; false if the value is not known.
 * For an object that is written, a column that belongs to this foreign key alone
 * is not taken from the owner's row, lest a new object update the row referenced so far.
 */
static bool
supply(const OrmPlace *place, OrmObject *object, int attribute, OwnerReach reach)
{
	const OrmEdge *edge = place->edge;
	int from = owner_attribute(edge, attribute);
	OwnerSearch search = {.graph = place->graph, .makes = is_needed(object, attribute)};
	Datum value;

	if (reach != REACH_ROW && from >= 0 && is_of_edge_alone(edge, from, attribute))
	{
		if (says_reference(place))
			return false;
		reach = REACH_DOCUMENT;
	}
	search.stored = reach != REACH_DOCUMENT;
	if (!owner_value(&search, edge, place->owner, attribute, &value))
	{
		if (search.unknown && may_exist(edge))
		{
			orm_record_set_wrong(object->record, object->group->model, -1);
			object->said.broken = true;
		}
		return false;
	}
	orm_record_set(object->record, attribute, value, false);
	return true;
}

/* Does the object give a part of the key, and share the rest with its owner? */
static bool
is_shared(const OrmEdge *edge, const OrmRecord *record, const OrmKey *key)
{
	int given = 0;

	for (int i = 0; i < key->nattributes; i++)
	{
		int attribute = key->attributes[i];

		if (record->given[attribute] && !record->isnull[attribute])
			given++;
		else if (record->given[attribute] || owner_attribute(edge, attribute) < 0)
			return false;
	}
	return given > 0 && given < key->nattributes;
}

/* Completes a key that is given in part; false if none of it is given, or the rest is not known. */
static bool
complete(const OrmPlace *place, OrmObject *object, const OrmKey *key, OwnerReach reach)
{
	bool whole = true;

	if (key == NULL || !is_shared(place->edge, object->record, key))
		return false;
	for (int i = 0; whole && i < key->nattributes; i++)
		whole = object->record->given[key->attributes[i]] || supply(place, object, key->attributes[i], reach);
	if (!whole && place->owner->record->wrong != NULL)
		orm_record_set_wrong(object->record, object->group->model, -1);
	return whole;
}

/* Completes the unique keys, except the primary one. */
static void
complete_unique(const OrmPlace *place, OrmObject *object, OwnerReach reach)
{
	const OrmModel *model = object->group->model;

	for (int i = 0; i < model->nunique; i++)
		if (&model->unique[i] != model->primary_key)
			complete(place, object, &model->unique[i], reach);
}

OrmSharedKeyMade
orm_shared_key_make(const OrmGraph *graph, const OrmEdge *edge, OrmObject *owner, OrmRecord *record)
{
	OwnerSearch search = {.graph = graph, .makes = true};

	for (int i = 0; i < edge->n; i++)
	{
		int attribute = edge->holder_key[i];
		Datum value;

		if (!edge->holder->model->attributes[attribute].in_key || record->given[attribute])
			continue;
		if (!owner_value(&search, edge, owner, attribute, &value))
			return search.unknown && may_exist(edge) ? ORM_SHARED_KEY_LATER : ORM_SHARED_KEY_UNKNOWN;
		orm_record_set(record, attribute, value, false);
	}
	return ORM_SHARED_KEY_MADE;
}

void
orm_shared_key_complete(const OrmPlace *place, OrmObject *object)
{
	if (!complete(place, object, object->group->model->primary_key, REACH_ROW))
		complete_unique(place, object, REACH_ROW);
}

/* Supplies the values of a new object from its owner's object. */
static void
supply_new(const OrmPlace *place, OrmObject *object)
{
	const OrmModel *model = object->group->model;

	for (int i = 0; i < model->nattributes; i++)
		if (!object->record->given[i] && !model->attributes[i].generated && owner_attribute(place->edge, i) >= 0)
			supply(place, object, i, REACH_DOCUMENT);
}

void
orm_shared_key_supply(const OrmPlace *place, OrmObject *object)
{
	const OrmKey *primary = object->group->model->primary_key;

	if (place->edge->holder == place->edge->target && place->edge->relationship->kind != ORM_BELONGS_TO)
		return;
	if (object->intent != ORM_INTENT_FIND_OR_CREATE)
	{
		if ((primary == NULL || !orm_record_has_key(object->record, primary)) &&
			!complete(place, object, primary, REACH_SHARED))
			supply_new(place, object);
		return;
	}
	supply_new(place, object);
	if (!complete(place, object, primary, REACH_SHARED))
		complete_unique(place, object, REACH_SHARED);
}
