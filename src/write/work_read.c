/*
 * work_read.c - documents become graphs of objects.
 *
 *     to-one     null | item | {"$connect": ref} | {"$connect_or_create": object}
 *     to-many    [item] | {"$set": [item]} | {"$save": [item], "$connect": [ref],
 *                "$connect_or_create": [object], "$disconnect": [ref], "$delete": [ref]}
 *     item       scalar (a key) | object | {"$ref": label}
 *     ref        scalar | object of just a key, primary or unique | {"$ref": label}
 */
#include "postgres.h"

#include "miscadmin.h"

#include "model/key.h"
#include "write/flush.h"
#include "write/unique.h"

/* Where a relationship is read. */
typedef struct Place
{
	OrmWork    *work;
	OrmEdge    *edge;
	OrmObject  *owner;
	const OrmPath *path;		/* of the value that is read */
} Place;

/* A step down that outlives the reading. */
static const OrmPath *
keep_path(const OrmWork *work, OrmPath path)
{
	OrmPath    *kept = MemoryContextAlloc(work->context, sizeof(OrmPath));

	*kept = path;
	return kept;
}

/* The same place, a step down by a key. */
static Place
step_key(const Place *place, const char *key)
{
	Place		below = *place;

	below.path = keep_path(place->work, orm_path_key(place->path, key));
	return below;
}

/* The same place, a step down by an index. */
static Place
step_index(const Place *place, int index)
{
	Place		below = *place;

	below.path = keep_path(place->work, orm_path_index(place->path, index));
	return below;
}

/* Raises 22023 for JSON of the wrong kind. */
static void
raise_kind(const Place *place, const char *wanted, OrmJson json, const char *hint)
{
	OrmJsonKind kind = orm_json_kind(json);

	ereport(ERROR,
			errcode(kind == ORM_JSON_NULL ? ERRCODE_NULL_VALUE_NOT_ALLOWED : ERRCODE_INVALID_PARAMETER_VALUE),
			errmsg("relationship \"%s\" takes %s, not %s", place->edge->relationship->name, wanted,
				   orm_json_kind_name(kind)),
			orm_error_place(place->path),
			hint ? errhint("%s", hint) : 0);
}

/* The first key of an object if it is an instruction, else NULL. */
static char *
instruction(OrmJson json)
{
	OrmJsonWalk walk;

	if (orm_json_kind(json) != ORM_JSON_OBJECT)
		return NULL;
	walk = orm_json_walk(json);
	if (!orm_json_next(&walk) || walk.key.node->length == 0 || orm_json_bytes(walk.key)[0] != '$' ||
		orm_json_equals(walk.key, "$action") || orm_json_equals(walk.key, "$etag"))
		return NULL;
	return orm_json_string(walk.key);
}

/* Raises 22023: an instruction that cannot stand here. */
static void
raise_instruction(const Place *place, const char *name, const char *const *names, int nnames)
{
	OrmPath		here = orm_path_key(place->path, name);

	for (int i = 0; i < nnames; i++)
		if (strcmp(name, names[i]) == 0)
			ereport(ERROR,
					errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					errmsg("\"%s\" must be the only key of its object", name),
					orm_error_place(&here));
	ereport(ERROR,
			errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			errmsg("\"%s\" cannot stand here", name),
			orm_error_place(&here),
			orm_error_nearest("instruction", name, names, nnames));
}

/* Reads {"$ref": label}; NULL: it is something else. */
static OrmObject *
read_label(const Place *place, OrmJson json)
{
	Place		below;
	OrmJson		label;

	if (orm_json_kind(json) != ORM_JSON_OBJECT || !orm_json_member(json, "$ref", &label))
		return NULL;
	below = step_key(place, "$ref");
	if (json.node->count > 1)
		ereport(ERROR,
				errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("\"$ref\" must be the only key of its object"),
				orm_error_place(below.path));
	if (orm_json_kind(label) != ORM_JSON_STRING)
		ereport(ERROR,
				errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("\"$ref\" takes the label of an object, not %s", orm_json_kind_name(orm_json_kind(label))),
				orm_error_place(below.path));
	return orm_work_labelled(place->work, place->edge->target, orm_json_string(label), below.path);
}

