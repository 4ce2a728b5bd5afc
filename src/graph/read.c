/*
 * read.c - documents become graphs of objects; see read.h.
 */
#include "postgres.h"

#include "miscadmin.h"

#include "base/members.h"
#include "graph/item.h"
#include "store/conflict_key.h"

typedef OrmObject *(*ReadItem)(const OrmPlace *place, OrmJson json);

/* What an instruction does to its items. */
typedef enum Effect
{
	EFFECT_ADD,
	EFFECT_SET,
	EFFECT_UNLINK,
	EFFECT_DELETE
} Effect;

/* The instructions of a to-many, in the order in which they are done. */
static const struct
{
	const char *name;
	Effect effect;
	ReadItem read;
} instructions[] = {
	{"$set", EFFECT_SET, orm_item_read},
	{"$disconnect", EFFECT_UNLINK, orm_item_read_member},
	{"$delete", EFFECT_DELETE, orm_item_read_member},
	{"$connect", EFFECT_ADD, orm_item_read_ref},
	{"$connect_or_create", EFFECT_ADD, orm_item_read_connect_or_create},
	{"$save", EFFECT_ADD, orm_item_read},
};

/* Reads all items of an array, and connects them unless they leave. */
static List *
read_items(const OrmPlace *place, OrmJson array, ReadItem read, bool connect)
{
	OrmJsonWalk walk;
	List *items = NIL;

	if (orm_json_kind(array) != ORM_JSON_ARRAY)
		orm_place_wrong_kind(place, "an array here", array, NULL);
	walk = orm_json_walk(array);
	while (orm_json_next(&walk))
	{
		OrmPlace below = orm_place_index(place, walk.index);
		OrmObject *item;

		CHECK_FOR_INTERRUPTS();
		item = read(&below, walk.value);
		if (connect)
			orm_graph_connect(place->graph, place->edge, place->owner, item);
		items = lappend(items, item);
	}
	return items;
}

/* Raises for an object that is to leave a collection, and is only queued itself. */
static void
refuse_unwritten(const OrmPlace *place, const List *items)
{
	ListCell *cell;

	foreach(cell, items)
		if (((const OrmObject *) lfirst(cell))->said.labelled)
		{
			OrmPlace below = orm_place_index(place, foreach_current_index(cell));

			ereport(ERROR, errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
					errmsg("an object that is queued cannot leave \"%s\"", place->edge->relationship->name),
					orm_error_place(below.path), errhint("Call orm.flush() first, or give its key."));
		}
}

/* Reads what one instruction says; returns what is then in the collection. */
static List *
read_instruction(const OrmPlace *place, int i, OrmJson json)
{
	static const OrmRemovalKind removals[] = {
		[EFFECT_SET] = ORM_REMOVE_OTHERS,
		[EFFECT_UNLINK] = ORM_REMOVE_UNLINK,
		[EFFECT_DELETE] = ORM_REMOVE_DELETE,
	};
	OrmPlace below = orm_place_key(place, instructions[i].name);
	Effect effect = instructions[i].effect;
	bool stays = effect == EFFECT_ADD || effect == EFFECT_SET;
	List *items = read_items(&below, json, instructions[i].read, stays);

	if (!stays)
		refuse_unwritten(&below, items);

	if (effect != EFFECT_ADD)
		orm_graph_remove(place->graph, removals[effect], place->edge, place->owner, items, below.path);
	return stays ? items : NIL;
}

/* Which instruction a key is; raises for one that is none, or that stands beside "$set". */
static int
find_instruction(const OrmPlace *place, OrmJson key, bool alone)
{
	const char *names[lengthof(instructions)];
	char *name;

	for (int i = 0; i < (int) lengthof(instructions); i++)
	{
		names[i] = instructions[i].name;
		if (orm_json_equals(key, names[i]) && (alone || instructions[i].effect != EFFECT_SET))
			return i;
	}
	name = orm_json_string(key);
	if (name[0] != '$')
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("relationship \"%s\" takes an array, not an object", place->edge->relationship->name),
				orm_error_place(place->path), errhint("Put the object in an array: [{...}]."));
	orm_place_wrong_instruction(place, name, names, lengthof(names));
	return -1;
}

