/*
 * difference.c - see difference.h.
 *
 *   1. the declarations, read as new ones, and a plan of all their tables (ddl/);
 *   2. for each table of the plan: the steps that create it, or the comparison with the table
 *      that is there (differ/), as its owner and under pinned settings;
 *   3. triggers of versions, and typed functions;
 *   4. the order of the steps.
 */
#include "postgres.h"

#include "catalog/pg_class.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rls.h"

#include "base/names.h"
#include "base/sql.h"
#include "ddl/adopt.h"
#include "ddl/ddl.h"
#include "define/data_steps.h"
#include "define/difference.h"
#include "define/owner.h"
#include "define/planning.h"
#include "define/reconcile.h"
#include "define/register.h"
#include "define/rename.h"
#include "define/version.h"
#include "differ/differ.h"
#include "differ/label.h"
#include "exec/execute.h"
#include "model/cache.h"
#include "model/enum.h"
#include "model/counter.h"
#include "model/position.h"
#include "model/hook.h"
#include "model/kept.h"
#include "model/reflect.h"
#include "model/renaming.h"
#include "model/stamp.h"

/* May the caller change a model? */
static bool
may_change(const OrmRegistered *row)
{
	Oid owner = orm_registry_owner(row);

	return OidIsValid(owner) && has_privs_of_role(GetUserId(), owner);
}

/* The models of these names. */
static List *
select_named(const List *names)
{
	List *rows = NIL;
	ListCell *cell;

	foreach(cell, names)
	{
		OrmRegistered *row = orm_registry_find(lfirst(cell));

		if (row == NULL)
			orm_cache_raise_unknown(lfirst(cell));
		orm_owner_check(row);
		if (!row->by_map)
			rows = lappend(rows, row);
	}
	return rows;
}

/* Takes out the models whose places others take. */
static List *
leave_out_renamed(List *rows)
{
	List *former = NIL;
	ListCell *cell;

	foreach(cell, rows)
	{
		const OrmRegistered *row = lfirst(cell);
		const char *name = NULL;

		if (strstr(row->text, "\"renamed_from\"") != NULL)
			name = orm_rename_pending(row, orm_register_declaration(row));
		if (name != NULL)
			former = lappend(former, unconstify(char *, name));
	}
	foreach(cell, rows)
		if (orm_name_is_among(former, ((const OrmRegistered *) lfirst(cell))->name))
			rows = foreach_delete_current(rows, cell);
	return rows;
}

/* The models that are meant. */
static List *
select_rows(const List *only)
{
	List *rows = NIL;
	ListCell *cell;

	if (only != NIL)
		return leave_out_renamed(select_named(only));
	foreach(cell, orm_registry_all())
	{
		OrmRegistered *row = lfirst(cell);

		if (!row->by_map && may_change(row))
			rows = lappend(rows, row);
	}
	return leave_out_renamed(rows);
}

/* Lacks the relation a column that a belongs_to would make under its default name? */
static bool
lacks_made_column(const OrmDdlTable *table, Oid relid)
{
	ListCell *cell;

	foreach(cell, table->columns)
	{
		const OrmDdlColumn *column = lfirst(cell);

		if (column->made_name && get_attnum(relid, column->name) == InvalidAttrNumber)
			return true;
	}
	return false;
}

/* Adds the steps of a table that is there, whose memory is given back where there are none: tables are many. */
static void
add_steps(OrmDifference *difference, const OrmDdlTable *table, const char *model, Oid relid, bool strict)
{
	MemoryContext caller = CurrentMemoryContext;
	MemoryContext own = AllocSetContextCreate(caller, "orm difference of a table", ALLOCSET_DEFAULT_SIZES);
	int before = list_length(difference->steps);

	MemoryContextSwitchTo(own);
	orm_differ_table(table, model, relid, strict, &difference->steps);
	MemoryContextSwitchTo(caller);
	if (list_length(difference->steps) == before)
		MemoryContextDelete(own);
}

