/*
 * reader.c - reading objects of documents into records; see reader.h.
 *
 * read_member() alone decides about the keys of an object.
 */
#include "postgres.h"

#include "miscadmin.h"

#include "base/members.h"
#include "base/nearest.h"
#include "base/words.h"
#include "model/computed.h"
#include "model/given_back.h"
#include "model/key.h"
#include "model/normalize.h"
#include "model/value.h"
#include "store/reader.h"

/* Treatment of attributes that objects do not set, by verb. */
static const struct
{
	bool refuses;	 /* raise an error for such an attribute?  Otherwise it is passed over. */
	bool identifies; /* may an attribute of the primary key identify the row? */
	bool given_back; /* OrmRecord.given_back; irrelevant for new objects, which go in one statement */
	bool changes;	 /* may values be patches that need an existing row? */
} verbs[] = {
	[ORM_VERB_CREATE] = {true, false, true, false}, [ORM_VERB_UPDATE] = {true, true, false, true},
	[ORM_VERB_SAVE] = {false, true, true, true},	[ORM_VERB_UPSERT] = {false, true, true, true},
	[ORM_VERB_NESTED] = {false, true, true, true},	[ORM_VERB_FOUND] = {false, true, true, false},
	[ORM_VERB_NAMED] = {false, true, true, false},
};

/* State of reading many objects. */
struct OrmReader
{
	const OrmModel *model;
	OrmVerb verb;
	bool *seen;					  /* by attribute: given in the current object? */
	int *order;					  /* attribute of the i-th key of the last object, as a guess */
	int nested;					  /* number of relationships in the current object */
	const OrmAssigned **assigned; /* by attribute: the expression that was read last; NULL: none */
	OrmNormalizer **normalizers;  /* by attribute, once they are needed; NULL: none yet */
	OrmReadGuard guard;			  /* NULL: the first error is raised */
	void *owner;
};

/* Kinds of keys that are not attributes. */
#define PASSED_OVER (-1)
#define RELATIONSHIP (-2)
#define ETAG (-3)
#define COMPUTED (-4)

/* Raises 42703 for a key that is neither an attribute nor a relationship, 22023 for an instruction. */
static void
raise_unknown_key(const OrmModel *model, OrmJson key, const OrmPath *path)
{
	char *name = orm_json_string(key);
	OrmPath here = orm_path_key(path, name);
	const char **names;
	int nearest;

	if (name[0] == '$')
		orm_members_raise_not_allowed("key", name, &here,
									  "The keys of an object are attributes and relationships of its model.");
	orm_model_refuse_pending(model, name, &here);
	names = palloc(sizeof(char *) * Max(model->nattributes + model->nrelationships, 1));
	for (int i = 0; i < model->nattributes; i++)
		names[i] = model->attributes[i].name;
	for (int i = 0; i < model->nrelationships; i++)
		names[model->nattributes + i] = model->relationships[i].name;
	nearest = orm_nearest_name(name, names, model->nattributes + model->nrelationships);
	if (orm_path_is_nested(path) && orm_words_meant(ORM_WORD_INSTRUCTION, name) != NULL)
		ereport(ERROR, errcode(ERRCODE_UNDEFINED_COLUMN),
				errmsg("attribute \"%s\" of model \"%s\" does not exist", name, model->name), orm_error_place(&here),
				orm_words_hint(ORM_WORD_INSTRUCTION, name));
	if (nearest < model->nattributes)
		orm_model_no_attribute(model, name, &here);
	ereport(ERROR, errcode(ERRCODE_UNDEFINED_COLUMN),
			errmsg("attribute \"%s\" of model \"%s\" does not exist", name, model->name), orm_error_place(&here),
			errhint("Perhaps you meant the relationship \"%s\".", names[nearest]));
}

/* Classifies a key that is not an attribute: a relationship, "$action" or "$etag". */
static int
classify_other(const OrmModel *model, OrmJson key, const OrmPath *path)
{
	if (orm_json_equals(key, "$action"))
		return PASSED_OVER;
	if (orm_json_equals(key, "$etag"))
		return ETAG;
	for (int i = 0; i < model->nrelationships; i++)
		if (orm_json_equals(key, model->relationships[i].name))
			return RELATIONSHIP;
	if (orm_computed_number(model, orm_json_bytes(key), key.node->length) >= 0)
		return COMPUTED;
	raise_unknown_key(model, key, path);
	return PASSED_OVER;
}

