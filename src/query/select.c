/*
 * select.c - SELECT of one table by equality.
 *
 *     SELECT "id", "nombre" FROM "s"."usuarios"
 *     WHERE "nombre" OPERATOR(pg_catalog.=) $1 AND "edad" IS NULL LIMIT 1
 */
#include "postgres.h"

#include "utils/builtins.h"

#include "query/compile.h"
#include "query/select.h"

/* Appends the columns that are read. */
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

/* Appends the condition on one attribute, whose column is "column"; "number" is that of its parameter. */
static void
append_equality(StringInfo sql, const OrmModel *model, const OrmAttribute *attribute, const char *column, int number)
{
	if (!OidIsValid(attribute->equality))
		ereport(ERROR, errcode(ERRCODE_UNDEFINED_FUNCTION),
				errmsg("attribute \"%s\" of model \"%s\" cannot be compared", attribute->name, model->name),
				errdetail("Type %s has no equality operator.", format_type_be(attribute->type->oid)));
	orm_sql_comparison(sql, attribute->equality, column, attribute->type->oid, psprintf("$%d", number),
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
		append_equality(sql, model, attribute, column.data, nparams);
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
