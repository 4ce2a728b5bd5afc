/*
 * check.c - see check.h: walking the object and collecting reasons.
 */
#include "postgres.h"

#include "miscadmin.h"

#include "base/attempt.h"
#include "exec/json.h"
#include "graph/check_internal.h"
#include "model/cache.h"
#include "model/key.h"
#include "model/relationship.h"

/* All reasons at one place. */
typedef struct Finding
{
	char *place;
	List *reasons; /* of char * */
} Finding;

void
orm_validate_complain(OrmValidation *validation, const char *place, const char *reason)
{
	MemoryContext caller = MemoryContextSwitchTo(validation->context);
	Finding *finding = orm_labels_find(validation->places, place);

	if (finding == NULL)
	{
		finding = palloc0(sizeof(Finding));
		finding->place = pstrdup(place);
		validation->findings = lappend(validation->findings, finding);
		orm_labels_put(validation->places, finding->place, finding);
	}
	finding->reasons = lappend(finding->reasons, pstrdup(reason));
	MemoryContextSwitchTo(caller);
}

/* Is it an error that says nothing about the object: no memory, an internal one? */
static bool
is_not_about_data(int sqlerrcode)
{
	int class = ERRCODE_TO_CATEGORY(sqlerrcode);

	return class == ERRCODE_INSUFFICIENT_RESOURCES || class == ERRCODE_SYSTEM_ERROR || class == ERRCODE_INTERNAL_ERROR;
}

/* The place that an error names ("At tags[1]."), or the one that is given. */
static char *
place_of(const ErrorData *error, const OrmPath *place)
{
	if (error->detail != NULL && strncmp(error->detail, "At ", 3) == 0)
		return pnstrdup(error->detail + 3, strlen(error->detail) - 4);
	return orm_path_text(place);
}

bool
orm_validate_try(OrmValidation *validation, OrmTrial trial, void *argument, const OrmPath *place, bool silent)
{
	ErrorData *error = orm_attempt(trial, argument, ORM_ATTEMPT_KEEP);

	if (error != NULL && is_not_about_data(error->sqlerrcode))
		ReThrowError(error);
	if (error != NULL && !silent)
		orm_validate_complain(validation, place_of(error, place), error->message);
	return error == NULL;
}

/* What is read in a trial: one member of an object. */
typedef struct MemberTrial
{
	const OrmModel *model;
	OrmDocument *document; /* an object of this member alone */
	const OrmPath *place;  /* of the object */
	OrmRecord *record;
	OrmVerb verb;
} MemberTrial;

static void
read_member(void *argument)
{
	MemberTrial *trial = argument;

	orm_record_read(trial->model, orm_document_root(trial->document), trial->place, trial->verb, trial->record);
}

/* A document of one member. */
static OrmDocument *
make_document(const OrmJsonWalk *walk)
{
	StringInfoData text;
	const char *source;
	int length;

	initStringInfo(&text);
	appendStringInfoChar(&text, '{');
	source = orm_json_source(walk->key, &length);
	appendBinaryStringInfo(&text, source, length);
	appendStringInfoChar(&text, ':');
	source = orm_json_source(walk->value, &length);
	appendBinaryStringInfo(&text, source, length);
	appendStringInfoChar(&text, '}');
	return orm_document_parse(text.data, text.len);
}

/* Reads one member of an object, an attribute or what is none. */
static void
take_value(OrmSubject *subject, const OrmJsonWalk *walk, const char *name)
{
	OrmPath here = orm_path_key(subject->place, name);
	MemberTrial trial = {subject->model, make_document(walk), subject->place, subject->record, subject->verb};
	int attribute = orm_model_attribute(subject->model, name, strlen(name));

	if (!orm_validate_try(subject->validation, read_member, &trial, &here, false) && attribute >= 0)
		subject->wrong[attribute] = true;
}

