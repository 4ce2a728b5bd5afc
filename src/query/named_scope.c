/*
 * named_scope.c - the scopes that models declare, in queries; see named_scope.h.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/json.h"

#include "base/nearest.h"
#include "query/compiler.h"
#include "query/named_scope.h"
#include "query/series.h"

/* ---- Uses ---- */

const OrmScopeUse *
orm_named_scope_use_of(const OrmCompiler *compiler, OrmJson json)
{
	ListCell *cell;

	foreach(cell, compiler->uses)
		if (((const OrmScopeUse *) lfirst(cell))->query == json.document)
			return lfirst(cell);
	return NULL;
}

/* Raises 42P02 for arguments that the scope does not have, and for one that is not given. */
static void
check_arguments(const OrmCompiler *compiler, const OrmModel *model, const OrmScopeUse *use)
{
	OrmJson parameters = use->parts[ORM_SCOPE_PARAMETERS];
	OrmJsonWalk walk;
	OrmJson value;

	if (use->arguments.node != NULL)
	{
		walk = orm_json_walk(use->arguments);
		while (orm_json_next(&walk))
		{
			OrmPath here = orm_path_key(use->given, orm_json_string(walk.key));

			if (!orm_scope_has_parameter(use->parts, walk.key))
				ereport(ERROR, errcode(ERRCODE_UNDEFINED_PARAMETER),
						errmsg("scope \"%s\" of model \"%s\" has no parameter \"%s\"", use->scope->name, model->name,
							   orm_error_clip(orm_json_string(walk.key))),
						orm_error_place(&here));
		}
	}
	if (parameters.node == NULL || compiler->request->checks_scope)
		return;
	walk = orm_json_walk(parameters);
	while (orm_json_next(&walk))
		if (use->arguments.node == NULL || !orm_json_member(use->arguments, orm_json_string(walk.value), &value))
			ereport(
				ERROR, errcode(ERRCODE_UNDEFINED_PARAMETER),
				errmsg("parameter \"%s\" of scope \"%s\" must be given", orm_json_string(walk.value), use->scope->name),
				orm_error_place(use->given),
				errhint("Write {\"%s\": {\"%s\": ...}}.", use->scope->name, orm_json_string(walk.value)));
}

/* A new use of a scope. */
static OrmScopeUse *
make_use(OrmCompiler *compiler, const OrmModel *model, const OrmModelScope *scope, OrmJson arguments,
		 const OrmPath *given)
{
	OrmScopeUse *use = palloc0(sizeof(OrmScopeUse));
	OrmDocument *copy = palloc(VARSIZE(scope->query));
	OrmPath scopes = orm_path_key(NULL, "scope");
	OrmPath place = orm_path_key(&scopes, scope->name);

	memcpy(copy, scope->query, VARSIZE(scope->query));
	use->scope = scope;
	use->query = copy;
	use->arguments = arguments;
	use->given = orm_query_keep_place(given);
	use->place = orm_query_keep_place(&place);
	orm_scope_take(copy, use->place, use->parts);
	check_arguments(compiler, model, use);
	compiler->uses = lappend(compiler->uses, use);
	return use;
}

/* Raises 42P17 for a scope that is read already; else it is read until leave(). */
static void
enter(OrmCompiler *compiler, const OrmModel *model, const OrmModelScope *scope, const OrmPath *place)
{
	if (list_member_ptr(compiler->within, scope))
		ereport(ERROR, errcode(ERRCODE_INVALID_OBJECT_DEFINITION),
				errmsg("scope \"%s\" of model \"%s\" is made of itself", scope->name, model->name),
				orm_error_place(place),
				scope->is_default ? errhint("It holds at every mention of the model, in its own conditions, too. Write "
											"{\"$unscoped\": true} there.")
								  : 0);
	compiler->within = lappend(compiler->within, unconstify(OrmModelScope *, scope));
}

static void
leave(OrmCompiler *compiler)
{
	compiler->within = list_delete_last(compiler->within);
}