/* Raises unless an object's first key is one of its own. */
static void
refuse_instruction(const Place *place, OrmJson json)
{
	char	   *name = instruction(json);

	if (name != NULL)
		raise_instruction(place, name, NULL, 0);
}

/* Adds an object for the target of a relationship. */
static OrmObject *
add_target(const Place *place, OrmIntent intent)
{
	OrmObject  *object = orm_work_add(place->work, place->edge->target, intent, place->path);

	object->nested = true;
	return object;
}

/* Reads a scalar: the key of a row that exists. */
static OrmObject *
read_scalar(const Place *place, OrmJson json)
{
	OrmObject  *object = add_target(place, ORM_INTENT_FIND);
	const OrmModel *model = place->edge->target->model;
	const OrmKey *key = orm_model_need_key(model);
	Datum		values[INDEX_MAX_KEYS];

	if (key->nattributes > 1)
		ereport(ERROR,
				errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("the key of model \"%s\" has more than one attribute", model->name),
				orm_error_place(place->path),
				errhint("Give an object of them: {\"$connect\": {...}}."));
	if (!orm_key_read_json(model, json, place->path, values))
		raise_kind(place, "a key", json, NULL);
	object->record->values[key->attributes[0]] = values[0];
	object->record->given[key->attributes[0]] = true;
	object->key = key;
	object->by_key = true;
	return object;
}

/* The key that is all that an object gives; raises 22023 or 42P10 when it is not so. */
static const OrmKey *
only_a_key(const Place *place, const OrmObject *object)
{
	const OrmModel *model = object->group->model;
	const OrmRecord *record = object->record;
	const OrmKey *key = model->primary_key;
	int			given = 0;

	if (key == NULL || !orm_record_has_key(record, key))
		key = orm_unique_only(model, record);
	if (key == NULL)
		ereport(ERROR,
				errcode(ERRCODE_INVALID_COLUMN_REFERENCE),
				errmsg("a unique key of model \"%s\" is expected", model->name),
				orm_error_place(place->path),
				orm_unique_list(model)[0] != '\0'
				? errhint("Its unique keys are: %s.", orm_unique_list(model)) : errhint("It has none."));
	for (int i = 0; i < model->nattributes; i++)
		given += record->given[i];
	if (given > key->nattributes || record->patch != NULL)
		ereport(ERROR,
				errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("an object of model \"%s\" is named by its key alone here", model->name),
				orm_error_place(place->path),
				errhint("To change it as well, nest it as an object with its primary key."));
	return key;
}

/* Reads a ref: what names a row that exists. */
static OrmObject *
read_ref(const Place *place, OrmJson json)
{
	OrmObject  *object;

	if (orm_json_kind(json) == ORM_JSON_NULL || orm_json_kind(json) == ORM_JSON_ARRAY)
		raise_kind(place, "a key or an object of one", json, NULL);
	if (orm_json_kind(json) != ORM_JSON_OBJECT)
		return read_scalar(place, json);
	if ((object = read_label(place, json)) != NULL)
		return object;
	refuse_instruction(place, json);
	object = add_target(place, ORM_INTENT_FIND);
	if (orm_reader_read(object->group->reader, json, place->path, ORM_VERB_SAVE, object->record) > 0)
		ereport(ERROR,
				errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("an object of model \"%s\" is named by its key alone here", object->group->model->name),
				orm_error_place(place->path),
				errhint("Relationships cannot stand in it."));
	object->key = only_a_key(place, object);
	return object;
}

/* Raises 22023 where objects are not written along a relationship. */
static void
refuse_nested(const Place *place)
{
	const OrmRelationship *relationship = place->edge->relationship;

	if (!(relationship->cascade & ORM_CASCADE_SAVE))
		ereport(ERROR,
				errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("relationship \"%s\" does not write objects: its cascade is \"%s\"", relationship->name,
					   orm_declaration_relationship(place->owner->group->model->declaration,
													relationship->name)->cascade),
				orm_error_place(place->path),
				errhint("Name a row that exists, by its key or {\"$connect\": ...}, or declare the cascade "
						"\"save-update\" as well."));
}

