/*
 * object_verb.c - the verbs of LANGUAGE orm for objects; see object_verb.h.
 *
 * A verb does the work of the SQL function of its name.  The arguments of a
 * call are the key, if the verb takes one, and parameters of the documents.
 */
#include "postgres.h"

#include "accessor/call.h"
#include "accessor/fill.h"
#include "accessor/object_verb.h"
#include "accessor/query_function.h"
#include "graph/check.h"
#include "graph/deleted.h"
#include "graph/objects.h"
#include "remove/delete.h"
#include "remove/impact.h"
#include "session/session.h"
#include "remove/expected.h"
#include "store/seen.h"

/* Reads the options of a call, and puts its settings in force. */
static OrmWriteOptions
read_options(OrmCall *call)
{
	const OrmDocument *given = orm_fill_document(call, call->function->options);
	OrmWriteOptions options = orm_options_read(given ? given : orm_document_parse("{}", 2),
											   call->function->verb->write);

	orm_query_function_check_options(&options);
	call->settings = orm_options_enter_settings(&options);
	return options;
}

/* The primary key of a call; NULL if a part of it is null. */
static Datum *
read_key(const OrmCall *call)
{
	OrmRecord *record = orm_call_record(call);

	return orm_call_has_null_key(call, record) ? NULL : orm_call_key(call, record);
}

/* Reads the names of conflict_on. */
static char **
read_names(const OrmDocument *document, int *n)
{
	OrmPath place = orm_path_key(NULL, "conflict_on");
	OrmJsonWalk walk;
	char **names;

	*n = 0;
	if (document == NULL)
		return NULL;
	if (orm_json_kind(orm_document_root(document)) != ORM_JSON_ARRAY)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("\"conflict_on\" must be an array of names"),
				orm_error_place(&place));
	walk = orm_json_walk(orm_document_root(document));
	names = palloc(sizeof(char *) * Max(orm_document_root(document).node->count, 1));
	while (orm_json_next(&walk))
		names[(*n)++] = orm_json_string(walk.value);
	return names;
}

/* The result of a call that wrote objects. */
static Datum
return_objects(OrmCall *call, bool found, Datum json)
{
	return found && call->function->result == ORM_RESULT_JSON ? json : orm_call_null(call);
}

static Datum
run_write(OrmCall *call)
{
	OrmWriteOptions options = read_options(call);
	const OrmDocument *object = orm_fill_document(call, call->function->object);
	int n;
	char **names = read_names(orm_fill_document(call, call->function->conflict_on), &n);
	Datum json = (Datum) 0;
	bool found = orm_objects_write(call->model, call->function->verb->write, object, &options, orm_session_find_label,
								   n, names, &json);

	return return_objects(call, found, json);
}

static Datum
run_update(OrmCall *call)
{
	OrmWriteOptions options = read_options(call);
	const OrmDocument *patch = orm_fill_document(call, call->function->object);
	Datum json = (Datum) 0;
	bool found = orm_objects_patch(call->model, read_key(call), patch, &options, orm_session_find_label, &json);

	return return_objects(call, found, json);
}

/* Reads the expected state of the row of a call from its options. */
static OrmExpected
read_expected(const OrmCall *call, const OrmWriteOptions *options)
{
	OrmPath place = orm_path_key(NULL, "options");

	return orm_expected_read(call->model, options->etag, options->version, &place);
}

static Datum
run_delete(OrmCall *call)
{
	OrmWriteOptions options = read_options(call);
	OrmExpected expected = read_expected(call, &options);
	Datum *key = read_key(call);

	if (key != NULL)
		orm_seen_check_key(call->model, key, NULL, orm_deleted_lifts(&options));
	if (key != NULL)
		orm_expected_check(call->model, key, &expected, NULL);
	return BoolGetDatum(key != NULL && orm_delete_object(call->model, key, orm_deleted_flags(&options)));
}

static Datum
run_remove(OrmCall *call)
{
	OrmWriteOptions options = read_options(call);
	OrmExpected expected = read_expected(call, &options);
	Datum *key = read_key(call);

	if (key != NULL)
		orm_session_remove(call->model, key, &expected, options.unscoped);
	return orm_call_null(call);
}

static Datum
run_add(OrmCall *call)
{
	OrmWriteOptions options = read_options(call);

	orm_session_add(ORM_OPERATION_ADD, call->model, orm_fill_document(call, call->function->object), NULL,
					options.unscoped);
	return orm_call_null(call);
}

