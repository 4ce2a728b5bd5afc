/*
 * migrate.c - orm.migrate; see define/migrate.h.
 */
#include "postgres.h"

#include "fmgr.h"
#include "funcapi.h"
#include "datatype/timestamp.h"
#include "utils/fmgrprotos.h"
#include "utils/guc.h"
#include "utils/timestamp.h"

#include "api/argument.h"
#include "api/output.h"
#include "api/steps.h"
#include "base/members.h"
#include "define/migrate.h"
#include "define/set_aside.h"

PG_FUNCTION_INFO_V1(orm_sql_migrate);
PG_FUNCTION_INFO_V1(orm_sql_purge_dropped);

/* So many days a column is kept at most. */
#define MOST_DAYS 3650

/* Reads an array of names. */
static List *
read_names(OrmJson value, const OrmPath *place, const char *expected)
{
	OrmJsonWalk walk = orm_json_walk(value);
	List *names = NIL;

	if (orm_json_kind(value) != ORM_JSON_ARRAY)
		orm_members_raise_kind(value, expected, place);
	while (orm_json_next(&walk))
	{
		OrmPath here = orm_path_index(place, walk.index);

		if (orm_json_kind(walk.value) != ORM_JSON_STRING)
			orm_members_raise_kind(walk.value, "a string", &here);
		names = lappend(names, orm_json_string(walk.value));
	}
	return names;
}

/* Reads a time: milliseconds, or a text with a unit. */
static int
read_time(OrmJson value, const OrmPath *place)
{
	const char *hint = NULL;
	int length;
	const char *source = orm_json_source(value, &length);
	char *text = orm_json_kind(value) == ORM_JSON_STRING ? orm_json_string(value) : pnstrdup(source, length);
	int time;

	if (orm_json_kind(value) != ORM_JSON_STRING && orm_json_kind(value) != ORM_JSON_NUMBER)
		orm_members_raise_kind(value, "a time, as \"2s\"", place);
	if (!parse_int(text, &time, GUC_UNIT_MS, &hint) || time < 1)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("invalid time \"%s\"", text),
				orm_error_place(place),
				errhint("A time is a number of milliseconds, or has a unit: \"2s\", \"1min\"."));
	return time;
}

static void
read_models(void *options, OrmJson value, const OrmPath *place)
{
	((OrmMigrateOptions *) options)->models = read_names(value, place, "an array of models");
	if (((OrmMigrateOptions *) options)->models == NIL)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("\"models\" must not be empty"),
				orm_error_place(place), errhint("Without it all models are meant."));
}

static void
read_allow_destructive(void *options, OrmJson value, const OrmPath *place)
{
	OrmMigrateOptions *migrate = options;

	if (orm_json_kind(value) == ORM_JSON_ARRAY)
		migrate->destroy = read_names(value, place, "an array");
	else
		migrate->destroy_all = orm_members_boolean(value, place);
}

static void
read_not_renamed(void *options, OrmJson value, const OrmPath *place)
{
	((OrmMigrateOptions *) options)->not_renamed = orm_members_boolean(value, place);
}

static void
read_undo(void *options, OrmJson value, const OrmPath *place)
{
	int length;
	const char *source = orm_json_source(value, &length);
	char *end;
	int64 id;

	if (orm_json_kind(value) != ORM_JSON_NUMBER)
		orm_members_raise_kind(value, "the id of a migration", place);
	id = strtoll(pnstrdup(source, length), &end, 10);
	if (*end != '\0' || id < 1)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("invalid id of a migration"),
				orm_error_place(place));
	((OrmMigrateOptions *) options)->undo = id;
}

static void
read_baseline(void *options, OrmJson value, const OrmPath *place)
{
	if (!orm_members_boolean(value, place))
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("\"baseline\" must be true"),
				orm_error_place(place), errhint("Leave it out to migrate."));
	((OrmMigrateOptions *) options)->baseline = true;
}

static void
read_accept(void *options, OrmJson value, const OrmPath *place)
{
	((OrmMigrateOptions *) options)->accept = read_names(value, place, "an array of models");
	if (((OrmMigrateOptions *) options)->accept == NIL)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("\"accept\" must not be empty"),
				orm_error_place(place));
}

/* Reads for how many days columns are kept. */
static void
read_keep(void *options, OrmJson value, const OrmPath *place)
{
	MemoryContext caller = CurrentMemoryContext;
	char *text;
	volatile int days = 0;

	if (orm_json_kind(value) != ORM_JSON_STRING)
		orm_members_raise_kind(value, "an interval, as \"30 days\"", place);
	text = orm_json_string(value);
	PG_TRY();
	{
		const Interval *interval = DatumGetIntervalP(
			DirectFunctionCall3(interval_in, CStringGetDatum(text), ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1)));

		if (interval->time == 0 && interval->month >= 0 && interval->month <= MOST_DAYS)
			days = interval->month * DAYS_PER_MONTH + interval->day;
	}
	PG_CATCH();
	{
		orm_error_rethrow_at(place, caller);
	}
	PG_END_TRY();
	if (days < 1 || days > MOST_DAYS)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("\"keep\" must be 1 to %d days", MOST_DAYS),
				orm_error_place(place));
	((OrmMigrateOptions *) options)->keep = days;
}

