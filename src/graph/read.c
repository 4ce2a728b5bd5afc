/*
 * read.c - reading documents into graphs; see read.h.
 */
#include "postgres.h"

#include "miscadmin.h"

#include "base/members.h"
#include "base/words.h"
#include "graph/identity.h"
#include "graph/item.h"
#include "graph/matching.h"
#include "graph/reorder.h"
#include "graph/upsert_on.h"

typedef OrmObject *(*ReadItem)(const OrmPlace *place, OrmJson json);

/* The effect of an instruction on its items. */
typedef enum Effect
{
	EFFECT_ADD,
	EFFECT_SET,
	EFFECT_UNLINK,
	EFFECT_DELETE
} Effect;

/* May a condition stand for the items (matching.h)? */
typedef enum Matching
{
	MATCHING_NONE,
	MATCHING_ALLOWED,
	MATCHING_ONLY
} Matching;

/* The instructions of a to-many relationship, in the order of execution. */
static const struct
{
	const char *name;
	Effect effect;
	ReadItem read;
	Matching matching;
} instructions[] = {
	{"$set", EFFECT_SET, orm_item_read, MATCHING_NONE},
	{"$disconnect", EFFECT_UNLINK, orm_item_read_ref, MATCHING_NONE},
	{"$delete", EFFECT_DELETE, orm_item_read_ref, MATCHING_ALLOWED},
	{"$update", EFFECT_ADD, orm_item_read, MATCHING_ONLY},
	{"$connect", EFFECT_ADD, orm_item_read_ref, MATCHING_NONE},
	{"$connect_or_create", EFFECT_ADD, orm_item_read_connect_or_create, MATCHING_NONE},
	{"$upsert", EFFECT_ADD, orm_item_read_upsert, MATCHING_NONE},
	{"$save", EFFECT_ADD, orm_item_read, MATCHING_NONE},
};

/* The numbers of "$set" and "$upsert". */
#define SET 0
#define UPSERT 6

bool
orm_read_part(OrmGraph *graph, void (*work)(void *), void *argument, const OrmPath *place)
{
	int before = graph->nrecords;

	if (orm_finding_try(graph->findings, work, argument, place))
		return true;
	for (int i = before; i < graph->nrecords; i++)
		graph->owners[i]->said.broken = true;
	return false;
}

/* Arguments of read_item(). */
typedef struct ReadingItem
{
	const OrmPlace *place;
	OrmJson json;
	ReadItem read;
	bool connect; /* connect it to the owner */
	OrmObject *object;
} ReadingItem;

static void
read_item(void *argument)
{
	ReadingItem *item = argument;
	const OrmPlace *place = item->place;

	item->object = item->read(place, item->json);
	if (item->connect)
		orm_graph_connect(place->graph, place->edge, place->owner, item->object);
}

/* Reads the items of an array, and with "connect" connects them. */
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
		ReadingItem item = {&below, walk.value, read, connect, NULL};

		CHECK_FOR_INTERRUPTS();
		if (orm_read_part(place->graph, read_item, &item, below.path))
			items = lappend(items, item.object);
	}
	return items;
}

/* Raises 55000 for a pending object that is to be removed from a collection. */
static void
refuse_unwritten(const OrmPlace *place, const List *items)
{
	ListCell *cell;

	foreach(cell, items)
		if (((const OrmObject *) lfirst(cell))->said.labelled)
		{
			OrmPlace below = orm_place_index(place, foreach_current_index(cell));

			ereport(ERROR, errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
					errmsg("pending object cannot be removed from \"%s\"", place->edge->relationship->name),
					orm_error_place(below.path), errhint("Call orm.flush() first, or give its key."));
		}
}

/* Arguments of read_instruction(). */
typedef struct Instruction
{
	const OrmPlace *place;
	int number; /* in "instructions" */
	OrmJson json;
	List *items;
} Instruction;

/* Does the instruction put its items into the collection? */
static bool
stays(int i)
{
	return instructions[i].effect == EFFECT_ADD || instructions[i].effect == EFFECT_SET;
}

