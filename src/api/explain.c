/*
 * explain.c - orm.sql and orm.explain: the statements of a call.
 *
 * The statements of a query that reads are known when it is compiled.  Those of
 * a write depend on the rows that are there: it is run in a subtransaction, its
 * statements are watched (exec/watch.h), and it is undone.
 */
#include "postgres.h"

#include "funcapi.h"

#include "api/argument.h"
#include "api/named.h"
#include "api/output.h"
#include "api/request.h"
#include "base/attempt.h"
#include "base/members.h"
#include "exec/json.h"
#include "exec/run.h"
#include "exec/watch.h"

PG_FUNCTION_INFO_V1(orm_sql_sql);
PG_FUNCTION_INFO_V1(orm_sql_explain);

/* What a verb takes, in the order of its function's arguments. */
typedef enum ShownArgument
{
	SHOWN_NONE,
	SHOWN_QUERY, /* the argument "query": a query, or an object */
	SHOWN_PARAMS,
	SHOWN_KEY, /* options */
	SHOWN_PATCH,
	SHOWN_CONFLICT_ON,
	SHOWN_WHERE /* options of the verb, if given */
} ShownArgument;

typedef struct ShownVerb
{
	const char *name;
	bool writes;
	OrmQueryVerb query; /* of one that reads; ORM_QUERY_GET is run for its statements */
	ShownArgument arguments[3];
} ShownVerb;

static const ShownVerb verbs[] = {
	{"all", false, ORM_QUERY_ALL, {SHOWN_QUERY, SHOWN_PARAMS}},
	{"first", false, ORM_QUERY_FIRST, {SHOWN_QUERY, SHOWN_PARAMS}},
	{"one", false, ORM_QUERY_ONE, {SHOWN_QUERY, SHOWN_PARAMS}},
	{"one_or_none", false, ORM_QUERY_ONE, {SHOWN_QUERY, SHOWN_PARAMS}},
	{"get", false, ORM_QUERY_GET, {SHOWN_KEY, SHOWN_QUERY}},
	{"page", false, ORM_QUERY_PAGE, {SHOWN_QUERY, SHOWN_PARAMS}},
	{"count", false, ORM_QUERY_COUNT, {SHOWN_QUERY, SHOWN_PARAMS}},
	{"exists", false, ORM_QUERY_EXISTS, {SHOWN_QUERY, SHOWN_PARAMS}},
	{"aggregate", false, ORM_QUERY_AGGREGATE, {SHOWN_QUERY, SHOWN_PARAMS}},
	{"create", true, 0, {SHOWN_QUERY}},
	{"save", true, 0, {SHOWN_QUERY}},
	{"upsert", true, 0, {SHOWN_QUERY, SHOWN_CONFLICT_ON, SHOWN_WHERE}},
	{"update", true, 0, {SHOWN_KEY, SHOWN_QUERY}},
	{"delete", true, 0, {SHOWN_KEY}},
	{"update_where", true, 0, {SHOWN_QUERY, SHOWN_PATCH, SHOWN_PARAMS}},
	{"delete_where", true, 0, {SHOWN_QUERY, SHOWN_PARAMS}},
};

/* A call of one of the two functions. */
typedef struct Shown
{
	FunctionCallInfo fcinfo;
	const ShownVerb *verb;
	OrmJson key; /* a node of NULL: not given */
	OrmJson patch;
	OrmJson conflict_on;
	OrmJson where;
	bool json;
	bool analyze;
	OrmWatch watch;
} Shown;

/* ---- Arguments ---- */

static void
read_key(void *argument, OrmJson value, const OrmPath *here)
{
	((Shown *) argument)->key = value;
}

static void
read_patch(void *argument, OrmJson value, const OrmPath *here)
{
	((Shown *) argument)->patch = value;
}

static void
read_conflict_on(void *argument, OrmJson value, const OrmPath *here)
{
	if (orm_json_kind(value) != ORM_JSON_ARRAY)
		orm_members_raise_no_array(value, "an array of attributes", here);
	((Shown *) argument)->conflict_on = value;
}