static Datum
run_merge(OrmCall *call)
{
	OrmWriteOptions options = read_options(call);

	orm_session_add(ORM_OPERATION_MERGE, call->model, orm_fill_document(call, call->function->object), NULL,
					options.unscoped);
	return orm_call_null(call);
}

static Datum
run_flush(OrmCall *call)
{
	int64 n = orm_session_flush();

	return call->function->result == ORM_RESULT_VOID ? orm_call_null(call) : Int64GetDatum(n);
}

static Datum
run_validate(OrmCall *call)
{
	const OrmDocument *object = orm_fill_document(call, call->function->object);

	return orm_finding_json(
		orm_check_document(call->model, ORM_VERB_SAVE, orm_document_root(object), NULL, orm_session_find_label));
}

static Datum
run_impact(OrmCall *call)
{
	Datum *key = read_key(call);
	Datum json;

	return key != NULL && orm_impact_read(call->model, key, &json) ? json : orm_call_null(call);
}

#define STORED (ORM_RESULT_JSON | ORM_RESULT_VOID)

const OrmLanguageVerb orm_object_verb_table[] = {
	{.name = "create",
	 .run = run_write,
	 .write = ORM_VERB_CREATE,
	 .writes = true,
	 .results = STORED,
	 .arguments = ORM_ARGUMENTS_PARAMETERS,
	 .documents = {"object", "options"},
	 .required = 1},
	{.name = "save",
	 .run = run_write,
	 .write = ORM_VERB_SAVE,
	 .writes = true,
	 .results = STORED,
	 .arguments = ORM_ARGUMENTS_PARAMETERS,
	 .documents = {"object", "options"},
	 .required = 1},
	{.name = "upsert",
	 .run = run_write,
	 .write = ORM_VERB_UPSERT,
	 .writes = true,
	 .results = STORED,
	 .arguments = ORM_ARGUMENTS_PARAMETERS,
	 .documents = {"object", "conflict_on", "options"},
	 .required = 1},
	{.name = "update",
	 .run = run_update,
	 .write = ORM_VERB_UPDATE,
	 .writes = true,
	 .results = STORED,
	 .arguments = ORM_ARGUMENTS_PARAMETERS,
	 .key = ORM_KEY_GIVEN,
	 .documents = {"object", "options"},
	 .required = 1},
	{.name = "delete",
	 .run = run_delete,
	 .write = ORM_VERB_DELETE,
	 .writes = true,
	 .results = ORM_RESULT_BOOLEAN,
	 .arguments = ORM_ARGUMENTS_PARAMETERS,
	 .key = ORM_KEY_GIVEN,
	 .documents = {"options"},
	 .required = 1},
	{.name = "remove",
	 .run = run_remove,
	 .queues = true,
	 .write = ORM_VERB_REMOVE,
	 .writes = true,
	 .results = ORM_RESULT_VOID,
	 .arguments = ORM_ARGUMENTS_PARAMETERS,
	 .key = ORM_KEY_GIVEN,
	 .documents = {"options"}},
	{.name = "add",
	 .run = run_add,
	 .queues = true,
	 .write = ORM_VERB_QUEUE,
	 .writes = true,
	 .results = ORM_RESULT_VOID,
	 .arguments = ORM_ARGUMENTS_PARAMETERS,
	 .documents = {"object", "options"},
	 .required = 1},
	{.name = "merge",
	 .run = run_merge,
	 .queues = true,
	 .write = ORM_VERB_QUEUE,
	 .writes = true,
	 .results = ORM_RESULT_VOID,
	 .arguments = ORM_ARGUMENTS_PARAMETERS,
	 .documents = {"object", "options"},
	 .required = 1},
	{.name = "flush",
	 .run = run_flush,
	 .queues = true,
	 .no_model = true,
	 .writes = true,
	 .results = ORM_RESULT_BIGINT | ORM_RESULT_VOID,
	 .arguments = ORM_ARGUMENTS_PARAMETERS},
	{.name = "validate",
	 .run = run_validate,
	 .writes = true,
	 .results = ORM_RESULT_JSON,
	 .arguments = ORM_ARGUMENTS_PARAMETERS,
	 .documents = {"object"},
	 .required = 1},
	{.name = "impact",
	 .run = run_impact,
	 .writes = true,
	 .results = ORM_RESULT_JSON,
	 .arguments = ORM_ARGUMENTS_PARAMETERS,
	 .key = ORM_KEY_GIVEN},
};

const int orm_object_verb_count = lengthof(orm_object_verb_table);
