/*
 * query.c - opening queries; see query.h.
 *
 * The entry of a query in the plan cache has no statement.  Its key is the epoch of the
 * root's model, the verb, the direction and the shape; its payload is the compiled query
 * and the forms of its levels.  The statements have separate entries by the serial number
 * of the compilation, so a recompiled query does not find old statements.
 *
 * A replaced compiled query can still be in use by an outer call, so it is freed at the
 * end of the transaction, like models.
 */
#include "postgres.h"

#include "utils/memutils.h"

#include "base/local_settings.h"
#include "base/members.h"
#include "base/settings.h"
#include "exec/access.h"
#include "exec/bind.h"
#include "exec/query.h"
#include "model/cache.h"
#include "query/compiler.h"
#include "query/cursor.h"

/* Raises 42701 for a duplicate parameter. */
static void
check_given_once(const OrmQueryRequest *request, const char *name)
{
	OrmPath params = orm_path_key(NULL, "params");
	OrmPath here = orm_path_key(&params, name);

	for (int i = 0; i < request->nparameters; i++)
		if (strcmp(request->parameters[i].name, name) == 0)
			orm_members_raise_twice("parameter", name, &here);
}

void
orm_query_request(OrmQueryRequest *request, OrmQueryVerb verb, const OrmModel *model, const OrmDocument *document,
				  const OrmDocument *params)
{
	OrmJsonWalk walk;

	memset(request, 0, sizeof(*request));
	request->verb = verb;
	request->model = model;
	request->document = document;
	if (params == NULL)
		return;
	if (!orm_members_is_object(orm_document_root(params)))
		orm_members_raise_kind_hint(orm_document_root(params), "an object", "params", NULL,
									"Write {\"name\": value, ...}.");
	walk = orm_json_walk(orm_document_root(params));
	request->parameters = palloc0(sizeof(OrmQueryParameter) * Max(params->nodes[0].count, 1));
	while (orm_json_next(&walk))
	{
		OrmQueryParameter *parameter = &request->parameters[request->nparameters];

		parameter->name = orm_json_string(walk.key);
		check_given_once(request, parameter->name);
		request->nparameters++;
		parameter->json = walk.value;
		parameter->isnull = orm_json_kind(walk.value) == ORM_JSON_NULL;
	}
}

/* ---- Cursors ---- */

/* The parameter of {"$": name}, or NULL. */
static const OrmQueryParameter *
find_parameter(const OrmQueryRequest *request, OrmJson json)
{
	OrmJson name;

	if (orm_json_kind(json) != ORM_JSON_OBJECT || json.node->count != 1 || !orm_json_member(json, "$", &name) ||
		orm_json_kind(name) != ORM_JSON_STRING)
		return NULL;
	for (int i = 0; i < request->nparameters; i++)
		if (orm_json_equals(name, request->parameters[i].name))
			return &request->parameters[i];
	return NULL;
}

/* A typed parameter's text as JSON. */
static OrmJson
parameter_json(const OrmQueryParameter *parameter)
{
	StringInfoData text;
	char *value = orm_type_text(parameter->type, parameter->value);

	initStringInfo(&text);
	orm_json_write_string(&text, value, strlen(value));
	return orm_document_root(orm_document_parse(text.data, text.len));
}

/*
 * Reads the cursor of a page.  null stands for the first page ("after") or the last one
 * ("before").  Errors for other JSON and for missing parameters are left to the compiler.
 */
static void
read_cursor(OrmQuery *query, const char *key, OrmJson json)
{
	OrmQueryRequest *request = &query->request;
	const OrmQueryParameter *parameter = find_parameter(request, json);
	OrmPath place = orm_path_key(NULL, key);

	if (parameter != NULL)
	{
		if (parameter->isnull || parameter->unset)
			return;
		json = OidIsValid(parameter->type) ? parameter_json(parameter) : parameter->json;
	}
	else if (orm_json_kind(json) == ORM_JSON_NULL || orm_json_kind(json) == ORM_JSON_OBJECT)
		return;
	request->cursor = orm_cursor_read(json, &place, &query->cursor_hash);
	query->cursor = json;
	query->from_cursor = true;
}