static void
read_where(void *argument, OrmJson value, const OrmPath *here)
{
	((Shown *) argument)->where = value;
}

/* "format": "text" | "json" */
static void
read_format(void *argument, OrmJson value, const OrmPath *here)
{
	if (orm_json_kind(value) != ORM_JSON_STRING)
		orm_members_raise_kind(value, "\"text\" or \"json\"", here);
	if (!orm_json_equals(value, "text") && !orm_json_equals(value, "json"))
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("\"format\" must be \"text\" or \"json\""),
				orm_error_place(here));
	((Shown *) argument)->json = orm_json_equals(value, "json");
}

static void
read_analyze(void *argument, OrmJson value, const OrmPath *here)
{
	((Shown *) argument)->analyze = orm_members_boolean(value, here);
}

#define TAKES(argument) (1 << (argument))
#define EXPLAINS (1 << 10)

static const OrmMemberKey option_keys[] = {
	{ORM_MEMBER_KEY("key"), .allowed = TAKES(SHOWN_KEY), .required = TAKES(SHOWN_KEY), .read = read_key,
	 .hint = "\"key\" is for the verbs get, update and delete."},
	{ORM_MEMBER_KEY("patch"), .allowed = TAKES(SHOWN_PATCH), .required = TAKES(SHOWN_PATCH), .read = read_patch,
	 .hint = "\"patch\" is for the verb update_where."},
	{ORM_MEMBER_KEY("conflict_on"), .allowed = TAKES(SHOWN_CONFLICT_ON), .read = read_conflict_on,
	 .hint = "\"conflict_on\" is for the verb upsert."},
	{ORM_MEMBER_KEY("where"), .allowed = TAKES(SHOWN_WHERE), .read = read_where,
	 .hint = "\"where\" is for the verb upsert; a query has conditions of its own."},
	{ORM_MEMBER_KEY("format"), .allowed = EXPLAINS, .read = read_format, .hint = "\"format\" is for orm.explain."},
	{ORM_MEMBER_KEY("analyze"), .allowed = EXPLAINS, .read = read_analyze, .hint = "\"analyze\" is for orm.explain."},
};

static const OrmMemberTable options = {
	.document = "options",
	.noun = "option",
	ORM_MEMBER_RECORDS(option_keys),
	.empty_array = true,
};

/* The verb that the fourth argument names. */
static const ShownVerb *
read_verb(FunctionCallInfo fcinfo)
{
	const char *name = orm_argument_text(fcinfo, 3, "verb");
	const char *names[lengthof(verbs)];

	for (int i = 0; i < (int) lengthof(verbs); i++)
	{
		if (strcmp(verbs[i].name, name) == 0)
			return &verbs[i];
		names[i] = verbs[i].name;
	}
	orm_members_raise_unrecognized("verb", name, NULL, names, lengthof(names));
}

/* Reads the arguments of a call. */
static void
read_call(Shown *shown, FunctionCallInfo fcinfo, bool explains)
{
	OrmPath place = orm_path_key(NULL, "options");
	uint32 takes = explains ? EXPLAINS : 0;
	bool params = false;

	shown->fcinfo = fcinfo;
	shown->verb = read_verb(fcinfo);
	for (int i = 0; i < (int) lengthof(shown->verb->arguments); i++)
	{
		takes |= TAKES(shown->verb->arguments[i]);
		params = params || shown->verb->arguments[i] == SHOWN_PARAMS;
	}
	if (!params && orm_document_root(orm_argument_document(fcinfo, 2, "params")).node->count > 0)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("verb \"%s\" takes no parameters", shown->verb->name));
	if (PG_NARGS() > 4)
		orm_members_read(&options, takes & ~TAKES(SHOWN_NONE),
						 orm_document_root(orm_argument_document(fcinfo, 4, "options")), &place, shown);
}