/* Has the attribute this name? */
static inline bool
is_named(const OrmAttribute *attribute, const char *name, int length)
{
	return strncmp(attribute->name, name, length) == 0 && attribute->name[length] == '\0';
}

/* Finds the attribute that the current key of an object names, or classifies the key. */
static int
find_attribute(OrmReader *reader, const OrmJsonWalk *walk, const OrmPath *path)
{
	const OrmModel *model = reader->model;
	const char *name = orm_json_bytes(walk->key);
	int length = walk->key.node->length;
	int *guess = walk->index < model->nattributes ? &reader->order[walk->index] : NULL;
	int found;

	if (guess != NULL && is_named(&model->attributes[*guess], name, length))
		return *guess;
	found = orm_model_attribute(model, name, length);
	if (found < 0)
		return classify_other(model, walk->key, path);
	if (guess != NULL)
		*guess = found;
	return found;
}

static bool
is_unique(const OrmModel *model, int attribute)
{
	for (int i = 0; i < model->nunique; i++)
		if (orm_key_has(&model->unique[i], attribute))
			return true;
	return orm_key_has(model->primary_key, attribute);
}

/*
 * Is this an attribute that objects do not set, for this verb?  A generated
 * column of a unique key is never written, but can identify the row.
 */
static bool
is_not_settable(const OrmModel *model, int i, OrmVerb verb)
{
	const OrmAttribute *attribute = &model->attributes[i];

	if (verb == ORM_VERB_NAMED)
		return false;
	if (attribute->generated)
		return verbs[verb].refuses || !is_unique(model, i);
	return (attribute->identity_always || attribute->read_only) && !(attribute->in_key && verbs[verb].identifies);
}

/* Raises 22023 for a patch that this verb does not allow. */
static void
check_verb(OrmPatch patch, OrmVerb verb, const OrmPath *here)
{
	if (verbs[verb].changes || (verb != ORM_VERB_CREATE && orm_patch_makes_value(patch)))
		return;
	orm_members_raise_not_allowed("instruction", orm_patch_name(patch), here,
								  verb == ORM_VERB_CREATE ? "A new object has no value that could be changed."
														  : "An object that is found is not changed.");
}

/* Is {"$attribute": name} allowed for the attribute? */
static bool
takes_source(const OrmReader *reader, const OrmAttribute *attribute)
{
	return reader->verb == ORM_VERB_UPDATE && !attribute->in_key;
}

/* The number of parameters of the expressions that a record has. */
static int
count_parameters(const OrmRecord *record, const OrmModel *model)
{
	int n = 0;

	for (int i = 0; record->assigned != NULL && i < model->nattributes; i++)
		n += record->assigned[i] != NULL ? record->assigned[i]->n : 0;
	return n;
}

/* Sets an attribute to an expression over the row. */
static void
set_assigned(OrmRecord *record, const OrmModel *model, int i, OrmPatch patch, const OrmAssigned *assigned)
{
	if (record->assigned == NULL)
		record->assigned = palloc0(sizeof(OrmAssigned *) * model->nattributes);
	record->assigned[i] = assigned;
	orm_record_set_patch(record, model, i, patch);
	orm_record_set_null(record, i);
}

/*
 * Reads a patch and its operand into a record; false if the JSON is not a
 * patch. A json attribute of a new object is never patched.
 */
static bool
read_patch(const OrmReader *reader, OrmRecord *record, int i, OrmJson json, const OrmPath *path)
{
	const OrmModel *model = reader->model;
	const OrmAttribute *attribute = &model->attributes[i];
	OrmPatch patch = orm_patch_find(attribute->type, json);
	OrmJson operand;
	OrmPath here;
	Datum value;
	bool isnull;

	if (reader->verb == ORM_VERB_CREATE && orm_type_is_json(attribute->type))
		return false;
	if (patch == ORM_PATCH_SET)
	{
		orm_patch_refuse_unknown(attribute->type, json, takes_source(reader, attribute), path);
		return false;
	}
	here = orm_path_key(path, orm_patch_name(patch));
	check_verb(patch, reader->verb, &here);
	operand = orm_patch_operand(model, attribute, patch, json, &here);
	orm_patch_check(patch, operand, &here);
	if (orm_patch_is_of_members(attribute, patch))
	{
		check_verb(ORM_PATCH_MEMBERS, reader->verb, &here);
		set_assigned(record, model, i, ORM_PATCH_MEMBERS,
					 orm_assigned_members(attribute, operand, count_parameters(record, model), &here));
		return true;
	}
	orm_record_set_patch(record, model, i, patch);
	value = orm_value_read(orm_patch_type(attribute), operand, &here, &isnull);
	orm_record_set(record, i, value, isnull);
	return true;
}