/* Finds "after" or "before" in the document of a page. */
static void
find_cursor(OrmQuery *query)
{
	OrmJson root = orm_document_root(query->request.document);
	OrmJson after;
	OrmJson before;
	bool has_after;

	if (orm_json_kind(root) != ORM_JSON_OBJECT)
		return;
	has_after = orm_json_member(root, "after", &after);
	query->request.backward = orm_json_member(root, "before", &before);
	if (has_after && query->request.backward)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("keys \"after\" and \"before\" cannot be used together"),
				errhint("A page begins after a cursor or ends before one."));
	if (has_after)
		read_cursor(query, "after", after);
	if (query->request.backward)
		read_cursor(query, "before", before);
}

/* ---- The entry in the plan cache ---- */

/* Makes the shape of the request, and the key from it. */
static void
make_key(OrmQuery *query)
{
	OrmQueryRequest *request = &query->request;
	OrmShape *shape = &query->shape;
	char kind[5] = {request->verb, request->backward, request->unlocked, request->keys_only, request->selects_hidden};

	orm_shape_begin(shape);
	if (request->document != NULL)
		orm_shape_add_query(shape, request->document);
	if (request->patch != NULL)
		orm_shape_add_patch(shape, request->patch);
	orm_shape_add_parameters(shape, request->parameters, request->nparameters);
	if (request->cursor != NULL)
		orm_shape_add_cursor(shape, request->cursor, request->backward);
	request->shape = shape;
	request->readable = orm_access_readable;
	orm_plan_key_begin(&query->key, ORM_KIND_QUERY, request->model->epoch);
	orm_plan_key_add(&query->key, kind, sizeof(kind));
	orm_plan_key_add(&query->key, shape->bytes.data, shape->bytes.len);
}

/* Adds a relationship to the objects of a level. */
static void
add_below(OrmLevelForm *form, int level, const char *name)
{
	OrmBelow *below = &form->below[form->nbelow++];

	below->level = level;
	below->key = orm_json_key(name, &below->key_length);
}

/* The maximum of width and all positions plus one. */
static int
widest(int width, const int *positions, int n)
{
	for (int i = 0; positions != NULL && i < n; i++)
		width = Max(width, positions[i] + 1);
	return width;
}

/* Makes the form of a level's rows. */
static void
make_form(OrmLevelForm *form, const OrmCompiled *compiled, const OrmLevel *level)
{
	form->level = level;
	form->below = palloc0(sizeof(OrmBelow) * (compiled->nlevels + 1));
	form->shape = orm_json_shape_make(level->nmembers);
	for (int i = 0; i < level->nmembers; i++)
		orm_json_shape_add(form->shape, level->members[i].name, level->members[i].type, level->members[i].position);
	form->width = Max(form->shape->width, level->sort + 1);
	if (level->key_by.name != NULL)
		form->width = Max(form->width, level->key_by.position + 1);
	if (level->link.form != ORM_LINK_NONE && level->link.form != ORM_LINK_SINGLE)
		form->width = Max(form->width, 1); /* the key */
	form->width = widest(form->width, level->link.own, level->link.nkeys);
	form->width = widest(form->width, level->identities, level->identity);
	for (int i = 0; level->parent < 0 && i < compiled->ncursor; i++)
		form->width = Max(form->width, compiled->cursor[i].position + 1);
	if (level->recursion != 0)
		add_below(form, level->number, level->name);
}

/* Links a level to its parent. */
static void
link_form(OrmLevelForm *forms, OrmLevelForm *form)
{
	const OrmLevel *level = form->level;
	OrmLevelForm *parent = &forms[level->parent];

	form->place = parent->nbelow;
	add_below(parent, level->number, level->name);
	parent->width = widest(parent->width, level->link.parent, level->link.nkeys);
	parent->width = widest(parent->width, level->parent_identities, level->identity);
}