static void validate_object(OrmValidation *validation, const OrmModel *model, OrmJson object, const OrmPath *place,
							const OrmRelationship *through);

/* The instructions of relationships. */
static const struct
{
	const char *name;
	bool writes;  /* its items may be objects that are written; else they name rows */
	bool to_one;  /* it takes one item where the relationship leads to one */
	bool to_many; /* and an array where it leads to many */
} instructions[] = {
	{"$set", true, false, true},	 {"$save", true, false, true},		  {"$connect_or_create", true, true, true},
	{"$connect", false, true, true}, {"$disconnect", false, false, true}, {"$delete", false, false, true},
};

/* What is read in a trial: a scalar that is the key of a row. */
typedef struct ScalarTrial
{
	const OrmSubject *subject;
	OrmJson scalar;
} ScalarTrial;

static void
read_scalar(void *argument)
{
	ScalarTrial *trial = argument;
	const OrmSubject *subject = trial->subject;
	const OrmKey *key = orm_model_need_key(subject->model);
	Datum values[INDEX_MAX_KEYS];

	if (key->nattributes > 1)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("the key of model \"%s\" has more than one attribute", subject->model->name));
	if (!orm_key_read_json(subject->model, trial->scalar, subject->place, values))
		ereport(ERROR, errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				errmsg("a key of model \"%s\" is expected, not %s", subject->model->name,
					   orm_json_kind_name(orm_json_kind(trial->scalar))));
	subject->record->values[key->attributes[0]] = values[0];
	subject->record->given[key->attributes[0]] = true;
}

/* Is it the label of an object that is queued? */
static bool
is_label(OrmJson item)
{
	OrmJson label;

	return orm_json_kind(item) == ORM_JSON_OBJECT && item.node->count == 1 && orm_json_member(item, "$ref", &label);
}

/* What is known of an object before it is read. */
static OrmSubject
make_subject(OrmValidation *validation, const OrmModel *model, const OrmPath *place)
{
	OrmSubject subject = {.validation = validation, .model = model, .place = place};

	subject.verb = place == NULL ? ORM_VERB_SAVE : ORM_VERB_NESTED;
	subject.record = orm_record_make(model, 1);
	subject.wrong = palloc0(Max(model->nattributes, 1));
	subject.supplied = palloc0(Max(model->nattributes, 1));
	subject.seen = palloc0(Max(model->nattributes + model->nrelationships, 1));
	return subject;
}

static void take_member(OrmSubject *subject, const OrmJsonWalk *walk);

/* Looks for the row that is named in one place of a relationship, by a scalar or an object of a key. */
static void
take_ref(OrmSubject *owner, const OrmRelationship *relationship, OrmJson item, const OrmPath *place)
{
	OrmSubject subject = make_subject(owner->validation, orm_cache_open(relationship->target, AccessShareLock), place);
	ScalarTrial trial = {&subject, item};
	OrmJsonWalk walk;

	if (is_label(item))
		return;
	if (orm_json_kind(item) != ORM_JSON_OBJECT)
	{
		if (orm_validate_try(owner->validation, read_scalar, &trial, place, false))
			orm_validate_exists(&subject);
		return;
	}
	subject.verb = ORM_VERB_NAMED;
	walk = orm_json_walk(item);
	while (orm_json_next(&walk))
		take_member(&subject, &walk);
	orm_validate_exists(&subject);
}

/* Validates what stands in one place of a relationship. */
static void
take_item(OrmSubject *subject, const OrmRelationship *relationship, OrmJson item, const OrmPath *place)
{
	if (is_label(item))
		return;
	if (orm_json_kind(item) != ORM_JSON_OBJECT)
		take_ref(subject, relationship, item, place);
	else
		validate_object(subject->validation, orm_cache_open(relationship->target, AccessShareLock), item, place,
						relationship->key_is_local ? NULL : relationship);
}

