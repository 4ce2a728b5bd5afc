/*
 * migrate.c - see migrate.h.
 */
#include "postgres.h"

#include "miscadmin.h"

#include "base/attempt.h"
#include "base/names.h"
#include "define/applied.h"
#include "define/baseline.h"
#include "define/create.h"
#include "define/migrate.h"
#include "define/migrate_check.h"
#include "define/loosen.h"
#include "define/migrate_lock.h"
#include "define/model_function.h"
#include "define/online_plan.h"
#include "define/online_worker.h"
#include "define/owner.h"
#include "define/register.h"
#include "define/rename.h"
#include "define/saved.h"
#include "define/set_aside.h"
#include "define/sync.h"
#include "define/undo.h"
#include "define/written_statements.h"
#include "exec/execute.h"
#include "model/once.h"
#include "registry/binding.h"

/* So often the difference is found and run: a step can take along what another declaration has. */
#define ROUNDS 4

/* A migration that is run. */
typedef struct Migration
{
	const OrmMigrateOptions *options;
	OrmApplied *applied;
	List *steps; /* that were run */
} Migration;

/* Error context: the statement of a step. */
static void
add_step_context(void *argument)
{
	errcontext("step of the migration: %s", ((const OrmStep *) argument)->sql);
}

/* Runs a step as the owner of its table; *indexes: see orm_loosen_computed. */
static void
run_step(OrmStep *step, List **indexes)
{
	ErrorContextCallback context = {error_context_stack, add_step_context, step};
	OrmIdentity identity;

	CHECK_FOR_INTERRUPTS();
	if (step->phase == ORM_PHASE_FUNCTION)
		return; /* see settle */
	error_context_stack = &context;
	identity = orm_owner_begin_pinned(step->owner, step->schema);
	orm_migrate_check_rows(step);
	orm_loosen_computed(step, indexes);
	orm_execute_statement(step->sql);
	orm_owner_end(identity);
	error_context_stack = context.previous;
}

/* Takes the words out of a text that a migration has done. */
static void
take_out_words(const char *name)
{
	OrmRegistered *row = orm_registry_find(name);
	OrmDeclaration *declaration;

	if (row == NULL || !row->mapped)
		return;
	declaration = orm_register_declaration(row);
	orm_once_take_out(declaration);
	orm_written_statements_settle(declaration, row->relid);
	orm_model_function_write(row, declaration, row->relid);
}

/* A relationship whose join table the extension has made. */
typedef struct MadeJoin
{
	const char *model;
	const char *relationship;
} MadeJoin;

/* Appends the relationships of a declaration that say so. */
static List *
add_made(List *made, const OrmDeclaration *declaration)
{
	ListCell *cell;

	foreach(cell, declaration->relationships)
	{
		const OrmDeclaredRelationship *relationship = lfirst(cell);
		MadeJoin *join;

		if (relationship->made != ORM_YES)
			continue;
		join = palloc(sizeof(MadeJoin));
		join->model = declaration->model;
		join->relationship = relationship->name;
		made = lappend(made, join);
	}
	return made;
}

/* The join tables made before, as the texts say, and by this migration, as the plan says. */
static List *
made_joins(const OrmDifference *difference)
{
	List *made = NIL;
	ListCell *cell;
	ListCell *row;

	forboth(cell, difference->declarations, row, difference->rows)
	{
		made = add_made(made, lfirst(cell));
		made = add_made(made, orm_register_declaration(lfirst(row)));
	}
	return made;
}

/* Notes them in the texts. */
static void
note_made(const List *made)
{
	ListCell *cell;

	foreach(cell, made)
	{
		const MadeJoin *join = lfirst(cell);
		OrmRegistered *row = orm_registry_find(join->model);
		OrmDeclaration *declaration = row != NULL && row->mapped ? orm_register_declaration(row) : NULL;
		OrmDeclaredRelationship *relationship = NULL;

		if (declaration != NULL)
			relationship = orm_declaration_relationship(declaration, join->relationship);
		if (relationship == NULL || relationship->through == NULL || relationship->made == ORM_YES)
			continue;
		relationship->made = ORM_YES;
		orm_model_function_write(row, declaration, row->relid);
	}
}