/* Compiles the request in a new memory context below the current one. */
static OrmPrepared *
prepare(const OrmQueryRequest *request)
{
	static uint64 last_serial = 0;
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "orm query", ALLOCSET_SMALL_SIZES);
	MemoryContext caller = MemoryContextSwitchTo(context);
	OrmCompiled *compiled = orm_compiler_run(request);
	OrmPrepared *prepared = palloc0(sizeof(OrmPrepared));

	prepared->context = context;
	prepared->serial = ++last_serial;
	prepared->compiled = compiled;
	prepared->forms = palloc0(sizeof(OrmLevelForm) * Max(compiled->nlevels, 1));
	for (int i = 0; i < compiled->nlevels; i++)
		make_form(&prepared->forms[i], compiled, compiled->levels[i]);
	for (int i = 1; i < compiled->nlevels; i++)
		link_form(prepared->forms, &prepared->forms[i]);
	MemoryContextSwitchTo(caller);
	return prepared;
}

/* May the caller read the attributes that "*" stands for, and no others of the model? */
static bool
is_star_current(const OrmStar *star, const OrmModel *model)
{
	const bool *readable = orm_access_readable(model);

	if (readable == NULL || star->readable == NULL)
		return readable == star->readable;
	return memcmp(readable, star->readable, sizeof(bool) * model->nattributes) == 0;
}

/* Do all models have the epochs the query was compiled for, and its stars their attributes? */
static bool
is_current(const OrmCompiled *compiled, const OrmModel *root)
{
	for (int i = 0; i < compiled->ndepends; i++)
	{
		/* the root's epoch is in the key */
		const OrmModel *model = i == 0 ? root : orm_cache_open_if_any(compiled->depends[i].model, AccessShareLock);

		if (model == NULL || (i > 0 && model->epoch != compiled->depends[i].epoch))
			return false;
		for (int k = 0; k < compiled->nstars; k++)
			if (compiled->stars[k].depend == i && !is_star_current(&compiled->stars[k], model))
				return false;
	}
	return true;
}

/* Finds the compiled query, or compiles it. */
static void
open_plan(OrmQuery *query)
{
	OrmPlan *plan = orm_plan_find(&query->key);
	OrmPrepared *prepared = plan ? orm_plan_payload(plan) : NULL;

	if (prepared == NULL || !is_current(prepared->compiled, query->request.model))
	{
		prepared = prepare(&query->request);
		plan = orm_plan_keep(plan, &query->key, prepared->context, prepared);
	}
	query->plan = plan;
	query->prepared = prepared;
	query->compiled = prepared->compiled;
}

static const OrmPlanning plannings[] = {
	[ORM_PLANNED_AUTO] = ORM_PLAN_AUTO,
	[ORM_PLANNED_GENERIC] = ORM_PLAN_GENERIC,
	[ORM_PLANNED_CUSTOM] = ORM_PLAN_CUSTOM,
};

/* OrmPlanDescribe for a statement of a compiled query. */
static void
describe_statement(OrmPlanText *text, const void *argument)
{
	const OrmQueryStatement *statement = argument;
	Oid *types = palloc(sizeof(Oid) * Max(statement->nslots, 1));

	for (int i = 0; i < statement->nslots; i++)
		types[i] = statement->slots[i].parameter_type;
	appendStringInfoString(&text->sql, statement->sql);
	text->nparams = statement->nslots;
	text->types = types;
	text->nresults = statement->nresults;
	text->results = statement->results;
	text->planning = plannings[statement->planning];
}

OrmPlan *
orm_query_plan(const OrmQuery *query, int number)
{
	const OrmCompiled *compiled = query->compiled;
	const OrmQueryStatement *statement = number == ORM_STATEMENT_TOTAL ? &compiled->total
																	   : &compiled->levels[number]->statement;
	OrmPlanKey key;

	orm_plan_key_begin(&key, ORM_KIND_LEVEL, query->prepared->serial);
	orm_plan_key_add(&key, &number, sizeof(number));
	return orm_plan_get(&key, describe_statement, statement);
}

/* ---- Settings ---- */