/* Validates an item of a relationship. */
typedef void (*TakeItem)(OrmSubject *subject, const OrmRelationship *relationship, OrmJson item, const OrmPath *place);

/* Validates all items of an array. */
static void
take_items(OrmSubject *subject, const OrmRelationship *relationship, OrmJson array, const OrmPath *place, TakeItem take)
{
	OrmJsonWalk walk;

	if (orm_json_kind(array) != ORM_JSON_ARRAY)
	{
		orm_validate_complain(subject->validation, orm_path_text(place),
							  psprintf("an array is expected, not %s", orm_json_kind_name(orm_json_kind(array))));
		return;
	}
	walk = orm_json_walk(array);
	while (orm_json_next(&walk))
	{
		OrmPath here = orm_path_index(place, walk.index);

		CHECK_FOR_INTERRUPTS();
		take(subject, relationship, walk.value, &here);
	}
}

/* Does the object give instructions instead of attributes? */
static bool
is_instructing(OrmJson value)
{
	OrmJsonWalk walk;

	if (orm_json_kind(value) != ORM_JSON_OBJECT)
		return false;
	walk = orm_json_walk(value);
	return orm_json_next(&walk) && walk.key.node->length > 0 && orm_json_bytes(walk.key)[0] == '$' &&
		!orm_json_equals(walk.key, "$ref") && !orm_json_equals(walk.key, "$etag") &&
		!orm_json_equals(walk.key, "$action");
}

/* Validates what stands under one instruction. */
static void
take_instruction(OrmSubject *subject, const OrmRelationship *relationship, bool many, const OrmJsonWalk *walk,
				 const OrmPath *place)
{
	char *name = orm_json_string(walk->key);
	OrmPath here = orm_path_key(place, name);

	for (int i = 0; i < (int) lengthof(instructions); i++)
	{
		if (strcmp(name, instructions[i].name) != 0 || !(many ? instructions[i].to_many : instructions[i].to_one))
			continue;
		if (many)
			take_items(subject, relationship, walk->value, &here, instructions[i].writes ? take_item : take_ref);
		else
			(instructions[i].writes ? take_item : take_ref)(subject, relationship, walk->value, &here);
		return;
	}
	orm_validate_complain(subject->validation, orm_path_text(&here), psprintf("\"%s\" cannot stand here", name));
}

/* Validates what is nested under a relationship. */
static void
take_related(OrmSubject *subject, const OrmRelationship *relationship, OrmJson value, const OrmPath *place)
{
	bool many = relationship->kind == ORM_HAS_MANY || relationship->kind == ORM_MANY_TO_MANY;
	OrmJsonWalk walk;

	if (!relationship->resolved)
		orm_relationship_require(subject->model, relationship);
	for (int i = 0; relationship->key_is_local && i < relationship->nkeys; i++)
	{
		int attribute = orm_model_attribute_over(subject->model, relationship->local[i]);

		if (attribute >= 0 && orm_json_kind(value) != ORM_JSON_NULL)
			subject->supplied[attribute] = true;
	}
	if (many && !is_instructing(value))
		take_items(subject, relationship, value, place, take_item);
	else if (orm_json_kind(value) == ORM_JSON_ARRAY)
		orm_validate_complain(subject->validation, orm_path_text(place), "one object is expected, not an array");
	else if (orm_json_kind(value) == ORM_JSON_NULL)
		return;
	else if (!is_instructing(value))
		take_item(subject, relationship, value, place);
	else
	{
		walk = orm_json_walk(value);
		while (orm_json_next(&walk))
			take_instruction(subject, relationship, many, &walk, place);
	}
}

