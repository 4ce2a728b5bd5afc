/*
 * level.c - compiling a level of a query.
 *
 *     {"where": {...}, "select": [...], "order_by": [...], "limit": 5, "load": {...}}
 *
 * Collects columns, conditions and order; statement.c makes the statement.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/builtins.h"

#include "model/operator.h"
#include "model/value.h"
#include "query/compile.h"
#include "query/named_scope.h"
#include "query/select.h"
#include "query/source.h"

bool
orm_query_flag(const OrmQueryKeys *keys, OrmQueryKey key, const OrmPath *place)
{
	const OrmJson *json = orm_query_key(keys, key);
	OrmPath here = orm_path_key(place, orm_query_key_name(key));

	return json != NULL && orm_members_boolean(*json, &here);
}

/* Raises 22023 for a path in "distinct". */
static void
refuse_path(const char *path, const OrmPath *place)
{
	const char *name = strrchr(path, '.') + 1;

	ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("path \"%s\" is not allowed here", path),
			orm_error_place(place),
			errhint("Give it a name: {\"compute\": {\"%s\": \"%s\"}, \"distinct\": [\"%s\"]}.", name, path, name));
}

/* The expression of one name of "distinct"; raises 42883 unless its type has an order. */
static const OrmExpression *
read_distinct(OrmScope *scope, OrmJson name, const OrmPath *place)
{
	OrmName found;

	if (orm_json_kind(name) != ORM_JSON_STRING)
		orm_members_raise_kind(name, "the name of an attribute", place);
	if (strchr(orm_json_string(name), '.') != NULL)
		refuse_path(orm_json_string(name), place);
	found = orm_query_name(scope, name, place);
	if (found.expression == NULL)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("relationship \"%s\" is not allowed in \"distinct\"", found.relationship->name),
				orm_error_place(place), errhint("\"distinct\" takes attributes and names of \"compute\"."));
	if (!orm_operator_has_order(found.expression->type))
		ereport(ERROR, errcode(ERRCODE_UNDEFINED_FUNCTION),
				errmsg("\"%s\" of model \"%s\" cannot be compared", found.expression->name, scope->model->name),
				orm_error_place(place));
	return found.expression;
}

List *
orm_query_distinct(OrmScope *scope, OrmJson distinct, const OrmPath *place)
{
	List *expressions = NIL;
	OrmJsonWalk walk = orm_json_walk(distinct);

	if (orm_json_kind(distinct) != ORM_JSON_ARRAY)
		orm_members_raise_no_array(distinct, "an array of attributes", place);
	if (distinct.node->count == 0)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("\"distinct\" must not be empty"),
				orm_error_place(place));
	while (orm_json_next(&walk))
	{
		OrmPath here = orm_path_index(place, walk.index);

		expressions = lappend(expressions, unconstify(OrmExpression *, read_distinct(scope, walk.value, &here)));
	}
	return expressions;
}

void
orm_query_refuse_window(const OrmPath *place)
{
	ereport(ERROR, errcode(ERRCODE_FEATURE_NOT_SUPPORTED), errmsg("window function is not allowed here"),
			orm_error_place(place));
}

/* Adds a condition, joined by AND. */
static void
add_condition(StringInfo sql, const char *condition)
{
	appendStringInfo(sql, "%s%s", sql->len > 0 ? " AND " : "", condition);
}

/* Adds the conditions of one "where" to those without window functions and those with them. */
static void
add_where(OrmScope *scope, OrmJson where, const OrmPath *place, StringInfo plain, StringInfo windows)
{
	OrmBuilder *builder = scope->builder;
	int before = builder->nwindows;
	int nslots = list_length(builder->slots);
	StringInfoData sql;

	initStringInfo(&sql);
	if (!orm_query_where(scope, where, place, &sql) || strcmp(sql.data, "true") == 0)
		return;
	if (builder->nwindows == before)
	{
		add_condition(plain, sql.data);
		return;
	}

	/* written again, in two parts; the parameters of the first text are dropped */
	builder->slots = list_truncate(builder->slots, nslots);
	orm_query_where_split(scope, where, place, plain, windows);
}

