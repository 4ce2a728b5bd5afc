/*
 * create.c - creating the tables and accessors of declared models.
 *
 * In five steps, all in the caller's transaction:
 *
 *   1. the declarations that are meant, parsed again (a stored document is not
 *      trusted) and checked against each other;
 *   2. a plan of statements in the order of dependency (ddl/);
 *   3. the statements, each as the owner of its model; a table that is there
 *      is adopted when it has what the declaration says;
 *   4. the triggers that count versions, and the registry: from now on the
 *      catalogs say what the table is;
 *   5. accessors, also those of older models that had to wait for these.
 */
#include "postgres.h"

#include "catalog/pg_class.h"
#include "utils/lsyscache.h"

#include "accessor/accessor.h"
#include "base/attempt.h"
#include "base/names.h"
#include "base/settings.h"
#include "ddl/adopt.h"
#include "ddl/ddl.h"
#include "define/capacity.h"
#include "define/counting.h"
#include "define/create.h"
#include "define/declare.h"
#include "define/enum_type.h"
#include "define/events.h"
#include "define/keep.h"
#include "define/owner.h"
#include "define/planning.h"
#include "define/reconcile.h"
#include "define/register.h"
#include "define/report.h"
#include "define/scopes.h"
#include "define/written_statements.h"
#include "define/positioning.h"
#include "exec/execute.h"
#include "exec/plan.h"
#include "model/cache.h"
#include "model/follow.h"
#include "model/reflect.h"
#include "model/relationship.h"
#include "model/statement_subject.h"
#include "registry/binding.h"

/* One run. */
typedef struct Run
{
	List *rows;			/* of OrmRegistered *: what is made */
	List *declarations; /* of OrmDeclaration *, parallel to rows */
	List *known;		/* of OrmRegistered *: those of rows that have accessors already */
	List **changes;
} Run;

/* Raises 42P16 for a schema of temporary tables, which end with the session while the model stays. */
static void
refuse_temporary(const OrmDeclaration *declaration)
{
	if (strcmp(declaration->schema, "pg_temp") == 0 || strncmp(declaration->schema, "pg_temp_", 8) == 0)
		ereport(ERROR, errcode(ERRCODE_INVALID_TABLE_DEFINITION),
				errmsg("the table of model \"%s\" cannot be temporary", declaration->model));
}

/* Takes a declared model into the run. */
static void
take(Run *run, OrmRegistered *row)
{
	OrmDeclaration *declaration = orm_planning_read(row);
	const OrmModel *model = row->mapped ? orm_cache_open_if_any(row->name, AccessShareLock) : NULL;

	refuse_temporary(declaration);
	if (model != NULL && orm_accessor_existing(model) != NIL)
		run->known = lappend(run->known, row);
	run->rows = lappend(run->rows, row);
	run->declarations = lappend(run->declarations, declaration);
}

/* The models among which some are meant. */
static List *
candidates(const List *only)
{
	return only != NIL ? orm_registry_named(only) : orm_registry_all();
}

/* Is a row's model meant? */
static bool
is_selected(const OrmRegistered *row, Oid owner, const List *only)
{
	return only != NIL ? orm_name_is_among(only, row->name) : orm_owner_selects(row, owner);
}

/* Has a model with a table all its accessors? */
static bool
is_complete(const OrmRegistered *row)
{
	const OrmModel *model = orm_cache_open_if_any(row->name, AccessShareLock);

	return model != NULL && orm_reconcile_is_complete(model);
}

/* Must the join table of a relationship still be found or made? */
static bool
lacks_join_table(const OrmModel *model)
{
	ListCell *cell;

	foreach(cell, model->declaration->relationships)
	{
		const OrmDeclaredRelationship *relationship = lfirst(cell);

		if (relationship->kind == ORM_MANY_TO_MANY && relationship->through == NULL)
			return true;
	}
	return false;
}

