/*
 * item.c - reading the items of relationships: keys, objects, labels; see
 * item.h.
 */
#include "postgres.h"

#include "miscadmin.h"

#include "base/members.h"
#include "graph/identity.h"
#include "graph/item.h"
#include "graph/shared_key.h"
#include "model/key.h"
#include "model/normalize.h"
#include "model/value.h"
#include "store/conflict_key.h"
#include "store/record_error.h"
#include "store/reader.h"

char *
orm_item_instruction(OrmJson json)
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

/* Reads {"$ref": label}; NULL if it is something else. */
static OrmObject *
read_label(const OrmPlace *place, OrmJson json)
{
	OrmPlace below;
	OrmJson label;

	if (orm_json_kind(json) != ORM_JSON_OBJECT || !orm_json_member(json, "$ref", &label))
		return NULL;
	below = orm_place_key(place, "$ref");
	if (json.node->count > 1)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("instruction \"$ref\" must be the only key of its object"), orm_error_place(below.path));
	if (orm_json_kind(label) != ORM_JSON_STRING)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("\"$ref\" must be the label of an object, not %s", orm_json_kind_name(orm_json_kind(label))),
				orm_error_place(below.path));
	return orm_labels_object(place->graph, place->edge->target, orm_json_string(label), below.path);
}

/* Raises 22023 if the first key of an object is an instruction. */
static void
refuse_instruction(const OrmPlace *place, OrmJson json)
{
	char *name = orm_item_instruction(json);

	if (name != NULL)
		orm_place_wrong_instruction(place, name, NULL, 0);
}

/* Adds a nested object of the relationship's target. */
static OrmObject *
add_target(const OrmPlace *place, OrmIntent intent)
{
	OrmObject *object = orm_graph_add(place->graph, place->edge->target, intent, place->path);

	object->said.nested = true;
	object->said.parent = place->owner;
	object->said.parent_edge = place->edge;
	return object;
}

/* Does the owner supply the missing part of the primary key, of which the record gives a part? */
static bool
owner_supplies(const OrmEdge *edge, const OrmRecord *record, const OrmKey *key)
{
	bool given = false;

	if (key == NULL || edge->holder != edge->target || edge->relationship->kind == ORM_BELONGS_TO)
		return false;
	for (int i = 0; i < key->nattributes; i++)
		given = given || record->given[key->attributes[i]];
	return given && orm_identity_is_whole(record, key, edge);
}

/*
 * The key that an object consists of; raises 22023 for other attributes, 42P10
 * for an incomplete key.  The owner of a collection may supply a part of it.
 */
static const OrmKey *
only_a_key(const OrmPlace *place, OrmObject *object)
{
	const OrmModel *model = object->group->model;
	const OrmRecord *record = object->record;
	const OrmKey *key = orm_identity_key(object);
	bool more = record->patch != NULL;

	if (key == NULL && owner_supplies(place->edge, record, model->primary_key))
	{
		key = model->primary_key;
		object->said.owner = place->owner;
		object->said.owner_edge = place->edge;
	}
	else if (key == NULL && record->wrong == NULL)
	{
		orm_shared_key_complete(place, object);
		key = orm_identity_key(object);
	}
	if (record->wrong != NULL)
	{
		object->said.broken = true;
		return NULL;
	}
	if (key == NULL)
		orm_conflict_key_missing(model, place->path);
	for (int i = 0; i < model->nattributes; i++)
		more = more || (record->given[i] && !model->attributes[i].generated && !orm_key_has(key, i));
	if (more)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("only a key of model \"%s\" is allowed here", model->name), orm_error_place(place->path),
				errhint("To change it as well, nest it as an object with its primary key."));
	return key;
}

/* Reads a scalar, the only part of a key that the owner does not have. */
static void
read_part(const OrmPlace *place, OrmObject *object, int attribute, OrmJson json)
{
	bool isnull;
	const OrmAttribute *own = &object->group->model->attributes[attribute];
	Datum value = orm_value_read(own->type, json, place->path, &isnull);

	if (own->normalizes != NULL)
		value = orm_normalize_value(own, own->type->oid, value, &isnull, place->path);
	orm_record_set(object->record, attribute, value, isnull);
	object->said.key = only_a_key(place, object);
}

/* Reads a scalar, the key of an existing row. */
static OrmObject *
read_scalar(const OrmPlace *place, OrmJson json)
{
	OrmObject *object = add_target(place, ORM_INTENT_FIND);
	const OrmModel *model = place->edge->target->model;
	const OrmKey *key = orm_model_need_key(model);
	Datum values[INDEX_MAX_KEYS];
	int own;

	if (key->nattributes > 1 && (own = orm_shared_key_own(place->edge, key)) >= 0)
	{
		read_part(place, object, own, json);
		return object;
	}
	if (key->nattributes > 1)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("the key of model \"%s\" has more than one attribute", model->name),
				orm_error_place(place->path), errhint("Give an object of them: {\"$connect\": {...}}."));
	if (!orm_key_read_json(model, json, place->path, values))
		orm_place_wrong_kind(place, "a key", json, NULL);
	orm_record_copy_key(object->record, key, values);
	object->said.key = key;
	object->said.by_key = true;
	return object;
}

