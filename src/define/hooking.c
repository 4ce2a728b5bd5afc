/*
 * hooking.c - making and dropping the triggers of the element "on"; see hooking.h.
 *
 * A trigger that is there is compared with the hook of its name: function, events, columns, and the
 * condition, analysed as CREATE TRIGGER does.
 */
#include "postgres.h"

#include "access/table.h"
#include "catalog/pg_class.h"
#include "catalog/pg_trigger.h"
#include "commands/trigger.h"
#include "nodes/makefuncs.h"
#include "parser/parse_clause.h"
#include "parser/parse_collate.h"
#include "parser/parse_relation.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

#include "base/attempt.h"
#include "base/error.h"
#include "base/names.h"
#include "base/settings.h"
#include "base/sql.h"
#include "define/hooking.h"
#include "define/register.h"
#include "define/report.h"
#include "exec/execute.h"
#include "model/hook.h"
#include "model/publish.h"

/* The hooks of a relation. */
typedef struct Hooking
{
	Oid relid;
	char *relation; /* quoted and qualified */
	char *schema;
	const char *model;
	List *wanted; /* of OrmDeclaredHook * */
	List **changes;
} Hooking;

/* Raises for a relation or a column that a hook cannot have. */
static void
check_hook(Oid relid, const OrmDeclaredHook *hook)
{
	char relkind = get_rel_relkind(relid);
	OrmElementPlace place;
	ListCell *cell;

	if (relkind != RELKIND_RELATION && relkind != RELKIND_PARTITIONED_TABLE)
		ereport(ERROR, errcode(ERRCODE_WRONG_OBJECT_TYPE),
				errmsg("\"%s\" cannot be given for \"%s\"", orm_hook_builder(hook), get_rel_name(relid)),
				errdetail("At %s. It is kept by a trigger, and \"%s\" is not a table.",
						  orm_path_text(orm_hook_place(&place, hook, NULL)), get_rel_name(relid)));
	foreach(cell, hook->columns)
		if (get_attnum(relid, lfirst(cell)) <= 0)
			ereport(
				ERROR, errcode(ERRCODE_UNDEFINED_COLUMN),
				errmsg("column \"%s\" of relation \"%s\" does not exist", (char *) lfirst(cell), get_rel_name(relid)),
				orm_error_place(orm_hook_place(&place, hook, "columns")));
}

/* The hook of a name, or NULL. */
static OrmDeclaredHook *
find_hook(const List *hooks, const char *name)
{
	ListCell *cell;

	foreach(cell, hooks)
		if (strcmp(orm_hook_name(lfirst(cell)), name) == 0)
			return lfirst(cell);
	return NULL;
}

/* Adds the hooks of a declaration; of two models that want a name, the first. */
static void
add_wanted(Hooking *hooking, const OrmDeclaration *declaration)
{
	ListCell *cell;

	foreach(cell, declaration != NULL ? orm_hook_all(declaration) : NIL)
		if (find_hook(hooking->wanted, orm_hook_name(lfirst(cell))) == NULL)
			hooking->wanted = lappend(hooking->wanted, lfirst(cell));
}

/* An analysis of a condition, for orm_attempt. */
typedef struct Condition
{
	Relation relation;
	const char *condition;
	Node *analysed;
} Condition;

/* Analyses a condition as CREATE TRIGGER does. */
static void
analyse(void *argument)
{
	Condition *analysis = argument;
	ParseState *state = make_parsestate(NULL);
	SelectStmt *select = (SelectStmt *) orm_sql_parse_spliced("SELECT (", analysis->condition, "\n)", NULL);
	static const char *const names[] = {"old", "new"};

	for (int i = 0; i < (int) lengthof(names); i++)
		addNSItemToQuery(state,
						 addRangeTableEntryForRelation(state, analysis->relation, AccessShareLock,
													   makeAlias(names[i], NIL), false, false),
						 false, true, true);
	analysis->analysed = transformWhereClause(state, linitial_node(ResTarget, select->targetList)->val,
											  EXPR_KIND_TRIGGER_WHEN, "WHEN");
	assign_expr_collations(state, analysis->analysed);
	free_parsestate(state);
}

/* Is the condition of a trigger that of a hook? */
static bool
same_condition(const Trigger *trigger, const OrmDeclaredHook *hook, Relation relation)
{
	Condition analysis = {relation, hook->when_expr, NULL};

	if (hook->when_expr == NULL || trigger->tgqual == NULL)
		return hook->when_expr == NULL && trigger->tgqual == NULL;
	return orm_attempt(analyse, &analysis, ORM_ATTEMPT_KEEP) == NULL &&
		equal(analysis.analysed, stringToNode(trigger->tgqual));
}

/* Are the columns of a trigger those of a hook? */
static bool
same_columns(const Trigger *trigger, const OrmDeclaredHook *hook, Relation relation)
{
	ListCell *cell;

	if (trigger->tgnattr != list_length(hook->columns))
		return false;
	foreach(cell, hook->columns)
	{
		bool found = false;

		for (int i = 0; i < trigger->tgnattr; i++)
			found = found || trigger->tgattr[i] == get_attnum(RelationGetRelid(relation), lfirst(cell));
		if (!found)
			return false;
	}
	return true;
}

