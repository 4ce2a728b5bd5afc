/*
 * load.c - "load": the levels below a level.
 *
 *     ["posts.comments", "perfil"]
 *     {"posts": {"limit": 5, "load": ["comments"]}, "ultimo": {"of": "posts", "one": true}, "perfil": true}
 *
 * The array form is converted to loads like those of the object form; a common beginning
 * of paths is one load.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/guc.h"

#include "base/nearest.h"
#include "model/relationship.h"
#include "query/load.h"
#include "query/named_scope.h"

#define LOAD_KEYS \
	(ORM_KEYS_SCOPES | ORM_KEY_WHERE | ORM_KEY_COMPUTE | ORM_KEY_ORDER_BY | ORM_KEY_LIMIT | ORM_KEY_OFFSET | \
	 ORM_KEY_DISTINCT | ORM_KEY_SELECT | ORM_KEY_OMIT | ORM_KEY_LOAD | ORM_KEY_ETAG | ORM_KEY_OF | ORM_KEY_ONE | \
	 ORM_KEY_RECURSIVE | ORM_KEY_KEY_BY)

static int max_load_depth = 10;

void
orm_load_init(void)
{
	DefineCustomIntVariable("orm.max_load_depth", "How deeply loads may be nested in a query.", NULL, &max_load_depth,
							10, 1, 100, PGC_SUSET, 0, NULL, NULL, NULL);
}

/* Raises 42703 for a relationship, or 22023 for an attribute. */
static void
raise_no_relationship(const OrmModel *model, const char *name, const OrmPath *place)
{
	const char **names = palloc(sizeof(char *) * Max(model->nrelationships, 1));
	const char *dot = strchr(name, '.');

	orm_model_refuse_pending(model, name, place);
	for (int i = 0; i < model->nrelationships; i++)
		names[i] = model->relationships[i].name;
	if (orm_model_attribute(model, name, strlen(name)) >= 0)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("attribute \"%s\" of model \"%s\" cannot be loaded", name, model->name), orm_error_place(place),
				errhint("\"load\" names relationships; attributes belong in \"select\"."));
	if (dot != NULL)
		ereport(ERROR, errcode(ERRCODE_UNDEFINED_COLUMN),
				errmsg("relationship \"%s\" of model \"%s\" does not exist", orm_error_clip(name), model->name),
				orm_error_place(place),
				errhint("In an object loads are nested: {\"%.*s\": {\"load\": [\"%s\"]}}.", (int) (dot - name), name,
						dot + 1));
	ereport(ERROR, errcode(ERRCODE_UNDEFINED_COLUMN),
			errmsg("relationship \"%s\" of model \"%s\" does not exist", orm_error_clip(name), model->name),
			orm_error_place(place), orm_nearest_hint("relationship", name, names, model->nrelationships));
}

/* Raises an error unless the relationship is resolved. */
static void
require(const OrmModel *model, const OrmRelationship *relationship, const OrmPath *place)
{
	MemoryContext caller = CurrentMemoryContext;

	if (relationship->resolved)
		return;
	PG_TRY();
	{
		orm_relationship_require(model, relationship);
		ereport(
			ERROR, errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
			errmsg("relationship \"%s\" of model \"%s\" was changed concurrently", relationship->name, model->name));
	}
	PG_CATCH();
	{
		orm_error_rethrow_at(place, caller);
	}
	PG_END_TRY();
}

/* Opens the target of a relationship. */
static const OrmModel *
open_target(OrmCompiler *compiler, const OrmModel *model, const OrmRelationship *relationship, const OrmPath *place)
{
	const OrmModel *target;

	require(model, relationship, place);
	target = orm_query_model(compiler, relationship->target);
	if (target->relid != relationship->target_relid)
		ereport(ERROR, errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				errmsg("model \"%s\" was changed concurrently", target->name), orm_error_place(place));
	return target;
}

