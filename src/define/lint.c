/*
 * lint.c - see lint.h.
 */
#include "postgres.h"

#include "access/table.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/lsyscache.h"
#include "utils/regproc.h"
#include "utils/rel.h"

#include "accessor/accessor.h"
#include "base/attempt.h"
#include "base/sql.h"
#include "define/lint.h"
#include "define/lint_model.h"
#include "define/lint_table.h"
#include "define/mixing.h"
#include "define/register.h"
#include "model/cache.h"
#include "model/in_force.h"
#include "registry/model_text.h"

void
orm_lint_add(OrmLint *lint, char *object, char *message, char *fix)
{
	OrmLintRow *row = palloc0(sizeof(OrmLintRow));

	row->rule = lint->rule;
	row->model = lint->row->name;
	row->object = object;
	row->message = message;
	row->fix = fix;
	lint->found = lappend(lint->found, row);
}

char *
orm_lint_table_name(Oid relid)
{
	StringInfoData name;

	initStringInfo(&name);
	orm_sql_relation(&name, relid);
	return name.data;
}

char *
orm_lint_column_list(Oid relid, const AttrNumber *columns, int n)
{
	StringInfoData list;
	bool first = true;

	initStringInfo(&list);
	for (int i = 0; i < n; i++)
	{
		orm_sql_comma(&list, &first);
		orm_sql_name(&list, get_attname(relid, columns[i], false));
	}
	return list.data;
}

/* A role in SQL. */
static char *
role_name(Oid role)
{
	return orm_sql_quoted(GetUserNameFromId(role, false));
}

/* The owner of a function has not the right to declare. */
static void
check_inert_function(OrmLint *lint)
{
	const OrmRegistered *row = lint->row;
	char *function = orm_registry_function_name(row->function);

	if (row->standing == ORM_STANDING_MAY_NOT_DECLARE)
		orm_lint_add(
			lint, function,
			psprintf("Its owner does not have EXECUTE on %s, so the model is not in force.",
					 row->by_map ? "orm.map" : "orm.model"),
			psprintf("GRANT EXECUTE ON FUNCTION %s TO %s",
					 row->by_map ? "orm.map(regclass, text, orm.document[])" : "orm.model(text, text, orm.document[])",
					 role_name(row->owner)));
	else if (row->standing == ORM_STANDING_NOT_THE_TABLES)
		orm_lint_add(
			lint, function,
			pstrdup("Its owner does not have the privileges of the table's owner, so the model is not in force."),
			psprintf("ALTER FUNCTION %s OWNER TO %s", function, role_name(orm_registry_owner(row))));
}

/* A function is not called as that of its model. */
static void
check_renamed_function(OrmLint *lint)
{
	const OrmRegistered *row = lint->row;
	char *function = orm_registry_function_name(row->function);
	char *names[ORM_MODEL_FUNCTION_NAMES];

	if (orm_registry_is_well_named(row))
		return;
	orm_model_text_functions(row->name, names);
	orm_lint_add(lint, function,
				 psprintf("Its name does not follow from that of the model, so the model is not in force."),
				 psprintf("ALTER FUNCTION %s RENAME TO %s", function, orm_sql_quoted(names[0])));
}

/* The table belongs to another role than the function. */
static void
check_owner_apart(OrmLint *lint)
{
	const OrmRegistered *row = lint->row;
	Oid owner = orm_registry_owner(row);

	if (row->standing != ORM_STANDING_GOOD || !row->mapped || owner == row->owner)
		return;
	orm_lint_add(
		lint, orm_registry_function_name(row->function),
		psprintf("It belongs to role %s, and the table to role %s.", role_name(row->owner), role_name(owner)),
		psprintf("ALTER FUNCTION %s OWNER TO %s", orm_registry_function_name(row->function), role_name(owner)));
}

/* The table lacks what is declared, or has what is removed. */
static void
check_pending_changes(OrmLint *lint)
{
	int n = lint->model != NULL ? orm_in_force_count_pending(lint->row, lint->model) : 0;

	if (n > 0)
		orm_lint_add(
			lint, orm_lint_table_name(lint->row->relid),
			psprintf("The declaration and the table differ: %d %s pending.", n, n == 1 ? "change is" : "changes are"),
			NULL);
}

/* A mixin has changed since the model was declared. */
static void
check_behind_mixin(OrmLint *lint)
{
	OrmDeclaration *declaration;
	ListCell *cell;

	if (lint->row->standing != ORM_STANDING_GOOD)
		return;
	declaration = orm_register_declaration(lint->row);
	foreach(cell, declaration->uses)
	{
		const OrmDeclaredUse *use = lfirst(cell);
		char *reason = orm_mixing_behind(declaration, use->name);
		StringInfoData fix;

		if (reason == NULL)
			continue;
		initStringInfo(&fix);
		appendStringInfoString(&fix, "SELECT * FROM orm.extend(");
		orm_sql_literal(&fix, lint->row->name);
		appendStringInfoString(&fix, ", orm.use(");
		orm_sql_literal(&fix, use->name);
		appendStringInfoString(&fix, "))");
		orm_lint_add(lint, pstrdup(use->name), reason, fix.data);
	}
}