/* Reads an object that is nested. */
static OrmObject *
read_nested(const Place *place, OrmJson json, OrmIntent intent)
{
	OrmObject  *object;

	refuse_nested(place);
	object = orm_work_read(place->work, place->edge->target, intent, ORM_VERB_SAVE, json, place->path);
	object->nested = true;
	return object;
}

/* Reads an item: a scalar, an object or a label. */
static OrmObject *
read_item(const Place *place, OrmJson json)
{
	OrmObject  *labelled;

	if (orm_json_kind(json) == ORM_JSON_NULL || orm_json_kind(json) == ORM_JSON_ARRAY)
		raise_kind(place, "keys and objects", json, NULL);
	if (orm_json_kind(json) != ORM_JSON_OBJECT)
		return read_scalar(place, json);
	if ((labelled = read_label(place, json)) != NULL)
		return labelled;
	refuse_instruction(place, json);
	return read_nested(place, json, ORM_INTENT_SAVE);
}

/* Reads an object that is made if it is not there. */
static OrmObject *
read_connect_or_create(const Place *place, OrmJson json)
{
	if (orm_json_kind(json) != ORM_JSON_OBJECT)
		raise_kind(place, "an object", json, NULL);
	refuse_instruction(place, json);
	return read_nested(place, json, ORM_INTENT_FIND_OR_CREATE);
}

typedef OrmObject *(*ReadItem) (const Place *place, OrmJson json);

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
	Effect		effect;
	ReadItem	read;
}			instructions[] = {
	{"$set", EFFECT_SET, read_item},
	{"$disconnect", EFFECT_UNLINK, read_ref},
	{"$delete", EFFECT_DELETE, read_ref},
	{"$connect", EFFECT_ADD, read_ref},
	{"$connect_or_create", EFFECT_ADD, read_connect_or_create},
	{"$save", EFFECT_ADD, read_item},
};

/* Reads all items of an array, and connects them unless they leave. */
static List *
read_items(const Place *place, OrmJson array, ReadItem read, bool connect)
{
	OrmJsonWalk walk;
	List	   *items = NIL;

	if (orm_json_kind(array) != ORM_JSON_ARRAY)
		raise_kind(place, "an array here", array, NULL);
	walk = orm_json_walk(array);
	while (orm_json_next(&walk))
	{
		Place		below = step_index(place, walk.index);
		OrmObject  *item;

		CHECK_FOR_INTERRUPTS();
		item = read(&below, walk.value);
		if (connect)
			orm_work_connect(place->work, place->edge, place->owner, item);
		items = lappend(items, item);
	}
	return items;
}

/* Raises for an object that is to leave a collection, and is only queued itself. */
static void
refuse_unwritten(const Place *place, const List *items)
{
	ListCell   *cell;

	foreach(cell, items)
		if (((const OrmObject *) lfirst(cell))->labelled)
		{
			Place		below = step_index(place, foreach_current_index(cell));

			ereport(ERROR,
					errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
					errmsg("an object that is queued cannot leave \"%s\"", place->edge->relationship->name),
					orm_error_place(below.path),
					errhint("Call orm.flush() first, or give its key."));
		}
}

/* Reads what one instruction says; returns what is then in the collection. */
static List *
read_instruction(const Place *place, int i, OrmJson json)
{
	static const OrmRemovalKind removals[] = {
		[EFFECT_SET] = ORM_REMOVE_OTHERS,
		[EFFECT_UNLINK] = ORM_REMOVE_UNLINK,
		[EFFECT_DELETE] = ORM_REMOVE_DELETE,
	};
	Place		below = step_key(place, instructions[i].name);
	Effect		effect = instructions[i].effect;
	bool		stays = effect == EFFECT_ADD || effect == EFFECT_SET;
	List	   *items = read_items(&below, json, instructions[i].read, stays);

	if (!stays)
		refuse_unwritten(&below, items);

	if (effect != EFFECT_ADD)
		orm_work_remove(place->work, removals[effect], place->edge, place->owner, items, below.path);
	return stays ? items : NIL;
}

