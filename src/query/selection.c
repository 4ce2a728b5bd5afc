/*
 * selection.c - the members of a level's objects: select, omit, compute, etag.
 */
#include "postgres.h"

#include "catalog/pg_collation.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"

#include "model/computed.h"
#include "model/hidden.h"
#include "query/compile.h"

int
orm_query_column(OrmColumns *columns, const char *sql, Oid type)
{
	ListCell *cell;

	foreach(cell, columns->sql)
		if (strcmp(lfirst(cell), sql) == 0)
			return foreach_current_index(cell);
	columns->sql = lappend(columns->sql, unconstify(char *, sql));
	columns->types = lappend_oid(columns->types, type);
	return list_length(columns->sql) - 1;
}

/* The index of a name of "compute", or -1. */
static int
find_named(const OrmScope *scope, const char *name)
{
	ListCell *cell;

	foreach(cell, scope->named)
		if (strcmp(((OrmExpression *) lfirst(cell))->name, name) == 0)
			return foreach_current_index(cell);
	return -1;
}

/* Raises 22023 for a relationship in "select" or "omit", 42703 for other names. */
static void
raise_not_selectable(const OrmModel *model, const char *name, const OrmPath *place)
{
	if (orm_model_relationship(model, name) != NULL)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("relationship \"%s\" of model \"%s\" is not allowed here", name, model->name),
				orm_error_place(place), errhint("\"load\" reads related objects: {\"load\": [\"%s\"]}.", name));
	orm_model_no_attribute(model, name, place);
}

/* Sets the flags of the attributes that "*" stands for: shown in objects, and readable by the caller. */
static void
read_star(const OrmLevelBuild *build, bool *flags)
{
	OrmCompiler *compiler = build->compiler;
	const OrmModel *model = build->level->model;
	OrmStar *star = palloc0(sizeof(OrmStar));
	ListCell *cell;

	foreach(cell, compiler->depends)
		if (lfirst(cell) == model)
			star->depend = foreach_current_index(cell);
	Assert(list_nth(compiler->depends, star->depend) == model);
	if (compiler->request->readable != NULL)
		star->readable = compiler->request->readable(model);
	compiler->stars = lappend(compiler->stars, star);
	for (int i = 0; i < model->nattributes; i++)
		flags[i] = flags[i] || (model->shown[i] && (star->readable == NULL || star->readable[i]));
	for (int i = 0; i < model->ncomputed; i++)
		flags[model->nattributes + i] = flags[model->nattributes + i] ||
			(model->computed[i].shown && orm_computed_is_readable(model, i, star->readable));
}

/* Reads a list of names and sets their flags, which are by attribute, followed by names of "compute". */
static void
read_names(const OrmLevelBuild *build, OrmQueryKey key, bool star, bool *flags, bool value)
{
	const OrmModel *model = build->level->model;
	OrmPath list = orm_path_key(build->place, orm_query_key_name(key));
	OrmJson json = *orm_query_key(&build->keys, key);
	OrmJsonWalk walk = orm_json_walk(json);

	if (star && orm_json_kind(json) == ORM_JSON_STRING && orm_json_equals(json, "*"))
	{
		read_star(build, flags);
		return;
	}
	if (orm_json_kind(json) != ORM_JSON_ARRAY)
		orm_members_raise_no_array(json, "an array of attributes", &list);
	while (orm_json_next(&walk))
	{
		OrmPath here = orm_path_index(&list, walk.index);
		char *name;
		int found;

		CHECK_FOR_INTERRUPTS();
		if (orm_json_kind(walk.value) != ORM_JSON_STRING)
			orm_members_raise_kind(walk.value, "the name of an attribute", &here);
		if (star && orm_json_equals(walk.value, "*"))
		{
			read_star(build, flags);
			continue;
		}
		name = orm_json_string(walk.value);
		found = orm_model_attribute(model, name, strlen(name));
		if (found < 0 && orm_computed_number(model, name, strlen(name)) >= 0)
			found = model->nattributes + orm_computed_number(model, name, strlen(name));
		if (found < 0 && find_named(build->scope, name) >= 0)
			found = model->nattributes + model->ncomputed + find_named(build->scope, name);
		if (found < 0)
			raise_not_selectable(model, name, &here);
		if (value && found < model->nattributes && !build->compiler->request->selects_hidden)
			orm_hidden_refuse(model, &model->attributes[found], &here);
		flags[found] = value;
	}
}

/* Adds a member to the level's objects. */
static void
add_member(OrmLevelBuild *build, const char *name, const OrmType *type, const char *sql)
{
	OrmMember *member = &build->level->members[build->level->nmembers++];

	member->name = name;
	member->type = type;
	member->position = orm_query_column(&build->columns, sql, type->oid);
}

/*
 * Adds the etag:
 *
 *     orm.etag(ROW(t0."id", t0."nombre"))
 */
static void
add_etag(OrmLevelBuild *build)
{
	const OrmModel *model = build->level->model;
	StringInfoData sql;
	bool first = true;

	initStringInfo(&sql);
	appendStringInfo(&sql, "orm.%s(ROW(", model->hides ? "secret_etag" : "etag");
	for (int i = 0; i < model->nattributes; i++)
	{
		orm_sql_comma(&sql, &first);
		appendStringInfoString(&sql, orm_query_attribute(build->scope, i)->sql);
	}
	appendStringInfoString(&sql, "))");
	add_member(build, "$etag", orm_type_make(TEXTOID, -1, DEFAULT_COLLATION_OID), sql.data);
}

/* The expression of a member, by its number: attributes, computed attributes, names of "compute". */
static const OrmExpression *
member_expression(const OrmScope *scope, int number)
{
	const OrmModel *model = scope->model;

	if (number < model->nattributes)
		return orm_query_attribute(scope, number);
	if (number < model->nattributes + model->ncomputed)
		return orm_query_computed(scope, number - model->nattributes);
	return list_nth(scope->named, number - model->nattributes - model->ncomputed);
}

/* Sets the flags of the members for which nothing is selected. */
static void
read_shown(const OrmLevelBuild *build, bool rows, bool *read)
{
	const OrmModel *model = build->level->model;

	for (int i = 0; i < model->nattributes; i++)
		read[i] = rows || model->shown[i];
	for (int i = 0; i < model->ncomputed; i++)
		read[model->nattributes + i] = !rows && model->computed[i].shown;
}

void
orm_query_selection(OrmLevelBuild *build)
{
	const OrmModel *model = build->level->model;
	int nstored = model->nattributes + model->ncomputed;
	int nnamed = list_length(build->scope->named);
	bool *read = palloc0(sizeof(bool) * (nstored + nnamed));
	bool rows = build->compiler->request->verb == ORM_QUERY_ROWS;

	memset(read + nstored, !rows, nnamed);
	if (orm_query_key(&build->keys, ORM_KEY_SELECT) != NULL)
		read_names(build, ORM_KEY_SELECT, true, read, true);
	else
		read_shown(build, rows, read);
	if (orm_query_key(&build->keys, ORM_KEY_OMIT) != NULL)
		read_names(build, ORM_KEY_OMIT, false, read, false);
	build->level->members = palloc(sizeof(OrmMember) * (nstored + nnamed + 1));
	for (int i = 0; i < nstored + nnamed; i++)
	{
		const OrmExpression *expression = read[i] ? member_expression(build->scope, i) : NULL;

		if (expression != NULL)
			add_member(build, expression->name, expression->type, expression->sql);
	}
	if (orm_query_flag(&build->keys, ORM_KEY_ETAG, build->place))
		add_etag(build);
}