/* Adds a name, once. */
static List *
add_name(List *names, const char *name)
{
	return orm_name_is_among(names, name) ? names : lappend(names, unconstify(char *, name));
}

/* The names of the models that the steps are about, and of models that name a renamed one. */
static List *
changed_models(const OrmDifference *difference)
{
	List *names = NIL;
	ListCell *cell;
	ListCell *follower;

	foreach(cell, difference->steps)
	{
		const OrmStep *step = lfirst(cell);

		names = add_name(names, step->about);
		foreach(follower, step->former != NULL ? orm_rename_followers(step->former, step->about, step->owner) : NIL)
			names = add_name(names, lfirst(follower));
	}
	return names;
}

/* These, and other models of the tables; what is pending of those stays so. */
static List *
models_of_tables(const OrmDifference *difference, const List *changed)
{
	List *names = list_copy(changed);
	ListCell *cell;
	ListCell *other;

	foreach(cell, difference->steps)
	{
		const OrmStep *step = lfirst(cell);

		foreach(other, OidIsValid(step->relid) ? orm_registry_of_relation(step->relid) : NIL)
			names = add_name(names, ((OrmRegistered *) lfirst(other))->name);
	}
	return names;
}

/* Of models whose tables are as declared: texts, triggers and functions. */
static void
settle(const OrmDifference *difference, const List *changed, const List *made, bool take_out)
{
	ListCell *cell;

	foreach(cell, take_out ? changed : NIL)
		take_out_words(lfirst(cell));
	if (changed != NIL)
		(void) orm_create_tables(InvalidOid, changed);
	foreach(cell, models_of_tables(difference, changed))
		(void) orm_sync_model(lfirst(cell));
	note_made(made);
}

/* Finds the difference under the locks, and runs it; false: there is none. */
static bool
run_round(Migration *migration)
{
	OrmDifference difference = orm_difference_find(migration->options->models, false);
	List *indexes = NIL;
	List *changed;
	List *made;
	ListCell *cell;

	orm_difference_drop_notes(&difference);
	orm_set_aside_steps(&difference, migration->options);
	if (difference.steps == NIL)
		return false;
	orm_applied_note(migration->applied, &difference);
	made = made_joins(&difference);
	changed = changed_models(&difference);
	orm_difference_count(difference.steps);
	orm_migrate_check_steps(difference.steps, migration->options);
	foreach(cell, difference.steps)
		if (((OrmStep *) lfirst(cell))->phase < ORM_PHASE_CLEANUP)
			run_step(lfirst(cell), &indexes);
	settle(&difference, changed, made, true);
	foreach(cell, indexes)
		run_step(lfirst(cell), NULL);
	foreach(cell, difference.steps)
		if (((OrmStep *) lfirst(cell))->phase == ORM_PHASE_CLEANUP)
			run_step(lfirst(cell), &indexes);
	migration->steps = list_concat(migration->steps, difference.steps);
	return true;
}

/* The work of orm_migrate_apply, from the locks on. */
static void
run_all(Migration *migration)
{
	int round = 0;

	while (run_round(migration))
		if (++round == ROUNDS)
			ereport(ERROR, errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE), errmsg("migration leaves a difference"),
					errdetail_internal("%s", ((OrmStep *) llast(migration->steps))->sql));
}

/* Of models that are as declared, what they were before is no longer needed. */
static void
forget_former(const OrmDifference *difference)
{
	ListCell *cell;

	foreach(cell, difference->rows)
	{
		const OrmRegistered *row = lfirst(cell);

		if (!row->mapped || orm_binding_former(row->function) == NULL)
			continue;
		orm_registry_lock_name(row->name);
		orm_binding_forget(row->function);
	}
}

List *
orm_migrate_apply(const OrmMigrateOptions *options, OrmApplied *applied)
{
	Migration migration = {options, applied, NIL};
	OrmDifference difference = orm_difference_find(options->models, false);

	orm_difference_drop_notes(&difference);
	orm_set_aside_steps(&difference, options);
	if (difference.steps == NIL)
	{
		orm_online_plan_give_up(&difference, options);
		forget_former(&difference);
		return NIL;
	}
	orm_difference_count(difference.steps);
	orm_migrate_check_steps(difference.steps, options);
	orm_migrate_lock_all(&difference, options);
	run_all(&migration);
	if (options->keep > 0 && applied->note == NULL)
		applied->note = psprintf("columns are kept for %d %s instead of dropped", options->keep,
								 options->keep == 1 ? "day" : "days");
	forget_former(&difference);
	return migration.steps;
}