const char *
orm_query_filter_windows(OrmScope *scope, const OrmQueryKeys *keys, const OrmPath *place, const char **windows)
{
	const OrmJson *where = orm_query_key(keys, ORM_KEY_WHERE);
	OrmPath here = orm_path_key(place, "where");
	StringInfoData sql;
	StringInfoData outer;
	ListCell *cell;

	initStringInfo(&sql);
	initStringInfo(&outer);
	if (scope->restriction != NULL)
		add_condition(&sql, scope->restriction);
	foreach(cell, keys->uses)
	{
		const OrmScopeUse *use = lfirst(cell);
		OrmPath inner = orm_path_key(use->place, "where");

		if (!use->by_default && use->parts[ORM_SCOPE_WHERE].node != NULL)
			add_where(scope, use->parts[ORM_SCOPE_WHERE], &inner, &sql, &outer);
	}
	if (where != NULL)
		add_where(scope, *where, &here, &sql, &outer);
	*windows = outer.len > 0 ? outer.data : NULL;
	return sql.len > 0 ? sql.data : NULL;
}

const char *
orm_query_filter(OrmScope *scope, const OrmQueryKeys *keys, const OrmPath *place)
{
	OrmPath here = orm_path_key(place, "where");
	const char *windows;
	const char *where = orm_query_filter_windows(scope, keys, place, &windows);

	if (windows != NULL)
		orm_query_refuse_window(&here);
	return where;
}

/* Is the condition equality with a value that is not null? */
static bool
is_plain_equality(const OrmQueryRequest *request, OrmJson json)
{
	OrmJsonKind kind = orm_json_kind(json);
	OrmJson value;

	check_stack_depth();
	if (kind != ORM_JSON_OBJECT || json.node->count != 1)
		return kind == ORM_JSON_STRING || kind == ORM_JSON_NUMBER || kind == ORM_JSON_TRUE || kind == ORM_JSON_FALSE;
	if (orm_json_member(json, "eq", &value))
		return is_plain_equality(request, value);
	if (!orm_json_member(json, "$", &value))
		return false;
	for (int i = 0; i < request->nparameters; i++)
		if (orm_json_equals(value, request->parameters[i].name))
			return !request->parameters[i].isnull && !request->parameters[i].unset &&
				(OidIsValid(request->parameters[i].type) ||
				 orm_json_kind(orm_value_unescape(request->parameters[i].json)) != ORM_JSON_NULL);
	return false;
}

/* Does "where" contain equality on all attributes of a unique key, so that at most one object is found? */
static bool
finds_one(const OrmLevelBuild *build)
{
	const OrmModel *model = build->level->model;
	const OrmJson *where = orm_query_key(&build->keys, ORM_KEY_WHERE);

	for (int k = 0; where != NULL && k < model->nunique; k++)
	{
		int pinned = 0;
		OrmJson value;

		for (int i = 0; i < model->unique[k].nattributes; i++)
			if (orm_json_member(*where, model->attributes[model->unique[k].attributes[i]].name, &value) &&
				is_plain_equality(build->compiler->request, value))
				pinned++;
		if (pinned == model->unique[k].nattributes && model->unique[k].single)
			return true;
	}
	return false;
}

/* Can objects be ordered by their primary key? */
static bool
has_key_order(const OrmModel *model)
{
	if (model->primary_key == NULL)
		return false;
	for (int i = 0; i < model->primary_key->nattributes; i++)
		if (!orm_operator_has_order(model->attributes[model->primary_key->attributes[i]].type))
			return false;
	return true;
}

/*
 * The attribute by which the children of each parent can be sorted after fetching, or -1: an integer
 * primary key.  Rows are distributed among parents anyway, so a sort in the statement is avoided.
 */
