/*
 * loosen.c - see loosen.h.
 */
#include "postgres.h"

#include "catalog/pg_class.h"
#include "catalog/pg_proc.h"
#include "commands/comment.h"
#include "miscadmin.h"
#include "utils/lsyscache.h"
#include "utils/ruleutils.h"

#include "base/settings.h"
#include "base/sql.h"
#include "define/loosen.h"
#include "exec/execute.h"
#include "model/computed.h"
#include "model/row_expression.h"
#include "registry/proc.h"

/* CREATE OR REPLACE FUNCTION with the expression as a text. */
static char *
loose_text(Oid relid, Oid function, const Node *expression)
{
	StringInfoData body;
	StringInfoData sql;

	initStringInfo(&body);
	appendStringInfo(&body, ORM_COMPUTED_LOOSE "(%s)", orm_row_expression_print(expression, relid, ORM_COMPUTED_ROW));
	initStringInfo(&sql);
	appendStringInfoString(&sql, "CREATE OR REPLACE FUNCTION ");
	orm_sql_qualified(&sql, get_namespace_name(get_func_namespace(function)), get_func_name(function));
	appendStringInfoString(&sql, "(" ORM_COMPUTED_ROW " ");
	orm_sql_relation(&sql, relid);
	appendStringInfoString(&sql, ") RETURNS ");
	orm_sql_type(&sql, get_func_rettype(function), -1);
	appendStringInfo(&sql, " LANGUAGE sql %s PARALLEL %s AS ",
					 func_volatile(function) == PROVOLATILE_IMMUTABLE ? "IMMUTABLE" : "STABLE",
					 func_parallel(function) == PROPARALLEL_SAFE ? "SAFE" : "UNSAFE");
	orm_sql_literal(&sql, body.data);
	return sql.data;
}

/* Is it an index that can be made by itself: not that of a partition? */
static bool
is_index(Oid relid)
{
	char relkind = get_rel_relkind(relid);

	return (relkind == RELKIND_INDEX || relkind == RELKIND_PARTITIONED_INDEX) && !get_rel_relispartition(relid);
}

/* Adds a statement that is run at the end. */
static void
add_statement(const OrmStep *step, char *object, char *sql, List **indexes)
{
	orm_step_add(indexes, ORM_PHASE_KEY, step->model, "add", object, sql, NULL)->owner = GetUserId();
}

/* Drops an index; it is made again as it is, with its comment. */
static void
set_index_aside(const OrmStep *step, Oid index, List **indexes)
{
	char *comment = GetComment(index, RelationRelationId, 0);
	int level = orm_settings_pin(NULL);
	char *definition = pg_get_indexdef_string(index);
	StringInfoData name;

	orm_settings_leave(level);
	initStringInfo(&name);
	orm_sql_relation(&name, index);
	add_statement(step, name.data, definition, indexes);
	if (comment != NULL)
	{
		StringInfoData sql;

		initStringInfo(&sql);
		appendStringInfo(&sql, "COMMENT ON INDEX %s IS ", name.data);
		orm_sql_literal(&sql, comment);
		add_statement(step, name.data, sql.data, indexes);
	}
	orm_execute_statement(psprintf("DROP INDEX %s", name.data));
}

void
orm_loosen_computed(const OrmStep *step, List **indexes)
{
	ListCell *cell;
	ListCell *index;

	if (!OidIsValid(step->relid) || !(step->rewrites || step->loosens || step->phase == ORM_PHASE_COLUMN))
		return;
	foreach(cell, orm_computed_functions(step->relid))
	{
		Oid function = lfirst_oid(cell);
		Node *expression = orm_computed_expression(function);

		foreach(index,
				step->loosens ? orm_proc_dependents(ProcedureRelationId, function, RelationRelationId, '\0') : NIL)
			if (is_index(lfirst_oid(index)))
				set_index_aside(step, lfirst_oid(index), indexes);
		if (expression == NULL)
			continue; /* has been loosened for another step */
		orm_execute_statement(loose_text(step->relid, function, expression));
		orm_proc_mark(function);
	}
}
