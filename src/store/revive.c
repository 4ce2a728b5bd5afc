/*
 * revive.c - see revive.h.
 */
#include "postgres.h"

#include "catalog/pg_class.h"
#include "miscadmin.h"

#include "base/sql.h"
#include "exec/execute.h"
#include "exec/plan.h"
#include "model/key.h"
#include "model/soft_delete.h"
#include "store/revive.h"

/* Appends <alias>."email" = $1 AND ...: the row of a key. */
static void
append_row(StringInfo sql, const OrmModel *model, const OrmKey *key, const char *alias)
{
	for (int i = 0; i < key->nattributes; i++)
	{
		const OrmAttribute *attribute = &model->attributes[key->attributes[i]];

		appendStringInfoString(sql, i > 0 ? " AND " : "");
		orm_sql_comparison(sql, orm_key_equality(model, key->attributes[i]),
						   psprintf("%s.%s", alias, orm_sql_quoted(attribute->column)), attribute->type->oid,
						   psprintf("$%d", i + 1), attribute->type->oid);
	}
}

/*
 * UPDATE "s"."t" AS t SET "deleted_at" = NULL WHERE t.ctid = (SELECT u.ctid FROM "s"."t" AS u WHERE <row> AND
 * <deleted> ORDER BY u."deleted_at" DESC LIMIT 1 FOR UPDATE) AND NOT EXISTS (SELECT FROM "s"."t" AS v WHERE <row> AND
 * <not deleted>)
 */
static void
append_update(StringInfo sql, const OrmModel *model, const OrmKey *key)
{
	const char *mark = orm_sql_quoted(model->attributes[model->soft_delete].column);
	StringInfoData table;

	initStringInfo(&table);
	orm_sql_qualified(&table, model->schema, model->relation);
	appendStringInfo(sql,
					 "UPDATE %s AS t SET %s = %s WHERE (t.tableoid, t.ctid) OPERATOR(pg_catalog.=) "
					 "(SELECT u.tableoid, u.ctid FROM %s AS u WHERE ",
					 table.data, mark, orm_soft_delete_is_flag(model) ? "false" : "NULL", table.data);
	append_row(sql, model, key, "u");
	appendStringInfo(sql, " AND %s ORDER BY u.%s DESC LIMIT 1 FOR UPDATE) AND NOT EXISTS (SELECT FROM %s AS v WHERE ",
					 orm_soft_delete_condition(model, "u", ORM_DELETED_ONLY), mark, table.data);
	append_row(sql, model, key, "v");
	appendStringInfo(sql, " AND %s)", orm_soft_delete_condition(model, "v", ORM_DELETED_NO));
}

/* The plan of the statement. */
static OrmPlan *
open_plan(const OrmModel *model, const OrmKey *key)
{
	Oid types[INDEX_MAX_KEYS];
	OrmPlanText text = {.nparams = key->nattributes, .types = types, .planning = ORM_PLAN_GENERIC};

	for (int i = 0; i < key->nattributes; i++)
		types[i] = model->attributes[key->attributes[i]].type->oid;
	initStringInfo(&text.sql);
	append_update(&text.sql, model, key);
	return orm_plan_get_by_text(ORM_KIND_UPDATE, &text);
}

void
orm_revive_rows(const OrmBatch *batch, const OrmKey *key)
{
	const OrmModel *model = batch->write->model;
	const OrmDeclaredSoftDelete *element = orm_soft_delete_of(model->declaration);
	OrmPlan *plan;

	if (!orm_soft_delete_any(model) || element->revive != ORM_YES || (key->terms != NULL && key->nexpressed > 0))
		return;
	if (model->relkind == RELKIND_VIEW || model->has_foreign_rows)
		return;
	plan = open_plan(model, key);
	for (int i = 0; i < batch->n; i++)
	{
		Datum values[INDEX_MAX_KEYS];

		CHECK_FOR_INTERRUPTS();
		if (!orm_record_has_key(batch->records[i], key))
			continue;
		orm_record_key(batch->records[i], key, values);
		orm_execute_plan(plan, values, NULL, ORM_WRITE, 0, NULL);
	}
	orm_plan_release(plan);
}
