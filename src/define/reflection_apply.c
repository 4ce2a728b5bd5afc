/*
 * reflection_apply.c - making the models of a plan.
 *
 *   1. the new models, without relationships
 *   2. the relationships of all models, whose targets are known now
 *   3. the accessors, where there are any
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#include "base/attempt.h"
#include "base/names.h"
#include "define/declare.h"
#include "define/reconcile.h"
#include "define/reflection_apply.h"
#include "define/register.h"
#include "model/cache.h"
#include "model/naming.h"

/* So often progress is reported. */
#define STEP 100

/* What is done with one model. */
typedef void (*Work)(void *step);

typedef struct ReflectionStep
{
	const OrmReflectionPlan *plan;
	OrmReflectedModel *model;
	List **changes;
	MemoryContext outer; /* of *changes */
} ReflectionStep;

/* Reports progress, of many. */
static void
report_progress(const char *what, int done, int total)
{
	if (done % STEP == 0 && total > STEP)
		ereport(NOTICE, errmsg("%s: %d of %d", what, done, total));
}

/* The text of a row for an error. */
static char *
error_text(const ErrorData *error)
{
	char *text = orm_reflection_plan_detail(error->sqlerrcode, error->message);

	return error->detail != NULL ? psprintf("%s. %s", text, error->detail) : text;
}

/* Does something with a model in a subtransaction; returns the text of the error that it raised, or NULL. */
static char *
attempt(Work work, ReflectionStep *step)
{
	MemoryContext caller = CurrentMemoryContext;
	MemoryContext own = AllocSetContextCreate(caller, "orm reflection of a model", ALLOCSET_SMALL_SIZES);
	ErrorData *error;
	int reported = list_length(*step->changes);
	char *text;

	CHECK_FOR_INTERRUPTS();
	step->outer = MemoryContextSwitchTo(own);
	error = orm_attempt(work, step, ORM_ATTEMPT_KEEP);
	MemoryContextSwitchTo(caller);
	text = error != NULL ? error_text(error) : NULL;
	if (error != NULL)
		*step->changes = list_truncate(*step->changes, reported);
	MemoryContextDelete(own);
	return text;
}

/* Names the attributes of a new model in camel case, by rule; its columns are those whose names are others. */
static void
name_in_camel_case(OrmDeclaration *declaration, const OrmCatalogRelation *relation)
{
	OrmDeclaredNaming *naming = palloc0(sizeof(OrmDeclaredNaming));
	List *columns = NIL;
	ListCell *cell;

	naming->style = "camel";
	declaration->namings = list_make1(naming);
	foreach(cell, relation->columns)
	{
		char *name = ((const OrmCatalogColumn *) lfirst(cell))->name;
		OrmDeclaredColumn *column = orm_declaration_column(declaration, name);
		char *attribute = column != NULL ? column->attribute : orm_declaration_attribute_name(name);

		if (strcmp(attribute, orm_naming_attribute(declaration, name)) != 0)
			columns = lappend(columns, orm_declaration_make_column(name, attribute, list_length(columns)));
	}
	declaration->columns = columns;
}

/* Makes a new model, without relationships. */
static void
make_model(void *argument)
{
	const ReflectionStep *step = argument;
	const OrmReflectedModel *model = step->model;
	OrmDeclaration declaration = {0};

	declaration.model = model->name;
	declaration.schema = get_namespace_name(model->relation->schema);
	declaration.relation = model->relation->name;
	declaration.columns = model->columns;
	if (step->plan->options->camel)
		name_in_camel_case(&declaration, model->relation);
	if (model->key != NIL)
		declaration.constraints = list_make1(
			orm_declaration_make_constraint(ORM_CONSTRAINT_PRIMARY_KEY, NULL, model->key));
	declaration.has_accessors = !step->plan->options->accessors;
	declaration.all_accessors = step->plan->options->accessors;
	orm_declare_mapped(model->relation->relid, orm_register_read_again(&declaration, true));
}

/* How a document calls a join table: by its model, else by its name. */
static char *
through_name(const OrmReflectedModel *join)
{
	return orm_reflection_plan_is_model(join)
		? join->name
		: orm_name_compose(get_namespace_name(join->relation->schema), join->relation->name);
}

/* Is the end to be added, or there? */
static bool
stands(const OrmReflectedEnd *end)
{
	return end != NULL && end->action != ORM_REFLECTION_SKIPPED;
}

/* An end as a document declares it. */
static OrmDeclaredRelationship *
declare_end(const OrmReflectionPlan *plan, const OrmReflectedEnd *end)
{
	OrmDeclaredRelationship *relationship = palloc0(sizeof(OrmDeclaredRelationship));
	const OrmCatalogRelation *holder = orm_catalog_relation(plan->catalog, end->key->holder);

	relationship->kind = end->kind;
	relationship->name = end->name;
	relationship->model = end->target->name;
	relationship->foreign_key = orm_catalog_names(holder, end->key->columns, end->key->n);
	relationship->through = end->join != NULL ? through_name(end->join) : NULL;
	relationship->back_populates = stands(end->inverse) ? end->inverse->name : NULL;
	relationship->made = relationship->nullable = relationship->has_constraint = relationship->one = ORM_NOT_GIVEN;
	relationship->position = PG_INT32_MAX;
	return relationship;
}

