/*
 * options.c - the options of write calls; see options.h.
 */
#include "postgres.h"

#include "catalog/pg_type.h"

#include "base/members.h"
#include "model/value.h"
#include "store/options.h"

/* "on_conflict": "update" | "ignore" */
static void
read_on_conflict(void *argument, OrmJson value, const OrmPath *here)
{
	OrmWriteOptions *options = argument;

	if (orm_json_kind(value) != ORM_JSON_STRING)
		orm_members_raise_kind(value, "\"update\" or \"ignore\"", here);
	if (orm_json_equals(value, "update"))
		options->on_conflict = ORM_CONFLICT_UPDATE;
	else if (orm_json_equals(value, "ignore"))
		options->on_conflict = ORM_CONFLICT_IGNORE;
	else
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("\"on_conflict\" must be \"update\" or \"ignore\""), orm_error_place(here));
}

/* "return": query | false */
static void
read_return(void *argument, OrmJson value, const OrmPath *here)
{
	OrmWriteOptions *options = argument;

	if (orm_members_is_object(value))
		options->query = value;
	else if (orm_json_kind(value) == ORM_JSON_FALSE)
		options->no_result = true;
	else
		orm_members_raise_kind_hint(value, "a query or false", NULL, here,
									"Without it, what was stored is returned; {} returns it as orm.get would.");
}

/* "expect": n */
static void
read_expect(void *argument, OrmJson value, const OrmPath *here)
{
	OrmWriteOptions *options = argument;
	bool isnull;

	if (orm_json_kind(value) != ORM_JSON_NUMBER)
		orm_members_raise_kind_hint(value, "a number", NULL, here, "It says how many rows there may be at most.");
	options->expect = DatumGetInt64(orm_value_read(orm_type_make(INT8OID, -1, InvalidOid), value, here, &isnull));
	if (options->expect < 0)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("option \"expect\" must not be negative"),
				orm_error_place(here));
}

/* "action": true */
static void
read_action(void *argument, OrmJson value, const OrmPath *here)
{
	((OrmWriteOptions *) argument)->action = orm_members_boolean(value, here);
}

/* "skipped": "allow" | "error" */
static void
read_skipped(void *argument, OrmJson value, const OrmPath *here)
{
	if (orm_json_kind(value) != ORM_JSON_STRING)
		orm_members_raise_kind(value, "\"allow\" or \"error\"", here);
	if (!orm_json_equals(value, "allow") && !orm_json_equals(value, "error"))
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("\"skipped\" must be \"allow\" or \"error\""),
				orm_error_place(here));
	((OrmWriteOptions *) argument)->may_skip = orm_json_equals(value, "allow");
}

/* "unscoped": true */
static void
read_unscoped(void *argument, OrmJson value, const OrmPath *here)
{
	((OrmWriteOptions *) argument)->unscoped = orm_members_boolean(value, here);
}

/* "hard": true */
static void
read_hard(void *argument, OrmJson value, const OrmPath *here)
{
	((OrmWriteOptions *) argument)->hard = orm_members_boolean(value, here);
}

/* "etag": text */
static void
read_etag(void *argument, OrmJson value, const OrmPath *here)
{
	((OrmWriteOptions *) argument)->etag = value;
}

/* "version": a value of the version attribute */
static void
read_version(void *argument, OrmJson value, const OrmPath *here)
{
	((OrmWriteOptions *) argument)->version = value;
}

/* "where": conditions */
static void
read_where(void *argument, OrmJson value, const OrmPath *here)
{
	if (!orm_members_is_object(value))
		orm_members_raise_kind(value, "an object of conditions", here);
	((OrmWriteOptions *) argument)->where = value;
}

/* "settings": {name: value} */
static void
read_settings(void *argument, OrmJson value, const OrmPath *here)
{
	((OrmWriteOptions *) argument)->settings = value;
}

/* "validate": "all" */
static void
read_validate(void *argument, OrmJson value, const OrmPath *here)
{
	if (orm_json_kind(value) != ORM_JSON_STRING)
		orm_members_raise_kind(value, "\"all\"", here);
	if (!orm_json_equals(value, "all"))
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("\"%s\" must be \"%s\"", "validate", "all"),
				orm_error_place(here));
	((OrmWriteOptions *) argument)->validate_all = true;
}