/* The uses of the scopes that "scope" names, each behind the ones that it names itself. */
static List *
read_uses(OrmCompiler *compiler, const OrmModel *model, OrmJson json, const OrmPath *place)
{
	List *uses = NIL;
	ListCell *cell;

	check_stack_depth();
	foreach(cell, orm_scope_read_names(json, place))
	{
		const OrmScopeName *name = lfirst(cell);
		const OrmModelScope *scope = orm_scope_need(model, name->name, name->place);
		OrmScopeUse *use = make_use(compiler, model, scope, name->arguments, name->place);
		OrmPath inner = orm_path_key(use->place, "scope");

		if (use->parts[ORM_SCOPE_SCOPE].node != NULL)
		{
			enter(compiler, model, scope, name->place);
			uses = list_concat(uses, read_uses(compiler, model, use->parts[ORM_SCOPE_SCOPE], &inner));
			leave(compiler);
		}
		uses = lappend(uses, use);
	}
	return uses;
}

bool
orm_named_scope_argument(const OrmCompiler *compiler, const OrmScopeUse *use, OrmJson name, const OrmPath *place,
						 OrmJson *argument)
{
	if (!orm_scope_has_parameter(use->parts, name))
		orm_scope_raise_no_parameter(use->scope->name, use->scope->is_default, name, place);
	return use->arguments.node != NULL && orm_json_member(use->arguments, orm_json_string(name), argument);
}

/* ---- Default scopes ---- */

/* Does "unscoped" (its node is NULL: not given) lift a default scope? */
static bool
is_lifted(OrmJson unscoped, const OrmModelScope *scope)
{
	OrmJsonWalk walk;

	if (unscoped.node == NULL)
		return false;
	if (orm_json_kind(unscoped) != ORM_JSON_ARRAY)
		return orm_json_kind(unscoped) == ORM_JSON_TRUE || orm_json_equals(unscoped, scope->name);
	walk = orm_json_walk(unscoped);
	while (orm_json_next(&walk))
		if (orm_json_equals(walk.value, scope->name))
			return true;
	return false;
}

/* Raises for a name in "unscoped" that is not of a default scope. */
static void
check_lifted(const OrmModel *model, OrmJson name, const OrmPath *place)
{
	if (orm_json_kind(name) != ORM_JSON_STRING)
		orm_members_raise_kind(name, "true, or names of default scopes", place);
	if (!orm_scope_need(model, orm_json_string(name), place)->is_default)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("scope \"%s\" of model \"%s\" is not a default scope", orm_json_string(name), model->name),
				orm_error_place(place), errhint("It holds only where \"scope\" names it."));
}

/* Checks "unscoped": true, false, or names. */
static void
check_unscoped(const OrmModel *model, OrmJson unscoped, const OrmPath *place)
{
	OrmJsonWalk walk = orm_json_walk(unscoped);

	if (orm_json_kind(unscoped) == ORM_JSON_TRUE || orm_json_kind(unscoped) == ORM_JSON_FALSE)
		return;
	if (orm_json_kind(unscoped) != ORM_JSON_ARRAY)
	{
		check_lifted(model, unscoped, place);
		return;
	}
	while (orm_json_next(&walk))
	{
		OrmPath here = orm_path_index(place, walk.index);

		check_lifted(model, walk.value, &here);
	}
}

/* Appends the conditions of uses, joined by AND; false: there are none. */
static bool
append_uses(OrmScope *scope, List *uses, StringInfo sql)
{
	OrmSeries series;
	ListCell *cell;

	orm_series_begin(&series, sql, " AND ");
	foreach(cell, uses)
	{
		const OrmScopeUse *use = lfirst(cell);
		OrmPath here = orm_path_key(use->place, "where");

		if (use->parts[ORM_SCOPE_WHERE].node == NULL)
			continue;
		enter(scope->builder->compiler, scope->model, use->scope, &here);
		orm_series_begin_part(&series);
		orm_series_end_part(&series, orm_query_where(scope, use->parts[ORM_SCOPE_WHERE], &here, sql));
		leave(scope->builder->compiler);
	}
	return orm_series_end(&series);
}