/* Reads an object of instructions. */
static List *
read_instructions(const OrmPlace *place, OrmJson json)
{
	OrmJson found[lengthof(instructions)];
	bool present[lengthof(instructions)] = {false};
	OrmJsonWalk walk = orm_json_walk(json);
	List *items = NIL;

	if (json.node->count == 0)
		orm_place_wrong_kind(place, "an array or instructions", json,
							 "An empty object says nothing; {\"$set\": []} empties.");
	while (orm_json_next(&walk))
	{
		int i = find_instruction(place, walk.key, json.node->count == 1);
		OrmPath here = orm_path_key(place->path, instructions[i].name);

		if (present[i])
			ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					errmsg("\"%s\" is given twice", instructions[i].name), orm_error_place(&here));
		present[i] = true;
		found[i] = walk.value;
	}
	for (int i = 0; i < (int) lengthof(instructions); i++)
		if (present[i])
			items = list_concat(items, read_instruction(place, i, found[i]));
	return items;
}

/* Reads the value of a to-many relationship. */
static List *
read_to_many(const OrmPlace *place, OrmJson json)
{
	switch (orm_json_kind(json))
	{
		case ORM_JSON_ARRAY:
			return read_items(place, json, orm_item_read, true);
		case ORM_JSON_OBJECT:
			return read_instructions(place, json);
		default:
			orm_place_wrong_kind(place, "an array or instructions", json, "{\"$set\": []} empties it.");
	}
	return NIL;
}

/* Does the child say which row it is, as far as its parent does not? */
static bool
is_keyed(const OrmEdge *edge, const OrmObject *child)
{
	const OrmKey *key = child->group->model->primary_key;

	if (child->intent == ORM_INTENT_FIND || child->said.labelled || key == NULL)
		return true;
	if (child->intent == ORM_INTENT_FIND_OR_CREATE)
		return orm_record_has_key(child->record, key) || orm_unique_only(child->group->model, child->record) != NULL;
	for (int i = 0; i < key->nattributes; i++)
	{
		bool known = child->record->given[key->attributes[i]];

		for (int k = 0; k < edge->n; k++)
			known = known || edge->holder_key[k] == key->attributes[i];
		if (!known)
			return false;
	}
	return true;
}

/* Sets all columns of a key NULL that may be; those that the object gives itself must agree. */
static void
unlink_owner(const OrmPlace *place)
{
	const OrmEdge *edge = place->edge;
	const OrmModel *model = place->owner->group->model;
	OrmRecord *record = place->owner->record;
	bool possible = false;

	for (int i = 0; i < edge->n; i++)
		possible = possible || !model->attributes[edge->holder_key[i]].not_null;
	for (int i = 0; i < edge->n; i++)
	{
		int attribute = edge->holder_key[i];

		if (possible && model->attributes[attribute].not_null)
			continue;
		if (record->given[attribute] && !record->isnull[attribute] && edge->n == 1)
			ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					errmsg("relationship \"%s\" and attribute \"%s\" do not agree", edge->relationship->name,
						   model->attributes[attribute].name),
					orm_error_place(place->path));
		if (!model->attributes[attribute].in_key)
			record->given[attribute] = record->isnull[attribute] = true;
	}
	if (!possible)
		ereport(ERROR, errcode(ERRCODE_NOT_NULL_VIOLATION),
				errmsg("relationship \"%s\" of model \"%s\" may not be null", edge->relationship->name, model->name),
				orm_error_place(place->path));
}

