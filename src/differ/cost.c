/*
 * cost.c - see cost.h.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/optimizer.h"
#include "parser/parse_coerce.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/timestamp.h"
#include "utils/typcache.h"

#include "base/compat.h"
#include "base/sql.h"
#include "differ/cost.h"
#include "differ/analysis.h"

#define SCAN_BYTES 200e6
#define REWRITE_BYTES 50e6
#define INDEX_ROWS 500e3

/* The size of a table in bytes, by its statistics. */
static double
table_bytes(const OrmDiffer *differ)
{
	return (double) differ->relation->rd_rel->relpages * BLCKSZ;
}

/* Rounds to milliseconds, so that estimates are readable. */
static double
rounded(double seconds)
{
	return ((int64) (seconds * 1000.0 + 0.5)) / 1000.0;
}

void
orm_cost_scan(OrmStep *step, const OrmDiffer *differ)
{
	step->seconds = rounded(table_bytes(differ) / SCAN_BYTES);
}

void
orm_cost_rewrite(OrmStep *step, const OrmDiffer *differ)
{
	step->rewrites = true;
	step->seconds = rounded(table_bytes(differ) / REWRITE_BYTES);
}

void
orm_cost_index(OrmStep *step, const OrmDiffer *differ)
{
	step->seconds = rounded(table_bytes(differ) / SCAN_BYTES +
							Max(differ->relation->rd_rel->reltuples, 0) / INDEX_ROWS);
}

void
orm_cost_add_column(OrmStep *step, const OrmDiffer *differ, const OrmDdlColumn *column)
{
	const OrmDeclaredColumn *declared = column->declared;
	OrmAnalysisPlace place = {ORM_ANALYSIS_DEFAULT, column->type, column->typmod, column->name};
	Node *value = NULL;

	step->seconds = 0;
	if (column->identity != NULL || (declared != NULL && declared->generated != NULL))
		orm_cost_rewrite(step, differ);
	else if (declared != NULL && declared->server_default != NULL && OidIsValid(column->type))
	{
		value = orm_analysis_analyse(differ, &place, declared->server_default);
		if (value == NULL || contain_volatile_functions(value))
			orm_cost_rewrite(step, differ);
	}
	if (!step->rewrites && declared != NULL && declared->check_expr != NULL)
		orm_cost_scan(step, differ);
}

/* The conversion of a column's values as an expression, planned; NULL: there is no cast. */
static Node *
conversion(AttrNumber number, const OrmColumnForm *from, const OrmColumnForm *to, CoercionContext context)
{
	Node *value = (Node *) makeVar(1, number, from->type, from->typmod, from->collation, 0);

	if (!can_coerce_type(1, &from->type, &to->type, context))
		return NULL;
	value = coerce_to_target_type(NULL, value, from->type, to->type, to->typmod, context, COERCE_IMPLICIT_CAST, -1);
	return value != NULL ? (Node *) expression_planner((Expr *) value) : NULL;
}

/* Does the conversion change the stored values? As ATColumnChangeRequiresRewrite decides. */
static bool
changes_values(Node *value)
{
	for (;;)
	{
		if (IsA(value, Var))
			return false;
		if (IsA(value, RelabelType))
			value = (Node *) ((RelabelType *) value)->arg;
		else if (IsA(value, CoerceToDomain))
		{
			if (orm_domain_has_constraints(((CoerceToDomain *) value)->resulttype))
				return true;
			value = (Node *) ((CoerceToDomain *) value)->arg;
		}
		else if (IsA(value, FuncExpr) &&
				 (((FuncExpr *) value)->funcid == F_TIMESTAMPTZ_TIMESTAMP ||
				  ((FuncExpr *) value)->funcid == F_TIMESTAMP_TIMESTAMPTZ))
		{
			if (TimestampTimestampTzRequiresRewrite())
				return true;
			value = linitial(((FuncExpr *) value)->args);
		}
		else
			return true;
	}
}

/* Can every value be kept by the conversion: an implicit cast, or one to text, that nothing is cut from? */
static bool
keeps_values(AttrNumber number, const OrmColumnForm *from, const OrmColumnForm *to)
{
	Oid base = getBaseType(to->type);
	OrmColumnForm wide = *to;

	if (getBaseType(from->type) == base)
		return to->typmod == -1; /* a shorter one: longer ones change no values */
	if (to->typmod != -1)
		return false;
	if (base == TEXTOID || base == VARCHAROID)
		return true;
	return conversion(number, from, &wide, COERCION_IMPLICIT) != NULL;
}

void
orm_cost_retype(OrmStep *step, const OrmDiffer *differ, const OrmColumnForm *from, const OrmColumnForm *to)
{
	AttrNumber number = orm_differ_number(differ, from->name);
	Node *value = OidIsValid(to->type) ? conversion(number, from, to, COERCION_ASSIGNMENT) : NULL;

	if (value != NULL && !changes_values(value))
	{
		step->seconds = 0;
		return;
	}
	orm_cost_rewrite(step, differ);
	step->no_cast = value == NULL;
	if (value == NULL)
		step->note = psprintf("there is no cast from %s to %s: using_expr is needed", format_type_be(from->type),
							  OidIsValid(to->type) ? format_type_be(to->type) : to->column->declared->type);
	if (value == NULL || !keeps_values(number, from, to))
		orm_cost_lose_column(step, differ, from->column->name, from->name);
}

void
orm_cost_lose_column(OrmStep *step, const OrmDiffer *differ, const char *column, const char *name)
{
	StringInfoData query;
	StringInfoData table;

	initStringInfo(&table);
	orm_sql_relation(&table, RelationGetRelid(differ->relation));
	initStringInfo(&query);
	appendStringInfo(&query, "SELECT pg_catalog.count(%s) FROM ONLY %s", orm_sql_quoted(column), table.data);
	if (differ->relation->rd_rel->relkind == RELKIND_PARTITIONED_TABLE)
	{
		resetStringInfo(&query);
		appendStringInfo(&query, "SELECT pg_catalog.count(%s) FROM %s", orm_sql_quoted(column), table.data);
	}
	step->lost = query.data;
	step->lost_name = psprintf("%s.%s", step->model != NULL ? step->model : differ->table->relation, name);
}