/* The relationship of a load: given by "of", or by its name. */
static const OrmRelationship *
find_relationship(const OrmModel *model, const OrmLoad *load)
{
	const char *name = load->name;
	const OrmPath *place = load->place;
	OrmPath of_place = orm_path_key(load->place, "of");
	const OrmRelationship *relationship;
	OrmJson of;

	if (load->query.node != NULL && orm_json_member(load->query, "of", &of))
	{
		place = &of_place;
		if (orm_json_kind(of) != ORM_JSON_STRING)
			orm_members_raise_kind(of, "the name of a relationship", place);
		name = orm_json_string(of);
	}
	relationship = orm_model_relationship(model, name);
	if (relationship == NULL)
		raise_no_relationship(model, name, place);
	return relationship;
}

/* Raises 42701 for a name of a load that is in use in the objects, 22023 for one that is not allowed. */
static void
check_name(const OrmLevelBuild *build, const OrmLoad *load, const OrmRelationship *relationship, List *others)
{
	const OrmLevel *level = build->level;
	bool taken = false;
	ListCell *cell;

	for (int i = 0; i < level->nmembers; i++)
		taken = taken || strcmp(level->members[i].name, load->name) == 0;
	foreach(cell, others)
		taken = taken || strcmp(((OrmLoad *) lfirst(cell))->name, load->name) == 0;
	if (taken)
		ereport(ERROR, errcode(ERRCODE_DUPLICATE_COLUMN),
				errmsg("name \"%s\" is given twice in objects of model \"%s\"", load->name, level->model->name),
				orm_error_place(load->place),
				errhint("Give the load another name: {\"other\": {\"of\": \"%s\"}}.", relationship->name));
	if (level->recursion != 0 && strcmp(level->name, load->name) == 0)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("\"%s\" is not allowed in the recursive load of that name", load->name),
				orm_error_place(load->place), errhint("\"recursive\" loads it at every depth."));
	if (load->name[0] == '$')
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("name of a load must not begin with \"$\""),
				orm_error_place(load->place));
}

/* Raises 42P17 for a scope whose loads lead to where they hold again. */
static void
refuse_circle(const OrmLevelBuild *build, const OrmScopeUse *use)
{
	OrmPath place = orm_path_key(use->place, "load");

	for (; build != NULL; build = build->parent)
		if (build->loaded_by == use->scope)
			ereport(ERROR, errcode(ERRCODE_INVALID_OBJECT_DEFINITION),
					errmsg("scope \"%s\" loads itself", use->scope->name), orm_error_place(&place),
					errhint("{\"unscoped\": true} in the load lifts default scopes."));
}

/* Compiles one load; "before" has the earlier ones of this level. */
static void
compile_load(OrmLevelBuild *build, const OrmLoad *load, List *before, int depth)
{
	const OrmModel *model = build->level->model;
	const OrmRelationship *relationship = find_relationship(model, load);

	check_name(build, load, relationship, before);
	if (depth > max_load_depth)
		ereport(ERROR, errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED), errmsg("loads are nested too deeply"),
				errdetail("At %s. Loads may be nested %d deep.", orm_path_text(load->place), max_load_depth),
				errhint("The setting orm.max_load_depth allows more; \"recursive\" follows a self-reference."));
	orm_query_level(build->compiler, build, relationship,
					open_target(build->compiler, model, relationship, load->place), load, LOAD_KEYS);
}

/* Finds or adds a step of a path. */
static OrmLoad *
add_step(List **loads, const char *name, const OrmPath *place)
{
	OrmLoad *load;
	ListCell *cell;

	foreach(cell, *loads)
		if (strcmp(((OrmLoad *) lfirst(cell))->name, name) == 0)
			return lfirst(cell);
	load = palloc0(sizeof(OrmLoad));
	load->name = name;
	load->place = orm_query_keep_place(place);
	*loads = lappend(*loads, load);
	return load;
}