/* A default scope and the scopes that it names. */
static List *
default_uses(OrmScope *scope, const OrmModelScope *named)
{
	OrmCompiler *compiler = scope->builder->compiler;
	OrmJson none = {0};
	OrmScopeUse *use = make_use(compiler, scope->model, named, none, NULL);
	OrmPath inner = orm_path_key(use->place, "scope");
	List *uses = NIL;

	if (use->parts[ORM_SCOPE_SCOPE].node != NULL)
	{
		enter(compiler, scope->model, named, &inner);
		uses = read_uses(compiler, scope->model, use->parts[ORM_SCOPE_SCOPE], &inner);
		leave(compiler);
	}
	return lappend(uses, use);
}

/* Adds a condition, joined by AND. */
static char *
add_condition(const char *restriction, const char *condition)
{
	return restriction == NULL ? pstrdup(condition) : psprintf("%s AND %s", restriction, condition);
}

/*
 * The condition of uses on the row of a FROM item, which can be an operand of AND, or
 * NULL.  Its joins, if it has any, are in a sub-select: where it stands there may be no
 * place for them.
 */
static char *
self_contained(const OrmScope *scope, List *uses)
{
	OrmScope inner = {.builder = scope->builder, .model = scope->model, .alias = scope->alias};
	bool before = scope->builder->literal;
	StringInfoData sql;
	bool any;

	inner.joins = makeStringInfo();
	initStringInfo(&sql);
	scope->builder->literal = true;
	any = append_uses(&inner, uses, &sql) && strcmp(sql.data, "true") != 0;
	scope->builder->literal = before;
	if (!any)
		return NULL;
	if (inner.joins->len == 0)
		return sql.data;
	return psprintf("(SELECT %s FROM (SELECT) AS o%s)", sql.data, inner.joins->data);
}

/* Sets the restriction of a FROM item; returns the uses of the default scopes that are not lifted. */
static List *
set_restriction(OrmScope *scope, OrmJson unscoped)
{
	List *uses = NIL;

	scope->restricted = true;
	scope->restriction = orm_soft_delete_condition(scope->model, scope->alias, scope->deleted);
	for (int i = 0; i < scope->model->nscopes; i++)
	{
		const OrmModelScope *named = &scope->model->scopes[i];
		List *added;
		char *condition;

		if (!named->is_default || is_lifted(unscoped, named))
			continue;
		added = default_uses(scope, named);
		condition = self_contained(scope, added);
		if (condition != NULL)
			scope->restriction = add_condition(scope->restriction, condition);
		uses = list_concat(uses, added);
	}
	return uses;
}

void
orm_named_scope_restrict(OrmScope *scope)
{
	OrmJson none = {0};

	if (orm_named_scope_any(scope->model) && !scope->restricted)
		set_restriction(scope, none);
}

/* Sets which rows are meant by "deleted" or "$deleted". */
static void
read_deleted(OrmScope *scope, OrmJson json, const OrmPath *place)
{
	static const char *const words[] = {
		[ORM_DELETED_NO] = "no", [ORM_DELETED_TOO] = "too", [ORM_DELETED_ONLY] = "only"};

	if (!orm_soft_delete_any(scope->model))
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("model \"%s\" does not mark deleted rows", scope->model->name), orm_error_place(place),
				errhint("The element orm.soft_delete() of the model does."));
	if (orm_json_kind(json) != ORM_JSON_STRING)
		orm_members_raise_kind(json, "\"no\", \"too\" or \"only\"", place);
	for (int i = 0; i < (int) lengthof(words); i++)
		if (orm_json_equals(json, words[i]))
		{
			scope->deleted = i;
			return;
		}
	ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("\"deleted\" must be \"no\", \"too\" or \"only\""),
			orm_error_place(place));
}