/* Reads {"$attribute": name} of an update into a record; false if the JSON is something else. */
static bool
read_source(const OrmReader *reader, OrmRecord *record, int i, OrmJson json, const OrmPath *path)
{
	const OrmModel *model = reader->model;
	const OrmAttribute *attribute = &model->attributes[i];
	int source;

	if (!takes_source(reader, attribute))
		return false;
	source = orm_patch_source(model, attribute, json, path);
	if (source < 0)
		return false;
	if (record->source == NULL)
		record->source = palloc0(sizeof(int16) * model->nattributes);
	orm_record_set_patch(record, model, i, ORM_PATCH_ATTRIBUTE);
	record->source[i] = source;
	orm_record_set_null(record, i);
	return true;
}

/* The compiled expression; that of the last object, if it gave the attribute the same one. */
static const OrmAssigned *
compile_expression(OrmReader *reader, int i, OrmJson json, int first, const OrmPath *path)
{
	int length;
	const char *text = orm_json_source(json, &length);
	const OrmAssigned *last = reader->assigned != NULL ? reader->assigned[i] : NULL;

	if (last != NULL && last->first == first && strlen(last->text) == (size_t) length &&
		memcmp(last->text, text, length) == 0)
		return last;
	if (reader->assigned == NULL)
		reader->assigned = palloc0(sizeof(OrmAssigned *) * reader->model->nattributes);
	reader->assigned[i] = orm_assigned_read(reader->model, &reader->model->attributes[i], json, first, path);
	return reader->assigned[i];
}

/*
 * Reads {"$expr": expr} into a record; false if the JSON is something else.  A json
 * attribute of a new object is never patched.
 */
static bool
read_expression(OrmReader *reader, OrmRecord *record, int i, OrmJson json, const OrmPath *path)
{
	const OrmModel *model = reader->model;
	const OrmAttribute *attribute = &model->attributes[i];
	OrmPath here = orm_path_key(path, orm_patch_name(ORM_PATCH_EXPRESSION));
	OrmJson expression;

	if ((reader->verb == ORM_VERB_CREATE && orm_type_is_json(attribute->type)) ||
		!orm_patch_expression(attribute->type, json, &expression, path))
		return false;
	check_verb(ORM_PATCH_EXPRESSION, reader->verb, &here);
	orm_patch_check_attribute(model, attribute, ORM_PATCH_EXPRESSION, &here);
	set_assigned(record, model, i, ORM_PATCH_EXPRESSION,
				 compile_expression(reader, i, expression, count_parameters(record, model), path));
	return true;
}

/* The normalized value of an attribute; errors have the place. */
static Datum
normalize(OrmReader *reader, int i, Datum value, bool *isnull, const OrmPath *here)
{
	const OrmAttribute *attribute = &reader->model->attributes[i];
	MemoryContext caller = CurrentMemoryContext;
	volatile Datum result = 0;

	if (reader->normalizers == NULL)
		reader->normalizers = palloc0(sizeof(OrmNormalizer *) * reader->model->nattributes);
	PG_TRY();
	{
		if (reader->normalizers[i] == NULL)
			reader->normalizers[i] = orm_normalize_make(attribute->normalizes, attribute->type->oid,
														attribute->type->typmod);
		result = orm_normalize_run(reader->normalizers[i], value, isnull);
	}
	PG_CATCH();
	{
		orm_error_rethrow_at(here, caller);
	}
	PG_END_TRY();
	return result;
}

/* Reads a value into a record.  A key attribute that is null counts as not given. */
static void
read_value(OrmReader *reader, OrmRecord *record, int i, OrmJson json, const OrmPath *here)
{
	const OrmAttribute *attribute = &reader->model->attributes[i];
	Datum value;
	bool isnull;

	if (attribute->in_key && orm_json_kind(json) == ORM_JSON_NULL)
		return;
	if (orm_json_kind(json) == ORM_JSON_OBJECT &&
		(read_source(reader, record, i, json, here) || read_expression(reader, record, i, json, here) ||
		 read_patch(reader, record, i, json, here)))
		return;
	if (orm_json_kind(json) == ORM_JSON_NULL && orm_given_back_null_is_json(attribute))
	{
		value = orm_value_read_json(attribute->type, json, here);
		isnull = false;
	}
	else
		value = orm_value_read(attribute->type, json, here, &isnull);
	if (attribute->normalizes != NULL)
		value = normalize(reader, i, value, &isnull, here);
	if (!isnull || !attribute->in_key)
		orm_record_set(record, i, value, isnull);
}

