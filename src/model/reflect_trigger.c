/*
 * reflect_trigger.c - see reflect_trigger.h.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/indexing.h"
#include "catalog/pg_authid.h"
#include "catalog/pg_policy.h"
#include "catalog/pg_rewrite.h"
#include "catalog/pg_trigger.h"
#include "commands/trigger.h"
#include "miscadmin.h"
#include "parser/parse_func.h"
#include "rewrite/rewriteDefine.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/rel.h"

#include "base/sql.h"
#include "model/shared_trigger.h"
#include "model/hook.h"
#include "model/kept.h"
#include "model/reflect_statement.h"
#include "model/reflect_trigger.h"
#include "model/table_statement.h"

/* States of triggers and rules by their marks in the catalogs; the default is not among them. */
static const struct
{
	char mark;
	const char *words;
} states[] = {
	{TRIGGER_FIRES_ALWAYS, "ENABLE ALWAYS"},
	{TRIGGER_FIRES_ON_REPLICA, "ENABLE REPLICA"},
	{TRIGGER_DISABLED, "DISABLE"},
};

/* Adds the state of a trigger or a rule, and the comment on it. */
static void
add_state(OrmReflectState *r, char mark, const char *what, const char *name, Oid catalog, Oid oid)
{
	char *table = orm_sql_quoted(RelationGetRelationName(r->relation));

	for (int i = 0; i < (int) lengthof(states); i++)
		if (states[i].mark == mark)
			orm_reflect_state_add_statement(
				r, psprintf("ALTER TABLE %s %s %s %s", table, states[i].words, what, orm_sql_quoted(name)));
	orm_reflect_statement_comment(r, catalog, oid, psprintf("%s %s ON %s", what, orm_sql_quoted(name), table));
}

/* Does a column of a model need the trigger that keeps attributes? */
static bool
keeps_any(const OrmDeclaration *model)
{
	ListCell *cell;

	foreach(cell, model->columns)
	{
		const OrmDeclaredColumn *column = lfirst(cell);

		if (column->write_once == ORM_YES || column->normalizes != NULL)
			return true;
	}
	return model->timestamps != NIL || model->stamps != NIL;
}

/* Does an element of a model make this trigger: the one that counts versions, or keeps attributes, or a hook's? */
static bool
is_made(const OrmDeclaration *model, Form_pg_trigger form)
{
	ListCell *cell;

	if (model == NULL)
		return false;
	foreach(cell, orm_hook_all(model))
		if (strcmp(NameStr(form->tgname), orm_hook_name(lfirst(cell))) == 0)
			return true;
	if (model->versions != NIL &&
		form->tgfoid == LookupFuncName(list_make2(makeString("orm"), makeString("count_version")), 0, NULL, true))
		return true;
	return form->tgfoid == orm_shared_trigger_function(ORM_KEEPS_COUNTERS) ||
		form->tgfoid == orm_shared_trigger_function(ORM_KEEPS_POSITIONS) ||
		(form->tgfoid == orm_kept_function() && keeps_any(model));
}

/* Is the trigger a user's: not one of a constraint, nor a copy of that of the partitioned table? */
static bool
is_own(Form_pg_trigger form)
{
	return !form->tgisinternal && !OidIsValid(form->tgparentid);
}

/* Adds a trigger. */
static void
reflect_trigger(OrmReflectState *r, HeapTuple tuple, TupleDesc descriptor)
{
	Form_pg_trigger form = (Form_pg_trigger) GETSTRUCT(tuple);
	char *sql;

	if (!is_own(form) || is_made(r->model, form))
		return;
	sql = TextDatumGetCString(DirectFunctionCall1(pg_get_triggerdef, ObjectIdGetDatum(form->oid)));
	orm_reflect_state_add_statement(r, orm_table_statement_without_schema(r->declaration, sql));
	add_state(r, form->tgenabled, "TRIGGER", NameStr(form->tgname), TriggerRelationId, form->oid);
}

void
orm_reflect_trigger_all(OrmReflectState *r)
{
	orm_reflect_state_scan(r, TriggerRelationId, TriggerRelidNameIndexId, Anum_pg_trigger_tgrelid,
						   RelationGetRelid(r->relation), reflect_trigger);
}