/* The relationships of a declaration without the pruned ones. */
static List *
without_pruned(const OrmDeclaration *declaration, const List *pruned)
{
	List *rest = NIL;
	ListCell *cell;
	ListCell *name;

	foreach(cell, declaration->relationships)
	{
		bool found = false;

		foreach(name, pruned)
			found = found || strcmp(((OrmDeclaredRelationship *) lfirst(cell))->name, lfirst(name)) == 0;
		if (!found)
			rest = lappend(rest, lfirst(cell));
	}
	return rest;
}

/* Adds the new relationships of a model, and removes the pruned ones. */
static void
relate_model(void *argument)
{
	const ReflectionStep *step = argument;
	OrmReflectedModel *model = step->model;
	OrmRegistered *row = orm_declare_lock(model->name);
	OrmDeclaration *declaration;
	MemoryContext own;
	ListCell *cell;

	if (row == NULL || !row->mapped)
		orm_cache_raise_unknown(model->name);
	declaration = orm_register_declaration(row);
	declaration->relationships = without_pruned(declaration, model->pruned);
	if (model->exists && model->key != NIL && declaration->by_map)
		declaration->constraints = list_make1(
			orm_declaration_make_constraint(ORM_CONSTRAINT_PRIMARY_KEY, NULL, model->key));
	foreach(cell, model->ends)
	{
		const OrmReflectedEnd *end = lfirst(cell);

		if (end->action == ORM_REFLECTION_MAPPED)
			declaration->relationships = lappend(declaration->relationships, declare_end(step->plan, end));
	}
	declaration = orm_register_read_again(declaration, true);
	if (model->pruned != NIL)
	{
		own = MemoryContextSwitchTo(step->outer);
		orm_reconcile_drop_stale(model->existing, declaration, step->changes);
		MemoryContextSwitchTo(own);
	}
	orm_register_mapped(row, declaration, row->relid);
}

/* Makes the functions of a model that are missing. */
static void
make_accessors(void *argument)
{
	const ReflectionStep *step = argument;
	const OrmModel *model = orm_cache_open(step->model->name, AccessShareLock);
	MemoryContext own = MemoryContextSwitchTo(step->outer);

	orm_reconcile_accessors(model, true, step->changes);
	MemoryContextSwitchTo(own);
}

/* Is there anything to add to a model, or to take away? */
static bool
has_news(const OrmReflectedModel *model)
{
	ListCell *cell;

	foreach(cell, model->ends)
		if (((OrmReflectedEnd *) lfirst(cell))->action == ORM_REFLECTION_MAPPED)
			return true;
	return model->pruned != NIL || (model->exists && model->key != NIL);
}

/* Step 1. */
static void
make_models(OrmReflectionPlan *plan, List **changes)
{
	int done = 0;
	ListCell *cell;

	foreach(cell, plan->models)
	{
		ReflectionStep step = {plan, lfirst(cell), changes, NULL};
		char *problem;

		if (!orm_reflection_plan_is_model(step.model) || step.model->exists)
			continue;
		problem = attempt(make_model, &step);
		if (problem != NULL)
		{
			step.model->action = ORM_REFLECTION_SKIPPED;
			step.model->detail = problem;
		}
		report_progress("relations mapped", ++done, list_length(plan->models));
	}
}

/* Skips the relationships of a model, all of them or those whose models have been skipped. */
static void
skip_ends(OrmReflectedModel *model, char *problem)
{
	ListCell *cell;

	foreach(cell, model->ends)
	{
		OrmReflectedEnd *end = lfirst(cell);

		if (end->action != ORM_REFLECTION_MAPPED || (problem == NULL && orm_reflection_plan_is_model(end->target)))
			continue;
		end->action = ORM_REFLECTION_SKIPPED;
		end->detail = problem != NULL
			? problem
			: orm_reflection_plan_detail(ERRCODE_UNDEFINED_OBJECT,
										 psprintf("model \"%s\" does not exist", end->target->name));
	}
}

/* Step 2. */
static void
relate_models(OrmReflectionPlan *plan, List **changes)
{
	int done = 0;
	ListCell *cell;

	foreach(cell, plan->models)
	{
		ReflectionStep step = {plan, lfirst(cell), changes, NULL};
		char *problem;

		if (!orm_reflection_plan_is_model(step.model) || !has_news(step.model))
			continue;
		problem = attempt(relate_model, &step);
		if (problem != NULL)
			skip_ends(step.model, problem);
		else if (step.model->exists)
			step.model->action = ORM_REFLECTION_EXTENDED;
		report_progress("models related", ++done, list_length(plan->models));
	}
}

/* Step 3.  A model whose functions cannot be made stays without. */
static void
complete_accessors(OrmReflectionPlan *plan, List **changes)
{
	ListCell *cell;

	foreach(cell, plan->models)
	{
		ReflectionStep step = {plan, lfirst(cell), changes, NULL};

		if (orm_reflection_plan_is_model(step.model) && step.model->action != ORM_REFLECTION_KEPT &&
			(step.model->exists || plan->options->accessors))
			step.model->problem = attempt(make_accessors, &step);
	}
}

void
orm_reflection_apply(OrmReflectionPlan *plan, List **changes)
{
	List *names = NIL;
	ListCell *cell;

	make_models(plan, changes);
	foreach(cell, plan->models)
	{
		const OrmReflectedModel *model = lfirst(cell);

		skip_ends(lfirst(cell), NULL);
		if (orm_reflection_plan_is_model(model) && !model->exists)
			names = lappend(names, model->name);
	}
	relate_models(plan, changes);
	complete_accessors(plan, changes);
	orm_declare_make_waiting(names, changes);
}
