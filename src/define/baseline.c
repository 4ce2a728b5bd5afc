/*
 * baseline.c - see baseline.h.
 */
#include "postgres.h"

#include "catalog/pg_class.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/lsyscache.h"

#include "base/attempt.h"
#include "base/names.h"
#include "base/sql.h"
#include "define/baseline.h"
#include "define/migrate_lock.h"
#include "define/model_function.h"
#include "define/owner.h"
#include "define/planning.h"
#include "define/register.h"
#include "model/cache.h"
#include "model/managed.h"
#include "model/reflect.h"
#include "registry/binding.h"

/* Can a relation be a declared model's? */
static bool
is_table(Oid relid)
{
	char relkind = get_rel_relkind(relid);

	return relkind == RELKIND_RELATION || relkind == RELKIND_PARTITIONED_TABLE;
}

/* The mapped models that the caller may change, on tables (List of char *). */
static List *
all_mapped(void)
{
	List *names = NIL;
	ListCell *cell;

	foreach(cell, orm_registry_all())
	{
		const OrmRegistered *row = lfirst(cell);

		if (row->by_map && row->mapped && is_table(row->relid) &&
			has_privs_of_role(GetUserId(), orm_registry_owner(row)))
			names = lappend(names, row->name);
	}
	return names;
}

static int
compare_names(const ListCell *a, const ListCell *b)
{
	return strcmp(lfirst(a), lfirst(b));
}

/* The model of that name, which the caller may change. */
static OrmRegistered *
open_model(const char *name)
{
	OrmRegistered *row = orm_registry_find(name);

	if (row == NULL)
		orm_cache_raise_unknown(name);
	orm_owner_check(row);
	if (!row->mapped)
		ereport(ERROR, errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE), errmsg("model \"%s\" has no table", name),
				errhint("SELECT * FROM orm.migrate(); creates it."));
	if (!is_table(row->relid))
		ereport(ERROR, errcode(ERRCODE_WRONG_OBJECT_TYPE), errmsg("\"%s\" is not a table", get_rel_name(row->relid)),
				errdetail("It is the relation of model \"%s\".", name));
	return row;
}

/* Raises 42501 for a model whose owner may map tables, but not declare them. */
static void
check_declarer(const OrmRegistered *row)
{
	if (!orm_registry_may_declare(row->owner, false))
		ereport(ERROR, errcode(ERRCODE_INSUFFICIENT_PRIVILEGE), errmsg("permission denied for function orm.model"),
				errdetail("Model \"%s\" belongs to role \"%s\".", row->name, GetUserNameFromId(row->owner, false)));
}

/* Locks the models and their names, in order; the list has each once.  Raises 42501 for a "named" one, see above. */
static List *
lock_all(const List *names, bool named, const OrmMigrateOptions *options)
{
	List *sorted = NIL;
	ListCell *cell;

	foreach(cell, names)
		if (!orm_name_is_among(sorted, lfirst(cell)))
			sorted = lappend(sorted, lfirst(cell));
	list_sort(sorted, compare_names);
	foreach(cell, sorted)
	{
		const OrmRegistered *row = open_model(lfirst(cell));

		if (named)
			check_declarer(row);
	}
	if (sorted == NIL)
		return NIL;
	orm_migrate_lock_models(sorted, options);
	orm_registry_lock();
	foreach(cell, sorted)
		orm_registry_lock_name(lfirst(cell));
	return sorted;
}

/* Notes in a declaration, which is the model's, that keys of belongs_to have no index where the table has none. */
static void
note_no_index(OrmDeclaration *declaration, const OrmRegistered *row)
{
	OrmDdlPlan *plan = orm_ddl_plan(list_make1(orm_planning_read(row)), &orm_planning_catalog);
	ListCell *cell;
	ListCell *inner;

	foreach(cell, plan->tables)
	{
		const OrmDdlTable *table = lfirst(cell);

		foreach(inner, strcmp(table->relation, row->relation) == 0 ? table->constraints : NIL)
		{
			const OrmDdlConstraint *constraint = lfirst(inner);
			OrmManaged thing = {.declaration = declaration, .kind = constraint->kind, .columns = constraint->columns};
			OrmDeclaredColumn *first = NULL;

			if (constraint->kind == ORM_CONSTRAINT_INDEX && constraint->made_for != NULL &&
				orm_managed_find(row->relid, &thing) == NULL)
				first = orm_declaration_column(declaration, linitial(constraint->columns));
			if (first != NULL)
				first->indexed = ORM_NO;
		}
	}
}