/* Appends a member of "settings" to a copy of it, a parameter by its value; leaves out one that is not given. */
static void
append_setting(StringInfo copy, const OrmQueryRequest *request, OrmJson key, OrmJson json)
{
	const OrmQueryParameter *parameter = find_parameter(request, json);
	const char *source;
	int length;

	if (parameter != NULL && parameter->unset)
		return;
	if (parameter != NULL && parameter->isnull)
		json = orm_document_root(orm_document_parse("null", 4));
	else if (parameter != NULL)
		json = OidIsValid(parameter->type) ? parameter_json(parameter) : parameter->json;
	appendStringInfoChar(copy, copy->len > 0 ? ',' : '{');
	source = orm_json_source(key, &length);
	appendBinaryStringInfo(copy, source, length);
	appendStringInfoChar(copy, ':');
	source = orm_json_source(json, &length);
	appendBinaryStringInfo(copy, source, length);
}

/* "settings" with the values of its parameters. */
static OrmJson
fill_settings(const OrmQueryRequest *request, OrmJson settings)
{
	OrmJsonWalk walk = orm_json_walk(settings);
	StringInfoData copy;

	if (!walk.object || request->nparameters == 0)
		return settings;
	initStringInfo(&copy);
	while (orm_json_next(&walk))
		append_setting(&copy, request, walk.key, walk.value);
	appendStringInfoString(&copy, copy.len > 0 ? "}" : "{}");
	return orm_document_root(orm_document_parse(copy.data, copy.len));
}

/* Puts the "settings" of the document in force. */
static void
enter_settings(OrmQuery *query)
{
	const OrmQueryRequest *request = &query->request;
	OrmPath place = orm_path_key(request->place, "settings");
	OrmJson settings;

	if (request->document == NULL || !orm_json_member(orm_document_root(request->document), "settings", &settings))
		return;
	query->settings = orm_local_settings_enter(fill_settings(request, settings), &place);
}

/* ---- Opening ---- */

/* Reads the values of a statement's slots. */
static void
bind_statement(const OrmQuery *query, const OrmQueryStatement *statement, Datum **values, bool **isnull)
{
	int n = Max(statement->nslots, 1);

	*values = palloc0(sizeof(Datum) * n);
	*isnull = palloc0(sizeof(bool) * n);
	for (int i = 0; i < statement->nslots; i++)
		if (statement->slots[i].source != ORM_SLOT_PARENTS)
			(*values)[i] = orm_bind_slot(query, &statement->slots[i], &(*isnull)[i]);
}

/* Raises 42501 with a column of a level that the current user may not read. */
static void
check_columns(const OrmLevel *level)
{
	const OrmModel *model = level->model;
	bool *read = palloc0(sizeof(bool) * Max(model->nattributes, 1));

	for (int i = 0; i < level->nmembers; i++)
	{
		int attribute = orm_model_attribute(model, level->members[i].name, strlen(level->members[i].name));

		if (attribute >= 0)
			read[attribute] = true;
	}
	orm_access_check(model, read);
	pfree(read);
}

OrmQuery *
orm_query_open(const OrmQueryRequest *request)
{
	OrmQuery *query = palloc0(sizeof(OrmQuery));
	const OrmCompiled *compiled;

	query->request = *request;
	if (request->verb == ORM_QUERY_PAGE)
		find_cursor(query);
	make_key(query);
	open_plan(query);
	enter_settings(query);
	compiled = query->compiled;
	if (query->from_cursor)
	{
		OrmPath place = orm_path_key(NULL, query->request.backward ? "before" : "after");

		orm_cursor_check(query->cursor_hash, orm_bind_signature(query), &place);
	}
	query->values = palloc(sizeof(Datum *) * compiled->nlevels);
	query->isnull = palloc(sizeof(bool *) * compiled->nlevels);
	for (int i = 0; compiled->verb != ORM_QUERY_AGGREGATE && i < compiled->nlevels; i++)
		check_columns(compiled->levels[i]);
	for (int i = 0; i < compiled->nlevels; i++)
		bind_statement(query, &compiled->levels[i]->statement, &query->values[i], &query->isnull[i]);
	if (compiled->total.sql != NULL)
		bind_statement(query, &compiled->total, &query->total_values, &query->total_isnull);
	return query;
}

void
orm_query_close(OrmQuery *query)
{
	orm_settings_leave(query->settings);
	orm_plan_release(query->plan);
}
