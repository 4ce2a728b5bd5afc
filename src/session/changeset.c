/*
 * changeset.c - a document of changes; see changeset.h.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "nodes/pg_list.h"

#include "exec/json.h"
#include "model/cache.h"
#include "model/key.h"
#include "session/changes.h"
#include "session/changeset.h"

/* What a changeset is made of. */
static const struct
{
	const char *name;
	OrmChangeKind kind;
} sections[] = {
	{"add", ORM_CHANGE_ADD},
	{"merge", ORM_CHANGE_MERGE},
	{"remove", ORM_CHANGE_REMOVE},
};

/* The members of an entry. */
typedef enum Member
{
	MEMBER_MODEL,
	MEMBER_OBJECT,
	MEMBER_LABEL,
	MEMBER_KEY
} Member;

#define NMEMBERS (MEMBER_KEY + 1)

/* Which entries have them, by kind. */
#define WRITES ((1 << ORM_CHANGE_ADD) | (1 << ORM_CHANGE_MERGE))
#define REMOVES (1 << ORM_CHANGE_REMOVE)

static const struct
{
	const char *name;
	int kinds;
	int required;
} members[NMEMBERS] = {
	[MEMBER_MODEL] = {"model", WRITES | REMOVES, WRITES | REMOVES},
	[MEMBER_OBJECT] = {"object", WRITES, WRITES},
	[MEMBER_LABEL] = {"label", WRITES, 0},
	[MEMBER_KEY] = {"key", REMOVES, REMOVES},
};

/* Raises 22023, or 22004 for a null: a value is not of the kind that is expected. */
static void
raise_kind(OrmJson json, const char *expected, const OrmPath *place)
{
	OrmJsonKind kind = orm_json_kind(json);

	ereport(ERROR, errcode(kind == ORM_JSON_NULL ? ERRCODE_NULL_VALUE_NOT_ALLOWED : ERRCODE_INVALID_PARAMETER_VALUE),
			errmsg("%s is expected, not %s", expected, orm_json_kind_name(kind)), orm_error_place(place));
}

/* Raises 22023 for a key that an entry does not have. */
static void
raise_member(OrmJson key, OrmChangeKind kind, const OrmPath *place)
{
	const char *names[NMEMBERS];
	char *name = orm_json_string(key);
	OrmPath here = orm_path_key(place, name);
	int nnames = 0;

	for (int i = 0; i < NMEMBERS; i++)
		if (members[i].kinds & (1 << kind))
			names[nnames++] = members[i].name;
	ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("\"%s\" cannot stand here", name),
			orm_error_place(&here), orm_error_nearest("key", name, names, nnames));
}

/* Which member of an entry a key is. */
static Member
find_member(OrmJson key, OrmChangeKind kind, const OrmPath *place)
{
	for (int i = 0; i < NMEMBERS; i++)
		if ((members[i].kinds & (1 << kind)) && orm_json_equals(key, members[i].name))
			return i;
	raise_member(key, kind, place);
	return MEMBER_MODEL;
}

/* Finds the members of an entry. */
static void
read_members(OrmJson entry, OrmChangeKind kind, const OrmPath *place, OrmJson *found, bool *present)
{
	OrmJsonWalk walk;

	if (orm_json_kind(entry) != ORM_JSON_OBJECT)
		raise_kind(entry, "an object", place);
	walk = orm_json_walk(entry);
	while (orm_json_next(&walk))
	{
		Member member = find_member(walk.key, kind, place);
		OrmPath here = orm_path_key(place, members[member].name);

		if (present[member])
			ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					errmsg("\"%s\" is given twice", members[member].name), orm_error_place(&here));
		present[member] = true;
		found[member] = walk.value;
	}
	for (int i = 0; i < NMEMBERS; i++)
		if (!present[i] && (members[i].required & (1 << kind)))
			ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("\"%s\" is missing", members[i].name),
					orm_error_place(place));
}

/* The string that a member is. */
static char *
read_string(OrmJson json, const char *name, const OrmPath *place)
{
	OrmPath here = orm_path_key(place, name);

	if (orm_json_kind(json) != ORM_JSON_STRING)
		raise_kind(json, "a string", &here);
	return orm_json_string(json);
}

/* The model that an entry names, to be written to. */
static const OrmModel *
read_model(OrmJson json, const OrmPath *place)
{
	MemoryContext caller = CurrentMemoryContext;
	OrmPath here = orm_path_key(place, "model");
	char *name = read_string(json, "model", place);
	const OrmModel *volatile model = NULL;

	PG_TRY();
	{
		model = orm_cache_open(name, RowExclusiveLock);
	}
	PG_CATCH();
	{
		orm_error_rethrow_at(&here, caller);
	}
	PG_END_TRY();
	return model;
}

/* The key that is to be removed; NULL: it is null. */
static const Datum *
read_key(const OrmModel *model, OrmJson json, const OrmPath *place)
{
	OrmPath here = orm_path_key(place, "key");
	Datum *key = palloc(sizeof(Datum) * orm_model_need_key(model)->nattributes);

	return orm_key_read_json(model, json, &here, key) ? key : NULL;
}

/* A step down that stays. */
static const OrmPath *
keep_path(OrmPath path)
{
	OrmPath *kept = palloc(sizeof(OrmPath));

	*kept = path;
	return kept;
}

