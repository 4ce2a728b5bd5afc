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

OrmQueryStatement *
orm_assign_compile(const OrmQueryRequest *request, const OrmAttribute *attribute, OrmJson json, int first,
				   const OrmPath *place)
{
	OrmCompiler compiler = {.request = request, .compiled = palloc0(sizeof(OrmCompiled))};
	OrmBuilder *builder = orm_query_builder(&compiler);
	OrmQueryStatement *statement = palloc0(sizeof(OrmQueryStatement));
	const OrmExpression *expression;
	OrmScope *scope;

	compiler.depends = list_make1(unconstify(OrmModel *, request->model));
	builder->first = first;
	scope = orm_query_scope(builder, request->model);
	scope->alias = "t";
	expression = orm_query_assigned(scope, attribute, json, place);
	orm_query_finish(builder, statement,
					 scope->joins->len == 0
						 ? expression->sql
						 : psprintf("(SELECT %s FROM (SELECT) AS o%s)", expression->sql, scope->joins->data));
	return statement;
}