/* Reads an object that names a row, into its emptied record; returns its number of relationships. */
static int
read_name(OrmObject *object, OrmJson json, const OrmPath *path, OrmVerb verb)
{
	OrmRecord *record = object->record;

	for (int i = 0; i < object->group->model->nattributes; i++)
		orm_record_unset(record, i);
	record->etag = NULL;
	return orm_reader_read(object->group->reader, json, path, verb, record);
}

OrmObject *
orm_item_read_ref(const OrmPlace *place, OrmJson json)
{
	OrmObject *object;

	if (orm_json_kind(json) == ORM_JSON_NULL || orm_json_kind(json) == ORM_JSON_ARRAY)
		orm_place_wrong_kind(place, "a key or an object of one", json, NULL);
	if (orm_json_kind(json) != ORM_JSON_OBJECT)
		return read_scalar(place, json);
	if ((object = read_label(place, json)) != NULL)
		return object;
	refuse_instruction(place, json);
	object = add_target(place, ORM_INTENT_FIND);
	if (read_name(object, json, place->path, ORM_VERB_FOUND) > 0)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("only a key of model \"%s\" is allowed here", object->group->model->name),
				orm_error_place(place->path), errhint("Relationships are not allowed in it."));
	if (orm_identity_key(object) == NULL)
		read_name(object, json, place->path, ORM_VERB_NAMED);
	object->said.key = only_a_key(place, object);
	return object;
}

/* Raises 22023 if the relationship's cascade does not write nested objects. */
static void
refuse_nested(const OrmPlace *place)
{
	const OrmRelationship *relationship = place->edge->relationship;

	if (!(relationship->cascade & ORM_CASCADE_SAVE))
		ereport(
			ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			errmsg("relationship \"%s\" does not write objects: its cascade is \"%s\"", relationship->name,
				   orm_declaration_relationship(place->owner->group->model->declaration, relationship->name)->cascade),
			orm_error_place(place->path),
			errhint("Name a row that exists, by its key or {\"$connect\": ...}, or declare the cascade "
					"\"save-update\" as well."));
}

/* Changes the intent of an object with a patch that needs its row to UPDATE; raises 22023 if no key identifies it. */
static void
demand_row(const OrmPlace *place, OrmObject *object)
{
	const OrmModel *model = object->group->model;
	const OrmRecord *record = object->record;

	if (object->intent == ORM_INTENT_UPSERT || orm_record_needs_row(record, model) < 0)
		return;
	object->intent = ORM_INTENT_UPDATE;
	if (place->edge->relationship->kind == ORM_HAS_ONE || orm_record_has_key(record, orm_model_need_key(model)) ||
		owner_supplies(place->edge, record, model->primary_key))
		return;
	orm_record_error_needs_row(model, record);
}

/* Reads a nested object. */
static OrmObject *
read_nested(const OrmPlace *place, OrmJson json, OrmIntent intent)
{
	OrmVerb verb = intent == ORM_INTENT_FIND_OR_CREATE ? ORM_VERB_FOUND : ORM_VERB_NESTED;
	OrmObject *object;
	int nested;

	check_stack_depth();
	refuse_nested(place);
	object = add_target(place, intent);
	object->conflict_on = intent == ORM_INTENT_UPSERT ? place->conflict_on : NULL;
	nested = orm_reader_read(object->group->reader, json, place->path, verb, object->record);
	orm_shared_key_supply(place, object);
	demand_row(place, object);
	orm_read_relationships(place->graph, object, json, nested);
	return object;
}

OrmObject *
orm_item_read_connect_or_create(const OrmPlace *place, OrmJson json)
{
	if (orm_json_kind(json) != ORM_JSON_OBJECT)
		orm_place_wrong_kind(place, "an object", json, NULL);
	refuse_instruction(place, json);
	return read_nested(place, json, ORM_INTENT_FIND_OR_CREATE);
}

OrmObject *
orm_item_read_upsert(const OrmPlace *place, OrmJson json)
{
	if (orm_json_kind(json) != ORM_JSON_OBJECT)
		orm_place_wrong_kind(place, "an object", json, NULL);
	refuse_instruction(place, json);
	return read_nested(place, json, ORM_INTENT_UPSERT);
}

/* Reads an object of one instruction; NULL if it has none. */
static OrmObject *
read_instructed(const OrmPlace *place, OrmJson json)
{
	static const char *const names[] = {"$connect", "$connect_or_create"};
	char *name = orm_item_instruction(json);
	OrmJsonWalk walk = orm_json_walk(json);

	if (name == NULL)
		return NULL;
	orm_json_next(&walk);
	for (int i = 0; i < (int) lengthof(names); i++)
		if (strcmp(name, names[i]) == 0 && json.node->count == 1)
		{
			OrmPlace below = orm_place_key(place, names[i]);

			return (i == 0 ? orm_item_read_ref : orm_item_read_connect_or_create)(&below, walk.value);
		}
	orm_place_wrong_instruction(place, name, names, lengthof(names));
	return NULL;
}

OrmObject *
orm_item_read(const OrmPlace *place, OrmJson json)
{
	OrmObject *other;

	if (orm_json_kind(json) == ORM_JSON_NULL || orm_json_kind(json) == ORM_JSON_ARRAY)
		orm_place_wrong_kind(place, "keys and objects", json, NULL);
	if (orm_json_kind(json) != ORM_JSON_OBJECT)
		return read_scalar(place, json);
	if ((other = read_label(place, json)) != NULL || (other = read_instructed(place, json)) != NULL)
		return other;
	return read_nested(place, json, ORM_INTENT_SAVE);
}
