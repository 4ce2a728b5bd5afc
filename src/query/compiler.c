/*
 * compiler.c - compiling a request: allowed keys by verb, dependencies, and checks of
 * parameters.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "port/pg_bitutils.h"

#include "base/words.h"
#include "model/cache.h"
#include "query/blind.h"
#include "query/compile.h"
#include "query/compiler.h"

#define SELECTS (ORM_KEY_SELECT | ORM_KEY_OMIT | ORM_KEY_COMPUTE | ORM_KEY_LOAD | ORM_KEY_ETAG)
#define FINDS (ORM_KEYS_SCOPES | ORM_KEY_WHERE | ORM_KEY_COMPUTE | ORM_KEY_ORDER_BY | ORM_KEY_LIMIT | ORM_KEY_OFFSET)
#define PAGES (ORM_KEY_AFTER | ORM_KEY_BEFORE | ORM_KEY_TOTAL)
#define SOURCE (ORM_KEY_FROM | ORM_KEY_ARGUMENTS)
#define OBJECTS (FINDS | SELECTS | ORM_KEY_DISTINCT | ORM_KEY_LOCK | ORM_KEY_SETTINGS | SOURCE)

/* The keys of a query, by bit number, frequent ones first; hints say where a key is allowed. */
static const OrmShapedKey query_keys[ORM_KEY_COUNT] = {
	{{ORM_MEMBER_KEY("where"), .allowed = ORM_KEY_WHERE,
	  .hint = "\"where\" says which objects are meant; orm.get is told that by the key."},
	 orm_shape_conditions},
	{{ORM_MEMBER_KEY("order_by"), .allowed = ORM_KEY_ORDER_BY,
	  .hint = "\"order_by\" is allowed in queries that can find more than one object."},
	 orm_shape_orders},
	{{ORM_MEMBER_KEY("limit"), .allowed = ORM_KEY_LIMIT,
	  .hint = "\"limit\" is allowed in queries that can find more than one object."},
	 orm_shape_limit},
	{{ORM_MEMBER_KEY("offset"), .allowed = ORM_KEY_OFFSET,
	  .hint = "\"offset\" is allowed in queries for objects, rows and groups."},
	 orm_shape_operand},
	{{ORM_MEMBER_KEY("load"), .allowed = ORM_KEY_LOAD,
	  .hint = "\"load\" is allowed in queries for objects (orm.all, orm.get...) and in loads."},
	 orm_shape_load},
	{{ORM_MEMBER_KEY("select"), .allowed = ORM_KEY_SELECT,
	  .hint = "\"select\" is allowed in queries for objects (orm.all, orm.get...) and in loads; "
			  "rows have all their columns."},
	 orm_shape_exact},
	{{ORM_MEMBER_KEY("omit"), .allowed = ORM_KEY_OMIT,
	  .hint = "\"omit\" is allowed in queries for objects (orm.all, orm.get...) and in loads; "
			  "rows have all their columns."},
	 orm_shape_exact},
	{{ORM_MEMBER_KEY("compute"), .allowed = ORM_KEY_COMPUTE,
	  .hint = "\"compute\" is allowed in queries for objects, groups and counts."},
	 orm_shape_expressions},
	{{ORM_MEMBER_KEY("distinct"), .allowed = ORM_KEY_DISTINCT,
	  .hint = "\"distinct\" is allowed in queries for objects and rows, in loads and in counts, but not in pages."},
	 orm_shape_exact},
	{{ORM_MEMBER_KEY("lock"), .allowed = ORM_KEY_LOCK,
	  .hint = "\"lock\" locks the rows of the root: it is allowed at the top of a query for objects or rows, "
			  "but not of a page."},
	 orm_shape_exact},
	{{ORM_MEMBER_KEY("etag"), .allowed = ORM_KEY_ETAG,
	  .hint = "\"etag\" is allowed in queries for objects (orm.all, orm.get...) and in loads."},
	 orm_shape_exact},
	{{ORM_MEMBER_KEY("after"), .allowed = ORM_KEY_AFTER, .may_be_null = true,
	  .hint = "\"after\" is allowed at the top of a query of orm.page."},
	 orm_shape_cursor},
	{{ORM_MEMBER_KEY("before"), .allowed = ORM_KEY_BEFORE, .may_be_null = true,
	  .hint = "\"before\" is allowed at the top of a query of orm.page."},
	 orm_shape_cursor},
	{{ORM_MEMBER_KEY("total"), .allowed = ORM_KEY_TOTAL,
	  .hint = "\"total\" is allowed at the top of a query of orm.page."},
	 orm_shape_exact},
	{{ORM_MEMBER_KEY("group_by"), .allowed = ORM_KEY_GROUP_BY,
	  .hint = "\"group_by\" is allowed in queries of orm.aggregate."},
	 orm_shape_exact},
	{{ORM_MEMBER_KEY("aggregate"), .allowed = ORM_KEY_AGGREGATE,
	  .hint = "\"aggregate\" is allowed in queries of orm.aggregate."},
	 orm_shape_expressions},
	{{ORM_MEMBER_KEY("having"), .allowed = ORM_KEY_HAVING,
	  .hint = "\"having\" is allowed in queries of orm.aggregate."},
	 orm_shape_conditions},
	{{ORM_MEMBER_KEY("of"), .allowed = ORM_KEY_OF, .hint = "\"of\" is allowed in a query in \"load\"."},
	 orm_shape_exact},
	{{ORM_MEMBER_KEY("one"), .allowed = ORM_KEY_ONE, .hint = "\"one\" is allowed in a query in \"load\"."},
	 orm_shape_exact},
	{{ORM_MEMBER_KEY("recursive"), .allowed = ORM_KEY_RECURSIVE,
	  .hint = "\"recursive\" is allowed in a query in \"load\"."},
	 orm_shape_exact},
	{{ORM_MEMBER_KEY("settings"), .allowed = ORM_KEY_SETTINGS,
	  .hint = "\"settings\" is allowed at the top of a query that reads, and is an option of functions that write."},
	 orm_shape_settings},
	{{ORM_MEMBER_KEY("scope"), .allowed = ORM_KEY_SCOPE, .hint = "\"scope\" is allowed in queries, and in loads."},
	 orm_shape_scopes},
	{{ORM_MEMBER_KEY("unscoped"), .allowed = ORM_KEY_UNSCOPED,
	  .hint = "\"unscoped\" is allowed in queries, and in loads."},
	 orm_shape_exact},
	{{ORM_MEMBER_KEY("from"), .allowed = ORM_KEY_FROM,
	  .hint = "\"from\" is allowed at the top of a query that reads objects, rows, counts or groups."},
	 orm_shape_exact},
	{{ORM_MEMBER_KEY("arguments"), .allowed = ORM_KEY_ARGUMENTS,
	  .hint = "\"arguments\" are those of the function in \"from\"."},
	 orm_shape_conditions},
	{{ORM_MEMBER_KEY("key_by"), .allowed = ORM_KEY_KEY_BY,
	  .hint = "\"key_by\" is allowed in the load of a to-many relationship."},
	 orm_shape_exact},
	{{ORM_MEMBER_KEY("deleted"), .allowed = ORM_KEY_DELETED,
	  .hint = "\"deleted\" is allowed in queries, and in loads."},
	 orm_shape_exact},
};