/* What is wrong with a function that should be there; NULL: nothing. */
static char *
describe_accessor(const OrmAccessor *accessor, const List *existing)
{
	ListCell *cell;

	if (OidIsValid(accessor->existing))
		return accessor->same ? NULL : pstrdup("It differs from the function that orm.sync makes.");
	foreach(cell, existing)
	{
		char *name = get_func_name(lfirst_oid(cell));

		if (name != NULL && strcmp(name, accessor->name) == 0)
			return psprintf("The function has other arguments: %s.", format_procedure(lfirst_oid(cell)));
	}
	return pstrdup("The function is missing.");
}

/* Is a function wanted, by its name? */
static bool
is_wanted(const List *wanted, Oid function)
{
	char *name = get_func_name(function);
	ListCell *cell;

	foreach(cell, wanted)
		if (name != NULL && strcmp(((OrmAccessor *) lfirst(cell))->name, name) == 0)
			return true;
	return false;
}

/* The typed functions that a model should have. */
typedef struct WantedFunctions
{
	const OrmModel *model;
	List *accessors;
} WantedFunctions;

/* Reads them; for orm_attempt. */
static void
read_wanted(void *argument)
{
	WantedFunctions *wanted = argument;

	wanted->accessors = orm_accessor_wanted(wanted->model, false);
}

/* Typed functions are missing, are others than orm.sync makes, or are left over. */
static void
check_accessors(OrmLint *lint)
{
	WantedFunctions wanted = {lint->model, NIL};
	ErrorData *error;
	List *existing;
	StringInfoData fix;
	ListCell *cell;

	if (lint->model == NULL)
		return;
	error = orm_attempt(read_wanted, &wanted, ORM_ATTEMPT_UNDO);
	if (error != NULL)
	{
		orm_lint_add(lint, orm_lint_table_name(lint->row->relid),
					 psprintf("The functions of the model cannot be made: %s.", error->message), NULL);
		return;
	}
	existing = orm_accessor_existing(lint->model);
	initStringInfo(&fix);
	appendStringInfoString(&fix, "SELECT * FROM orm.sync(");
	orm_sql_literal(&fix, lint->row->name);
	appendStringInfoChar(&fix, ')');
	foreach(cell, wanted.accessors)
	{
		const OrmAccessor *accessor = lfirst(cell);
		char *message = describe_accessor(accessor, existing);

		if (message != NULL)
			orm_lint_add(lint, accessor->signature, message, fix.data);
	}
	foreach(cell, existing)
		if (!is_wanted(wanted.accessors, lfirst_oid(cell)))
			orm_lint_add(lint, format_procedure(lfirst_oid(cell)), pstrdup("The model has no such function any more."),
						 fix.data);
}

/* Rules about functions; the model may be not in force. */
static const OrmLintRule function_rules[] = {
	{"inert_function", "error", check_inert_function},	   {"renamed_function", "error", check_renamed_function},
	{"owner_apart", "warning", check_owner_apart},		   {"pending_changes", "info", check_pending_changes},
	{"accessors_out_of_date", "warning", check_accessors}, {"behind_mixin", "warning", check_behind_mixin},
};

/* Checks the rules of one table. */
static void
check_rules(OrmLint *lint, const OrmLintRule *rules, int n)
{
	for (int i = 0; i < n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		lint->rule = &rules[i];
		rules[i].check(lint);
	}
}

/* Checks a model. */
static void
check_model(OrmLint *lint, const OrmRegistered *row)
{
	bool in_force = row->mapped && orm_registry_is_in_force(row);

	lint->row = row;
	lint->model = in_force ? orm_cache_open_if_any(row->name, AccessShareLock) : NULL;
	check_rules(lint, function_rules, lengthof(function_rules));
	if (lint->model == NULL)
		return;
	lint->table = table_open(lint->model->relid, AccessShareLock);
	check_rules(lint, orm_lint_model_rules, orm_lint_model_nrules);
	check_rules(lint, orm_lint_table_rules, orm_lint_table_nrules);
	table_close(lint->table, NoLock);
}

List *
orm_lint_run(const char *name)
{
	OrmLint lint = {0};
	bool known = false;
	ListCell *cell;

	foreach(cell, orm_registry_functions())
	{
		const OrmRegistered *row = lfirst(cell);

		if (name != NULL && strcmp(row->name, name) != 0)
			continue;
		known = true;
		check_model(&lint, row);
	}
	if (name != NULL && !known)
		orm_cache_raise_unknown(name);
	return lint.found;
}
