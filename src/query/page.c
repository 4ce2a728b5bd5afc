/*
 * page.c - cursors and the total of a page.
 */
#include "postgres.h"

#include "catalog/pg_collation.h"
#include "catalog/pg_type.h"

#include "query/named_scope.h"
#include "query/source.h"

/* Checks "after" or "before": a string, null, or a parameter, which is marked as used. */
static void
check_cursor(OrmLevelBuild *build, OrmQueryKey key)
{
	const OrmJson *json = orm_query_key(&build->keys, key);
	OrmPath here = orm_path_key(build->place, orm_query_key_name(key));
	OrmOperand operand;

	if (json == NULL || orm_json_kind(*json) == ORM_JSON_NULL || orm_json_kind(*json) == ORM_JSON_STRING)
		return;
	if (orm_json_kind(*json) != ORM_JSON_OBJECT)
		orm_members_raise_kind(*json, "a cursor or null", &here);
	operand = orm_query_operand(NULL, build->scope->builder, *json, orm_type_make(TEXTOID, -1, DEFAULT_COLLATION_OID),
								&here);
	if (operand.kind == ORM_OPERAND_VALUE && operand.parameter < 0)
		orm_members_raise_kind(*json, "a cursor or null", &here);
}

/* Makes the statement that counts the objects of all pages. */
static void
compile_total(OrmLevelBuild *build)
{
	OrmBuilder *builder = orm_query_builder(build->compiler);
	OrmScope *scope = orm_query_scope(builder, build->level->model);
	OrmQueryStatement *total = &build->compiler->compiled->total;
	OrmQueryKeys keys = build->keys;
	StringInfoData sql;

	orm_source_read(scope, &build->keys, build->place);
	initStringInfo(&sql);
	appendStringInfoString(&sql, "SELECT pg_catalog.count(*)");
	orm_named_scope_begin(scope, &keys, 0, build->place);
	orm_query_compute(scope, &keys, build->place);
	orm_query_append_source(scope, &keys, &sql);
	orm_query_finish(builder, total, sql.data);
	total->nresults = 1;
	total->results = palloc(sizeof(Oid));
	total->results[0] = INT8OID;
}

/* Stores the slots with values of the order. */
static void
add_ordered(OrmLevelBuild *build)
{
	OrmCompiled *compiled = build->compiler->compiled;
	int ncomputed = 0;
	ListCell *cell;

	foreach(cell, build->order)
		if (((const OrmOrder *) lfirst(cell))->computed)
			ncomputed = build->ncomputed;
	compiled->ordered = palloc(sizeof(int) * Max(ncomputed + build->order_end - build->order_begin, 1));
	for (int i = 0; i < ncomputed; i++)
		compiled->ordered[compiled->nordered++] = i;
	for (int i = build->order_begin; i < build->order_end; i++)
		compiled->ordered[compiled->nordered++] = i;
}

void
orm_query_add_page(OrmLevelBuild *build)
{
	OrmCompiled *compiled = build->compiler->compiled;
	StringInfoData cursor;
	ListCell *cell;

	check_cursor(build, ORM_KEY_AFTER);
	check_cursor(build, ORM_KEY_BEFORE);
	if (orm_query_key(&build->keys, ORM_KEY_AFTER) != NULL && orm_query_key(&build->keys, ORM_KEY_BEFORE) != NULL)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("\"after\" is not allowed with \"before\""));
	compiled->signature = orm_query_signature(build->level->model, build->order, &build->keys);
	add_ordered(build);
	compiled->cursor = palloc(sizeof(OrmMember) * list_length(build->order));
	foreach(cell, build->order)
	{
		const OrmExpression *expression = orm_query_cursor_value(lfirst(cell));
		OrmMember *member = &compiled->cursor[compiled->ncursor++];

		member->name = NULL;
		member->type = expression->type;
		member->position = orm_query_column(&build->columns, expression->sql, expression->type->oid);
	}
	if (build->compiler->request->cursor != NULL)
	{
		initStringInfo(&cursor);
		orm_query_append_cursor(build->scope->builder, build->order, &cursor);

		/* window functions go over all pages */
		if (build->scope->builder->nwindows > 0)
			build->kept = lappend(build->kept, cursor.data);
		else
			build->conditions = lappend(build->conditions, cursor.data);
	}
	if (orm_query_flag(&build->keys, ORM_KEY_TOTAL, build->place))
		compile_total(build);
}
