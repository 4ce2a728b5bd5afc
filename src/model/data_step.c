/*
 * data_step.c - see data_step.h.
 */
#include "postgres.h"

#include "nodes/nodes.h"

#include "base/document.h"
#include "base/error.h"
#include "base/names.h"
#include "base/sql.h"
#include "model/data_step.h"
#include "registry/history.h"
#include "registry/migration_step.h"

/* Statements that a step may be. */
static const NodeTag kinds[] = {T_InsertStmt, T_UpdateStmt, T_DeleteStmt, T_MergeStmt, T_SelectStmt, T_DoStmt};

/* Is a step of that kind allowed? */
static bool
is_allowed(const Node *statement)
{
	for (int i = 0; statement != NULL && i < (int) lengthof(kinds); i++)
		if (nodeTag(statement) == kinds[i])
			return true;
	return false;
}

/* Checks the statement of a step. */
static void
check_statement(const OrmDeclaredDataStep *step)
{
	OrmElementPlace place;

	if (!is_allowed(orm_sql_parse_spliced("", step->sql, "\n", NULL)))
		ereport(ERROR, errcode(ERRCODE_SYNTAX_ERROR), errmsg("data step \"%s\" must be one statement", step->name),
				errdetail("At %s. INSERT, UPDATE, DELETE, MERGE, SELECT and DO are allowed.",
						  orm_path_text(orm_declaration_place(&place, step->position, "data_step", "sql"))),
				errhint("Changes of the table are declared; DO has several statements."));
}

void
orm_data_step_check(const OrmDeclaration *declaration)
{
	OrmElementPlace place;
	ListCell *cell;
	ListCell *other;

	foreach(cell, declaration->data_steps)
	{
		const OrmDeclaredDataStep *step = lfirst(cell);

		if (!declaration->stored)
			check_statement(step);
		foreach(other, declaration->data_steps)
			if (lfirst(other) != step && strcmp(((OrmDeclaredDataStep *) lfirst(other))->name, step->name) == 0 &&
				foreach_current_index(other) < foreach_current_index(cell))
				ereport(ERROR, errcode(ERRCODE_DUPLICATE_OBJECT),
						errmsg("data step \"%s\" is declared more than once", step->name),
						orm_error_place(orm_declaration_place(&place, step->position, "data_step", "name")));
	}
}

bool
orm_data_step_is_before(const OrmDeclaredDataStep *step)
{
	return step->timing != NULL && strcmp(step->timing, "before") == 0;
}

char *
orm_data_step_object(const OrmDeclaredDataStep *step)
{
	return psprintf("data step %s", orm_sql_quoted(step->name));
}

/* Is a member of an object that text? */
static bool
has_text(OrmJson object, const char *key, const char *text)
{
	OrmJson value;

	return orm_json_member(object, key, &value) && orm_json_kind(value) == ORM_JSON_STRING &&
		strcmp(orm_json_string(value), text) == 0;
}

/* Has an online migration that is not done run a step of a model? */
static bool
has_run_online(const OrmHistory *row, const char *model, const char *object)
{
	ListCell *cell;

	foreach(cell, orm_migration_step_all(row->id))
	{
		const OrmMigrationStep *step = lfirst(cell);

		if (strcmp(step->state, ORM_STEP_DONE) == 0 && strcmp(step->action, ORM_DATA_STEP_ACTION) == 0 &&
			strcmp(step->model, model) == 0 && strcmp(step->object, object) == 0)
			return true;
	}
	return false;
}

/* Has a migration run a step of a model? */
static bool
has_run(const OrmHistory *row, const char *model, const char *object)
{
	OrmJsonWalk walk;

	if (strcmp(row->state, ORM_HISTORY_PLANNED) == 0 || strcmp(row->state, ORM_HISTORY_REPLACED) == 0)
		return has_run_online(row, model, object);
	if (strcmp(row->state, ORM_HISTORY_DONE) != 0 || !orm_name_is_among(row->models, model))
		return false;
	walk = orm_json_walk(orm_document_root(orm_document_parse(row->steps, strlen(row->steps))));
	while (orm_json_next(&walk))
		if (has_text(walk.value, "action", ORM_DATA_STEP_ACTION) && has_text(walk.value, "model", model) &&
			has_text(walk.value, "object", object))
			return true;
	return false;
}

List *
orm_data_step_pending(const OrmDeclaration *declaration)
{
	List *history = declaration->data_steps != NIL ? orm_history_all() : NIL;
	List *pending = NIL;
	ListCell *cell;
	ListCell *row;

	foreach(cell, declaration->data_steps)
	{
		char *object = orm_data_step_object(lfirst(cell));
		bool done = false;

		foreach(row, history)
			done = done || has_run(lfirst(row), declaration->model, object);
		if (!done)
			pending = lappend(pending, lfirst(cell));
	}
	return pending;
}
