/*
 * compile.c - compiling a request: which keys its verb takes, what it is made
 * into, and what must have been used in the end.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "port/pg_bitutils.h"

#include "model/cache.h"
#include "query/compile.h"

#define SELECTS (ORM_KEY_SELECT | ORM_KEY_OMIT | ORM_KEY_COMPUTE | ORM_KEY_LOAD | ORM_KEY_ETAG)
#define FINDS (ORM_KEY_WHERE | ORM_KEY_COMPUTE | ORM_KEY_ORDER_BY | ORM_KEY_LIMIT | ORM_KEY_OFFSET)
#define PAGES (ORM_KEY_AFTER | ORM_KEY_BEFORE | ORM_KEY_TOTAL)
#define OBJECTS (FINDS | SELECTS | ORM_KEY_DISTINCT | ORM_KEY_LOCK)

/* A key: how it is called, and where it stands, for those who put it elsewhere. */
typedef struct Key
{
	const char *name;
	const char *stands;
} Key;

static const Key known[ORM_KEY_COUNT] = {
	{"where", "\"where\" says which objects are meant; orm.get is told that by the key."},
	{"compute", "\"compute\" stands in queries for objects, groups and counts."},
	{"order_by", "\"order_by\" stands in queries that can find more than one object."},
	{"limit", "\"limit\" stands in queries that can find more than one object."},
	{"offset", "\"offset\" stands in queries for objects, rows and groups."},
	{"distinct", "\"distinct\" stands in queries for objects and rows, in loads and in counts, but not in pages."},
	{"select",
	 "\"select\" stands in queries for objects (orm.all, orm.get...) and in loads; "
	 "rows have all their columns."},
	{"omit",
	 "\"omit\" stands in queries for objects (orm.all, orm.get...) and in loads; "
	 "rows have all their columns."},
	{"load", "\"load\" stands in queries for objects (orm.all, orm.get...) and in loads."},
	{"lock",
	 "\"lock\" locks the rows of the root: it stands at the top of a query for objects or rows, "
	 "but not of a page."},
	{"etag", "\"etag\" stands in queries for objects (orm.all, orm.get...) and in loads."},
	{"after", "\"after\" stands at the top of a query of orm.page."},
	{"before", "\"before\" stands at the top of a query of orm.page."},
	{"total", "\"total\" stands at the top of a query of orm.page."},
	{"group_by", "\"group_by\" stands in queries of orm.aggregate."},
	{"aggregate", "\"aggregate\" stands in queries of orm.aggregate."},
	{"having", "\"having\" stands in queries of orm.aggregate."},
	{"of", "\"of\" stands in a query in \"load\"."},
	{"one", "\"one\" stands in a query in \"load\"."},
	{"recursive", "\"recursive\" stands in a query in \"load\"."},
};

/* What a verb takes and what it becomes. */
typedef struct Rule
{
	int takes;
	void (*compile)(OrmCompiler *compiler, OrmJson query); /* NULL: objects */
} Rule;

static const Rule rules[] = {
	[ORM_QUERY_ALL] = {OBJECTS, NULL},
	[ORM_QUERY_FIRST] = {OBJECTS, NULL},
	[ORM_QUERY_ONE] = {OBJECTS, NULL},
	[ORM_QUERY_GET] = {SELECTS | ORM_KEY_LOCK, NULL},
	[ORM_QUERY_KEYS] = {SELECTS | ORM_KEYS_ONLY, NULL},
	[ORM_QUERY_PAGE] = {FINDS | SELECTS | PAGES, NULL},
	[ORM_QUERY_ROWS] = {FINDS | ORM_KEY_DISTINCT | ORM_KEY_LOCK, NULL},
	[ORM_QUERY_COUNT] = {0, orm_query_count},
	[ORM_QUERY_EXISTS] = {0, orm_query_count},
	[ORM_QUERY_AGGREGATE] = {0, orm_query_group},
	[ORM_QUERY_UPDATE] = {0, orm_query_change},
	[ORM_QUERY_DELETE] = {0, orm_query_change},
};