/*
 * For use in ereport(): a hint for keys that find objects where the objects are given,
 * for attributes and relationships of the model, and for words of other mappers.
 */
static bool
hint_query(const OrmMemberKey *member, const char *name, uint32 takes, const void *argument)
{
	const OrmModel *model = argument;

	if (member != NULL)
		return (takes & ORM_KEYS_ONLY) &&
			errhint("Which objects are meant is known here; the query says what is shown of them.") == 0;
	if (model != NULL && (takes & ORM_KEY_WHERE) && orm_model_attribute(model, name, strlen(name)) >= 0)
		return errhint("Conditions go in {\"where\": {\"%s\": ...}}.", name) == 0;
	if (model != NULL && (takes & ORM_KEY_LOAD) && orm_model_relationship(model, name) != NULL)
		return errhint("Related objects are read by {\"load\": [\"%s\"]}.", name) == 0;
	return orm_words_hint(ORM_WORD_QUERY, name);
}

const OrmMemberTable orm_query_keys = {
	.document = "query",
	.noun = "key",
	ORM_MEMBER_RECORDS(query_keys),
	.empty_array = true,
	.hint = hint_query,
};

/* The allowed keys and the function of a verb. */
typedef struct Rule
{
	int takes;
	void (*compile)(OrmCompiler *compiler, OrmJson query); /* NULL: objects */
} Rule;

static const Rule rules[] = {
	[ORM_QUERY_ALL] = {OBJECTS, NULL},
	[ORM_QUERY_FIRST] = {OBJECTS, NULL},
	[ORM_QUERY_ONE] = {OBJECTS, NULL},
	[ORM_QUERY_GET] = {SELECTS | ORM_KEYS_SCOPES | ORM_KEY_LOCK | ORM_KEY_SETTINGS, NULL},
	[ORM_QUERY_KEYS] = {SELECTS | ORM_KEYS_ONLY, NULL},
	[ORM_QUERY_PAGE] = {FINDS | SELECTS | PAGES | ORM_KEY_SETTINGS | SOURCE, NULL},
	[ORM_QUERY_ROWS] = {FINDS | ORM_KEY_DISTINCT | ORM_KEY_LOCK | ORM_KEY_SETTINGS | SOURCE, NULL},
	[ORM_QUERY_COUNT] = {0, orm_query_count},
	[ORM_QUERY_EXISTS] = {0, orm_query_count},
	[ORM_QUERY_AGGREGATE] = {0, orm_query_group},
	[ORM_QUERY_UPDATE] = {0, orm_query_modify},
	[ORM_QUERY_DELETE] = {0, orm_query_modify},
};