/* Reads the etag of the row that the object was read from; ignored for a new object. */
static void
read_etag(const OrmReader *reader, OrmRecord *record, OrmJson json, const OrmPath *path)
{
	OrmPath here = orm_path_key(path, "$etag");

	if (reader->verb == ORM_VERB_CREATE)
		return;
	if (orm_json_kind(json) != ORM_JSON_STRING)
		orm_members_raise_kind(json, "a string", &here);
	if (record->etag != NULL)
		orm_members_raise_twice("key", "$etag", &here);
	record->etag = orm_json_string(json);
}

/* Reads one member of an object. */
static void
read_member(OrmReader *reader, const OrmJsonWalk *walk, const OrmPath *path, OrmRecord *record)
{
	const OrmModel *model = reader->model;
	int i = find_attribute(reader, walk, path);
	const OrmAttribute *attribute;
	OrmPath here;

	if (i < 0)
	{
		if (i == RELATIONSHIP)
			reader->nested++;
		else if (i == ETAG)
			read_etag(reader, record, walk->value, path);
		else if (i == COMPUTED && verbs[reader->verb].refuses)
		{
			here = orm_path_key(path, orm_json_string(walk->key));
			orm_computed_raise_given(model, orm_json_string(walk->key), &here);
		}
		return;
	}
	attribute = &model->attributes[i];
	here = orm_path_key(path, attribute->name);
	if (reader->seen[i])
		orm_members_raise_twice("attribute", attribute->name, &here);
	reader->seen[i] = true;
	if (!is_not_settable(model, i, reader->verb))
		read_value(reader, record, i, walk->value, &here);
	else if (verbs[reader->verb].refuses && !(attribute->in_key && orm_json_kind(walk->value) == ORM_JSON_NULL))
		orm_model_raise_generated(model, attribute, &here);
}

/* Arguments of read_guarded(). */
typedef struct Guarded
{
	OrmReader *reader;
	const OrmJsonWalk *walk;
	const OrmPath *path;
	OrmRecord *record;
} Guarded;

static void
read_guarded(void *argument)
{
	const Guarded *guarded = argument;

	read_member(guarded->reader, guarded->walk, guarded->path, guarded->record);
}

/* Reads a member under the reader's guard. */
static void
guard_member(OrmReader *reader, const OrmJsonWalk *walk, const OrmPath *path, OrmRecord *record)
{
	Guarded guarded = {reader, walk, path, record};
	char *name = orm_json_string(walk->key);
	OrmPath here = orm_path_key(path, name);
	int attribute;

	if (reader->guard(reader->owner, read_guarded, &guarded, &here))
		return;
	attribute = orm_model_attribute(reader->model, name, strlen(name));
	orm_record_set_wrong(record, reader->model, attribute);
}

/* Reads an object. */
static void
read_object(OrmReader *reader, OrmJson object, const OrmPath *path, OrmRecord *record)
{
	OrmJsonWalk walk;

	if (orm_json_kind(object) != ORM_JSON_OBJECT)
		orm_members_raise_kind(object, psprintf("an object of model \"%s\"", reader->model->name), path);
	memset(reader->seen, false, reader->model->nattributes);
	reader->nested = 0;
	walk = orm_json_walk(object);
	while (orm_json_next(&walk))
		if (reader->guard == NULL)
			read_member(reader, &walk, path, record);
		else
			guard_member(reader, &walk, path, record);
}

OrmReader *
orm_reader_make(const OrmModel *model)
{
	OrmReader *reader = palloc0(sizeof(OrmReader));

	reader->model = model;
	reader->verb = ORM_VERB_SAVE;
	reader->seen = palloc(sizeof(bool) * Max(model->nattributes, 1));
	reader->order = palloc(sizeof(int) * Max(model->nattributes, 1));
	for (int i = 0; i < model->nattributes; i++)
		reader->order[i] = i;
	return reader;
}

void
orm_reader_guard(OrmReader *reader, OrmReadGuard guard, void *owner)
{
	reader->guard = guard;
	reader->owner = owner;
}

int
orm_reader_read(OrmReader *reader, OrmJson object, const OrmPath *path, OrmVerb verb, OrmRecord *record)
{
	reader->verb = verb;
	record->given_back = verbs[verb].given_back;
	read_object(reader, object, path, record);
	return reader->nested;
}