/* What a place is called as the subject of a message. */
static char *
place_name(const OrmPath *place)
{
	if (place == NULL)
		return "the query";
	if (place->key == NULL)
		return place->parent != NULL && place->parent->key != NULL
			? psprintf("an element of \"%s\"", place->parent->key)
			: "an element of the array";
	return psprintf("\"%s\"", place->key);
}

void
orm_query_wrong_kind(OrmJson json, const char *wanted, const OrmPath *place)
{
	bool null = orm_json_kind(json) == ORM_JSON_NULL;

	ereport(ERROR, errcode(null ? ERRCODE_NULL_VALUE_NOT_ALLOWED : ERRCODE_INVALID_PARAMETER_VALUE),
			errmsg("%s must be %s, not %s", place_name(place), wanted, orm_json_kind_name(orm_json_kind(json))),
			orm_error_place(place));
}

bool
orm_query_boolean(OrmJson json, const OrmPath *place)
{
	if (orm_json_kind(json) != ORM_JSON_TRUE && orm_json_kind(json) != ORM_JSON_FALSE)
		orm_query_wrong_kind(json, "true or false", place);
	return orm_json_kind(json) == ORM_JSON_TRUE;
}

const char *
orm_query_key_name(OrmQueryKey key)
{
	return known[pg_rightmost_one_pos32(key)].name;
}

const OrmJson *
orm_query_key(const OrmQueryKeys *keys, OrmQueryKey key)
{
	int i = pg_rightmost_one_pos32(key);

	return keys->given[i] ? &keys->values[i] : NULL;
}

/* Raises 22023: there is no such key, or not here. */
static void
raise_key(OrmJson key, int takes, const OrmPath *place)
{
	const char *names[ORM_KEY_COUNT];
	int nnames = 0;
	char *name = orm_json_string(key);
	OrmPath here = orm_path_key(place, name);

	for (int i = 0; i < ORM_KEY_COUNT; i++)
	{
		if (strcmp(known[i].name, name) == 0)
			ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("\"%s\" cannot stand here", name),
					orm_error_place(&here),
					takes & ORM_KEYS_ONLY
						? errhint("Which objects are meant is known here; the query says what is shown of them.")
						: errhint("%s", known[i].stands));
		if (takes & (1 << i))
			names[nnames++] = known[i].name;
	}
	ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("a query has no key \"%s\"", name),
			orm_error_place(&here), orm_error_nearest("key", name, names, nnames));
}

/* Takes one member of a query object. */
static void
take_member(const OrmJsonWalk *walk, int takes, const OrmPath *place, OrmQueryKeys *keys)
{
	for (int i = 0; i < ORM_KEY_COUNT; i++)
	{
		OrmPath here = orm_path_key(place, known[i].name);

		if (!(takes & (1 << i)) || !orm_json_equals(walk->key, known[i].name))
			continue;
		if (keys->given[i])
			ereport(ERROR, errcode(ERRCODE_DUPLICATE_COLUMN), errmsg("\"%s\" is given twice", known[i].name),
					orm_error_place(&here));
		if (orm_json_kind(walk->value) == ORM_JSON_NULL && !((1 << i) & (ORM_KEY_AFTER | ORM_KEY_BEFORE)))
			ereport(ERROR, errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("\"%s\" cannot be null", known[i].name),
					orm_error_place(&here), errhint("Leave the key out."));
		keys->given[i] = true;
		keys->values[i] = walk->value;
		return;
	}
	raise_key(walk->key, takes, place);
}

void
orm_query_take(OrmJson query, int takes, const OrmPath *place, OrmQueryKeys *keys)
{
	OrmJsonWalk walk;

	memset(keys, 0, sizeof(OrmQueryKeys));
	if (orm_json_kind(query) != ORM_JSON_OBJECT)
		orm_query_wrong_kind(query, "an object", place);
	walk = orm_json_walk(query);
	while (orm_json_next(&walk))
		take_member(&walk, takes, place, keys);
}

const OrmModel *
orm_query_model(OrmCompiler *compiler, const char *name)
{
	const OrmModel *model = orm_model_open(name, AccessShareLock);

	compiler->depends = list_append_unique_ptr(compiler->depends, unconstify(OrmModel *, model));
	return model;
}