const char *
orm_query_key_name(OrmQueryKey key)
{
	return query_keys[pg_rightmost_one_pos32(key)].member.key;
}

const OrmJson *
orm_query_key(const OrmQueryKeys *keys, OrmQueryKey key)
{
	int i = pg_rightmost_one_pos32(key);

	return keys->values[i].node != NULL ? &keys->values[i] : NULL;
}

void
orm_query_set_key(OrmQueryKeys *keys, OrmQueryKey key, OrmJson json)
{
	keys->values[pg_rightmost_one_pos32(key)] = json;
}

void
orm_query_take(OrmJson query, const OrmModel *model, int takes, const OrmPath *place, OrmQueryKeys *keys)
{
	OrmMemberTable table = orm_query_keys;

	table.argument = model;
	orm_members_take(&table, takes, query, place, keys->values);
	keys->uses = NIL;
}

const OrmModel *
orm_query_model(OrmCompiler *compiler, const char *name)
{
	const OrmModel *model = orm_cache_open(name, AccessShareLock);

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

	CHECK_FOR_INTERRUPTS();
	statement->sql = pstrdup(sql);
	statement->nslots = 0;
	statement->slots = palloc(sizeof(OrmSlot) * Max(list_length(builder->slots), 1));
	foreach(cell, builder->slots)
	{
		CHECK_FOR_INTERRUPTS();
		statement->slots[statement->nslots++] = *(OrmSlot *) lfirst(cell);
	}
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

/* Raises 42P02 for a parameter that is not used, or that is unset in an update or delete. */
static void
check_parameters(const OrmQueryRequest *request)
{
	bool changes = request->verb == ORM_QUERY_UPDATE || request->verb == ORM_QUERY_DELETE;

	for (int i = 0; i < request->nparameters; i++)
	{
		const OrmQueryParameter *parameter = &request->parameters[i];

		if (!parameter->used)
			ereport(ERROR, errcode(ERRCODE_UNDEFINED_PARAMETER),
					errmsg("parameter \"%s\" is not used by the query", orm_error_clip(parameter->name)),
					errhint("A query refers to a parameter by {\"$\": \"%s\"}.", orm_error_clip(parameter->name)));
		if (parameter->unset && changes)
			ereport(ERROR, errcode(ERRCODE_UNDEFINED_PARAMETER),
					errmsg("parameter \"%s\" must be given", parameter->name),
					errdetail("Where rows are changed or deleted, a parameter that is not given takes "
							  "no condition away."));
	}
}

/* Reads the parameters in "settings"; their values are set when the query is opened (exec/query.c). */
static void
check_settings(OrmCompiler *compiler, OrmJson query)
{
	OrmPath place = orm_path_key(NULL, "settings");
	OrmJsonWalk walk;
	OrmJson settings;

	if (!orm_json_member(query, "settings", &settings))
		return;
	walk = orm_json_walk(settings);
	while (walk.object && orm_json_next(&walk))
	{
		OrmPath here = orm_path_key(&place, orm_json_string(walk.key));

		if (orm_json_kind(walk.value) == ORM_JSON_OBJECT)
			orm_query_operand(NULL, orm_query_builder(compiler), walk.value, NULL, &here);
	}
}

/* Stores the dependencies as an array. */
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

/* Stores the stars as an array. */
static void
keep_stars(OrmCompiler *compiler)
{
	OrmCompiled *compiled = compiler->compiled;
	ListCell *cell;

	compiled->stars = palloc(sizeof(OrmStar) * Max(list_length(compiler->stars), 1));
	foreach(cell, compiler->stars)
		compiled->stars[compiled->nstars++] = *(const OrmStar *) lfirst(cell);
}

/* Stores the levels as an array. */
static void
keep_levels(OrmCompiler *compiler)
{
	OrmCompiled *compiled = compiler->compiled;
	ListCell *cell;

	compiled->levels = palloc(sizeof(OrmLevel *) * Max(list_length(compiler->levels), 1));
	foreach(cell, compiler->levels)
		compiled->levels[compiled->nlevels++] = lfirst(cell);
}

/* Compiles a request, without the check of blind.c. */
static OrmCompiled *
compile(const OrmQueryRequest *request)
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
	check_settings(&compiler, root.query);
	check_parameters(request);
	keep_depends(&compiler);
	keep_stars(&compiler);
	keep_levels(&compiler);
	return compiler.compiled;
}

OrmCompiled *
orm_compiler_run(const OrmQueryRequest *request)
{
	OrmCompiled *compiled = compile(request);

#ifdef USE_ASSERT_CHECKING
	orm_blind_check(request, compiled, compile);
#endif
	return compiled;
}