static void
read_rehearse(void *options, OrmJson value, const OrmPath *place)
{
	((OrmMigrateOptions *) options)->rehearse = orm_members_boolean(value, place);
}

static void
read_online(void *options, OrmJson value, const OrmPath *place)
{
	((OrmMigrateOptions *) options)->online = orm_members_boolean(value, place);
}

static void
read_background(void *options, OrmJson value, const OrmPath *place)
{
	((OrmMigrateOptions *) options)->background = orm_members_boolean(value, place);
}

static void
read_lock_timeout(void *options, OrmJson value, const OrmPath *place)
{
	((OrmMigrateOptions *) options)->lock_timeout = read_time(value, place);
}

static void
read_max_lock(void *options, OrmJson value, const OrmPath *place)
{
	((OrmMigrateOptions *) options)->max_lock = read_time(value, place);
}

/* The longest name of a migration, in bytes. */
#define NAME_LENGTH 200

static void
read_name(void *options, OrmJson value, const OrmPath *place)
{
	char *name;

	if (orm_json_kind(value) != ORM_JSON_STRING)
		orm_members_raise_kind(value, "a string", place);
	name = orm_json_string(value);
	if (name[0] == '\0' || strlen(name) > NAME_LENGTH)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("invalid name of a migration"),
				orm_error_place(place), errhint("A name has 1 to %d bytes.", NAME_LENGTH));
	((OrmMigrateOptions *) options)->name = name;
}

/* The members of a saved migration. */
static OrmSaved *
saved_of(void *options)
{
	OrmMigrateOptions *migrate = options;

	if (migrate->saved == NULL)
		migrate->saved = palloc0(sizeof(OrmSaved));
	return migrate->saved;
}

static void
read_format(void *options, OrmJson value, const OrmPath *place)
{
	int length;
	const char *source = orm_json_source(value, &length);

	if (orm_json_kind(value) != ORM_JSON_NUMBER)
		orm_members_raise_kind(value, "a number", place);
	if (strcmp(pnstrdup(source, length), "1") != 0)
		ereport(ERROR, errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				errmsg("format %s of a saved migration is not supported", pnstrdup(source, length)),
				orm_error_place(place));
}

static void
read_declarations(void *options, OrmJson value, const OrmPath *place)
{
	if (orm_json_kind(value) != ORM_JSON_OBJECT)
		orm_members_raise_kind(value, "an object", place);
	saved_of(options)->declarations = value;
}

static void
read_steps(void *options, OrmJson value, const OrmPath *place)
{
	if (orm_json_kind(value) != ORM_JSON_ARRAY)
		orm_members_raise_kind(value, "an array", place);
	saved_of(options)->steps = value;
}

/* Reads a hash. */
static char *
read_hash(OrmJson value, const OrmPath *place)
{
	if (orm_json_kind(value) != ORM_JSON_STRING)
		orm_members_raise_kind(value, "a string", place);
	return orm_json_string(value);
}

static void
read_hash_before(void *options, OrmJson value, const OrmPath *place)
{
	saved_of(options)->hash_before = read_hash(value, place);
}

static void
read_hash_after(void *options, OrmJson value, const OrmPath *place)
{
	saved_of(options)->hash_after = read_hash(value, place);
}

/* What a call does, as contexts of the table of options. */
enum
{
	MIGRATES = 1,
	UNDOES = 2,
	APPLIES = 4,
	BASELINES = 8,
	ACCEPTS = 16
};