/* Is there something of a declared model to be made, or to be said of its table? */
static bool
needs_making(const OrmRegistered *row)
{
	const OrmModel *model;

	if (row->by_map || !row->mapped)
		return !row->by_map;
	model = orm_cache_open_if_any(row->name, AccessShareLock);
	if (model == NULL)
		return true; /* changed meanwhile: to be looked at again under the lock */
	return model->pending != NIL || !orm_reconcile_is_settled(model) || lacks_join_table(model) ||
		(model->version >= 0 && model->version_trigger == '\0');
}

/*
 * Is there anything to make?  Looked at before the registry is locked, so that
 * who owns no model keeps nobody waiting.
 */
static bool
has_work(Oid owner, const List *only)
{
	ListCell *cell;

	foreach(cell, candidates(only))
	{
		const OrmRegistered *row = lfirst(cell);

		if (is_selected(row, owner, only) &&
			(needs_making(row) || (orm_owner_selects(row, owner) && row->mapped && !is_complete(row))))
			return true;
	}
	return false;
}

/* Step 1: every target must be known, and fit as the inverse. */
static void
check_targets(const Run *run)
{
	ListCell *cell;
	ListCell *row;
	ListCell *inner;

	forboth(cell, run->declarations, row, run->rows)
	{
		OrmDeclaration *declaration = lfirst(cell);

		/* of a table that is there, relationships may wait for their targets */
		if (((OrmRegistered *) lfirst(row))->mapped)
			continue;
		foreach(inner, declaration->relationships)
		{
			OrmDeclaredRelationship *relationship = lfirst(inner);
			OrmRegistered *target = orm_registry_find(relationship->model);

			if (target == NULL)
				ereport(ERROR, errcode(ERRCODE_UNDEFINED_OBJECT),
						errmsg("model \"%s\" does not exist", relationship->model),
						errdetail("It is the target of relationship \"%s\" of model \"%s\".", relationship->name,
								  declaration->model),
						orm_cache_nearest(relationship->model));
			orm_relationship_check_inverse(declaration->model, relationship, orm_register_declaration(target), true);
		}
	}
}

/* Takes over a table that is there; a join table need not be the owner's, as it becomes no model. */
static void
adopt(OrmDdlTable *table, bool is_model)
{
	Oid relid = orm_planning_lock(table->schema, table->relation, false);
	char relkind = get_rel_relkind(relid);

	if (is_model)
		orm_register_check_relation(relid);
	orm_adopt_table(table, orm_reflect_relation(relid, table->relation, NULL, NULL),
					relkind == RELKIND_RELATION || relkind == RELKIND_PARTITIONED_TABLE);
}

/* Step 2: enum types; the plan takes the types of columns from them. */
static void
make_enums(const Run *run)
{
	ListCell *cell;
	ListCell *row;

	forboth(cell, run->declarations, row, run->rows)
	{
		OrmIdentity identity = orm_owner_begin(orm_registry_owner(lfirst(row)));

		orm_enum_type_create(lfirst(cell), run->changes);
		orm_owner_end(identity);
	}
}

/* A model whose table is there: does it fit? */
typedef struct Fitting
{
	const OrmRegistered *row;
	const OrmDdlCatalog *catalog;
} Fitting;

/* The work of fits. */
static void
compare_table(void *argument)
{
	const Fitting *fitting = argument;
	OrmDeclaration *declaration = orm_planning_read(fitting->row);
	OrmDdlPlan *plan = orm_ddl_plan(list_make1(declaration), fitting->catalog);
	ListCell *cell;

	foreach(cell, plan->tables)
	{
		OrmDdlTable *table = lfirst(cell);

		if (table->exists && table->declaration == declaration)
			adopt(table, true);
	}
}