static int
sorting_attribute(const OrmLevelBuild *build)
{
	const OrmModel *model = build->level->model;
	OrmLinkForm form = build->level->link.form;
	int attribute;
	Oid type;

	if (model->primary_key == NULL || model->primary_key->nattributes != 1 ||
		(form != ORM_LINK_ANY && form != ORM_LINK_JOIN))
		return -1;
	attribute = model->primary_key->attributes[0];
	type = model->attributes[attribute].type->oid;
	return type == INT2OID || type == INT4OID || type == INT8OID ? attribute : -1;
}

/* Orders children without "order_by" by their primary key. */
static void
order_children(OrmLevelBuild *build)
{
	int attribute = sorting_attribute(build);

	if (attribute >= 0)
	{
		const OrmExpression *key = orm_query_attribute(build->scope, attribute);

		build->level->sort = orm_query_column(&build->columns, key->sql, key->type->oid);
	}
	else if (has_key_order(build->level->model))
		build->order = orm_query_order_by_key(build->scope, NIL);
}

/* Does the result contain only a part of the found objects, which requires a total order? */
static bool
takes_a_part(const OrmLevelBuild *build)
{
	OrmQueryVerb verb = build->compiler->request->verb;

	if (build->offset != NULL || build->distinct != NIL)
		return true;
	if (build->parent == NULL && verb == ORM_QUERY_FIRST)
		return build->limit != NULL || !finds_one(build);
	return build->limit != NULL;
}

/* Can a parent have several objects?  A to-one relationship without a unique key can, and uses the first one. */
static bool
gives_several(const OrmLevelBuild *build)
{
	return !build->level->single || !orm_query_is_unique(build->relationship, build->level->model);
}

/* Raises 42P10 or 42883 unless the model has a primary key with an order. */
static void
need_key_order(const OrmModel *model)
{
	orm_model_need_key(model);
	if (!has_key_order(model))
		ereport(ERROR, errcode(ERRCODE_UNDEFINED_FUNCTION),
				errmsg("primary key of model \"%s\" cannot be ordered by", model->name),
				errhint("Pages need a total order."));
}

/* Reads "order_by", extends it as the verb requires, and sets the limit of "one" and "first". */
static void
read_order(OrmLevelBuild *build)
{
	const OrmJson *order_by = orm_query_key(&build->keys, ORM_KEY_ORDER_BY);
	OrmPath here = orm_path_key(build->place, "order_by");
	OrmQueryVerb verb = build->compiler->request->verb;

	build->order_begin = list_length(build->scope->builder->slots);
	if (order_by != NULL)
		build->order = orm_query_order(build->scope, *order_by, &here);
	else if (build->parent != NULL)
		build->order = orm_query_relationship_order(build->parent->level->model->name, build->relationship,
													build->scope);
	build->order_end = list_length(build->scope->builder->slots);
	if (build->parent == NULL && verb == ORM_QUERY_PAGE)
		need_key_order(build->level->model);
	if (takes_a_part(build) && has_key_order(build->level->model))
		build->order = orm_query_order_by_key(build->scope, build->order);
	else if (build->parent != NULL && build->order == NIL && order_by == NULL && gives_several(build))
		order_children(build);
	if (build->parent != NULL || build->limit != NULL)
		return;

	/* this limit comes after the order, as the result of "one" does not depend on a total order */
	if (verb == ORM_QUERY_ONE)
		build->limit = "2";
	else if (verb == ORM_QUERY_FIRST)
		build->limit = "1";
	if (build->limit != NULL && build->offset == NULL && build->distinct == NIL && finds_one(build))
	{
		build->limit = NULL;
		build->level->statement.planning = ORM_PLANNED_GENERIC;
	}
}

/* Adds the conditions on the primary key. */
static void
find_by_key(OrmLevelBuild *build)
{
	const OrmModel *model = build->level->model;
	const OrmKey *key = orm_model_need_key(model);

	for (int i = 0; i < key->nattributes; i++)
	{
		const OrmAttribute *attribute = &model->attributes[key->attributes[i]];
		StringInfoData sql;
		const char *value = orm_query_source(build->scope->builder, ORM_SLOT_KEY, i, attribute->type,
											 attribute->type->oid);

		initStringInfo(&sql);
		orm_select_equality(&sql, model, attribute, orm_query_attribute(build->scope, key->attributes[i])->sql, value);
		build->conditions = lappend(build->conditions, sql.data);
	}
	build->level->statement.planning = ORM_PLANNED_GENERIC;
}