bool
orm_migrate_is_new_table(const OrmStep *step)
{
	return !OidIsValid(step->relid) && step->phase >= ORM_PHASE_COLUMN && step->phase < ORM_PHASE_TRIGGER &&
		step->phase != ORM_PHASE_DATA;
}

/* The names of the models that have no table yet. */
static List *
new_models(const OrmDifference *difference)
{
	List *names = NIL;
	ListCell *cell;

	foreach(cell, difference->rows)
		if (!((const OrmRegistered *) lfirst(cell))->mapped)
			names = add_name(names, ((const OrmRegistered *) lfirst(cell))->name);
	return names;
}

void
orm_migrate_make_tables(const OrmMigrateOptions *options)
{
	OrmDifference difference = orm_difference_find(options->models, false);
	List *made = made_joins(&difference);
	List *indexes = NIL;
	ListCell *cell;

	foreach(cell, difference.steps)
		if (!orm_migrate_is_new_table(lfirst(cell)))
			difference.steps = foreach_delete_current(difference.steps, cell);
	orm_migrate_lock_all(&difference, options);
	foreach(cell, difference.steps)
		run_step(lfirst(cell), &indexes);
	settle(&difference, new_models(&difference), made, false);
}

void
orm_migrate_finish(const OrmMigrateOptions *options)
{
	OrmApplied applied = {.action = "migrate"};
	OrmMigrateOptions present = *options;
	OrmDifference difference = orm_difference_find(options->models, false);
	ListCell *cell;

	present.models = NIL; /* without models that are renamed */
	foreach(cell, difference.rows)
		present.models = lappend(present.models, ((const OrmRegistered *) lfirst(cell))->name);
	(void) orm_migrate_apply(&present, &applied);
	difference = orm_difference_find(present.models, false);
	settle(&difference, present.models, NIL, true);
	forget_former(&difference);
}

/* A call of orm.migrate; for orm_attempt. */
typedef struct MigrateCall
{
	const OrmMigrateOptions *options;
	OrmApplied applied;
	List *steps;
	int64 id;
} MigrateCall;

/* Does what is asked for, and writes the row of it. */
static void
run_call(void *argument)
{
	MigrateCall *call = argument;

	if (call->options->undo != 0)
		call->steps = orm_undo_run(call->options, &call->applied);
	else if (call->options->baseline)
		call->steps = orm_baseline_run(call->options, &call->applied);
	else if (call->options->accept != NIL)
		call->steps = orm_baseline_accept(call->options, &call->applied);
	else if (call->options->saved != NULL)
		call->steps = orm_saved_run(call->options, &call->applied);
	else if (call->options->online)
		call->steps = orm_online_plan_make(call->options, &call->applied);
	else
		call->steps = orm_migrate_apply(call->options, &call->applied);
	if (call->applied.changes != NIL)
		call->id = orm_applied_write(&call->applied, call->steps);
	if (call->id > 0)
		orm_online_plan_replace(call->id);
	if (call->id > 0 && call->options->online)
		orm_online_plan_write(call->id, call->steps, call->options);
	if (call->id > 0 && call->options->background)
		orm_online_worker_start(call->id);
}

List *
orm_migrate_run(const OrmMigrateOptions *options, int64 *id)
{
	MigrateCall call = {options, {.action = "migrate", .name = options->name}, NIL, 0};
	ErrorData *error = NULL;

	orm_registry_check_writable();
	if (options->background)
		orm_online_worker_check();
	if (options->rehearse)
		error = orm_attempt(run_call, &call, ORM_ATTEMPT_UNDO);
	else
		run_call(&call);
	if (error != NULL)
		ReThrowError(error);
	*id = options->rehearse ? 0 : call.id;
	return call.steps;
}
