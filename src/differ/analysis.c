/*
 * analysis.c - see analysis.h.
 */
#include "postgres.h"

#include "catalog/heap.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "nodes/parsenodes.h"
#include "parser/parse_clause.h"
#include "parser/parse_coerce.h"
#include "parser/parse_collate.h"
#include "parser/parse_expr.h"
#include "parser/parse_relation.h"
#include "parser/parser.h"
#include "utils/builtins.h"
#include "utils/rel.h"
#include "utils/ruleutils.h"

#include "base/attempt.h"
#include "base/sql.h"
#include "differ/analysis.h"

/* An expression that is being analysed; for orm_attempt. */
typedef struct Analysis
{
	const OrmDiffer *differ;
	List *names; /* of the columns; NIL: their names now */
	const OrmAnalysisPlace *place;
	const char *text; /* NULL: raw is given */
	Node *raw;
	Node *result;
} Analysis;

/* The raw parse tree of an expression in parentheses. */
static Node *
parse(const char *text)
{
	StringInfoData fragment;
	SelectStmt *select;

	initStringInfo(&fragment);
	orm_sql_fragment(&fragment, text);
	select = castNode(SelectStmt, linitial_node(RawStmt, raw_parser(fragment.data, RAW_PARSE_PLPGSQL_EXPR))->stmt);
	return linitial_node(ResTarget, select->targetList)->val;
}

/* Checks, conditions and elements of indexes, as transformIndexStmt and AddRelationNewConstraints do. */
static Node *
transform(ParseState *state, OrmAnalysisKind kind, Node *raw)
{
	Node *result;

	if (kind == ORM_ANALYSIS_CONDITION)
		result = transformWhereClause(state, raw, EXPR_KIND_INDEX_PREDICATE, "WHERE");
	else if (kind == ORM_ANALYSIS_CHECK)
		result = coerce_to_boolean(state, transformExpr(state, raw, EXPR_KIND_CHECK_CONSTRAINT), "CHECK");
	else
		result = transformExpr(state, raw, EXPR_KIND_INDEX_EXPRESSION);
	assign_expr_collations(state, result);
	return result;
}

/* An alias that gives the columns these names; dropped ones have none. */
static Alias *
make_alias(const char *relation, const List *names)
{
	List *given = NIL;
	ListCell *cell;

	foreach(cell, names)
		if (strVal(lfirst(cell))[0] != '\0')
			given = lappend(given, lfirst(cell));
	return given != NIL ? makeAlias(relation, given) : NULL;
}

/* The work of analyse. */
static void
do_analyse(void *argument)
{
	Analysis *analysis = argument;
	const OrmAnalysisPlace *place = analysis->place;
	Relation relation = analysis->differ->relation;
	Alias *alias = make_alias(RelationGetRelationName(relation), analysis->names);
	ParseState *state = make_parsestate(NULL);

	addNSItemToQuery(state, addRangeTableEntryForRelation(state, relation, AccessShareLock, alias, false, true), true,
					 true, true);
	if (analysis->text != NULL)
		analysis->raw = parse(analysis->text);
	if (place->kind == ORM_ANALYSIS_DEFAULT || place->kind == ORM_ANALYSIS_GENERATED)
		analysis->result = cookDefault(state, analysis->raw, place->type, place->typmod, place->column,
									   place->kind == ORM_ANALYSIS_GENERATED ? ATTRIBUTE_GENERATED_STORED : '\0');
	else
		analysis->result = transform(state, place->kind, analysis->raw);
	free_parsestate(state);
}

/* Analyses in a subtransaction: over other columns than the declared ones an expression can be wrong. */
static Node *
analyse(Analysis *analysis)
{
	return orm_attempt(do_analyse, analysis, ORM_ATTEMPT_KEEP) == NULL ? analysis->result : NULL;
}

Node *
orm_analysis_analyse(const OrmDiffer *differ, const OrmAnalysisPlace *place, const char *text)
{
	Analysis analysis = {differ, differ->names, place, text, NULL, NULL};

	return analyse(&analysis);
}

Node *
orm_analysis_analyse_raw(const OrmDiffer *differ, const OrmAnalysisPlace *place, Node *raw)
{
	Analysis analysis = {differ, differ->names, place, NULL, copyObject(raw), NULL};

	return analyse(&analysis);
}

/* Deparses an analysed expression. */
static char *
print(const OrmDiffer *differ, Node *expression)
{
	List *context = deparse_context_for(RelationGetRelationName(differ->relation), RelationGetRelid(differ->relation));

	return deparse_expression(expression, context, false, false);
}

bool
orm_analysis_same(const OrmDiffer *differ, const OrmAnalysisPlace *place, Node *declared, Node *stored)
{
	Analysis again = {differ, NIL, place, NULL, NULL, NULL};

	if (declared == NULL || stored == NULL)
		return false;
	if (equal(declared, stored))
		return true;
	again.text = print(differ, stored);
	return strcmp(print(differ, declared), again.text) == 0 || equal(declared, analyse(&again));
}