/* Looks at one member of an object. */
static void
take_member(OrmSubject *subject, const OrmJsonWalk *walk)
{
	char *name = orm_json_string(walk->key);
	OrmPath here = orm_path_key(subject->place, name);
	const OrmRelationship *relationship = orm_model_relationship(subject->model, name);
	int member = relationship == NULL
		? orm_model_attribute(subject->model, name, strlen(name))
		: subject->model->nattributes + (int) (relationship - subject->model->relationships);

	if (member >= 0 && subject->seen[member])
		orm_validate_complain(subject->validation, orm_path_text(&here),
							  psprintf("%s \"%s\" is given twice", relationship ? "relationship" : "attribute", name));
	else if (relationship == NULL)
		take_value(subject, walk, name);
	else
		take_related(subject, relationship, walk->value, &here);
	if (member >= 0)
		subject->seen[member] = true;
}

/* Says which values are missing, or NULL where they may not be. */
static void
check_required(const OrmSubject *subject)
{
	for (int i = 0; i < subject->model->nattributes; i++)
	{
		const OrmAttribute *attribute = &subject->model->attributes[i];
		OrmPath here = orm_path_key(subject->place, attribute->name);

		if (!attribute->not_null || subject->wrong[i] || subject->supplied[i])
			continue;
		if (subject->record->given[i] && subject->record->isnull[i])
			orm_validate_complain(subject->validation, orm_path_text(&here), "null is not allowed");
		else if (!subject->record->given[i] && !subject->exists && !attribute->has_default)
			orm_validate_complain(subject->validation, orm_path_text(&here), "a value is required");
	}
}

/* The columns by which the object hangs on its parent are supplied by that. */
static void
supply(OrmSubject *subject, const OrmRelationship *through)
{
	if (through == NULL || OidIsValid(through->join_relid))
		return;
	for (int i = 0; i < through->nkeys; i++)
	{
		int attribute = orm_model_attribute_over(subject->model, through->remote[i]);

		if (attribute >= 0)
			subject->supplied[attribute] = true;
	}
}

/* Validates an object; "through": the relationship by which it hangs on its parent, which holds no key. */
static void
validate_object(OrmValidation *validation, const OrmModel *model, OrmJson object, const OrmPath *place,
				const OrmRelationship *through)
{
	OrmSubject subject;
	OrmJsonWalk walk;

	check_stack_depth();
	if (orm_json_kind(object) != ORM_JSON_OBJECT)
	{
		orm_validate_complain(validation, orm_path_text(place),
							  psprintf("an object of model \"%s\" is expected, not %s", model->name,
									   orm_json_kind_name(orm_json_kind(object))));
		return;
	}
	subject = make_subject(validation, model, place);
	supply(&subject, through);
	walk = orm_json_walk(object);
	while (orm_json_next(&walk))
		take_member(&subject, &walk);
	orm_validate_keys(&subject);
	check_required(&subject);
	orm_validate_checks(&subject);
	orm_validate_references(&subject);
}

/* Writes the findings as JSON. */
static Datum
write_findings(const OrmValidation *validation)
{
	StringInfoData out;
	ListCell *cell;

	orm_json_begin(&out);
	appendStringInfoChar(&out, '{');
	foreach(cell, validation->findings)
	{
		const Finding *finding = lfirst(cell);
		ListCell *reason;

		if (foreach_current_index(cell) > 0)
			appendStringInfoChar(&out, ',');
		orm_json_write_string(&out, finding->place, strlen(finding->place));
		appendStringInfoString(&out, ":[");
		foreach(reason, finding->reasons)
		{
			if (foreach_current_index(reason) > 0)
				appendStringInfoChar(&out, ',');
			orm_json_write_string(&out, lfirst(reason), strlen(lfirst(reason)));
		}
		appendStringInfoChar(&out, ']');
	}
	appendStringInfoChar(&out, '}');
	return orm_json_end(&out);
}

Datum
orm_validate(const OrmModel *model, OrmJson object)
{
	OrmValidation validation = {
		.context = CurrentMemoryContext,
		.places = orm_labels_make(CurrentMemoryContext),
	};

	validate_object(&validation, model, object, NULL, NULL);
	return write_findings(&validation);
}