/* Compares a table that is there. */
static void
compare_table(OrmDifference *difference, OrmDdlTable *table, const char *model, Oid relid, bool strict)
{
	char relkind = get_rel_relkind(relid);
	OrmIdentity identity;

	if (relkind != RELKIND_RELATION && relkind != RELKIND_PARTITIONED_TABLE)
		return;
	relid = orm_planning_lock(table->schema, table->former != NULL ? table->former : table->relation, false);
	identity = orm_owner_begin_pinned(orm_registry_table_owner(relid), table->schema);
	if (lacks_made_column(table, relid))
		orm_adopt_follow(table, orm_reflect_relation(relid, table->relation, NULL, NULL));
	add_steps(difference, table, model, relid, strict);
	orm_owner_end(identity);
}

/* Sets the owner of the steps from a place on, as far as they have none, and the model they are about. */
static void
set_owner(const OrmDifference *difference, int from, const OrmRegistered *row)
{
	for (int i = from; i < list_length(difference->steps); i++)
	{
		OrmStep *step = list_nth(difference->steps, i);

		if (!OidIsValid(step->owner))
			step->owner = orm_registry_owner(row);
		step->about = row->name;
	}
}

/* Does a step from a place on change columns of a table? */
static bool
changes_columns(const OrmDifference *difference, int from)
{
	for (int i = from; i < list_length(difference->steps); i++)
	{
		const OrmStep *step = list_nth(difference->steps, i);

		if (step->phase == ORM_PHASE_COLUMN || step->phase == ORM_PHASE_RENAME || step->phase == ORM_PHASE_DROP ||
			step->phase == ORM_PHASE_TABLE)
			return true;
	}
	return false;
}

/* Has a model functions that are missing, or too many? */
static bool
needs_functions(const OrmRegistered *row)
{
	const OrmModel *model = row->mapped ? orm_cache_open_if_any(row->name, AccessShareLock) : NULL;

	return model != NULL && !orm_reconcile_is_settled(model);
}

/* Is a declared column pending? With "all" false only columns that the trigger keeps are looked at. */
static bool
lacks_any(const OrmModel *model, const List *columns, bool all)
{
	ListCell *cell;

	foreach(cell, columns)
	{
		const OrmDeclaredColumn *column = lfirst(cell);

		if ((all || column->write_once == ORM_YES || column->normalizes != NULL) &&
			(model == NULL || orm_name_is_among(model->pending, column->name)))
			return true;
	}
	return false;
}

/* Is a column that is stamped not kept by the trigger? */
static bool
lacks_stamp(const OrmModel *model, const OrmDeclaration *declaration)
{
	List *kept = model != NULL ? orm_kept_of_relation(model->relid) : NIL;
	ListCell *cell;

	foreach(cell, model != NULL ? orm_stamp_rules(declaration) : NIL)
	{
		const OrmStampRule *rule = lfirst(cell);
		AttrNumber column = get_attnum(model->relid, rule->column);

		if ((rule->created && orm_kept_find(kept, ORM_KEPT_CREATED, column) == NULL) ||
			(rule->updated && orm_kept_find(kept, ORM_KEPT_UPDATED, column) == NULL))
			return true;
	}
	return false;
}

/* Has a model computed attributes without functions, hooks without triggers, or columns that no trigger keeps? */
static bool
lacks_behaviour(const OrmRegistered *row, const OrmDeclaration *declaration)
{
	const OrmModel *model = row->mapped ? orm_cache_open_if_any(row->name, AccessShareLock) : NULL;
	ListCell *cell;

	foreach(cell, orm_hook_all(declaration))
		if (model == NULL || orm_name_is_among(model->pending, orm_hook_label(lfirst(cell))))
			return true;
	foreach(cell, declaration->positions)
		if (model == NULL || orm_name_is_among(model->pending, orm_position_label(lfirst(cell))))
			return true;
	foreach(cell, declaration->counters)
		if (model == NULL || orm_name_is_among(model->pending, orm_counter_label(lfirst(cell))))
			return true;
	return lacks_any(model, declaration->computed, true) || lacks_any(model, declaration->columns, false) ||
		lacks_stamp(model, declaration);
}

/* Are values of the table normalized? Then its trigger is made anew. */
static bool
normalizes(const OrmDifference *difference, int from)
{
	for (int i = from; i < list_length(difference->steps); i++)
		if (((OrmStep *) list_nth(difference->steps, i))->normalizes)
			return true;
	return false;
}