/* Are the arguments of a trigger those of a hook? */
static bool
same_arguments(const Trigger *trigger, const OrmDeclaredHook *hook)
{
	ListCell *cell;

	if (trigger->tgnargs != list_length(hook->arguments))
		return false;
	foreach(cell, hook->arguments)
		if (strcmp(trigger->tgargs[foreach_current_index(cell)], lfirst(cell)) != 0)
			return false;
	return true;
}

/* Is a trigger what a hook says? */
static bool
is_as_declared(const Hooking *hooking, const Trigger *trigger, const OrmDeclaredHook *hook, Relation relation)
{
	return trigger->tgenabled != TRIGGER_DISABLED && trigger->tgtype == orm_hook_type(hook) &&
		trigger->tgfoid == orm_hook_function(hook, hooking->schema) && same_columns(trigger, hook, relation) &&
		same_arguments(trigger, hook) && same_condition(trigger, hook, relation);
}

/* Reports a change. */
static void
report(const Hooking *hooking, const char *action, const char *trigger)
{
	orm_report_add(hooking->changes, hooking->model, action, "trigger",
				   psprintf("%s on %s", orm_sql_quoted(trigger), orm_report_relation(hooking->relid)));
}

/* Is a trigger one of a hook? */
static bool
is_of_hook(const Trigger *trigger)
{
	char *prefix = orm_hook_prefix(trigger->tgtype);

	return !trigger->tgisinternal && !trigger->tgisclone && strncmp(trigger->tgname, prefix, strlen(prefix)) == 0;
}

/* The names of triggers that no hook wants; with "make", also of triggers that are not what their hook says. */
static List *
find_unwanted(const Hooking *hooking, bool make)
{
	Relation relation = table_open(hooking->relid, AccessShareLock);
	const TriggerDesc *triggers = CopyTriggerDesc(relation->trigdesc);
	List *unwanted = NIL;

	for (int i = 0; triggers != NULL && i < triggers->numtriggers; i++)
	{
		const Trigger *trigger = &triggers->triggers[i];
		const OrmDeclaredHook *hook = find_hook(hooking->wanted, trigger->tgname);

		if (is_of_hook(trigger) && (hook == NULL || (make && !is_as_declared(hooking, trigger, hook, relation))))
			unwanted = lappend(unwanted, pstrdup(trigger->tgname));
	}
	table_close(relation, AccessShareLock);
	return unwanted;
}

/* Makes the trigger of a hook. */
static void
make_trigger(const Hooking *hooking, const OrmDeclaredHook *hook, bool replaces)
{
	char *sql = orm_hook_statement(hook, hooking->schema, hooking->relation);
	MemoryContext caller = CurrentMemoryContext;
	OrmElementPlace place;

	PG_TRY();
	{
		orm_execute_statement(sql);
	}
	PG_CATCH();
	{
		orm_error_rethrow_at(orm_hook_place(&place, hook, NULL), caller);
	}
	PG_END_TRY();
	report(hooking, replaces ? "replaced" : "created", orm_hook_name(hook));
}

/* Makes the triggers that are missing. */
static void
make_missing(const Hooking *hooking, const List *dropped)
{
	ListCell *cell;

	foreach(cell, hooking->wanted)
	{
		char *name = orm_hook_name(lfirst(cell));

		check_hook(hooking->relid, lfirst(cell));
		if (!OidIsValid(get_trigger_oid(hooking->relid, name, true)))
			make_trigger(hooking, lfirst(cell), orm_name_is_among(dropped, name));
	}
}

/* Checks what is published; what the text declares, and the table lacks, is pending. */
static void
check_publications(Oid relid, const char *model, const OrmDeclaration *declaration)
{
	const OrmRegistered *row = orm_registry_find(model);

	orm_publish_check_columns(declaration, row != NULL ? orm_register_declaration(row) : declaration, relid);
}

void
orm_hooking_reconcile(Oid relid, const char *model, const OrmDeclaration *declaration, bool make, List **changes)
{
	Hooking hooking = {.relid = relid, .model = model, .changes = changes};
	StringInfoData relation;
	List *unwanted;
	ListCell *cell;
	int level;

	add_wanted(&hooking, declaration);
	foreach(cell, orm_registry_of_relation(relid))
	{
		const OrmRegistered *row = lfirst(cell);

		if (strcmp(row->name, model) != 0)
			add_wanted(&hooking, orm_register_declaration(row));
	}
	initStringInfo(&relation);
	orm_sql_relation(&relation, relid);
	hooking.relation = relation.data;
	hooking.schema = get_namespace_name(get_rel_namespace(relid));
	level = orm_settings_pin(hooking.schema);
	unwanted = find_unwanted(&hooking, make);
	foreach(cell, unwanted)
	{
		orm_execute_statement(psprintf("DROP TRIGGER %s ON %s", orm_sql_quoted(lfirst(cell)), hooking.relation));
		if (!make || find_hook(hooking.wanted, lfirst(cell)) == NULL)
			report(&hooking, "dropped", lfirst(cell));
	}
	if (make && declaration != NULL && declaration->publications != NIL)
		check_publications(relid, model, declaration);
	if (make)
		make_missing(&hooking, unwanted);
	orm_settings_leave(level);
}