static void
read_instruction(void *argument)
{
	Instruction *instruction = argument;
	int i = instruction->number;
	OrmJson json = instruction->json;
	OrmPlace below = orm_place_key(instruction->place, instructions[i].name);

	if (instructions[i].matching == MATCHING_ONLY && orm_json_kind(json) != ORM_JSON_OBJECT)
		orm_place_wrong_kind(&below, "an object with \"where\" and \"set\"", json, NULL);
	if (instructions[i].matching != MATCHING_NONE && orm_json_kind(json) == ORM_JSON_OBJECT)
		json = orm_matching_items(&below, json, instructions[i].matching == MATCHING_ONLY);
	instruction->items = read_items(&below, json, instructions[i].read, stays(i));
	if (stays(i))
		return;
	refuse_unwritten(&below, instruction->items);
	orm_graph_remove(below.graph, instructions[i].effect == EFFECT_UNLINK ? ORM_REMOVE_UNLINK : ORM_REMOVE_DELETE,
					 below.edge, below.owner, instruction->items, below.path);
}

/* The number of an instruction; raises 22023 for another key. */
static int
find_instruction(const OrmPlace *place, OrmJson key)
{
	const char *names[lengthof(instructions)];
	char *name;

	for (int i = 0; i < (int) lengthof(instructions); i++)
	{
		names[i] = instructions[i].name;
		if (orm_json_equals(key, names[i]))
			return i;
	}
	name = orm_json_string(key);
	if (name[0] != '$')
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("relationship \"%s\" takes an array, not an object", place->edge->relationship->name),
				orm_error_place(place->path),
				orm_words_hint(ORM_WORD_INSTRUCTION, name) ? 0 : errhint("Put the object in an array: [{...}]."));
	orm_place_wrong_instruction(place, name, names, lengthof(names));
	return -1;
}

/* Arguments of look_up(). */
typedef struct InstructionKey
{
	const OrmPlace *place;
	OrmJson key;
	OrmJson *found; /* by number of the instruction, then "on"; no node: not given yet */
	int number;
} InstructionKey;

/* The number of "on", which goes with "$upsert" (upsert_on.h). */
#define ON ((int) lengthof(instructions))

/* The name of a key by its number. */
static const char *
key_name(int number)
{
	return number == ON ? "on" : instructions[number].name;
}

static void
look_up(void *argument)
{
	InstructionKey *key = argument;
	OrmPath here;

	key->number = orm_json_equals(key->key, key_name(ON)) ? ON : find_instruction(key->place, key->key);
	here = orm_path_key(key->place->path, key_name(key->number));
	if (key->found[key->number].node != NULL)
		orm_members_raise_twice("instruction", key_name(key->number), &here);
}

/* Raises 22023 for "on" without "$upsert", and for "$upsert" beside "$set": rows that stay are not known before it. */
static void
check_upsert(const OrmPlace *place, const OrmJson *found)
{
	OrmPlace below;

	if (found[ON].node != NULL && found[UPSERT].node == NULL)
	{
		below = orm_place_key(place, key_name(ON));
		orm_members_raise_not_allowed("key", key_name(ON), below.path,
									  "It names the unique key of {\"$upsert\": [...]}.");
	}
	if (found[UPSERT].node != NULL && found[SET].node != NULL)
	{
		below = orm_place_key(place, key_name(UPSERT));
		orm_members_raise_not_allowed("instruction", key_name(UPSERT), below.path,
									  "Beside \"$set\" objects are named by their primary keys.");
	}
}

/* Are these objects by key, as "key_by" of a load gives them? */
static bool
is_keyed_collection(OrmJson json)
{
	OrmJsonWalk walk = orm_json_walk(json);

	while (orm_json_next(&walk))
		if (orm_json_kind(walk.value) != ORM_JSON_OBJECT ||
			(walk.key.node->length > 0 && orm_json_bytes(walk.key)[0] == '$'))
			return false;
	return true;
}

