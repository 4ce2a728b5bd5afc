/*
 * assign.c - expressions as the new values of attributes; see assign.h.
 */
#include "postgres.h"

#include "parser/parse_coerce.h"
#include "utils/builtins.h"

#include "query/assign.h"
#include "query/compile.h"
#include "query/expression.h"

const OrmExpression *
orm_query_assigned(OrmScope *scope, const OrmAttribute *attribute, OrmJson json, const OrmPath *place)
{
	OrmPath here = orm_path_key(place, orm_patch_name(ORM_PATCH_EXPRESSION));
	const OrmExpression *expression = orm_expression_assigned(scope, json, attribute->type->oid, &here);
	Oid type = expression->type->oid;

	if (expression->window)
		orm_query_refuse_window(&here);
	if (!can_coerce_type(1, &type, &attribute->type->oid, COERCION_ASSIGNMENT))
		ereport(ERROR, errcode(ERRCODE_DATATYPE_MISMATCH),
				errmsg("attribute \"%s\" of model \"%s\" is of type %s, but the expression is of type %s",
					   attribute->name, scope->model->name, format_type_be(attribute->type->oid), format_type_be(type)),
				orm_error_place(&here), errhint("{\"cast\": type, \"of\": ...} makes a value of another type."));
	return expression;
}

/* A scope of the rows t of a statement that writes. */
static OrmScope *
scope_of_row(OrmCompiler *compiler, int first)
{
	OrmBuilder *builder;
	OrmScope *scope;

	compiler->compiled = palloc0(sizeof(OrmCompiled));
	compiler->depends = list_make1(unconstify(OrmModel *, compiler->request->model));
	builder = orm_query_builder(compiler);
	builder->first = first;
	scope = orm_query_scope(builder, compiler->request->model);
	scope->alias = "t";
	return scope;
}

/* The statement of an SQL expression over the row. */
static OrmQueryStatement *
finish(OrmScope *scope, const char *sql)
{
	OrmQueryStatement *statement = palloc0(sizeof(OrmQueryStatement));

	orm_query_finish(scope->builder, statement,
					 scope->joins->len == 0 ? sql
											: psprintf("(SELECT %s FROM (SELECT) AS o%s)", sql, scope->joins->data));
	return statement;
}

OrmQueryStatement *
orm_assign_compile(const OrmQueryRequest *request, const OrmAttribute *attribute, OrmJson json, int first,
				   const OrmPath *place)
{
	OrmCompiler compiler = {.request = request};
	OrmScope *scope = scope_of_row(&compiler, first);

	return finish(scope, orm_query_assigned(scope, attribute, json, place)->sql);
}

OrmQueryStatement *
orm_assign_condition(const OrmQueryRequest *request, OrmJson json, const OrmPath *place)
{
	OrmCompiler compiler = {.request = request};
	OrmScope *scope = scope_of_row(&compiler, 0);
	StringInfoData sql;

	initStringInfo(&sql);
	if (!orm_query_where(scope, json, place, &sql))
		appendStringInfoString(&sql, "true");
	return finish(scope, psprintf("(%s) IS TRUE", sql.data));
}