/* Raises 0A000 for a lock that does not wait, on foreign tables: their servers would wait, or lock a row twice. */
static void
refuse_foreign_wait(const OrmModel *model, const char *strength, const char *wait, const OrmPath *place)
{
	if (*wait != '\0' && model->has_foreign_rows)
		ereport(ERROR, errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				errmsg("lock mode \"%s%s\" is not supported for the foreign tables of model \"%s\"", strength, wait,
					   model->name),
				orm_error_place(place),
				errhint("Foreign servers are not told that a lock must not wait. Use lock mode \"%s\".", strength));
}

/* Reads "lock", as in "update skip locked". */
static void
read_lock(OrmLevelBuild *build)
{
	static const char *const strengths[][2] = {
		{"update", "UPDATE"}, {"no key update", "NO KEY UPDATE"}, {"share", "SHARE"}, {"key share", "KEY SHARE"}};
	static const char *const waits[][2] = {{"", ""}, {" nowait", " NOWAIT"}, {" skip locked", " SKIP LOCKED"}};
	const OrmJson *json = orm_query_key(&build->keys, ORM_KEY_LOCK);
	OrmPath here = orm_path_key(build->place, "lock");

	if (json == NULL)
		return;
	if (orm_json_kind(*json) != ORM_JSON_STRING)
		orm_members_raise_kind(*json, "a string", &here);
	for (int s = 0; s < lengthof(strengths); s++)
		for (int w = 0; w < lengthof(waits); w++)
			if (orm_json_equals(*json, psprintf("%s%s", strengths[s][0], waits[w][0])))
			{
				refuse_foreign_wait(build->scope->model, strengths[s][0], waits[w][0], &here);
				build->lock = psprintf(" FOR %s OF %s%s", strengths[s][1], build->scope->alias, waits[w][1]);
			}
	if (build->lock == NULL)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("unrecognized lock mode \"%s\"", orm_error_clip(orm_json_string(*json))), orm_error_place(&here),
				errhint("Lock modes are \"update\", \"no key update\", \"share\" and \"key share\", "
						"each also with \" nowait\" or \" skip locked\" behind it."));
	if (build->distinct != NIL)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("\"lock\" is not allowed with \"distinct\""),
				orm_error_place(&here));
	if (build->scope->builder->nwindows > 0)
		orm_query_refuse_window(&here);
	build->compiler->compiled->lock = true;
}

/* The depth of "recursive". */
static int
read_recursion(OrmLevelBuild *build)
{
	const OrmJson *json = orm_query_key(&build->keys, ORM_KEY_RECURSIVE);
	OrmPath here = orm_path_key(build->place, "recursive");
	bool isnull;
	int depth;

	if (json == NULL || orm_json_kind(*json) == ORM_JSON_FALSE)
		return 0;
	if (orm_json_kind(*json) != ORM_JSON_TRUE && orm_json_kind(*json) != ORM_JSON_NUMBER)
		orm_members_raise_kind(*json, "true or a number", &here);
	if (strcmp(build->relationship->target, build->parent->level->model->name) != 0)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("relationship \"%s\" of model \"%s\" cannot be loaded recursively", build->relationship->name,
					   build->parent->level->model->name),
				orm_error_place(&here),
				errhint("\"recursive\" is for a relationship that leads to objects of its own model."));
	if (orm_json_kind(*json) == ORM_JSON_TRUE)
		return ORM_RECURSION_UNLIMITED;
	depth = DatumGetInt32(orm_value_read(orm_type_make(INT4OID, -1, InvalidOid), *json, &here, &isnull));
	if (depth <= 0)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("\"recursive\" must be true or a positive number"), orm_error_place(&here));
	return depth;
}