static const OrmMemberKey option_keys[] = {
	{ORM_MEMBER_KEY("undo"), .allowed = UNDOES, .read = read_undo},
	{ORM_MEMBER_KEY("baseline"), .allowed = BASELINES, .read = read_baseline},
	{ORM_MEMBER_KEY("accept"), .allowed = ACCEPTS, .read = read_accept},
	{ORM_MEMBER_KEY("format"), .allowed = APPLIES, .required = APPLIES, .read = read_format},
	{ORM_MEMBER_KEY("name"), .allowed = ORM_MEMBER_ALWAYS, .required = APPLIES, .read = read_name},
	{ORM_MEMBER_KEY("hash_before"), .allowed = APPLIES, .required = APPLIES, .read = read_hash_before},
	{ORM_MEMBER_KEY("hash_after"), .allowed = APPLIES, .required = APPLIES, .read = read_hash_after},
	{ORM_MEMBER_KEY("declarations"), .allowed = APPLIES, .required = APPLIES, .read = read_declarations},
	{ORM_MEMBER_KEY("steps"), .allowed = APPLIES, .required = APPLIES, .read = read_steps},
	{ORM_MEMBER_KEY("models"), .allowed = MIGRATES | BASELINES, .read = read_models},
	{ORM_MEMBER_KEY("allow_destructive"), .allowed = MIGRATES | UNDOES | APPLIES, .read = read_allow_destructive},
	{ORM_MEMBER_KEY("not_renamed"), .allowed = MIGRATES | APPLIES, .read = read_not_renamed},
	{ORM_MEMBER_KEY("keep"), .allowed = MIGRATES | UNDOES, .read = read_keep},
	{ORM_MEMBER_KEY("online"), .allowed = MIGRATES, .read = read_online},
	{ORM_MEMBER_KEY("background"), .allowed = MIGRATES, .read = read_background},
	{ORM_MEMBER_KEY("rehearse"), .allowed = ORM_MEMBER_ALWAYS, .read = read_rehearse},
	{ORM_MEMBER_KEY("lock_timeout"), .allowed = ORM_MEMBER_ALWAYS, .read = read_lock_timeout},
	{ORM_MEMBER_KEY("max_lock"), .allowed = MIGRATES | UNDOES | APPLIES, .read = read_max_lock},
};

static const OrmMemberTable option_table = {
	.document = "options", .noun = "option", ORM_MEMBER_RECORDS(option_keys), .empty_array = true};

/* Keys that say what a call does; without one it migrates. */
static const struct
{
	const char *key;
	uint32 context;
} call_keys[] = {{"undo", UNDOES}, {"steps", APPLIES}, {"baseline", BASELINES}, {"accept", ACCEPTS}};

/* What a call does. */
static uint32
find_context(OrmJson root)
{
	OrmJsonWalk walk = orm_json_walk(root);

	while (orm_json_kind(root) == ORM_JSON_OBJECT && orm_json_next(&walk))
		for (int i = 0; i < (int) lengthof(call_keys); i++)
			if (orm_json_equals(walk.key, call_keys[i].key))
				return call_keys[i].context;
	return MIGRATES;
}

/* orm.purge_dropped(before) */
Datum
orm_sql_purge_dropped(PG_FUNCTION_ARGS)
{
	OrmOutput row = {.fcinfo = fcinfo};
	OrmMigrateOptions options = {.lock_timeout = 2000};
	DateADT day = PG_ARGISNULL(0) ? orm_set_aside_today() : PG_GETARG_DATEADT(0);
	List *steps = orm_set_aside_purge(day, &options);
	ListCell *cell;

	InitMaterializedSRF(fcinfo, 0);
	foreach(cell, steps)
	{
		const OrmStep *step = lfirst(cell);

		orm_output_text(&row, step->model);
		orm_output_text(&row, step->object);
		orm_output_text(&row, step->sql);
		orm_output_count(&row, step->rows);
		orm_output_put(&row);
	}
	return (Datum) 0;
}

/* Raises 22023 for options of what is done at once. */
static void
check_online(const OrmMigrateOptions *options)
{
	const char *other = options->rehearse ? "rehearse" : options->keep > 0 ? "keep" : NULL;

	if (options->background && !options->online)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("option \"background\" is for online migrations"), errhint("Add \"online\": true."));
	if (options->online && other != NULL)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("options \"online\" and \"%s\" exclude each other", other));
}

/* What has become of a step. */
static const char *
state_of(const OrmStep *step, const OrmMigrateOptions *options)
{
	if (strcmp(step->action, "skipped") == 0)
		return "skipped";
	if (options->online)
		return "planned";
	return options->rehearse ? "rehearsed" : "done";
}

/* orm.migrate(document) */
Datum
orm_sql_migrate(PG_FUNCTION_ARGS)
{
	OrmOutput row = {.fcinfo = fcinfo};
	OrmMigrateOptions options = {.lock_timeout = 2000, .max_lock = 2000};
	OrmJson root = orm_document_root(orm_argument_document(fcinfo, 0, "document"));
	int64 id;
	ListCell *cell;
	List *steps;

	orm_members_read(&option_table, find_context(root), root, NULL, &options);
	check_online(&options);
	steps = orm_migrate_run(&options, &id);
	InitMaterializedSRF(fcinfo, 0);
	foreach(cell, steps)
	{
		orm_steps_put(&row, lfirst(cell), foreach_current_index(cell) + 1);
		orm_output_count(&row, id > 0 ? id : -1);
		orm_output_text(&row, state_of(lfirst(cell), &options));
		orm_output_put(&row);
	}
	return (Datum) 0;
}