void
orm_named_scope_lift(OrmScope *scope, OrmJson where, const OrmPath *place)
{
	OrmPath unscoped_place = orm_path_key(place, "$unscoped");
	OrmPath deleted_place = orm_path_key(place, "$deleted");
	OrmJson unscoped = {0};
	OrmJson deleted;

	if (orm_json_kind(where) != ORM_JSON_OBJECT)
		return;
	if (orm_json_member(where, "$deleted", &deleted))
	{
		read_deleted(scope, deleted, &deleted_place);
		scope->shown = deleted.node;
	}
	if (orm_json_member(where, "$unscoped", &unscoped))
	{
		check_unscoped(scope->model, unscoped, &unscoped_place);
		scope->lifted = unscoped.node;
	}
	if (orm_named_scope_any(scope->model))
		set_restriction(scope, unscoped);
}

/* Appends "true" for a key that has been read already; raises 22023 for one that is elsewhere. */
static bool
append_read(const OrmNode *read, OrmJson json, const char *key, const char *example, const OrmPath *place,
			StringInfo sql)
{
	if (read != json.node)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("\"$%s\" is not allowed here", key),
				orm_error_place(place),
				errhint("It is allowed among the conditions on a relationship, as in {\"posts\": {\"any\": "
						"{\"$%s\": %s}}}; of a query \"%s\" is a key.",
						key, example, key));
	appendStringInfoString(sql, "true");
	return true;
}

bool
orm_named_scope_lifted(OrmScope *scope, OrmJson json, const OrmPath *place, StringInfo sql)
{
	return append_read(scope->lifted, json, "unscoped", "true", place, sql);
}

bool
orm_named_scope_deleted(OrmScope *scope, OrmJson json, const OrmPath *place, StringInfo sql)
{
	return append_read(scope->shown, json, "deleted", "\"too\"", place, sql);
}

/* ---- Queries ---- */

/* Raises 22023 for a scope that has more than conditions. */
static void
need_conditions_only(const OrmScopeUse *use)
{
	static const OrmScopePart parts[] = {ORM_SCOPE_LIMIT, ORM_SCOPE_COMPUTE};

	for (int i = 0; i < lengthof(parts); i++)
		if (use->parts[parts[i]].node != NULL)
			ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					errmsg("scope \"%s\" is not allowed here", use->scope->name), orm_error_place(use->given),
					errhint("It has more than conditions; \"scope\" of a query names it."));
}

bool
orm_named_scope_condition(OrmScope *scope, OrmJson json, const OrmPath *place, StringInfo sql)
{
	List *uses;
	ListCell *cell;

	if (scope->model == NULL)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("\"$scope\" is not allowed here"),
				orm_error_place(place));
	uses = read_uses(scope->builder->compiler, scope->model, json, place);
	foreach(cell, uses)
		need_conditions_only(lfirst(cell));
	return append_uses(scope, uses, sql);
}

/* The last of the uses that gives a part; default scopes yield to the others. */
static const OrmScopeUse *
last_with(List *uses, OrmScopePart part)
{
	const OrmScopeUse *found = NULL;
	ListCell *cell;

	foreach(cell, uses)
	{
		const OrmScopeUse *use = lfirst(cell);

		if (use->parts[part].node != NULL && (found == NULL || found->by_default || !use->by_default))
			found = use;
	}
	return found;
}

/* Gives a query that has none of its own the order or limit of a scope. */
static void
take_part(OrmQueryKeys *keys, OrmQueryKey key, OrmScopePart part)
{
	const OrmScopeUse *use = orm_query_key(keys, key) == NULL ? last_with(keys->uses, part) : NULL;

	if (use != NULL)
		orm_query_set_key(keys, key, use->parts[part]);
}

/* Removes the loads of default scopes: the query has some of its own. */
static void
drop_default_loads(List *uses)
{
	OrmJson none = {0};
	ListCell *cell;

	foreach(cell, uses)
		if (((OrmScopeUse *) lfirst(cell))->by_default)
			((OrmScopeUse *) lfirst(cell))->parts[ORM_SCOPE_LOAD] = none;
}