/* Which instruction a key is; raises for one that is none, or that stands beside "$set". */
static int
find_instruction(const Place *place, OrmJson key, bool alone)
{
	const char *names[lengthof(instructions)];
	char	   *name;

	for (int i = 0; i < (int) lengthof(instructions); i++)
	{
		names[i] = instructions[i].name;
		if (orm_json_equals(key, names[i]) && (alone || instructions[i].effect != EFFECT_SET))
			return i;
	}
	name = orm_json_string(key);
	if (name[0] != '$')
		ereport(ERROR,
				errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("relationship \"%s\" takes an array, not an object", place->edge->relationship->name),
				orm_error_place(place->path),
				errhint("Put the object in an array: [{...}]."));
	raise_instruction(place, name, names, lengthof(names));
	return -1;
}

/* Reads an object of instructions. */
static List *
read_instructions(const Place *place, OrmJson json)
{
	OrmJson		found[lengthof(instructions)];
	bool		present[lengthof(instructions)] = {false};
	OrmJsonWalk walk = orm_json_walk(json);
	List	   *items = NIL;

	if (json.node->count == 0)
		raise_kind(place, "an array or instructions", json, "An empty object says nothing; {\"$set\": []} empties.");
	while (orm_json_next(&walk))
	{
		int			i = find_instruction(place, walk.key, json.node->count == 1);
		OrmPath		here = orm_path_key(place->path, instructions[i].name);

		if (present[i])
			ereport(ERROR,
					errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					errmsg("\"%s\" is given twice", instructions[i].name),
					orm_error_place(&here));
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
read_to_many(const Place *place, OrmJson json)
{
	switch (orm_json_kind(json))
	{
		case ORM_JSON_ARRAY:
			return read_items(place, json, read_item, true);
		case ORM_JSON_OBJECT:
			return read_instructions(place, json);
		default:
			raise_kind(place, "an array or instructions", json, "{\"$set\": []} empties it.");
	}
	return NIL;
}

/* Does the child say which row it is, as far as its parent does not? */
static bool
is_keyed(const OrmEdge *edge, const OrmObject *child)
{
	const OrmKey *key = child->group->model->primary_key;

	if (child->intent == ORM_INTENT_FIND || child->labelled || key == NULL)
		return true;
	if (child->intent == ORM_INTENT_FIND_OR_CREATE)
		return orm_record_has_key(child->record, key) || orm_unique_only(child->group->model, child->record) != NULL;
	for (int i = 0; i < key->nattributes; i++)
	{
		bool		known = child->record->given[key->attributes[i]];

		for (int k = 0; k < edge->n; k++)
			known = known || edge->holder_key[k] == key->attributes[i];
		if (!known)
			return false;
	}
	return true;
}

/* Sets all columns of a key NULL that may be; those that the object gives itself must agree. */
static void
unlink_owner(const Place *place)
{
	const OrmEdge *edge = place->edge;
	const OrmModel *model = place->owner->group->model;
	OrmRecord  *record = place->owner->record;
	bool		possible = false;

	for (int i = 0; i < edge->n; i++)
		possible = possible || !model->attributes[edge->holder_key[i]].not_null;
	for (int i = 0; i < edge->n; i++)
	{
		int			attribute = edge->holder_key[i];

		if (possible && model->attributes[attribute].not_null)
			continue;
		if (record->given[attribute] && !record->isnull[attribute] && edge->n == 1)
			ereport(ERROR,
					errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					errmsg("relationship \"%s\" and attribute \"%s\" do not agree", edge->relationship->name,
						   model->attributes[attribute].name),
					orm_error_place(place->path));
		if (!model->attributes[attribute].in_key)
			record->given[attribute] = record->isnull[attribute] = true;
	}
	if (!possible)
		ereport(ERROR,
				errcode(ERRCODE_NOT_NULL_VIOLATION),
				errmsg("relationship \"%s\" of model \"%s\" may not be null", edge->relationship->name, model->name),
				orm_error_place(place->path));
}

/* Reads the value of a to-one relationship that is not null. */
static OrmObject *
read_one(const Place *place, OrmJson json)
{
	static const char *const names[] = {"$connect", "$connect_or_create"};
	static const ReadItem readers[] = {read_ref, read_connect_or_create};
	char	   *name = instruction(json);
	OrmJsonWalk walk;

	if (orm_json_kind(json) == ORM_JSON_ARRAY)
		raise_kind(place, "one object", json, NULL);
	if (name == NULL || strcmp(name, "$ref") == 0)
		return read_item(place, json);
	walk = orm_json_walk(json);
	orm_json_next(&walk);
	for (int i = 0; i < (int) lengthof(names); i++)
		if (strcmp(name, names[i]) == 0 && json.node->count == 1)
		{
			Place		below = step_key(place, names[i]);

			return readers[i] (&below, walk.value);
		}
	raise_instruction(place, name, names, lengthof(names));
	return NULL;
}

/* Reads the value of a to-one relationship.  A new object of a has_one takes the place of the one that is there. */
static List *
read_to_one(const Place *place, OrmJson json)
{
	bool		holds = place->edge->relationship->kind == ORM_BELONGS_TO;
	OrmObject  *one;

	if (orm_json_kind(json) == ORM_JSON_NULL)
	{
		if (holds)
			unlink_owner(place);
		else
			orm_work_remove(place->work, ORM_REMOVE_OTHERS, place->edge, place->owner, NIL, place->path);
		return NIL;
	}
	one = read_one(place, json);
	orm_work_connect(place->work, place->edge, place->owner, one);
	if (!holds && is_keyed(place->edge, one))
		orm_work_remove(place->work, ORM_REMOVE_OTHERS, place->edge, place->owner, list_make1(one), place->path);
	else if (!holds)
		one->by_parent = true;
	return list_make1(one);
}

/* Reads one relationship of an object. */
static void
read_relationship(OrmWork *work, OrmObject *owner, const OrmRelationship *relationship, OrmJson json)
{
	Place		place = {.work = work, .owner = owner};
	OrmGiven   *member = palloc0(sizeof(OrmGiven));
	ListCell   *cell;

	place.path = keep_path(work, orm_path_key(owner->place, relationship->name));
	foreach(cell, owner->members)
		if (((OrmGiven *) lfirst(cell))->edge->relationship == relationship)
			ereport(ERROR,
					errcode(ERRCODE_DUPLICATE_COLUMN),
					errmsg("relationship \"%s\" is given twice", relationship->name),
					orm_error_place(place.path));
	place.edge = orm_work_edge(work, owner->group, relationship);
	member->edge = place.edge;
	member->list = relationship->kind == ORM_HAS_MANY || relationship->kind == ORM_MANY_TO_MANY;
	owner->members = lappend(owner->members, member);
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
orm_work_read_into(OrmWork *work, OrmObject *object, OrmVerb verb, OrmJson json)
{
	OrmGroup   *group = object->group;
	int			nested = orm_reader_read(group->reader, json, object->place, verb, object->record);
	OrmJsonWalk walk;

	if (nested == 0)
		return;
	walk = orm_json_walk(json);
	while (nested > 0 && orm_json_next(&walk))
	{
		const OrmRelationship *relationship = find_relationship(group->model, walk.key);

		if (relationship == NULL)
			continue;
		read_relationship(work, object, relationship, walk.value);
		nested--;
	}
}

OrmObject *
orm_work_read(OrmWork *work, OrmGroup *group, OrmIntent intent, OrmVerb verb, OrmJson json, const OrmPath *place)
{
	OrmObject  *object;

	check_stack_depth();
	object = orm_work_add(work, group, intent, place);
	orm_work_read_into(work, object, verb, json);
	return object;
}