/* Why a model is skipped whose table cannot be compared before other tables are made; NULL: it is not. */
static char *
describe_pending(const OrmRegistered *row)
{
	const OrmModel *model = orm_cache_open_if_any(row->name, AccessShareLock);
	StringInfoData names;
	ListCell *cell;

	if (model == NULL || model->pending == NIL)
		return NULL;
	initStringInfo(&names);
	foreach(cell, model->pending)
		appendStringInfo(&names, "%s\"%s\"", names.len ? ", " : "", (char *) lfirst(cell));
	return psprintf("It lacks the columns of %s.", names.data);
}

/* Does a table that exists fit its model?  If not, that is a row of the result. */
static bool
fits(const Run *run, const OrmRegistered *row, const OrmDdlCatalog *catalog)
{
	Fitting fitting = {row, catalog};
	ErrorData *error = orm_attempt(compare_table, &fitting, ORM_ATTEMPT_UNDO);

	char *reason = NULL;

	if (error == NULL)
		return true;
	if (error->sqlerrcode == ERRCODE_UNDEFINED_TABLE)
		reason = describe_pending(row);
	else
		reason = error->sqlerrcode == ERRCODE_DUPLICATE_TABLE && error->detail ? error->detail : error->message;
	if (reason == NULL)
		return true; /* what is not there yet may be made in this run */
	orm_report_skipped(run->changes, row->name, "table", orm_report_relation(row->relid), reason);
	return false;
}

/*
 * Raises 53200 if there is no room for the locks of all tables.  Models whose
 * tables are there are opened.
 */
static void
require_room(Oid owner, const List *only)
{
	int nlocks = 0;
	int nmodels = 0;
	ListCell *cell;

	if (only != NIL)
		return;
	foreach(cell, orm_registry_all())
	{
		const OrmRegistered *row = lfirst(cell);

		if (row->mapped)
			nlocks++;
		else if (is_selected(row, owner, only) && !row->by_map)
		{
			nlocks += orm_capacity_to_create(orm_register_declaration(row));
			nmodels++;
		}
	}
	if (nmodels > 1)
		orm_capacity_require(nlocks, nmodels, ORM_CAPACITY_CREATE);
}

/* Step 1: which models are meant. */
static void
select_models(Run *run, Oid owner, const List *only, const OrmDdlCatalog *catalog)
{
	List *selected = NIL;
	List *rows;
	ListCell *cell;

	foreach(cell, candidates(only))
		if (is_selected(lfirst(cell), owner, only))
			selected = lappend(selected, lfirst(cell));
	orm_registry_lock_names(selected);
	rows = candidates(only);
	foreach(cell, rows)
	{
		OrmRegistered *row = lfirst(cell);

		if (!is_selected(row, owner, only) || !needs_making(row))
			continue;

		/* not orm_owner_check: text of the owner's is run, under a search_path of the caller's */
		if (only != NIL)
			orm_owner_check_role(orm_registry_owner(row));
		if (only != NIL || !row->mapped || fits(run, row, catalog))
			take(run, row);
	}
}

/* Step 3, of one table. */
static void
make_table(const Run *run, OrmDdlTable *table)
{
	OrmRegistered *row = orm_planning_row(run->declarations, run->rows, table);
	OrmIdentity identity = orm_owner_begin(orm_registry_owner(row));
	bool is_model = row->mapped || list_member_ptr(run->declarations, table->declaration);
	ListCell *cell;
	int level;

	if (table->exists)
		adopt(table, is_model);
	level = orm_settings_pin(table->schema);
	foreach(cell, table->statements)
		orm_events_create(lfirst(cell));
	orm_settings_leave(level);
	orm_owner_end(identity);
	if (is_model ? !(table->exists && list_member_ptr(run->known, row)) : !table->exists)
		orm_report_add(run->changes, is_model ? row->name : NULL, table->exists ? "adopted" : "created",
					   is_model ? "table" : "join table",
					   orm_report_relation(orm_planning_lock(table->schema, table->relation, false)));
}