void
orm_named_scope_begin(OrmScope *scope, OrmQueryKeys *keys, int takes, const OrmPath *place)
{
	const OrmJson *named = orm_query_key(keys, ORM_KEY_SCOPE);
	const OrmJson *given = orm_query_key(keys, ORM_KEY_UNSCOPED);
	OrmPath scope_place = orm_path_key(place, "scope");
	const OrmJson *deleted = orm_query_key(keys, ORM_KEY_DELETED);
	OrmPath unscoped_place = orm_path_key(place, "unscoped");
	OrmPath deleted_place = orm_path_key(place, "deleted");
	OrmJson unscoped = {0};
	ListCell *cell;

	if (takes & ORM_SCOPE_TAKES_DELETED)
		scope->deleted = ORM_DELETED_TOO;
	if (deleted != NULL)
		read_deleted(scope, *deleted, &deleted_place);
	if (given != NULL)
	{
		unscoped = *given;
		check_unscoped(scope->model, unscoped, &unscoped_place);
	}
	if (orm_named_scope_any(scope->model))
	{
		keys->uses = set_restriction(scope, unscoped);
		foreach(cell, keys->uses)
			((OrmScopeUse *) lfirst(cell))->by_default = true;
	}
	if (!(takes & ORM_SCOPE_TAKES_DEFAULTS))
		keys->uses = NIL;
	if (named != NULL)
		keys->uses = list_concat(keys->uses, read_uses(scope->builder->compiler, scope->model, *named, &scope_place));
	if (takes & ORM_SCOPE_TAKES_ORDER)
	{
		take_part(keys, ORM_KEY_ORDER_BY, ORM_SCOPE_ORDER_BY);
		take_part(keys, ORM_KEY_LIMIT, ORM_SCOPE_LIMIT);
	}
	if (orm_query_key(keys, ORM_KEY_LOAD) != NULL)
		drop_default_loads(keys->uses);
}

/* ---- For all ---- */

/* A compiler for a model without a query of its own. */
static OrmCompiler
begin_compiler(const OrmQueryRequest *request)
{
	OrmCompiler compiler = {.request = request, .compiled = palloc0(sizeof(OrmCompiled))};

	compiler.depends = list_make1(unconstify(OrmModel *, request->model));
	return compiler;
}

char *
orm_named_scope_print(const OrmModel *model, const char *alias, int lifts)
{
	OrmQueryRequest request = {.verb = ORM_QUERY_ROWS, .model = model};
	OrmCompiler compiler;
	OrmDeleted deleted = lifts & ORM_SCOPE_LIFTS_DELETED ? ORM_DELETED_TOO : ORM_DELETED_NO;
	OrmShape shape;
	OrmScope *scope;

	if (!model->default_scoped || (lifts & ORM_SCOPE_LIFTS_DEFAULTS))
		return orm_soft_delete_condition(model, alias, deleted);
	orm_shape_begin(&shape);
	request.shape = &shape;
	compiler = begin_compiler(&request);
	scope = orm_query_scope(orm_query_builder(&compiler), model);
	scope->alias = alias;
	scope->deleted = deleted;
	orm_named_scope_restrict(scope);
	return unconstify(char *, scope->restriction);
}

const char *
orm_named_scope_and(const OrmModel *model, const char *alias, int lifts)
{
	const char *scopes = orm_named_scope_print(model, alias, lifts);

	return scopes != NULL ? psprintf(" AND %s", scopes) : "";
}

void
orm_named_scope_check(const OrmModel *model, const OrmModelScope *scope)
{
	OrmQueryRequest request = {.verb = ORM_QUERY_ALL, .model = model, .checks_scope = true};
	StringInfoData text;
	OrmShape shape;

	initStringInfo(&text);
	appendStringInfoString(&text, "{\"scope\": ");
	escape_json(&text, scope->name);
	appendStringInfoString(&text, scope->is_default ? ", \"unscoped\": true}" : "}");
	request.document = orm_document_parse(text.data, text.len);
	orm_shape_begin(&shape);
	orm_shape_add_query(&shape, request.document);
	request.shape = &shape;
	orm_compiler_run(&request);
	if (!scope->is_default)
		return;
	request.document = orm_document_parse("{}", 2);
	orm_shape_begin(&shape);
	orm_compiler_run(&request);
}