/* The trigger of a version, and what orm.sync makes. */
static void
add_rest(OrmDifference *difference, const OrmRegistered *row, const OrmDdlTable *table, Oid relid, int from)
{
	StringInfoData name;
	StringInfoData literal;
	OrmStep *step;
	char *trigger;
	bool lacks;

	initStringInfo(&name);
	orm_sql_qualified(&name, table->schema, table->relation);
	trigger = orm_version_missing(relid, table->declaration, name.data);
	if (trigger != NULL)
	{
		step = orm_step_add(&difference->steps, ORM_PHASE_TRIGGER, row->name, "create",
							psprintf("trigger orm_version on %s", name.data), trigger,
							psprintf("DROP TRIGGER orm_version ON %s", name.data));

		step->lock = OidIsValid(relid) ? ORM_LOCK_WRITES : NULL;
		step->relid = relid;
	}
	lacks = lacks_behaviour(row, table->declaration) || normalizes(difference, from);
	if (!lacks &&
		(!orm_declaration_has_accessors(table->declaration) ||
		 (!changes_columns(difference, from) && !needs_functions(row))))
		return;
	initStringInfo(&literal);
	orm_sql_literal(&literal, row->name);
	step = orm_step_add(&difference->steps, ORM_PHASE_FUNCTION, row->name, OidIsValid(relid) ? "replace" : "create",
						psprintf("functions of model %s", orm_sql_quoted(row->name)),
						psprintf("SELECT * FROM orm.sync(%s)", literal.data), NULL);
	if (lacks && OidIsValid(relid))
	{
		step->lock = ORM_LOCK_WRITES;
		step->relid = relid;
	}
}

/* The steps of one table of the plan. */
static void
add_table(OrmDifference *difference, OrmDdlTable *table, bool strict)
{
	const OrmRegistered *row = orm_planning_row(difference->declarations, difference->rows, table);
	bool is_model = list_member_ptr(difference->declarations, table->declaration);
	Oid relid = orm_planning_relation(table->schema, table->former != NULL ? table->former : table->relation);
	int from = list_length(difference->steps);

	if (is_model)
		orm_renaming_check_tables(table->declaration);
	if (OidIsValid(relid))
		compare_table(difference, table, is_model ? row->name : NULL, relid, strict);
	else if (!table->exists)
		orm_differ_new_table(table, is_model ? row->name : NULL, &difference->steps);
	if (is_model)
		add_rest(difference, row, table, relid, from);
	set_owner(difference, from, row);
}

/* Names as a text. */
static char *
join_names(const List *names)
{
	StringInfoData text;
	ListCell *cell;

	initStringInfo(&text);
	foreach(cell, names)
		appendStringInfo(&text, "%s%s", text.len ? ", " : "", orm_sql_quoted(lfirst(cell)));
	return text.data;
}

/* The step that renames a model. */
static void
add_rename(OrmDifference *difference, const OrmRegistered *row, const OrmDeclaration *declaration)
{
	const char *former = orm_rename_pending(row, declaration);
	int from = list_length(difference->steps);
	StringInfoData literal;
	List *followers;
	OrmStep *step;

	if (former == NULL)
		return;
	followers = orm_rename_followers(former, row->name, orm_registry_owner(row));
	initStringInfo(&literal);
	orm_sql_literal(&literal, former);
	step = orm_step_add(&difference->steps, ORM_PHASE_MODEL, row->name, "rename",
						psprintf("model %s", orm_sql_quoted(former)),
						psprintf("SELECT * FROM orm.unmap(%s)", literal.data), NULL);
	step->former = former;
	step->note = followers == NIL
		? psprintf("it is model %s then", orm_sql_quoted(row->name))
		: psprintf("it is model %s then, also for the models %s", orm_sql_quoted(row->name), join_names(followers));
	set_owner(difference, from, row);
}

/* Foreign keys that close a cycle of new tables. */
static void
add_late(OrmDifference *difference, const OrmDdlStatement *late)
{
	const OrmRegistered *row = orm_planning_row(difference->declarations, difference->rows, late->table);
	int from = list_length(difference->steps);
	StringInfoData name;

	initStringInfo(&name);
	orm_sql_qualified(&name, late->table->schema, late->table->relation);
	orm_step_add(&difference->steps, ORM_PHASE_LINK, row->name, "add", psprintf("table %s", name.data), late->sql,
				 NULL);
	set_owner(difference, from, row);
}