/* Reads the value of a to-one relationship that is not null. */
static OrmObject *
read_one(const OrmPlace *place, OrmJson json)
{
	static const char *const names[] = {"$connect", "$connect_or_create"};
	static const ReadItem readers[] = {orm_item_read_ref, orm_item_read_connect_or_create};
	char *name;
	OrmJsonWalk walk;

	json = orm_members_object(json);
	if (orm_json_kind(json) == ORM_JSON_ARRAY)
		orm_place_wrong_kind(place, "one object", json, NULL);
	name = orm_item_instruction(json);
	if (name == NULL || strcmp(name, "$ref") == 0)
		return orm_item_read(place, json);
	walk = orm_json_walk(json);
	orm_json_next(&walk);
	for (int i = 0; i < (int) lengthof(names); i++)
		if (strcmp(name, names[i]) == 0 && json.node->count == 1)
		{
			OrmPlace below = orm_place_key(place, names[i]);

			return readers[i](&below, walk.value);
		}
	orm_place_wrong_instruction(place, name, names, lengthof(names));
	return NULL;
}

/* Reads the value of a to-one relationship.  A new object of a has_one takes the place of the one that is there. */
static List *
read_to_one(const OrmPlace *place, OrmJson json)
{
	bool holds = place->edge->relationship->kind == ORM_BELONGS_TO;
	OrmObject *one;

	if (orm_json_kind(json) == ORM_JSON_NULL)
	{
		if (holds)
			unlink_owner(place);
		else
			orm_graph_remove(place->graph, ORM_REMOVE_OTHERS, place->edge, place->owner, NIL, place->path);
		return NIL;
	}
	one = read_one(place, json);
	orm_graph_connect(place->graph, place->edge, place->owner, one);
	if (!holds && is_keyed(place->edge, one))
		orm_graph_remove(place->graph, ORM_REMOVE_OTHERS, place->edge, place->owner, list_make1(one), place->path);
	else if (!holds)
		one->said.by_parent = true;
	return list_make1(one);
}

/* Reads one relationship of an object. */
static void
read_relationship(OrmGraph *graph, OrmObject *owner, const OrmRelationship *relationship, OrmJson json)
{
	OrmPlace place = {.graph = graph, .owner = owner};
	OrmGiven *member = palloc0(sizeof(OrmGiven));
	ListCell *cell;

	place.path = orm_place_keep(graph, orm_path_key(owner->place, relationship->name));
	foreach(cell, owner->said.members)
		if (((OrmGiven *) lfirst(cell))->edge->relationship == relationship)
			ereport(ERROR, errcode(ERRCODE_DUPLICATE_COLUMN),
					errmsg("relationship \"%s\" is given twice", relationship->name), orm_error_place(place.path));
	place.edge = orm_graph_edge(graph, owner->group, relationship);
	member->edge = place.edge;
	member->list = relationship->kind == ORM_HAS_MANY || relationship->kind == ORM_MANY_TO_MANY;
	owner->said.members = lappend(owner->said.members, member);
	member->items = member->list ? read_to_many(&place, json) : read_to_one(&place, json);
}

/* The relationship that a key names, unless it is an attribute. */
static const OrmRelationship *
find_relationship(const OrmModel *model, OrmJson key)
{
	if (orm_model_attribute(model, orm_json_bytes(key), key.node->length) >= 0)
		return NULL;
	for (int i = 0; i < model->nrelationships; i++)
		if (orm_json_equals(key, model->relationships[i].name))
			return &model->relationships[i];
	return NULL;
}

void
orm_read_relationships(OrmGraph *graph, OrmObject *object, OrmJson json, int nested)
{
	OrmJsonWalk walk;

	if (nested == 0)
		return;
	walk = orm_json_walk(json);
	while (nested > 0 && orm_json_next(&walk))
	{
		const OrmRelationship *relationship = find_relationship(object->group->model, walk.key);

		if (relationship == NULL)
			continue;
		read_relationship(graph, object, relationship, walk.value);
		nested--;
	}
}

void
orm_read_into(OrmGraph *graph, OrmObject *object, OrmVerb verb, OrmJson json)
{
	int nested = orm_reader_read(object->group->reader, json, object->place, verb, object->record);

	orm_read_relationships(graph, object, json, nested);
}

OrmObject *
orm_read_object(OrmGraph *graph, OrmGroup *group, OrmIntent intent, OrmVerb verb, OrmJson json, const OrmPath *place)
{
	OrmObject *object;

	check_stack_depth();
	object = orm_graph_add(graph, group, intent, place);
	orm_read_into(graph, object, verb, json);
	return object;
}
