/*
 * options.c - the options of writing calls.
 */
#include "postgres.h"

#include "catalog/pg_type.h"

#include "model/value.h"
#include "store/write.h"

/* Reads the value of an option. */
typedef void (*ReadOption)(OrmJson value, const OrmPath *here, OrmWriteOptions *options);

/* "on_conflict": "update" | "ignore" */
static void
read_on_conflict(OrmJson value, const OrmPath *here, OrmWriteOptions *options)
{
	bool string = orm_json_kind(value) == ORM_JSON_STRING;

	if (string && orm_json_equals(value, "update"))
		options->on_conflict = ORM_CONFLICT_UPDATE;
	else if (string && orm_json_equals(value, "ignore"))
		options->on_conflict = ORM_CONFLICT_IGNORE;
	else
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("option \"on_conflict\" must be \"update\" or \"ignore\""), orm_error_place(here));
}

/* "return": query | false */
static void
read_return(OrmJson value, const OrmPath *here, OrmWriteOptions *options)
{
	OrmJsonKind kind = orm_json_kind(value);

	if (kind == ORM_JSON_OBJECT)
		options->query = value;
	else if (kind == ORM_JSON_FALSE)
		options->no_result = true;
	else
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("option \"return\" must be a query or false"),
				orm_error_place(here),
				errhint("Without it, what was stored is returned; {} returns it as orm.get would."));
}

/* "expect": n */
static void
read_expect(OrmJson value, const OrmPath *here, OrmWriteOptions *options)
{
	bool isnull;

	if (orm_json_kind(value) != ORM_JSON_NUMBER)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("option \"expect\" must be a number, not %s", orm_json_kind_name(orm_json_kind(value))),
				orm_error_place(here), errhint("It says how many rows there may be at most."));
	options->expect = DatumGetInt64(orm_value_read(orm_type_make(INT8OID, -1, InvalidOid), value, here, &isnull));
	if (options->expect < 0)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("option \"expect\" must not be negative"),
				orm_error_place(here));
}

/* "action": true */
static void
read_action(OrmJson value, const OrmPath *here, OrmWriteOptions *options)
{
	OrmJsonKind kind = orm_json_kind(value);

	if (kind != ORM_JSON_TRUE && kind != ORM_JSON_FALSE)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("option \"action\" must be true or false"),
				orm_error_place(here));
	options->action = kind == ORM_JSON_TRUE;
}

/* "dry_run": true */
static void
read_dry_run(OrmJson value, const OrmPath *here, OrmWriteOptions *options)
{
	if (orm_json_kind(value) != ORM_JSON_TRUE && orm_json_kind(value) != ORM_JSON_FALSE)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("option \"dry_run\" must be true or false"),
				orm_error_place(here));
	options->dry_run = orm_json_kind(value) == ORM_JSON_TRUE;
}

#define OF(verb) (1 << (verb))

static const struct
{
	const char *name;
	int verbs; /* which have it */
	ReadOption read;
} known[] = {
	{"on_conflict", OF(ORM_VERB_CREATE) | OF(ORM_VERB_UPSERT), read_on_conflict},
	{"return", OF(ORM_VERB_CREATE) | OF(ORM_VERB_UPDATE) | OF(ORM_VERB_SAVE) | OF(ORM_VERB_UPSERT), read_return},
	{"action", OF(ORM_VERB_CREATE) | OF(ORM_VERB_UPDATE) | OF(ORM_VERB_SAVE) | OF(ORM_VERB_UPSERT), read_action},
	{"expect", OF(ORM_VERB_UPDATE_WHERE) | OF(ORM_VERB_DELETE_WHERE), read_expect},
	{"dry_run", ~0, read_dry_run},
};

static const char *const verb_names[] = {
	[ORM_VERB_CREATE] = "create",
	[ORM_VERB_UPDATE] = "update",
	[ORM_VERB_SAVE] = "save",
	[ORM_VERB_UPSERT] = "upsert",
	[ORM_VERB_DELETE] = "delete",
	[ORM_VERB_UPDATE_WHERE] = "update_where",
	[ORM_VERB_DELETE_WHERE] = "delete_where",
	[ORM_VERB_FLUSH] = "flush",
};

/* Raises for an option that the verb does not have. */
static void
raise_unknown(OrmJson key, OrmVerb verb, const OrmPath *path)
{
	const char *names[lengthof(known)];
	char *name = orm_json_string(key);
	OrmPath here = orm_path_key(path, name);
	int nnames = 0;

	for (int i = 0; i < (int) lengthof(known); i++)
		if (known[i].verbs & OF(verb))
			names[nnames++] = known[i].name;
	ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			errmsg("orm.%s has no option \"%s\"", verb_names[verb], name), orm_error_place(&here),
			orm_error_nearest("option", name, names, nnames));
}

/* Reads one option; "seen" has a bit for each. */
static void
read_option(const OrmJsonWalk *walk, OrmVerb verb, const OrmPath *path, int *seen, OrmWriteOptions *options)
{
	for (int i = 0; i < (int) lengthof(known); i++)
	{
		OrmPath here = orm_path_key(path, known[i].name);

		if (!(known[i].verbs & OF(verb)) || !orm_json_equals(walk->key, known[i].name))
			continue;
		if (*seen & (1 << i))
			ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					errmsg("option \"%s\" is given twice", known[i].name), orm_error_place(&here));
		*seen |= 1 << i;
		known[i].read(walk->value, &here, options);
		return;
	}
	raise_unknown(walk->key, verb, path);
}

OrmWriteOptions
orm_write_options(const OrmDocument *document, OrmVerb verb)
{
	OrmWriteOptions options = {.on_conflict = ORM_CONFLICT_ERROR, .expect = -1};
	OrmJson root = orm_document_root(document);
	OrmPath path = orm_path_key(NULL, "options");
	OrmJsonWalk walk;
	int seen = 0;

	if (orm_json_kind(root) != ORM_JSON_OBJECT)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("options must be an object, not %s", orm_json_kind_name(orm_json_kind(root))));
	walk = orm_json_walk(root);
	while (orm_json_next(&walk))
		read_option(&walk, verb, &path, &seen, &options);
	return options;
}
