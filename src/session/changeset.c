/*
 * changeset.c - documents of operations; see changeset.h.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "nodes/pg_list.h"

#include "base/members.h"
#include "exec/json.h"
#include "model/cache.h"
#include "model/key.h"
#include "session/operations.h"
#include "session/changeset.h"

/* The members of an entry. */
typedef enum ChangesetMember
{
	MEMBER_MODEL,
	MEMBER_OBJECT,
	MEMBER_LABEL,
	MEMBER_KEY,
	MEMBER_ETAG,
	MEMBER_VERSION
} ChangesetMember;

#define NMEMBERS (MEMBER_VERSION + 1)

/* Kinds of entries as flags, for the contexts of their table. */
#define WRITES ((1 << ORM_OPERATION_ADD) | (1 << ORM_OPERATION_MERGE))
#define REMOVES (1 << ORM_OPERATION_REMOVE)

static const OrmMemberKey entry_keys[NMEMBERS] = {
	[MEMBER_MODEL] = {ORM_MEMBER_KEY("model"), .allowed = WRITES | REMOVES, .required = WRITES | REMOVES},
	[MEMBER_OBJECT] = {ORM_MEMBER_KEY("object"), .allowed = WRITES, .required = WRITES, .may_be_null = true},
	[MEMBER_LABEL] = {ORM_MEMBER_KEY("label"), .allowed = WRITES, .may_be_null = true},
	[MEMBER_KEY] = {ORM_MEMBER_KEY("key"), .allowed = REMOVES, .required = REMOVES, .may_be_null = true},
	[MEMBER_ETAG] = {ORM_MEMBER_KEY("etag"), .allowed = REMOVES, .may_be_null = true},
	[MEMBER_VERSION] = {ORM_MEMBER_KEY("version"), .allowed = REMOVES, .may_be_null = true},
};

static const OrmMemberTable entry_table = {.noun = "key", ORM_MEMBER_RECORDS(entry_keys)};

/* Reads a member that must be a string. */
static char *
read_string(OrmJson json, const char *name, const OrmPath *place)
{
	OrmPath here = orm_path_key(place, name);

	if (orm_json_kind(json) != ORM_JSON_STRING)
		orm_members_raise_kind(json, "a string", &here);
	return orm_json_string(json);
}

/* Opens the model of an entry for writing. */
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

/* Reads the key of a removal; NULL if it is null. */
static const Datum *
read_key(const OrmModel *model, OrmJson json, const OrmPath *place)
{
	OrmPath here = orm_path_key(place, "key");
	Datum *key = palloc(sizeof(Datum) * orm_model_need_key(model)->nattributes);

	return orm_key_read_json(model, json, &here, key) ? key : NULL;
}

/* Copies a step of a place. */
static const OrmPath *
keep_path(OrmPath path)
{
	OrmPath *kept = palloc(sizeof(OrmPath));

	*kept = path;
	return kept;
}

/* Reads an entry; false if its key is null and nothing is to be removed. */
static bool
read_entry(OrmJson json, OrmOperationKind kind, const OrmPath *place, OrmOperation *operation)
{
	OrmJson found[NMEMBERS];

	memset(operation, 0, sizeof(OrmOperation));
	orm_members_take(&entry_table, 1 << kind, json, place, found);
	operation->kind = kind;
	operation->model = read_model(found[MEMBER_MODEL], place);
	if (kind == ORM_OPERATION_REMOVE)
	{
		operation->place = place;
		operation->key = read_key(operation->model, found[MEMBER_KEY], place);
		operation->expected = orm_expected_read(operation->model, found[MEMBER_ETAG], found[MEMBER_VERSION], place);
		return operation->key != NULL;
	}
	operation->object = found[MEMBER_OBJECT];
	operation->place = keep_path(orm_path_key(place, "object"));
	if (found[MEMBER_LABEL].node != NULL && orm_json_kind(found[MEMBER_LABEL]) != ORM_JSON_NULL)
		operation->label = read_string(found[MEMBER_LABEL], "label", place);
	return true;
}

/* The operations of a changeset being read. */
typedef struct Operations
{
	OrmOperation *array;
	int n;
} Operations;

/* Appends the entries of a section to the operations. */
static void
read_section(Operations *operations, OrmOperationKind kind, OrmJson json, const OrmPath *place)
{
	OrmJsonWalk walk;

	if (orm_json_kind(json) != ORM_JSON_ARRAY)
		orm_members_raise_kind(json, "an array", place);
	place = keep_path(*place);
	operations->array = repalloc_huge(operations->array, sizeof(OrmOperation) * (operations->n + json.node->count + 1));
	walk = orm_json_walk(json);
	while (orm_json_next(&walk))
	{
		CHECK_FOR_INTERRUPTS();
		operations->n += read_entry(walk.value, kind, keep_path(orm_path_index(place, walk.index)),
									&operations->array[operations->n]);
	}
}

static void
read_add(void *argument, OrmJson json, const OrmPath *place)
{
	read_section(argument, ORM_OPERATION_ADD, json, place);
}

static void
read_merge(void *argument, OrmJson json, const OrmPath *place)
{
	read_section(argument, ORM_OPERATION_MERGE, json, place);
}

static void
read_remove(void *argument, OrmJson json, const OrmPath *place)
{
	read_section(argument, ORM_OPERATION_REMOVE, json, place);
}

static const OrmMemberKey section_keys[] = {
	{ORM_MEMBER_KEY("add"), .allowed = ORM_MEMBER_ALWAYS, .read = read_add},
	{ORM_MEMBER_KEY("merge"), .allowed = ORM_MEMBER_ALWAYS, .read = read_merge},
	{ORM_MEMBER_KEY("remove"), .allowed = ORM_MEMBER_ALWAYS, .read = read_remove},
};

static const OrmMemberTable changeset_table = {
	.document = "changeset", .noun = "key", ORM_MEMBER_RECORDS(section_keys)};

/* Writes a key: its only value, or an object of the key attributes. */
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

/* The result as JSON. */
static Datum
write_result(const OrmOperation *operations, int n, OrmTally tally)
{
	StringInfoData out;
	const char *separator = "";

	orm_json_begin(&out);
	appendStringInfoString(&out, "{\"ids\":{");
	for (int i = 0; i < n; i++)
	{
		if (operations[i].label == NULL)
			continue;
		appendStringInfoString(&out, separator);
		orm_json_write_string(&out, operations[i].label, strlen(operations[i].label));
		appendStringInfoChar(&out, ':');
		write_key(&out, operations[i].model, operations[i].stored);
		separator = ",";
	}
	appendStringInfo(&out, "},\"inserted\":" INT64_FORMAT ",\"updated\":" INT64_FORMAT ",\"deleted\":" INT64_FORMAT "}",
					 tally.inserted, tally.updated, tally.deleted);
	return orm_json_end(&out);
}

Datum
orm_changeset_write(const OrmDocument *document, OrmFindLabel find_label, const OrmOperationOptions *options)
{
	Operations operations = {.array = palloc(sizeof(OrmOperation))};
	OrmTally tally;

	orm_members_read(&changeset_table, ORM_MEMBER_ALWAYS, orm_document_root(document), NULL, &operations);
	tally = orm_operations_write(operations.array, operations.n, find_label, options);
	return write_result(operations.array, operations.n, tally);
}