/* Raises 55000 when the declarations say another thing than the tables. */
static void
check_difference(const List *names)
{
	OrmDifference difference = orm_difference_find(names, false);
	StringInfoData left;
	ListCell *cell;

	initStringInfo(&left);
	foreach(cell, difference.steps)
	{
		const OrmStep *step = lfirst(cell);

		if (step->sql != NULL)
			appendStringInfo(&left, "%s%s", left.len ? "\n" : "", step->sql);
	}
	if (left.len > 0)
		ereport(ERROR, errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				errmsg("a difference would be left between declarations and tables"),
				errdetail_internal("%s", left.data));
}

/* The declaration of what the table of a model is, in memory of its own: the model may be opened anew. */
static OrmDeclaration *
reflect(const OrmRegistered *row)
{
	const OrmModel *model = orm_cache_open(row->name, AccessShareLock);
	OrmDeclaration *reflected = orm_reflect_model(model, orm_register_name_target, NULL);
	OrmDeclaration *declaration;

	reflected->by_map = reflected->stored = false;
	declaration = orm_register_read_again(reflected, false);
	declaration->schema = get_namespace_name(get_rel_namespace(row->relid));
	return declaration;
}

/* Declares a model as its table is; for orm_attempt. */
static void
take_over(void *argument)
{
	OrmRegistered *row = argument;
	OrmDeclaration *declaration;

	check_declarer(row);
	declaration = reflect(row);
	(void) orm_model_function_write(row, declaration, row->relid);
	note_no_index(declaration, orm_registry_find(row->name));
	(void) orm_model_function_write(row, declaration, row->relid);
	orm_binding_forget(row->function);
	check_difference(list_make1(row->name));
}

/* Appends the row that says what has become of a model. */
static void
add_row(List **steps, const OrmRegistered *row, const char *action, char *note)
{
	StringInfoData name;
	OrmStep *step;

	initStringInfo(&name);
	orm_sql_relation(&name, row->relid);
	step = orm_step_add(steps, ORM_PHASE_UNMANAGED, row->name, action, psprintf("table %s", name.data), NULL, NULL);
	step->about = row->name;
	step->note = note;
}

/* What is said of a model that was taken over. */
#define TAKEN "the declaration says what the table is"

List *
orm_baseline_run(const OrmMigrateOptions *options, OrmApplied *applied)
{
	bool named = options->models != NIL;
	List *names = lock_all(named ? options->models : all_mapped(), named, options);
	List *steps = NIL;
	ListCell *cell;

	applied->action = "baseline";
	foreach(cell, names)
	{
		OrmRegistered *row = open_model(lfirst(cell));
		OrmApplied noted = *applied;
		ErrorData *error = NULL;

		CHECK_FOR_INTERRUPTS();
		if (!row->by_map)
			continue;
		orm_applied_note_model(&noted, row->name, true);
		if (named)
			take_over(row);
		else
			error = orm_attempt(take_over, row, ORM_ATTEMPT_KEEP);
		if (error == NULL)
			*applied = noted;
		add_row(&steps, row, error == NULL ? "baseline" : "skipped",
				error == NULL				? pstrdup(TAKEN)
					: error->detail != NULL ? psprintf("%s: %s", error->message, error->detail)
											: error->message);
	}
	return steps;
}

/* Is a model declared otherwise than its table is?  Columns that are kept do not count. */
static bool
differs(const char *name)
{
	OrmDifference difference = orm_difference_find(list_make1(unconstify(char *, name)), true);
	ListCell *cell;

	foreach(cell, difference.steps)
		if (((const OrmStep *) lfirst(cell))->phase != ORM_PHASE_UNMANAGED ||
			((const OrmStep *) lfirst(cell))->note == NULL)
			return true;
	return false;
}

List *
orm_baseline_accept(const OrmMigrateOptions *options, OrmApplied *applied)
{
	List *names = lock_all(options->accept, true, options);
	List *steps = NIL;
	ListCell *cell;

	applied->action = "accept";
	foreach(cell, names)
	{
		OrmRegistered *row = open_model(lfirst(cell));

		if (row->by_map)
			ereport(ERROR, errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
					errmsg("model \"%s\" is mapped", row->name),
					errdetail("Its declaration says nothing of its table."),
					errhint("The option {\"baseline\": true} declares mapped models as their tables are."));
		if (!differs(row->name))
			continue;
		orm_applied_note_model(applied, row->name, true);
		take_over(row);
		add_row(&steps, row, "accept", pstrdup(TAKEN));
	}
	return steps;
}
