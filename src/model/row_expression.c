/*
 * row_expression.c - SQL expressions over a row of a table; see row_expression.h.
 */
#include "postgres.h"

#include "access/relation.h"
#include "nodes/parsenodes.h"
#include "optimizer/optimizer.h"
#include "parser/parse_coerce.h"
#include "parser/parse_collate.h"
#include "parser/parse_expr.h"
#include "parser/parse_relation.h"
#include "nodes/nodeFuncs.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/ruleutils.h"

#include "base/settings.h"
#include "base/sql.h"
#include "model/row_expression.h"

Node *
orm_row_expression_parse(const char *text)
{
	SelectStmt *select = (SelectStmt *) orm_sql_parse_spliced("SELECT (", text, "\n)", NULL);

	return linitial_node(ResTarget, select->targetList)->val;
}

/* Raises for what has no single value of one row. */
static void
refuse_sets(const ParseState *state)
{
	if (state->p_hasAggs)
		ereport(ERROR, errcode(ERRCODE_GROUPING_ERROR), errmsg("aggregate functions are not allowed here"),
				errhint("An aggregate over other rows is a sub-select."));
	if (state->p_hasWindowFuncs)
		ereport(ERROR, errcode(ERRCODE_WINDOWING_ERROR), errmsg("window functions are not allowed here"));
	if (state->p_hasTargetSRFs)
		ereport(ERROR, errcode(ERRCODE_FEATURE_NOT_SUPPORTED), errmsg("set-returning functions are not allowed here"));
}

/* Raises 42804 and 42P17 for a tree that is no expression of that type. */
static Node *
finish(ParseState *state, Node *node, Oid type, int32 typmod, CoercionForm form)
{
	Oid found = exprType(node);
	Node *coerced = coerce_to_target_type(state, node, found, type, typmod, COERCION_ASSIGNMENT, form, -1);

	if (coerced == NULL)
		ereport(
			ERROR, errcode(ERRCODE_DATATYPE_MISMATCH),
			errmsg("expression is of type %s, not %s", format_type_be(found), format_type_with_typemod(type, typmod)),
			errhint("You will need to rewrite or cast the expression."));
	assign_expr_collations(state, coerced);
	if (contain_volatile_functions(coerced))
		ereport(ERROR, errcode(ERRCODE_INVALID_OBJECT_DEFINITION), errmsg("volatile functions are not allowed here"));
	return coerced;
}

Node *
orm_row_expression_analyze(Oid relid, const char *text, Oid type, int32 typmod, CoercionForm form, ParseExprKind kind,
						   PostParseColumnRefHook hook, void *argument)
{
	Relation relation = relation_open(relid, AccessShareLock);
	int level = orm_settings_pin(get_namespace_name(RelationGetNamespace(relation)));
	ParseState *state = make_parsestate(NULL);
	Node *node;

	state->p_sourcetext = text;
	state->p_post_columnref_hook = hook;
	state->p_ref_hook_state = argument;
	addNSItemToQuery(state, addRangeTableEntryForRelation(state, relation, AccessShareLock, NULL, false, true), true,
					 true, true);
	node = transformExpr(state, orm_row_expression_parse(text), kind);
	refuse_sets(state);
	node = finish(state, node, type, typmod, form);
	free_parsestate(state);
	orm_settings_leave(level);
	relation_close(relation, NoLock);
	return node;
}

char *
orm_row_expression_print(const Node *expression, Oid relid, const char *alias)
{
	int level = orm_settings_pin(NULL);
	char *text;

	text = deparse_expression(unconstify(Node *, expression),
							  deparse_context_for(alias != NULL ? alias : get_rel_name(relid), relid), alias != NULL,
							  false);
	orm_settings_leave(level);
	return text;
}