/* Step 3, of a statement that waits for all tables. */
static void
run_late(const Run *run, const OrmDdlStatement *late)
{
	const OrmDdlTable *table = late->table;
	const OrmRegistered *row = orm_planning_row(run->declarations, run->rows, table);
	OrmIdentity identity = orm_owner_begin_pinned(orm_registry_owner(row), table->schema);

	if (late->declared != NULL)
		orm_statement_subject_check(late->declared, orm_planning_relation(table->schema, table->relation));
	orm_execute_statement(late->sql);
	orm_owner_end(identity);
}

/* Step 3: all tables, then the foreign keys that close cycles, and statements about tables. */
static void
make_tables(const Run *run, const OrmDdlPlan *plan)
{
	ListCell *cell;

	foreach(cell, plan->tables)
		make_table(run, lfirst(cell));
	foreach(cell, plan->late)
		run_late(run, lfirst(cell));
	foreach(cell, plan->tables)
	{
		OrmDdlTable *table = lfirst(cell);

		if (!table->exists)
			orm_written_statements_settle(table->declaration, orm_planning_relation(table->schema, table->relation));
	}
}

/* Step 4. */
static void
store(const Run *run)
{
	ListCell *cell;
	ListCell *other;

	forboth(cell, run->declarations, other, run->rows)
	{
		OrmDeclaration *declaration = lfirst(cell);
		Oid relid = orm_planning_lock(declaration->schema, declaration->relation, false);

		orm_keep_reconcile(relid, declaration->model, declaration, true, run->changes);
		orm_register_mapped(lfirst(other), declaration, relid);
	}
	foreach(cell, run->rows)
		orm_register_check_relationships(((OrmRegistered *) lfirst(cell))->name, true);
	foreach(cell, run->rows)
		orm_register_pin(((OrmRegistered *) lfirst(cell))->name);
	foreach(cell, run->rows)
		orm_binding_forget(((OrmRegistered *) lfirst(cell))->function);
	foreach(cell, run->rows)
		orm_scopes_check(orm_cache_open(((OrmRegistered *) lfirst(cell))->name, AccessShareLock));
}

/* The names of the models that were made in this run. */
static List *
names_of_run(const Run *run)
{
	List *names = NIL;
	ListCell *cell;

	foreach(cell, run->rows)
		names = lappend(names, ((OrmRegistered *) lfirst(cell))->name);
	return names;
}

/*
 * Step 5: of the new models all, of the others that are meant what is missing; where models
 * are named, of those, and of models with relationships to new ones.
 */
static void
make_accessors(const Run *run, Oid owner, const List *only)
{
	const List *names = names_of_run(run);
	ListCell *cell;

	foreach(cell, orm_registry_all())
	{
		OrmRegistered *row = lfirst(cell);
		bool is_new = orm_name_is_among(names, row->name);

		if (!row->mapped || !(is_new || orm_owner_selects(row, owner)))
			continue;
		if (only != NIL && !is_selected(row, owner, only) && !orm_declare_leads_to(row, names))
			continue;
		if (!is_new)
			orm_register_pin(row->name);
		orm_counting_make(row->name, is_new, run->changes);
		orm_positioning_make(row->name, is_new, run->changes);
		orm_reconcile_accessors(orm_cache_open(row->name, AccessShareLock), !is_new, run->changes);
	}
}

List *
orm_create_tables(Oid owner, const List *only)
{
	List *changes = NIL;
	Run run = {NIL, NIL, NIL, &changes};
	ListCell *cell;

	orm_registry_check_writable();
	orm_owner_check_role(owner);
	foreach(cell, only)
		if (orm_registry_find(lfirst(cell)) == NULL)
			orm_cache_raise_unknown(lfirst(cell));
	if (!has_work(owner, only))
		return NIL;
	orm_registry_lock();
	require_room(owner, only);
	select_models(&run, owner, only, &orm_planning_catalog);
	check_targets(&run);
	if (run.rows != NIL)
	{
		make_enums(&run);
		make_tables(&run, orm_ddl_plan(run.declarations, &orm_planning_catalog));
		store(&run);
	}
	make_accessors(&run, owner, only);
	return changes;
}