/* Reads the array form: paths. */
static List *
read_paths(OrmJson json, const OrmPath *place)
{
	OrmJsonWalk walk = orm_json_walk(json);
	List *loads = NIL;

	while (orm_json_next(&walk))
	{
		OrmPath here = orm_path_index(place, walk.index);
		List **level = &loads;
		char *step;
		char *dot;

		CHECK_FOR_INTERRUPTS();
		if (orm_json_kind(walk.value) != ORM_JSON_STRING)
			orm_members_raise_kind(walk.value, "a relationship, or several with dots between them", &here);
		for (step = orm_json_string(walk.value); step != NULL; step = dot)
		{
			dot = strchr(step, '.');
			if (dot != NULL)
				*dot++ = '\0';
			level = &add_step(level, step, &here)->loads;
		}
	}
	return loads;
}

/* Reads the object form: queries by name. */
static List *
read_queries(OrmJson json, const OrmPath *place)
{
	OrmJsonWalk walk = orm_json_walk(json);
	List *loads = NIL;

	while (orm_json_next(&walk))
	{
		OrmLoad *load = palloc0(sizeof(OrmLoad));
		OrmPath here = orm_path_key(place, orm_json_string(walk.key));

		if (orm_json_kind(walk.value) != ORM_JSON_TRUE && !orm_members_is_object(walk.value))
			orm_members_raise_kind(walk.value, "true or a query", &here);
		load->name = here.key;
		load->query = walk.value;
		load->place = orm_query_keep_place(&here);
		loads = lappend(loads, load);
	}
	return loads;
}

/* The depth of a level; 0 for the root. */
static int
depth_of(const OrmLevelBuild *build)
{
	int depth = 0;

	for (; build->parent != NULL; build = build->parent)
		depth++;
	return depth;
}

/* Reads a "load" in either form. */
static List *
read_loads(OrmJson json, const OrmPath *place)
{
	if (orm_json_kind(json) == ORM_JSON_ARRAY)
		return read_paths(json, place);
	if (orm_json_kind(json) != ORM_JSON_OBJECT)
		orm_members_raise_no_array(json, "an array of relationships or an object of queries", place);
	return read_queries(json, place);
}

/* Is a load of that name in the list? */
static bool
is_loaded(List *loads, const char *name)
{
	ListCell *cell;

	foreach(cell, loads)
		if (strcmp(((OrmLoad *) lfirst(cell))->name, name) == 0)
			return true;
	return false;
}

/* Adds the loads of the named scopes of a level, except those whose names are in the list. */
static List *
add_scoped(const OrmLevelBuild *build, List *loads)
{
	ListCell *cell;
	ListCell *inner;

	/* rows have no loads */
	if (build->parent == NULL && build->compiler->request->verb == ORM_QUERY_ROWS)
		return loads;
	foreach(cell, build->keys.uses)
	{
		const OrmScopeUse *use = lfirst(cell);
		OrmPath here = orm_path_key(use->place, "load");

		if (use->parts[ORM_SCOPE_LOAD].node == NULL)
			continue;
		refuse_circle(build, use);
		foreach(inner, read_loads(use->parts[ORM_SCOPE_LOAD], &here))
		{
			OrmLoad *load = lfirst(inner);

			load->loaded_by = use->scope;
			if (!is_loaded(loads, load->name))
				loads = lappend(loads, load);
		}
	}
	return loads;
}

void
orm_query_load(OrmLevelBuild *build, const OrmLoad *load)
{
	const OrmJson *json = orm_query_key(&build->keys, ORM_KEY_LOAD);
	OrmPath here = orm_path_key(build->place, "load");
	List *loads = json != NULL ? read_loads(*json, &here) : list_copy(load->loads);
	List *before = NIL;
	ListCell *cell;

	foreach(cell, add_scoped(build, loads))
	{
		CHECK_FOR_INTERRUPTS();
		compile_load(build, lfirst(cell), before, depth_of(build) + 1);
		before = lappend(before, lfirst(cell));
	}
}
