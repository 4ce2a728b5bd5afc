/*
 * compute.c - making and dropping the functions of computed attributes; see
 * compute.h.
 */
#include "postgres.h"

#include "catalog/pg_proc.h"
#include "commands/comment.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/optimizer.h"
#include "parser/parse_func.h"
#include "rewrite/rewriteManip.h"
#include "utils/lsyscache.h"
#include "utils/regproc.h"
#include "utils/syscache.h"

#include "accessor/relation.h"
#include "base/names.h"
#include "base/sql.h"
#include "define/compute.h"
#include "define/model_function.h"
#include "define/register.h"
#include "define/report.h"
#include "exec/execute.h"
#include "model/computed.h"
#include "model/row_expression.h"
#include "registry/proc.h"

/* Is the computed attribute declared? */
static bool
declares(const OrmDeclaration *declaration, const char *name)
{
	ListCell *cell;

	foreach(cell, declaration->computed)
		if (strcmp(((OrmDeclaredColumn *) lfirst(cell))->name, name) == 0)
			return true;
	return false;
}

/* Does another model of the relation declare it? */
static bool
others_declare(Oid relid, const char *model, const char *name)
{
	ListCell *cell;

	foreach(cell, orm_registry_of_relation(relid))
	{
		OrmRegistered *row = lfirst(cell);

		if (strcmp(row->name, model) != 0 && declares(orm_register_declaration(row), name))
			return true;
	}
	return false;
}

/* Drops a function. */
static void
drop(Oid function)
{
	orm_execute_statement(psprintf("DROP FUNCTION %s", format_procedure_qualified(function)));
}

/* Drops the functions that nobody declares. */
static void
drop_unwanted(Oid relid, const char *model, const OrmDeclaration *declaration, List **changes)
{
	ListCell *cell;

	foreach(cell, orm_computed_functions(relid))
	{
		Oid function = lfirst_oid(cell);
		char *name = get_func_name(function);
		char *shown = format_procedure(function);

		if ((declaration != NULL && declares(declaration, name)) || others_declare(relid, model, name))
			continue;
		drop(function);
		orm_report_add(changes, model, "dropped", "function", shown);
	}
}

/* check_functions_in_node callback */
static bool
is_unsafe(Oid function, void *context)
{
	return func_parallel(function) != PROPARALLEL_SAFE;
}

/* Walker: does the expression call a function that is not parallel safe? */
static bool
calls_unsafe(Node *node, void *context)
{
	if (node == NULL)
		return false;
	if (check_functions_in_node(node, is_unsafe, context))
		return true;
	if (IsA(node, Query))
		return query_tree_walker((Query *) node, calls_unsafe, context, 0);
	return expression_tree_walker(node, calls_unsafe, context);
}

/* The CREATE FUNCTION of a computed attribute. */
static char *
create_text(Oid relid, const OrmDeclaredColumn *computed, Node *node)
{
	bool stable = contain_mutable_functions(node) || checkExprHasSubLink(node);
	StringInfoData sql;

	initStringInfo(&sql);
	appendStringInfoString(&sql, "CREATE OR REPLACE FUNCTION ");
	orm_sql_qualified(&sql, get_namespace_name(get_rel_namespace(relid)), computed->name);
	appendStringInfoString(&sql, "(" ORM_COMPUTED_ROW " ");
	orm_sql_relation(&sql, relid);
	appendStringInfoString(&sql, ") RETURNS ");
	orm_sql_type(&sql, exprType(node), exprTypmod(node));
	appendStringInfo(&sql, " LANGUAGE sql %s PARALLEL %s RETURN (%s)", stable ? "STABLE" : "IMMUTABLE",
					 calls_unsafe(node, NULL) ? "UNSAFE" : "SAFE",
					 orm_row_expression_print(node, relid, ORM_COMPUTED_ROW));
	return sql.data;
}

/* Sets the comment of a function; NULL: none. */
static void
comment_on(Oid function, const char *comment)
{
	StringInfoData sql;

	initStringInfo(&sql);
	appendStringInfo(&sql, "COMMENT ON FUNCTION %s IS ", format_procedure_qualified(function));
	if (comment != NULL)
		orm_sql_literal(&sql, comment);
	else
		appendStringInfoString(&sql, "NULL");
	orm_execute_statement(sql.data);
}

/* Is the function what it should be? */
static bool
is_same(Oid function, Oid relid, const OrmDeclaredColumn *computed, const Node *node)
{
	const Node *expression = orm_computed_expression(function);

	return expression != NULL && get_func_rettype(function) == exprType(node) &&
		strcmp(orm_row_expression_print(expression, relid, ORM_COMPUTED_ROW),
			   orm_row_expression_print(node, relid, ORM_COMPUTED_ROW)) == 0 &&
		orm_name_is_same(GetComment(function, ProcedureRelationId, 0), computed->comment);
}

/* Raises 42723 for a function of that name that is not ours. */
static void
check_free(Oid relid, const OrmDeclaredColumn *computed)
{
	Oid types[1] = {get_rel_type_id(relid)};
	List *name = list_make2(makeString(get_namespace_name(get_rel_namespace(relid))), makeString(computed->name));
	Oid function = LookupFuncName(name, 1, types, true);
	OrmElementPlace place;

	if (OidIsValid(function) && orm_computed_find(relid, computed->name) != function)
		ereport(ERROR, errcode(ERRCODE_DUPLICATE_FUNCTION),
				errmsg("function %s already exists", format_procedure(function)),
				orm_error_place(orm_declaration_place(&place, computed->position, "computed", "name")),
				errhint("Drop it, or give the computed attribute another name."));
}

/* Makes the function of a computed attribute what it should be. */
static void
make(Oid relid, const char *model, const OrmDeclaration *declaration, const OrmDeclaredColumn *computed, List **changes)
{
	Node *node = orm_computed_analyze(relid, declaration, computed);
	Oid function = orm_computed_find(relid, computed->name);
	bool replaces = OidIsValid(function);

	orm_relation_check_name(relid, model, computed->name, "computed attribute");
	check_free(relid, computed);
	if (replaces && is_same(function, relid, computed, node))
		return;
	if (replaces && get_func_rettype(function) != exprType(node))
		drop(function);
	orm_execute_statement(create_text(relid, computed, node));
	function = LookupFuncName(
		list_make2(makeString(get_namespace_name(get_rel_namespace(relid))), makeString(computed->name)), 1,
		(Oid[1]){get_rel_type_id(relid)}, false);
	orm_proc_mark(function);
	if (computed->comment != NULL || replaces)
		comment_on(function, computed->comment);
	orm_model_function_announce(relid);
	orm_report_add(changes, model, replaces ? "replaced" : "created", "function", format_procedure(function));
}

void
orm_compute_reconcile(Oid relid, const char *model, const OrmDeclaration *declaration, bool make_them, List **changes)
{
	ListCell *cell;

	drop_unwanted(relid, model, declaration, changes);
	foreach(cell, make_them && declaration != NULL ? declaration->computed : NIL)
		make(relid, model, declaration, lfirst(cell), changes);
}
