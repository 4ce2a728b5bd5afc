/*
 * members.c - reading the members of a JSON object; see members.h.
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "miscadmin.h"

#include "base/members.h"
#include "base/nearest.h"

int
orm_members_find(const OrmMemberTable *table, OrmJson key)
{
	const char *text = orm_json_bytes(key);

	if (orm_json_kind(key) != ORM_JSON_STRING)
		return -1;
	for (int i = 0; i < table->n; i++)
	{
		const OrmMemberKey *member = orm_members_record(table, i);

		if (member->length == key.node->length && memcmp(member->key, text, member->length) == 0)
			return i;
	}
	return -1;
}

/* The keys that are allowed in a context; returns how many. */
static int
allowed_names(const OrmMemberTable *table, uint32 context, const char **names)
{
	int n = 0;

	for (int i = 0; i < table->n; i++)
		if (orm_members_record(table, i)->allowed & context)
			names[n++] = orm_members_record(table, i)->key;
	return n;
}

/* "a", "b" */
static char *
quoted_list(const char *const *names, int n)
{
	StringInfoData list;

	initStringInfo(&list);
	for (int i = 0; i < n; i++)
		appendStringInfo(&list, "%s\"%s\"", i > 0 ? ", " : "", names[i]);
	return list.data;
}

/* In an ereport: the nearest name, or all of them where none is near. */
static int
hint_names(const char *noun, const char *name, const char *const *names, int n)
{
	int nearest = orm_nearest_name(name, names, n);

	if (n == 0)
		return 0;
	if (nearest >= 0)
		errhint("Perhaps you meant the %s \"%s\".", noun, names[nearest]);
	else
		errhint("Allowed here: %s.", quoted_list(names, n));
	return 0;
}

/* Raises for a key that no record has. */
static void
raise_unrecognized(const OrmMemberTable *table, uint32 context, const char *name, const OrmPath *place)
{
	const char **names = palloc(sizeof(char *) * table->n);
	int n = allowed_names(table, context, names);

	ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			errmsg("unrecognized %s \"%s\"", table->noun, orm_error_clip(name)), orm_error_place(place),
			table->hint != NULL && table->hint(NULL, name, context, table->argument)
				? 0
				: hint_names(table->noun, name, names, n));
}

/* In an ereport: what is allowed instead of a key. */
static int
hint_allowed(const OrmMemberTable *table, uint32 context, const OrmMemberKey *member)
{
	const char **names = palloc(sizeof(char *) * table->n);
	int n = allowed_names(table, context, names);

	if (table->hint != NULL && table->hint(member, member->key, context, table->argument))
		return 0;
	if (member->hint != NULL)
		errhint("%s", member->hint);
	else if (n > 0)
		errhint("Allowed here: %s.", quoted_list(names, n));
	return 0;
}

/* Raises for a key that is allowed in other contexts. */
static void
raise_not_allowed(const OrmMemberTable *table, uint32 context, const OrmMemberKey *member, const OrmPath *place)
{
	ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			errmsg("%s \"%s\" is not allowed here", table->noun, member->key), orm_error_place(place),
			hint_allowed(table, context, member));
}

/* The record of a member that was met in a walk; NULL: the caller's. */
static const OrmMemberKey *
check_member(const OrmMemberTable *table, uint32 context, const OrmJsonWalk *walk, const OrmPath *parent, int *number,
			 uint64 *given)
{
	const OrmMemberKey *member;
	OrmPath place;

	*number = orm_members_find(table, walk->key);
	if (*number < 0 && table->other != NULL && table->other(walk->key))
		return NULL;
	if (*number < 0)
	{
		place = orm_path_key(parent, orm_json_string(walk->key));
		raise_unrecognized(table, context, place.key, &place);
	}
	member = orm_members_record(table, *number);
	place = orm_path_key(parent, member->key);
	if (!(member->allowed & context))
		raise_not_allowed(table, context, member, &place);
	if (*given & (UINT64CONST(1) << *number))
		orm_members_raise_twice(table->noun, member->key, &place);
	if (orm_json_kind(walk->value) == ORM_JSON_NULL && !member->may_be_null)
		ereport(ERROR, errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				errmsg("%s \"%s\" must not be null", table->noun, member->key), orm_error_place(&place),
				member->required & context ? 0 : errhint("Leave it out."));
	*given |= UINT64CONST(1) << *number;
	return member;
}

/* Raises for the first key that must be given and is not. */
static void
check_required(const OrmMemberTable *table, uint32 context, uint64 given, const OrmPath *place)
{
	for (int i = 0; i < table->n; i++)
	{
		const OrmMemberKey *member = orm_members_record(table, i);

		if ((member->required & context) && !(given & (UINT64CONST(1) << i)))
			orm_members_raise_missing(table->noun, member->key, place, member->hint);
	}
}

OrmJson
orm_members_object(OrmJson json)
{
	if (orm_json_kind(json) == ORM_JSON_ARRAY && json.node->count == 0)
		return orm_document_root(orm_document_parse("{}", 2));
	return json;
}

/* Raises unless this is an object, or what the table takes for one. */
static void
check_object(const OrmMemberTable *table, OrmJson object, const OrmPath *place)
{
	Assert(table->n <= 64);
	if (orm_json_kind(object) != ORM_JSON_OBJECT && !(table->empty_array && orm_members_is_object(object)))
		orm_members_raise_kind_hint(object, "an object", table->document, place, NULL);
}