/* ---- Running under watch ---- */

/* Appends an argument of the verb as JSON. */
static void
append_argument(StringInfo call, const Shown *shown, ShownArgument argument)
{
	OrmJson json = {0};
	const char *source;
	int length;

	switch (argument)
	{
		case SHOWN_NONE:
			return;
		case SHOWN_QUERY:
			json = orm_document_root(orm_argument_document(shown->fcinfo, 1, "query"));
			break;
		case SHOWN_PARAMS:
			json = orm_document_root(orm_argument_document(shown->fcinfo, 2, "params"));
			break;
		case SHOWN_KEY:
			json = shown->key;
			break;
		case SHOWN_PATCH:
			json = shown->patch;
			break;
		case SHOWN_CONFLICT_ON:
			json = shown->conflict_on;
			break;
		case SHOWN_WHERE:
			json = shown->where;
			break;
	}
	if (json.node == NULL)
		return;
	if (argument == SHOWN_WHERE && shown->conflict_on.node == NULL)
		appendStringInfoString(call, ",[]");
	source = orm_json_source(json, &length);
	appendStringInfoString(call, argument == SHOWN_WHERE ? ",{\"where\":" : ",");
	appendBinaryStringInfo(call, source, length);
	if (argument == SHOWN_WHERE)
		appendStringInfoChar(call, '}');
}

/* The call of the verb's function (api/named.h). */
static OrmNamedCall *
make_call(const Shown *shown)
{
	const char *model = orm_argument_text(shown->fcinfo, 0, "model");
	StringInfoData call;

	initStringInfo(&call);
	appendStringInfo(&call, "[\"%s\",", shown->verb->name);
	orm_json_write_string(&call, model, strlen(model));
	for (int i = 0; i < (int) lengthof(shown->verb->arguments); i++)
		append_argument(&call, shown, shown->verb->arguments[i]);
	appendStringInfoChar(&call, ']');
	return orm_named_read(orm_document_root(orm_document_parse(call.data, call.len)), NULL);
}

static void
run_verb(void *argument)
{
	StringInfoData result;

	orm_json_begin(&result);
	orm_named_run(make_call(argument), &result);
}

/* Runs the verb, and undoes it if it writes. */
static void
watch_verb(Shown *shown)
{
	orm_watch_begin(&shown->watch);
	PG_TRY();
	{
		if (shown->verb->writes)
		{
			ErrorData *error = orm_attempt(run_verb, shown, ORM_ATTEMPT_UNDO);

			if (error != NULL)
				ReThrowError(error);
		}
		else
			run_verb(shown);
	}
	PG_FINALLY();
	{
		orm_watch_end(&shown->watch);
	}
	PG_END_TRY();
}

/* ---- Results ---- */

/* Returns a text as a row. */
static void
put_text(OrmOutput *row, const char *text)
{
	orm_output_text(row, text);
	orm_output_put(row);
}

/* Returns a row for each line of a text. */
static void
put_lines(OrmOutput *row, const char *text)
{
	char *line = pstrdup(text);
	char *end;

	for (; (end = strchr(line, '\n')) != NULL; line = end + 1)
	{
		*end = '\0';
		put_text(row, line);
	}
	if (*line != '\0')
		put_text(row, line);
}

/* What was measured of a statement, as a line. */
static char *
measured_line(const OrmWatched *watched)
{
	return psprintf("%s%sRows: " UINT64_FORMAT "  Time: %.3f ms  Buffers: hit=" INT64_FORMAT " read=" INT64_FORMAT
					" written=" INT64_FORMAT,
					watched->place, *watched->place != '\0' ? "  " : "", watched->rows, watched->milliseconds,
					(int64) watched->buffers.shared_blks_hit, (int64) watched->buffers.shared_blks_read,
					(int64) watched->buffers.shared_blks_written);
}