OrmLevel *
orm_query_add_level(OrmCompiler *compiler, const OrmModel *model)
{
	OrmLevel *level = palloc0(sizeof(OrmLevel));

	level->number = list_length(compiler->levels);
	level->parent = -1;
	level->model = model;
	level->sort = -1;
	compiler->levels = lappend(compiler->levels, level);
	return level;
}

OrmBuilder *
orm_query_builder(OrmCompiler *compiler)
{
	OrmBuilder *builder = palloc0(sizeof(OrmBuilder));

	builder->compiler = compiler;
	return builder;
}

void
orm_query_finish(OrmBuilder *builder, OrmQueryStatement *statement, const char *sql)
{
	ListCell *cell;

	statement->sql = pstrdup(sql);
	statement->nslots = 0;
	statement->slots = palloc(sizeof(OrmSlot) * Max(list_length(builder->slots), 1));
	foreach(cell, builder->slots)
		statement->slots[statement->nslots++] = *(OrmSlot *) lfirst(cell);
}

const OrmPath *
orm_query_keep_place(const OrmPath *place)
{
	OrmPath *copy;

	check_stack_depth();
	if (place == NULL)
		return NULL;
	copy = palloc(sizeof(OrmPath));
	copy->parent = orm_query_keep_place(place->parent);
	copy->key = place->key != NULL ? pstrdup(place->key) : NULL;
	copy->index = place->index;
	return copy;
}

/* Raises 42P02 for a parameter that no part of the document names, or that cannot be left out here. */
static void
check_parameters(const OrmQueryRequest *request)
{
	bool changes = request->verb == ORM_QUERY_UPDATE || request->verb == ORM_QUERY_DELETE;

	for (int i = 0; i < request->nparameters; i++)
	{
		const OrmQueryParameter *parameter = &request->parameters[i];

		if (!parameter->used)
			ereport(ERROR, errcode(ERRCODE_UNDEFINED_PARAMETER),
					errmsg("parameter \"%s\" is not used by the query", parameter->name),
					errhint("A value stands in the query as {\"$\": \"%s\"}.", parameter->name));
		if (parameter->unset && changes)
			ereport(ERROR, errcode(ERRCODE_UNDEFINED_PARAMETER),
					errmsg("parameter \"%s\" must be given", parameter->name),
					errdetail("Where rows are changed or deleted, a parameter that is not given takes "
							  "no condition away."));
	}
}

/* What the result depends on. */
static void
keep_depends(OrmCompiler *compiler)
{
	OrmCompiled *compiled = compiler->compiled;
	ListCell *cell;

	compiled->depends = palloc(sizeof(OrmDepend) * list_length(compiler->depends));
	foreach(cell, compiler->depends)
	{
		const OrmModel *model = lfirst(cell);

		compiled->depends[compiled->ndepends].model = pstrdup(model->name);
		compiled->depends[compiled->ndepends++].epoch = model->epoch;
	}
}

/* The levels, as an array. */
static void
keep_levels(OrmCompiler *compiler)
{
	OrmCompiled *compiled = compiler->compiled;
	ListCell *cell;

	compiled->levels = palloc(sizeof(OrmLevel *) * Max(list_length(compiler->levels), 1));
	foreach(cell, compiler->levels)
		compiled->levels[compiled->nlevels++] = lfirst(cell);
}

OrmCompiled *
orm_query_compile(const OrmQueryRequest *request)
{
	OrmCompiler compiler = {.request = request};
	const Rule *rule = &rules[request->verb];
	OrmLoad root = {.query = orm_document_root(request->document), .place = request->place};

	compiler.compiled = palloc0(sizeof(OrmCompiled));
	compiler.compiled->verb = request->verb;
	compiler.compiled->limit = -1;
	compiler.compiled->limit_slot = -1;
	compiler.depends = list_make1(unconstify(OrmModel *, request->model));
	for (int i = 0; i < request->nparameters; i++)
		request->parameters[i].used = false;
	if (rule->compile != NULL)
		rule->compile(&compiler, root.query);
	else
		orm_query_level(&compiler, NULL, NULL, request->model, &root, rule->takes);
	check_parameters(request);
	keep_depends(&compiler);
	keep_levels(&compiler);
	return compiler.compiled;
}
