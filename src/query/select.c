/*
 * select.c - SELECT of one table by equality.
 *
 *     SELECT "id", "nombre" FROM "s"."usuarios"
 *     WHERE "nombre" OPERATOR(pg_catalog.=) $1 AND "edad" IS NULL LIMIT 1
 */
#include "postgres.h"

#include "model/key.h"
#include "query/compile.h"
#include "query/select.h"

/* Appends the selected columns. */
static void
append_columns(StringInfo sql, const OrmSelect *select)
{
	bool first = true;

	for (int i = 0; i < select->model->nattributes; i++)
	{
		if (select->columns != NULL && !select->columns[i])
			continue;
		orm_sql_comma(sql, &first);
		orm_sql_name(sql, select->model->attributes[i].column);
	}
}

void
orm_select_equality(StringInfo sql, const OrmModel *model, const OrmAttribute *attribute, const char *column,
					const char *value)
{
	orm_sql_comparison(sql, orm_key_equality(model, attribute - model->attributes), column, attribute->type->oid, value,
					   attribute->type->oid);
}

int
orm_select_text(StringInfo sql, const OrmSelect *select, Oid *types)
{
	const OrmModel *model = select->model;
	int nparams = 0;
	const char *joint = " WHERE ";

	appendStringInfoString(sql, "SELECT ");
	append_columns(sql, select);
	appendStringInfoString(sql, " FROM ");
	orm_sql_qualified(sql, model->schema, model->relation);
	if (select->scopes != NULL)
	{
		appendStringInfo(sql, " AS t WHERE %s", select->scopes);
		joint = " AND ";
	}
	for (int i = 0; i < model->nattributes; i++)
	{
		const OrmAttribute *attribute = &model->attributes[i];
		OrmExpression expression = {.type = attribute->type};
		StringInfoData column;

		if (!select->where[i])
			continue;
		appendStringInfoString(sql, joint);
		joint = " AND ";
		initStringInfo(&column);
		orm_sql_name(&column, attribute->column);
		if (select->is_null != NULL && select->is_null[i])
		{
			expression.sql = column.data;
			orm_query_null_test(sql, &expression, true);
			continue;
		}
		types[nparams++] = attribute->type->oid;
		orm_select_equality(sql, model, attribute, column.data, psprintf("$%d", nparams));
	}
	if (select->first)
		appendStringInfoString(sql, " LIMIT 1");
	return nparams;
}

int
orm_select_results(const OrmSelect *select, Oid *types)
{
	int n = 0;

	for (int i = 0; i < select->model->nattributes; i++)
		if (select->columns == NULL || select->columns[i])
			types[n++] = select->model->attributes[i].type->oid;
	return n;
}