/* Adds the primary key columns of a recursive level and its parent level. */
static void
add_identities(OrmLevelBuild *build)
{
	OrmLevel *level = build->level;
	const OrmKey *key = orm_model_need_key(level->model);

	level->identity = key->nattributes;
	level->identities = palloc(sizeof(int) * key->nattributes);
	level->parent_identities = palloc(sizeof(int) * key->nattributes);
	level->identity_types = palloc(sizeof(OrmType *) * key->nattributes);
	for (int i = 0; i < key->nattributes; i++)
	{
		const OrmExpression *attribute = orm_query_attribute(build->scope, key->attributes[i]);

		level->identities[i] = orm_query_column(&build->columns, attribute->sql, attribute->type->oid);
		attribute = orm_query_attribute(build->parent->scope, key->attributes[i]);
		level->parent_identities[i] = orm_query_column(&build->parent->columns, attribute->sql, attribute->type->oid);
		level->identity_types[i] = attribute->type;
	}
}

/*
 * Raises 22023 for a key that chooses among several objects in the load of a to-one relationship.
 * "one" is allowed, and "order_by" for a has_one, whose key need not be unique.
 */
static void
refuse_choice(const OrmLevelBuild *build)
{
	static const OrmQueryKey choices[] = {ORM_KEY_LIMIT, ORM_KEY_OFFSET, ORM_KEY_DISTINCT, ORM_KEY_ORDER_BY};
	const OrmRelationship *relationship = build->relationship;

	for (int i = 0; i < lengthof(choices); i++)
	{
		OrmPath here = orm_path_key(build->place, orm_query_key_name(choices[i]));

		if (orm_query_key(&build->keys, choices[i]) == NULL ||
			(choices[i] == ORM_KEY_ORDER_BY && relationship->kind == ORM_HAS_ONE))
			continue;
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("key \"%s\" is not allowed in the load of a to-one relationship", here.key),
				orm_error_place(&here),
				errhint("Relationship \"%s\" of model \"%s\" leads to one object at most.", relationship->name,
						build->parent->level->model->name));
	}
}

/* Reads the keys of loads: "one", "recursive". */
static void
read_relationship(OrmLevelBuild *build)
{
	bool one = orm_query_flag(&build->keys, ORM_KEY_ONE, build->place);
	OrmPath here = orm_path_key(build->place, "limit");

	if (orm_query_is_single(build->relationship))
		refuse_choice(build);
	build->level->single = one || orm_query_is_single(build->relationship);
	build->level->recursion = read_recursion(build);
	if (one && build->limit != NULL)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("\"limit\" is not allowed with \"one\""),
				orm_error_place(&here), errhint("\"one\" takes the first object."));
	if (one && !orm_query_is_single(build->relationship))
		build->limit = "1";
}

/* What a level takes from named scopes. */
static int
takes_of_scopes(const OrmLevelBuild *build)
{
	if (build->parent != NULL ? orm_query_is_single(build->relationship)
							  : build->compiler->request->verb == ORM_QUERY_GET)
		return orm_soft_delete_over(build->relationship) == ORM_DELETED_TOO ? ORM_SCOPE_TAKES_DELETED : 0;
	return ORM_SCOPE_TAKES_ORDER | ORM_SCOPE_TAKES_DEFAULTS;
}

/* Reads the named scopes of a level.  Objects that have just been written are shown whatever they are. */
static void
read_scopes(OrmLevelBuild *build)
{
	if (build->parent != NULL || build->compiler->request->verb != ORM_QUERY_KEYS)
		orm_named_scope_begin(build->scope, &build->keys, takes_of_scopes(build), build->place);
}