/* Adds a rule, whose text ends with a semicolon. */
static void
reflect_rule(OrmReflectState *r, HeapTuple tuple, TupleDesc descriptor)
{
	Form_pg_rewrite form = (Form_pg_rewrite) GETSTRUCT(tuple);
	char *sql = TextDatumGetCString(DirectFunctionCall1(pg_get_ruledef, ObjectIdGetDatum(form->oid)));
	size_t length = strlen(sql);

	if (length > 0 && sql[length - 1] == ';')
		sql[length - 1] = '\0';
	orm_reflect_state_add_statement(r, orm_table_statement_without_schema(r->declaration, sql));
	add_state(r, form->ev_enabled, "RULE", NameStr(form->rulename), RewriteRelationId, form->oid);
}

void
orm_reflect_trigger_rules(OrmReflectState *r)
{
	orm_reflect_state_scan(r, RewriteRelationId, RewriteRelRulenameIndexId, Anum_pg_rewrite_ev_class,
						   RelationGetRelid(r->relation), reflect_rule);
}

/* The commands of policies by their marks in the catalogs; of all there is no word. */
static const char *
command_of(char mark)
{
	switch (mark)
	{
		case ACL_SELECT_CHR:
			return " FOR SELECT";
		case ACL_INSERT_CHR:
			return " FOR INSERT";
		case ACL_UPDATE_CHR:
			return " FOR UPDATE";
		case ACL_DELETE_CHR:
			return " FOR DELETE";
	}
	return "";
}

/* Appends TO and the roles of a policy; nothing for everybody. */
static void
append_roles(StringInfo sql, Datum stored)
{
	ArrayType *array = DatumGetArrayTypeP(stored);
	const Oid *roles = (const Oid *) ARR_DATA_PTR(array);
	int n = ARR_NDIM(array) == 1 ? ARR_DIMS(array)[0] : 0;

	for (int i = 0; i < n && OidIsValid(roles[0]); i++)
		appendStringInfo(sql, "%s%s", i == 0 ? " TO " : ", ", orm_sql_quoted(GetUserNameFromId(roles[i], false)));
}

/* Appends an expression of a policy in a clause, if it is there. */
static void
append_expression(StringInfo sql, const OrmReflectState *r, const char *clause, HeapTuple tuple, int attribute,
				  TupleDesc descriptor)
{
	bool isnull;
	Datum stored = heap_getattr(tuple, attribute, descriptor, &isnull);

	if (!isnull)
		appendStringInfo(sql, " %s (%s)", clause, orm_reflect_state_print(r, TextDatumGetCString(stored)));
}

/* Adds a policy. */
static void
reflect_policy(OrmReflectState *r, HeapTuple tuple, TupleDesc descriptor)
{
	Form_pg_policy form = (Form_pg_policy) GETSTRUCT(tuple);
	char *name = orm_sql_quoted(NameStr(form->polname));
	char *table = orm_sql_quoted(RelationGetRelationName(r->relation));
	StringInfoData sql;
	bool isnull;

	initStringInfo(&sql);
	appendStringInfo(&sql, "CREATE POLICY %s ON %s%s%s", name, table, form->polpermissive ? "" : " AS RESTRICTIVE",
					 command_of(form->polcmd));
	append_roles(&sql, heap_getattr(tuple, Anum_pg_policy_polroles, descriptor, &isnull));
	append_expression(&sql, r, "USING", tuple, Anum_pg_policy_polqual, descriptor);
	append_expression(&sql, r, "WITH CHECK", tuple, Anum_pg_policy_polwithcheck, descriptor);
	orm_reflect_state_add_statement(r, sql.data);
	orm_reflect_statement_comment(r, PolicyRelationId, form->oid, psprintf("POLICY %s ON %s", name, table));
}

void
orm_reflect_trigger_policies(OrmReflectState *r)
{
	orm_reflect_state_scan(r, PolicyRelationId, PolicyPolrelidPolnameIndexId, Anum_pg_policy_polrelid,
						   RelationGetRelid(r->relation), reflect_policy);
}