/* Appends a statement as an object. */
static void
append_statement(StringInfo out, const Shown *shown, const OrmWatched *watched)
{
	appendStringInfoString(out, "{\"path\":");
	orm_json_write_string(out, watched->place, strlen(watched->place));
	appendStringInfoString(out, ",\"statement\":");
	orm_json_write_string(out, watched->sql, strlen(watched->sql));
	appendStringInfoString(out, ",\"plan\":");
	orm_json_write_string(out, watched->plan, strlen(watched->plan));
	if (shown->analyze)
		appendStringInfo(out,
						 ",\"rows\":" UINT64_FORMAT ",\"milliseconds\":%.3f,\"buffers\":{\"hit\":" INT64_FORMAT
						 ",\"read\":" INT64_FORMAT ",\"written\":" INT64_FORMAT "}",
						 watched->rows, watched->milliseconds, (int64) watched->buffers.shared_blks_hit,
						 (int64) watched->buffers.shared_blks_read, (int64) watched->buffers.shared_blks_written);
	appendStringInfoChar(out, '}');
}

/* Returns all statements as one document. */
static void
put_json(OrmOutput *row, const Shown *shown)
{
	StringInfoData out;
	ListCell *cell;

	initStringInfo(&out);
	appendStringInfo(&out, "{\"rolled_back\":%s,\"statements\":[", shown->verb->writes ? "true" : "false");
	foreach(cell, shown->watch.statements)
	{
		if (foreach_current_index(cell) > 0)
			appendStringInfoChar(&out, ',');
		append_statement(&out, shown, lfirst(cell));
	}
	appendStringInfoString(&out, "]}");
	put_text(row, out.data);
}

/* Returns all statements as lines. */
static void
put_plans(OrmOutput *row, const Shown *shown)
{
	ListCell *cell;

	foreach(cell, shown->watch.statements)
	{
		const OrmWatched *watched = lfirst(cell);

		put_lines(row, watched->plan);
		if (shown->analyze)
			put_text(row, measured_line(watched));
	}
	if (shown->verb->writes)
		put_text(row, "Rolled back.");
}

/* Are the statements those of a query, known before it is run?  orm.get has plans of its own. */
static bool
is_query(const Shown *shown)
{
	return !shown->verb->writes && shown->verb->query != ORM_QUERY_GET;
}

/* Returns the texts that a function makes of the query of a call that reads. */
static void
put_query(OrmOutput *row, const Shown *shown, List *(*make_texts)(OrmQuery *query),
		  void (*put)(OrmOutput *row, const char *text))
{
	OrmQuery *query = orm_request_open(shown->fcinfo, shown->verb->query);
	ListCell *cell;

	foreach(cell, make_texts(query))
		put(row, lfirst(cell));
	orm_query_close(query);
}

/* orm.sql(model, query, params, verb, options) */
Datum
orm_sql_sql(PG_FUNCTION_ARGS)
{
	OrmOutput row = {.fcinfo = fcinfo};
	Shown shown = {0};
	ListCell *cell;

	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	read_call(&shown, fcinfo, false);
	if (is_query(&shown))
	{
		put_query(&row, &shown, orm_run_statements, put_text);
		return (Datum) 0;
	}
	watch_verb(&shown);
	foreach(cell, shown.watch.statements)
		put_text(&row, ((const OrmWatched *) lfirst(cell))->sql);
	return (Datum) 0;
}

/* orm.explain(model, query, params, verb, options) */
Datum
orm_sql_explain(PG_FUNCTION_ARGS)
{
	OrmOutput row = {.fcinfo = fcinfo};
	Shown shown = {.watch.explain = true};

	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	read_call(&shown, fcinfo, true);
	if (is_query(&shown) && !shown.json && !shown.analyze)
	{
		put_query(&row, &shown, orm_run_explain, put_lines);
		return (Datum) 0;
	}
	watch_verb(&shown);
	if (shown.json)
		put_json(&row, &shown);
	else
		put_plans(&row, &shown);
	return (Datum) 0;
}
