/*
 * reflection.c - orm.reflect.
 */
#include "postgres.h"

#include "catalog/catalog.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "utils/lsyscache.h"

#include "base/attempt.h"
#include "base/pattern.h"
#include "define/reflection.h"
#include "define/reflection_apply.h"
#include "define/reflection_plan.h"
#include "define/report.h"
#include "model/relationship.h"
#include "registry/registry.h"

static const char *const action_words[] = {
	[ORM_REFLECTION_MAPPED] = "mapped",	  [ORM_REFLECTION_EXTENDED] = "extended", [ORM_REFLECTION_KEPT] = "kept",
	[ORM_REFLECTION_SKIPPED] = "skipped", [ORM_REFLECTION_PRUNED] = "pruned",
};

/* What kinds of relations are called. */
static const struct
{
	char relkind;
	const char *word;
} relation_words[] = {
	{RELKIND_RELATION, "table"},
	{RELKIND_PARTITIONED_TABLE, "partitioned table"},
	{RELKIND_FOREIGN_TABLE, "foreign table"},
	{RELKIND_VIEW, "view"},
	{RELKIND_MATVIEW, "materialized view"},
};

/* The schema that is meant. */
static Oid
find_schema(const char *name)
{
	List *path = name == NULL ? fetch_search_path(false) : NIL;
	Oid schema;

	if (name == NULL && path == NIL)
		ereport(ERROR, errcode(ERRCODE_UNDEFINED_SCHEMA), errmsg("no schema has been selected to reflect"),
				errhint("Name one: orm.reflect('public')."));
	schema = name == NULL ? linitial_oid(path) : get_namespace_oid(name, false);
	if (IsCatalogNamespace(schema) || IsToastNamespace(schema) || schema == orm_registry_schema() ||
		strcmp(get_namespace_name(schema), "information_schema") == 0)
		ereport(ERROR, errcode(ERRCODE_WRONG_OBJECT_TYPE),
				errmsg("schema \"%s\" cannot be reflected", get_namespace_name(schema)),
				errdetail("Its relations belong to the system or to the extension."));
	return schema;
}

/* Patterns as regular expressions, each tried once, so that a wrong one raises. */
static List *
read_patterns(const List *patterns)
{
	List *expressions = NIL;
	ListCell *cell;

	foreach(cell, patterns)
	{
		char *regex = orm_pattern_regex(lfirst(cell));

		orm_pattern_matches("", regex);
		expressions = lappend(expressions, regex);
	}
	return expressions;
}

/* What a relation is called. */
static const char *
relation_word(char relkind)
{
	for (int i = 0; i < (int) lengthof(relation_words); i++)
		if (relation_words[i].relkind == relkind)
			return relation_words[i].word;
	return "relation";
}

/* Appends a row. */
static void
add_row(List **rows, char *model, OrmReflectionAction action, const char *kind, char *identity, char *detail)
{
	OrmReflectionRow *row = palloc(sizeof(OrmReflectionRow));

	row->model = model;
	row->action = action_words[action];
	row->kind = kind;
	row->identity = identity;
	row->detail = detail;
	*rows = lappend(*rows, row);
}

/* What an end comes from: a constraint, or a join table. */
static char *
source_of(const OrmReflectedEnd *end)
{
	return end->join != NULL ? psprintf("join table %s", end->join->identity)
							 : psprintf("constraint %s", end->key->name);
}

/* Appends the rows of a model's relationships, as far as anything became of them. */
static void
add_end_rows(const OrmReflectedModel *model, List **rows)
{
	ListCell *cell;

	foreach(cell, model->ends)
	{
		const OrmReflectedEnd *end = lfirst(cell);

		if (end->action != ORM_REFLECTION_KEPT)
			add_row(rows, model->name, end->action, orm_relationship_kind_name(end->kind), end->name,
					end->detail != NULL ? end->detail : source_of(end));
	}
	foreach(cell, model->pruned)
		add_row(rows, model->name, ORM_REFLECTION_PRUNED, "relationship", lfirst(cell), NULL);
}

/* What became of a join table: one of its ends is new, or is there. */
static OrmReflectionAction
action_of_join(const OrmReflectionPlan *plan, const OrmReflectedModel *join)
{
	OrmReflectionAction action = ORM_REFLECTION_SKIPPED;
	ListCell *cell;
	ListCell *inner;

	foreach(cell, plan->models)
		foreach(inner, ((OrmReflectedModel *) lfirst(cell))->ends)
		{
			const OrmReflectedEnd *end = lfirst(inner);

			if (end->join == join && end->action != ORM_REFLECTION_SKIPPED && action != ORM_REFLECTION_MAPPED)
				action = end->action;
		}
	return action;
}

/* Appends the rows of an entry of the plan. */
static void
add_rows(const OrmReflectionPlan *plan, const OrmReflectedModel *model, List **rows)
{
	bool only_joins = model->name == NULL && model->action != ORM_REFLECTION_SKIPPED;
	OrmReflectionAction action = model->action;

	if (!model->in_scope && action == ORM_REFLECTION_KEPT)
		return;
	if (only_joins)
		action = action_of_join(plan, model);
	add_row(rows, model->action == ORM_REFLECTION_SKIPPED ? NULL : model->name, action,
			only_joins ? "join table" : relation_word(model->relation->relkind), model->identity, model->detail);
	if (model->problem != NULL)
		add_row(rows, model->name, ORM_REFLECTION_SKIPPED, "accessors", model->name, model->problem);
	if (orm_reflection_plan_is_model(model))
		add_end_rows(model, rows);
}

/* Appends the rows of functions. */
static void
add_changes(const List *changes, List **rows)
{
	ListCell *cell;

	foreach(cell, changes)
	{
		const OrmReported *change = lfirst(cell);
		OrmReflectionRow *row = palloc0(sizeof(OrmReflectionRow));

		row->model = change->model;
		row->action = change->action;
		row->kind = change->kind;
		row->identity = change->name;
		*rows = lappend(*rows, row);
	}
}

/* What is made, and perhaps undone. */
typedef struct ReflectionRun
{
	OrmReflectionPlan *plan;
	List *rows;
} ReflectionRun;

/* Makes the models of a plan and says what became of them. */
static void
run_plan(void *argument)
{
	ReflectionRun *run = argument;
	List *changes = NIL;
	ListCell *cell;

	orm_reflection_apply(run->plan, &changes);
	foreach(cell, run->plan->models)
		add_rows(run->plan, lfirst(cell), &run->rows);
	add_changes(changes, &run->rows);
}

List *
orm_reflection_run(const OrmReflectionRequest *request)
{
	OrmReflectionOptions *options = orm_reflection_options_read(request->options);
	OrmReflectionScope scope = {InvalidOid, request->has_include, NIL, NIL};
	ReflectionRun run = {NULL, NIL};
	ErrorData *error;

	orm_registry_check_writable();
	scope.schema = find_schema(request->schema);
	scope.include = read_patterns(request->include);
	scope.exclude = read_patterns(request->exclude);
	orm_registry_lock();
	run.plan = orm_reflection_plan_make(&scope, options);
	if (!options->dry_run)
	{
		run_plan(&run);
		return run.rows;
	}
	error = orm_attempt(run_plan, &run, ORM_ATTEMPT_UNDO);
	if (error != NULL)
		ReThrowError(error);
	return run.rows;
}