/* "dry_run": true */
static void
read_dry_run(void *argument, OrmJson value, const OrmPath *here)
{
	((OrmWriteOptions *) argument)->dry_run = orm_members_boolean(value, here);
}

/* "reorder": true */
static void
read_reorder(void *argument, OrmJson value, const OrmPath *here)
{
	((OrmWriteOptions *) argument)->reorder = orm_members_boolean(value, here);
}

/* Verbs as flags, for the contexts of the table. */
#define OF(verb) (1 << (verb))
#define WRITES_ONE (OF(ORM_VERB_CREATE) | OF(ORM_VERB_UPDATE) | OF(ORM_VERB_SAVE) | OF(ORM_VERB_UPSERT))
#define DELETES_ONE (OF(ORM_VERB_DELETE) | OF(ORM_VERB_REMOVE))
#define QUEUES (OF(ORM_VERB_REMOVE) | OF(ORM_VERB_QUEUE))

static const OrmMemberKey keys[] = {
	{ORM_MEMBER_KEY("on_conflict"), .allowed = OF(ORM_VERB_CREATE) | OF(ORM_VERB_UPSERT), .read = read_on_conflict},
	{ORM_MEMBER_KEY("return"), .allowed = WRITES_ONE | OF(ORM_VERB_DELETE) | OF(ORM_VERB_DELETE_WHERE),
	 .read = read_return},
	{ORM_MEMBER_KEY("action"), .allowed = WRITES_ONE, .read = read_action},
	{ORM_MEMBER_KEY("skipped"), .allowed = WRITES_ONE | OF(ORM_VERB_DELETE) | OF(ORM_VERB_FLUSH), .read = read_skipped},
	{ORM_MEMBER_KEY("unscoped"), .allowed = WRITES_ONE | DELETES_ONE | QUEUES | OF(ORM_VERB_FLUSH),
	 .read = read_unscoped},
	{ORM_MEMBER_KEY("hard"), .allowed = OF(ORM_VERB_DELETE) | OF(ORM_VERB_DELETE_WHERE), .read = read_hard},
	{ORM_MEMBER_KEY("expect"), .allowed = OF(ORM_VERB_UPDATE_WHERE) | OF(ORM_VERB_DELETE_WHERE), .read = read_expect},
	{ORM_MEMBER_KEY("etag"), .allowed = DELETES_ONE, .may_be_null = true, .read = read_etag},
	{ORM_MEMBER_KEY("version"), .allowed = DELETES_ONE, .may_be_null = true, .read = read_version},
	{ORM_MEMBER_KEY("where"), .allowed = OF(ORM_VERB_UPSERT), .read = read_where},
	{ORM_MEMBER_KEY("validate"), .allowed = WRITES_ONE | OF(ORM_VERB_FLUSH), .read = read_validate},
	{ORM_MEMBER_KEY("reorder"), .allowed = WRITES_ONE, .read = read_reorder},
	{ORM_MEMBER_KEY("settings"), .allowed = ORM_MEMBER_ALWAYS, .read = read_settings},
	{ORM_MEMBER_KEY("dry_run"), .allowed = ~QUEUES, .read = read_dry_run},
};

static const OrmMemberTable options_table = {
	.document = "options", .noun = "option", ORM_MEMBER_RECORDS(keys), .empty_array = true};

OrmWriteOptions
orm_options_read(const OrmDocument *document, OrmVerb verb)
{
	OrmWriteOptions options = {.on_conflict = ORM_CONFLICT_ERROR, .expect = -1};
	OrmPath path = orm_path_key(NULL, "options");

	if (document != NULL)
		orm_members_read(&options_table, OF(verb), orm_document_root(document), &path, &options);
	if (options.where.node != NULL && options.on_conflict == ORM_CONFLICT_IGNORE)
	{
		OrmPath here = orm_path_key(&path, "where");

		orm_members_raise_not_allowed("option", "where", &here,
									  "With \"on_conflict\": \"ignore\" no existing row is changed.");
	}
	return options;
}

int
orm_options_enter_settings(const OrmWriteOptions *options)
{
	OrmPath path = orm_path_key(NULL, "options");
	OrmPath here = orm_path_key(&path, "settings");

	return orm_local_settings_enter(options->settings, &here);
}