/* Reads an entry; false: it is the removal of nothing. */
static bool
read_entry(OrmJson json, OrmChangeKind kind, const OrmPath *place, OrmChange *change)
{
	OrmJson found[NMEMBERS];
	bool present[NMEMBERS] = {false};

	memset(change, 0, sizeof(OrmChange));
	read_members(json, kind, place, found, present);
	change->kind = kind;
	change->model = read_model(found[MEMBER_MODEL], place);
	if (kind == ORM_CHANGE_REMOVE)
	{
		change->place = place;
		change->key = read_key(change->model, found[MEMBER_KEY], place);
		return change->key != NULL;
	}
	change->object = found[MEMBER_OBJECT];
	change->place = keep_path(orm_path_key(place, "object"));
	if (present[MEMBER_LABEL] && orm_json_kind(found[MEMBER_LABEL]) != ORM_JSON_NULL)
		change->label = read_string(found[MEMBER_LABEL], "label", place);
	return true;
}

/* Reads the entries of a section behind what is there; returns how many there are now. */
static int
read_section(OrmJson json, int section, OrmChange **changes, int n)
{
	const OrmPath *place = keep_path(orm_path_key(NULL, sections[section].name));
	OrmJsonWalk walk;

	if (orm_json_kind(json) != ORM_JSON_ARRAY)
		raise_kind(json, "an array", place);
	*changes = repalloc_huge(*changes, sizeof(OrmChange) * (n + json.node->count + 1));
	walk = orm_json_walk(json);
	while (orm_json_next(&walk))
	{
		CHECK_FOR_INTERRUPTS();
		n += read_entry(walk.value, sections[section].kind, keep_path(orm_path_index(place, walk.index)),
						&(*changes)[n]);
	}
	return n;
}

/* Raises for a key of a changeset that it does not have. */
static void
raise_section(OrmJson key)
{
	const char *names[lengthof(sections)];
	char *name = orm_json_string(key);
	OrmPath here = orm_path_key(NULL, name);

	for (int i = 0; i < (int) lengthof(sections); i++)
		names[i] = sections[i].name;
	ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("\"%s\" cannot stand here", name),
			orm_error_place(&here), orm_error_nearest("key", name, names, lengthof(names)));
}

/* Which section a key is; raises for one that is none, or was there. */
static int
find_section(OrmJson key, bool *present)
{
	for (int i = 0; i < (int) lengthof(sections); i++)
	{
		OrmPath here = orm_path_key(NULL, sections[i].name);

		if (!orm_json_equals(key, sections[i].name))
			continue;
		if (present[i])
			ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("\"%s\" is given twice", sections[i].name),
					orm_error_place(&here));
		present[i] = true;
		return i;
	}
	raise_section(key);
	return 0;
}

/* Reads the whole changeset; returns how many changes there are. */
static int
read_changes(OrmJson root, OrmChange **changes)
{
	bool present[lengthof(sections)] = {false};
	OrmJsonWalk walk;
	int n = 0;

	if (orm_json_kind(root) != ORM_JSON_OBJECT)
		raise_kind(root, "an object of changes", NULL);
	*changes = palloc(sizeof(OrmChange));
	walk = orm_json_walk(root);
	while (orm_json_next(&walk))
		n = read_section(walk.value, find_section(walk.key, present), changes, n);
	return n;
}

/* Writes a key: the value, or an object of the key attributes. */
static void
write_key(StringInfo out, const OrmModel *model, const Datum *values)
{
	const OrmKey *key = model->primary_key;

	if (values == NULL)
	{
		appendStringInfoString(out, "null");
		return;
	}
	for (int i = 0; i < key->nattributes; i++)
	{
		const OrmAttribute *attribute = &model->attributes[key->attributes[i]];

		if (key->nattributes > 1)
		{
			appendStringInfoChar(out, i > 0 ? ',' : '{');
			orm_json_write_string(out, attribute->name, strlen(attribute->name));
			appendStringInfoChar(out, ':');
		}
		orm_json_write_value(out, attribute->type, values[i], false);
	}
	if (key->nattributes > 1)
		appendStringInfoChar(out, '}');
}

/* What was written, as JSON. */
static Datum
write_result(const OrmChange *changes, int n, OrmTally tally)
{
	StringInfoData out;
	const char *separator = "";

	orm_json_begin(&out);
	appendStringInfoString(&out, "{\"ids\":{");
	for (int i = 0; i < n; i++)
	{
		if (changes[i].label == NULL)
			continue;
		appendStringInfoString(&out, separator);
		orm_json_write_string(&out, changes[i].label, strlen(changes[i].label));
		appendStringInfoChar(&out, ':');
		write_key(&out, changes[i].model, changes[i].stored);
		separator = ",";
	}
	appendStringInfo(&out, "},\"inserted\":" INT64_FORMAT ",\"updated\":" INT64_FORMAT ",\"deleted\":" INT64_FORMAT "}",
					 tally.inserted, tally.updated, tally.deleted);
	return orm_json_end(&out);
}

Datum
orm_changeset_write(const OrmDocument *document, OrmFindLabel find_label)
{
	OrmChange *changes;
	int n = read_changes(orm_document_root(document), &changes);
	OrmTally tally = orm_changes_write(changes, n, find_label);

	return write_result(changes, n, tally);
}