/* Reads "key_by": the attribute whose values are the keys of the objects. */
static void
read_key_by(OrmLevelBuild *build)
{
	const OrmJson *json = orm_query_key(&build->keys, ORM_KEY_KEY_BY);
	OrmPath here = orm_path_key(build->place, "key_by");
	OrmName found;

	if (json == NULL)
		return;
	if (build->level->single)
		orm_members_raise_not_allowed("key", "key_by", &here, "One object has no key.");
	if (orm_json_kind(*json) != ORM_JSON_STRING)
		orm_members_raise_kind(*json, "the name of an attribute", &here);
	found = orm_query_name(build->scope, *json, &here);
	if (found.expression == NULL)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("relationship \"%s\" is not allowed in \"key_by\"", found.relationship->name),
				orm_error_place(&here), errhint("\"key_by\" takes an attribute or a name of \"compute\"."));
	if (orm_type_is_json(found.expression->type) || found.expression->type->class == ORM_TYPE_ARRAY ||
		found.expression->type->class == ORM_TYPE_COMPOSITE)
		ereport(ERROR, errcode(ERRCODE_DATATYPE_MISMATCH),
				errmsg("\"%s\" of type %s cannot be a key", found.expression->name,
					   format_type_be(found.expression->type->oid)),
				orm_error_place(&here));
	build->level->key_by = (OrmMember){
		pstrdup(found.expression->name), found.expression->type,
		orm_query_column(&build->columns, found.expression->sql, found.expression->type->oid)};
	build->level->key_place = orm_query_keep_place(&here);
}

/* Begins a level: its number and parent, its keys, its scope. */
static void
begin_level(OrmLevelBuild *build, const OrmModel *model, const OrmLoad *load, int takes)
{
	OrmCompiler *compiler = build->compiler;
	OrmLevel *level = orm_query_add_level(compiler, model);

	if (build->parent != NULL)
		level->parent = build->parent->level->number;
	level->name = load->name != NULL ? pstrdup(load->name) : NULL;
	build->level = level;
	build->place = load->place;
	build->loaded_by = load->loaded_by;
	if (load->query.node != NULL && (build->parent == NULL || orm_json_kind(load->query) != ORM_JSON_TRUE))
		orm_query_take(load->query, model, takes, load->place, &build->keys);
	build->scope = orm_query_scope(orm_query_builder(compiler), model);
	orm_source_read(build->scope, &build->keys, build->place);
	read_scopes(build);
}

/* Adds the filter of the relationship. */
static void
add_filter(OrmLevelBuild *build)
{
	const char *filter = orm_query_relationship_filter(build->parent->level->model->name, build->relationship,
													   build->scope);

	if (filter != NULL)
		build->conditions = lappend(build->conditions, unconstify(char *, filter));
}

OrmLevel *
orm_query_level(OrmCompiler *compiler, OrmLevelBuild *parent, const OrmRelationship *relationship,
				const OrmModel *model, const OrmLoad *load, int takes)
{
	OrmQueryVerb verb = compiler->request->verb;
	OrmLevelBuild build = {.compiler = compiler, .parent = parent, .relationship = relationship};
	const char *where;
	const char *windows;

	check_stack_depth();
	begin_level(&build, model, load, takes);
	orm_query_compute(build.scope, &build.keys, build.place);
	build.ncomputed = list_length(build.scope->builder->slots);
	orm_query_level_limits(&build);
	if (parent != NULL)
	{
		read_relationship(&build);
		orm_query_link(&build);
		read_key_by(&build);
	}
	else if (verb == ORM_QUERY_KEYS)
		orm_query_link_keys(&build);
	orm_query_selection(&build);
	where = orm_query_filter_windows(build.scope, &build.keys, build.place, &windows);
	if (where != NULL)
		build.conditions = lappend(build.conditions, unconstify(char *, where));
	if (windows != NULL)
		build.kept = lappend(build.kept, unconstify(char *, windows));
	if (parent != NULL)
		add_filter(&build);
	if (parent == NULL && verb == ORM_QUERY_GET)
		find_by_key(&build);
	read_order(&build);
	if (parent == NULL && verb == ORM_QUERY_PAGE)
		orm_query_add_page(&build);
	read_lock(&build);
	if (build.level->recursion != 0)
		add_identities(&build);
	orm_query_load(&build, load);
	orm_query_statement(&build);
	return build.level;
}