uint64
orm_members_take(const OrmMemberTable *table, uint32 context, OrmJson object, const OrmPath *place, OrmJson *values)
{
	OrmJsonWalk walk = orm_json_walk(object);
	uint64 given = 0;
	int number;

	check_object(table, object, place);
	memset(values, 0, sizeof(OrmJson) * table->n);
	while (orm_json_next(&walk))
		if (check_member(table, context, &walk, place, &number, &given) != NULL)
			values[number] = walk.value;
	check_required(table, context, given, place);
	return given;
}

uint64
orm_members_read(const OrmMemberTable *table, uint32 context, OrmJson object, const OrmPath *place, void *argument)
{
	OrmJsonWalk walk = orm_json_walk(object);
	uint64 given = 0;
	int number;

	check_object(table, object, place);
	while (orm_json_next(&walk))
	{
		const OrmMemberKey *member = check_member(table, context, &walk, place, &number, &given);
		OrmPath here;

		CHECK_FOR_INTERRUPTS();
		if (member == NULL)
			continue;
		here = orm_path_key(place, member->key);
		member->read(argument, walk.value, &here);
	}
	check_required(table, context, given, place);
	return given;
}

void
orm_members_raise_twice_hint(const char *noun, const char *name, const OrmPath *place, const char *hint)
{
	ereport(ERROR, errcode(ERRCODE_DUPLICATE_COLUMN), errmsg("%s \"%s\" is given twice", noun, orm_error_clip(name)),
			orm_error_place(place), hint != NULL ? errhint("%s", hint) : 0);
}

void
orm_members_raise_twice(const char *noun, const char *name, const OrmPath *place)
{
	orm_members_raise_twice_hint(noun, name, place, NULL);
}

void
orm_members_raise_unrecognized(const char *noun, const char *name, const OrmPath *place, const char *const *names,
							   int nnames)
{
	ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			errmsg("unrecognized %s \"%s\"", noun, orm_error_clip(name)), orm_error_place(place),
			hint_names(noun, name, names, nnames));
}

void
orm_members_raise_not_allowed(const char *noun, const char *name, const OrmPath *place, const char *hint)
{
	ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			errmsg("%s \"%s\" is not allowed here", noun, orm_error_clip(name)), orm_error_place(place),
			hint != NULL ? errhint("%s", hint) : 0);
}

void
orm_members_raise_missing(const char *noun, const char *name, const OrmPath *place, const char *hint)
{
	ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("%s \"%s\" is missing", noun, orm_error_clip(name)),
			orm_error_place(place), hint != NULL ? errhint("%s", hint) : 0);
}

/* How messages call what is at a place. */
static const char *
place_name(const char *document, const OrmPath *place)
{
	if (place == NULL)
		return document != NULL ? document : "document";
	if (place->key != NULL)
		return psprintf("\"%s\"", orm_error_clip(place->key));
	if (place->parent != NULL && place->parent->key != NULL)
		return psprintf("element of \"%s\"", orm_error_clip(place->parent->key));
	return "element of the array";
}

/* Raises that a kind of JSON, which has a name, is not what is expected. */
static void
raise_kind(OrmJsonKind kind, const char *name, const char *expected, const char *document, const OrmPath *place,
		   const char *hint)
{
	ereport(ERROR, errcode(kind == ORM_JSON_NULL ? ERRCODE_NULL_VALUE_NOT_ALLOWED : ERRCODE_INVALID_PARAMETER_VALUE),
			errmsg("%s must be %s, not %s", place_name(document, place), expected, name), orm_error_place(place),
			hint != NULL ? errhint("%s", hint) : 0);
}

/* What is given: of an array in place of another one its length is wrong. */
static const char *
given_name(OrmJson json, const char *expected)
{
	if (orm_json_kind(json) != ORM_JSON_ARRAY || strncmp(expected, "an array", strlen("an array")) != 0)
		return orm_json_kind_name(orm_json_kind(json));
	return json.node->count == 0 ? "an empty array" : psprintf("an array of %d", json.node->count);
}

void
orm_members_raise_kind_hint(OrmJson json, const char *expected, const char *document, const OrmPath *place,
							const char *hint)
{
	raise_kind(orm_json_kind(json), given_name(json, expected), expected, document, place, hint);
	pg_unreachable();
}

void
orm_members_raise_kind(OrmJson json, const char *expected, const OrmPath *place)
{
	raise_kind(orm_json_kind(json), given_name(json, expected), expected, NULL, place, NULL);
	pg_unreachable();
}

void
orm_members_raise_no_array(OrmJson json, const char *expected, const OrmPath *place)
{
	const char *hint = NULL;

	if (orm_json_kind(json) == ORM_JSON_STRING)
		hint = psprintf("Write [\"%s\"].", orm_json_string(json));
	raise_kind(orm_json_kind(json), given_name(json, expected), expected, NULL, place, hint);
	pg_unreachable();
}

void
orm_members_raise_null(const char *expected, const OrmPath *place)
{
	raise_kind(ORM_JSON_NULL, orm_json_kind_name(ORM_JSON_NULL), expected, NULL, place, NULL);
	pg_unreachable();
}

bool
orm_members_boolean(OrmJson json, const OrmPath *place)
{
	if (orm_json_kind(json) != ORM_JSON_TRUE && orm_json_kind(json) != ORM_JSON_FALSE)
		orm_members_raise_kind(json, "true or false", place);
	return orm_json_kind(json) == ORM_JSON_TRUE;
}