/* A declaration, with the enum types that are there. */
static OrmDeclaration *
read_declaration(const OrmRegistered *row)
{
	OrmDeclaration *declaration = orm_planning_read(row);
	ListCell *cell;

	foreach(cell, declaration->columns)
		orm_enum_resolve(declaration, lfirst(cell));
	return declaration;
}

OrmDifference
orm_difference_find(const List *only, bool strict)
{
	OrmDifference difference = {select_rows(only), NIL, NIL};
	OrmDdlPlan *plan;
	ListCell *cell;

	foreach(cell, difference.rows)
	{
		CHECK_FOR_INTERRUPTS();
		difference.declarations = lappend(difference.declarations, read_declaration(lfirst(cell)));
	}
	if (difference.rows == NIL)
		return difference;
	foreach(cell, difference.declarations)
	{
		const OrmRegistered *row = list_nth(difference.rows, foreach_current_index(cell));
		int from = list_length(difference.steps);

		orm_label_compare(lfirst(cell), orm_registry_owner(row), &difference.steps);
		set_owner(&difference, from, row);
		add_rename(&difference, row, lfirst(cell));
		from = list_length(difference.steps);
		orm_data_steps_add(row, lfirst(cell), &difference.steps);
		set_owner(&difference, from, row);
	}
	plan = orm_ddl_plan(difference.declarations, &orm_planning_catalog);
	foreach(cell, plan->tables)
	{
		CHECK_FOR_INTERRUPTS();
		add_table(&difference, lfirst(cell), strict);
	}
	foreach(cell, plan->late)
		add_late(&difference, lfirst(cell));
	orm_step_sort(difference.steps);
	return difference;
}

static int
compare_names(const ListCell *a, const ListCell *b)
{
	return strcmp(lfirst(a), lfirst(b));
}

List *
orm_difference_models(const OrmDifference *difference)
{
	List *names = NIL;
	ListCell *cell;

	foreach(cell, difference->steps)
	{
		const OrmStep *step = lfirst(cell);

		if (!orm_name_is_among(names, step->about))
			names = lappend(names, unconstify(char *, step->about));
	}
	list_sort(names, compare_names);
	return names;
}

bool
orm_difference_is_destructive(const OrmStep *step)
{
	return step->lost != NULL && step->rows != 0;
}

/* Raises 42501 where a policy would filter the rows that are counted. */
static void
check_policies(const OrmStep *step)
{
	if (OidIsValid(step->relid) && check_enable_rls(step->relid, InvalidOid, true) == RLS_ENABLED)
		ereport(
			ERROR, errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
			errmsg("counts of table \"%s\" would be wrong", get_rel_name(step->relid)),
			errdetail("Row-level security of the table filters the rows that its owner sees."),
			errhint("Run this as a role with BYPASSRLS, or ALTER TABLE ... NO FORCE ROW LEVEL SECURITY meanwhile."));
}

/* Notes how many values could not be normalized. */
static void
note_collisions(OrmStep *step)
{
	char *examples;
	int64 count = orm_execute_count(step->wrong, &examples);

	if (count > 0)
		step->note = psprintf("there would be duplicates of " INT64_FORMAT " %s: %s", count,
							  count == 1 ? "value" : "values", examples);
}

void
orm_difference_count(const List *steps)
{
	ListCell *cell;

	foreach(cell, steps)
	{
		OrmStep *step = lfirst(cell);
		OrmIdentity identity;

		if ((step->lost == NULL && step->changed == NULL) || step->rows >= 0)
			continue;
		identity = orm_owner_begin_pinned(step->owner, step->schema);
		check_policies(step);
		step->rows = orm_execute_count(step->lost != NULL ? step->lost : step->changed, NULL);
		if (step->changed != NULL && step->wrong != NULL)
			note_collisions(step);
		orm_owner_end(identity);
	}
}

void
orm_difference_drop_notes(OrmDifference *difference)
{
	ListCell *cell;

	foreach(cell, difference->steps)
		if (((const OrmStep *) lfirst(cell))->sql == NULL)
			difference->steps = foreach_delete_current(difference->steps, cell);
}