/* Reads an object of instructions. */
static List *
read_instructions(const OrmPlace *place, OrmJson json)
{
	OrmJson found[lengthof(instructions) + 1] = {0};
	OrmJsonWalk walk = orm_json_walk(json);
	OrmPlace upserts = *place;
	List *items = NIL;
	List *removed = NIL;

	if (json.node->count == 0)
		orm_place_wrong_kind(place, "an array or instructions", json,
							 "An empty object says nothing; {\"$set\": []} empties.");
	if (is_keyed_collection(json))
		orm_place_wrong_kind(place, "an array or instructions", json,
							 "Objects by key, as \"key_by\" of a load gives them, are written as an array.");
	while (orm_json_next(&walk))
	{
		InstructionKey key = {place, walk.key, found, 0};

		if (orm_read_part(place->graph, look_up, &key, place->path))
			found[key.number] = walk.value;
	}
	check_upsert(place, found);
	if (found[UPSERT].node != NULL)
		upserts.conflict_on = orm_upsert_on_read(place, found[ON]);
	for (int i = 0; i < (int) lengthof(instructions); i++)
	{
		Instruction instruction = {i == UPSERT ? &upserts : place, i, found[i], NIL};

		if (found[i].node == NULL || !orm_read_part(place->graph, read_instruction, &instruction, place->path))
			continue;
		if (stays(i))
			items = list_concat(items, instruction.items);
		else
			removed = list_concat(removed, instruction.items);
	}
	if (found[SET].node != NULL)
	{
		OrmPlace below = orm_place_key(place, instructions[SET].name);

		orm_graph_remove(place->graph, ORM_REMOVE_OTHERS, place->edge, place->owner, list_concat_copy(items, removed),
						 below.path);
		orm_reorder_add(place->graph, place->edge, items);
	}
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

/* Does the child give its key, except for the part that the parent supplies? */
static bool
is_keyed(const OrmEdge *edge, const OrmObject *child)
{
	const OrmKey *primary = child->group->model->primary_key;

	if (child->intent == ORM_INTENT_FIND || child->said.labelled || primary == NULL)
		return true;
	if (child->intent == ORM_INTENT_FIND_OR_CREATE)
		return orm_identity_key(child) != NULL;
	return orm_identity_is_whole(child->record, primary, edge);
}

/*
 * Sets the nullable columns of a foreign key to NULL; raises 22023 if the
 * object gives them, 23502 if there are none.
 */
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
			orm_record_set_null(record, attribute);
	}
	if (!possible)
		ereport(ERROR, errcode(ERRCODE_NOT_NULL_VIOLATION),
				errmsg("relationship \"%s\" of model \"%s\" must not be null", edge->relationship->name, model->name),
				orm_error_place(place->path));
}

/* Reads the value, not null, of a to-one relationship. */
static OrmObject *
read_one(const OrmPlace *place, OrmJson json)
{
	json = orm_members_object(json);
	if (orm_json_kind(json) == ORM_JSON_ARRAY)
		orm_place_wrong_kind(place, "one object", json, NULL);
	return orm_item_read(place, json);
}

/* Reads the value of a to-one relationship.  A keyed object of a has_one replaces the existing one. */
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

/* Arguments of read_related(). */
typedef struct Related
{
	OrmPlace place; /* without edge until it is read */
	const OrmRelationship *relationship;
	OrmJson json;
} Related;

static void
read_related(void *argument)
{
	Related *related = argument;
	OrmPlace *place = &related->place;
	OrmObject *owner = place->owner;
	const OrmRelationship *relationship = related->relationship;
	OrmGiven *member = palloc0(sizeof(OrmGiven));
	ListCell *cell;

	if (orm_model_is_derived(relationship))
		ereport(ERROR, errcode(ERRCODE_GENERATED_ALWAYS),
				errmsg("relationship \"%s\" of model \"%s\" cannot be given", relationship->name,
					   owner->group->model->name),
				errdetail("At %s. It is read-only.", orm_path_text(place->path)));
	foreach(cell, owner->said.members)
		if (((OrmGiven *) lfirst(cell))->edge->relationship == relationship)
			orm_members_raise_twice("relationship", relationship->name, place->path);
	place->edge = orm_graph_edge(place->graph, owner->group, relationship);
	member->edge = place->edge;
	member->list = relationship->kind == ORM_HAS_MANY || relationship->kind == ORM_MANY_TO_MANY;
	owner->said.members = lappend(owner->said.members, member);
	member->items = member->list ? read_to_many(place, related->json) : read_to_one(place, related->json);
}

/* Marks the columns of a relationship that could not be read as wrong. */
static void
give_up(OrmObject *owner, const OrmRelationship *relationship)
{
	const OrmModel *model = owner->group->model;

	for (int i = 0; relationship->key_is_local && i < relationship->nkeys; i++)
	{
		int attribute = orm_model_attribute_over(model, relationship->local[i]);

		if (attribute >= 0)
			orm_record_set_wrong(owner->record, model, attribute);
	}
}

/* Reads one relationship of an object. */
static void
read_relationship(OrmGraph *graph, OrmObject *owner, const OrmRelationship *relationship, OrmJson json)
{
	Related related = {{.graph = graph, .owner = owner}, relationship, json};

	related.place.path = orm_place_keep(graph, orm_path_key(owner->place, relationship->name));
	if (!orm_read_part(graph, read_related, &related, related.place.path))
		give_up(owner, relationship);
}

/* The relationship that a key names; NULL for an attribute. */
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
