/*
 * changeset.c - a document of changes; see changeset.h.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "nodes/pg_list.h"

#include "base/members.h"
#include "exec/json.h"
#include "model/cache.h"
#include "model/key.h"
#include "session/changes.h"
#include "session/changeset.h"

/* The members of an entry. */
typedef enum Member
{
	MEMBER_MODEL,
	MEMBER_OBJECT,
	MEMBER_LABEL,
	MEMBER_KEY
} Member;

#define NMEMBERS (MEMBER_KEY + 1)

/* Kinds of entries, as flags: the contexts of their table. */
#define WRITES ((1 << ORM_CHANGE_ADD) | (1 << ORM_CHANGE_MERGE))
#define REMOVES (1 << ORM_CHANGE_REMOVE)

static const OrmMemberKey entry_keys[NMEMBERS] = {
	[MEMBER_MODEL] = {ORM_MEMBER_KEY("model"), .allowed = WRITES | REMOVES, .required = WRITES | REMOVES},
	[MEMBER_OBJECT] = {ORM_MEMBER_KEY("object"), .allowed = WRITES, .required = WRITES, .may_be_null = true},
	[MEMBER_LABEL] = {ORM_MEMBER_KEY("label"), .allowed = WRITES, .may_be_null = true},
	[MEMBER_KEY] = {ORM_MEMBER_KEY("key"), .allowed = REMOVES, .required = REMOVES, .may_be_null = true},
};

static const OrmMemberTable entry_table = {.noun = "key", ORM_MEMBER_RECORDS(entry_keys)};

/* The string that a member is. */
static char *
read_string(OrmJson json, const char *name, const OrmPath *place)
{
	OrmPath here = orm_path_key(place, name);

	if (orm_json_kind(json) != ORM_JSON_STRING)
		orm_members_raise_kind(json, "a string", &here);
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

	memset(change, 0, sizeof(OrmChange));
	orm_members_take(&entry_table, 1 << kind, json, place, found);
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
	if (found[MEMBER_LABEL].node != NULL && orm_json_kind(found[MEMBER_LABEL]) != ORM_JSON_NULL)
		change->label = read_string(found[MEMBER_LABEL], "label", place);
	return true;
}

/* The changes of a changeset, while it is read. */
typedef struct Changes
{
	OrmChange *changes;
	int n;
} Changes;

/* Reads the entries of a section behind the changes that are there. */
static void
read_section(Changes *changes, OrmChangeKind kind, OrmJson json, const OrmPath *place)
{
	OrmJsonWalk walk;

	if (orm_json_kind(json) != ORM_JSON_ARRAY)
		orm_members_raise_kind(json, "an array", place);
	place = keep_path(*place);
	changes->changes = repalloc_huge(changes->changes, sizeof(OrmChange) * (changes->n + json.node->count + 1));
	walk = orm_json_walk(json);
	while (orm_json_next(&walk))
	{
		CHECK_FOR_INTERRUPTS();
		changes->n += read_entry(walk.value, kind, keep_path(orm_path_index(place, walk.index)),
								 &changes->changes[changes->n]);
	}
}

/* Reads "add". */
static void
read_add(void *argument, OrmJson json, const OrmPath *place)
{
	read_section(argument, ORM_CHANGE_ADD, json, place);
}

/* Reads "merge". */
static void
read_merge(void *argument, OrmJson json, const OrmPath *place)
{
	read_section(argument, ORM_CHANGE_MERGE, json, place);
}

/* Reads "remove". */
static void
read_remove(void *argument, OrmJson json, const OrmPath *place)
{
	read_section(argument, ORM_CHANGE_REMOVE, json, place);
}

static const OrmMemberKey section_keys[] = {
	{ORM_MEMBER_KEY("add"), .allowed = ORM_MEMBER_ALWAYS, .read = read_add},
	{ORM_MEMBER_KEY("merge"), .allowed = ORM_MEMBER_ALWAYS, .read = read_merge},
	{ORM_MEMBER_KEY("remove"), .allowed = ORM_MEMBER_ALWAYS, .read = read_remove},
};

static const OrmMemberTable changeset_table = {
	.document = "changeset", .noun = "key", ORM_MEMBER_RECORDS(section_keys)};

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
	Changes read = {.changes = palloc(sizeof(OrmChange))};
	OrmTally tally;

	orm_members_read(&changeset_table, ORM_MEMBER_ALWAYS, orm_document_root(document), NULL, &read);
	tally = orm_changes_write(read.changes, read.n, find_label);
	return write_result(read.changes, read.n, tally);
}
