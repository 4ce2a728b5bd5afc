/*
 * derived.c - relationships without a key of their own: over a path of relationships, or
 * by a function of the row.
 *
 *     path        EXISTS (SELECT FROM "s"."members" AS t2, "s"."grants" AS t3, "s"."rights" AS t4 WHERE ... AND
 *                     t4."id" OPERATOR(pg_catalog.=) t1."id")
 *     function    "s"."near"(t0::"s"."towns") AS t1, in FROM
 *
 * The targets of a path are distinct.  A load reads the parents' rows by their primary key:
 *
 *     path        (SELECT DISTINCT t1."id" AS a0, t4."id" AS b0 FROM "s"."users" AS t1, ..., "s"."rights" AS t4
 *                     WHERE ...) AS d JOIN "s"."rights" AS t0 ON t0."id" OPERATOR(pg_catalog.=) d.b0
 *     function    "s"."towns" AS t1 CROSS JOIN LATERAL "s"."near"(t1::"s"."towns") AS t0
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_proc.h"
#include "miscadmin.h"
#include "parser/parse_func.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "base/names.h"
#include "model/key.h"
#include "model/relationship.h"
#include "query/derived.h"

/* Raises 42P13: the function cannot be a relationship's. */
static void
refuse_function(const OrmModel *model, const OrmRelationship *relationship, const char *reason, const OrmPath *place)
{
	ereport(ERROR, errcode(ERRCODE_INVALID_FUNCTION_DEFINITION),
			errmsg("function \"%s\" cannot be relationship \"%s\" of model \"%s\"", relationship->function,
				   relationship->name, model->name),
			errdetail("At %s. %s", orm_path_text(place), reason));
}

/* Finds the function of a relationship, in the model's schema unless its name is qualified, and checks it. */
static Oid
find_function(const OrmModel *model, const OrmRelationship *relationship, const OrmModel *target, const OrmPath *place)
{
	char *schema;
	char *name;
	Oid function;
	HeapTuple tuple;
	Form_pg_proc form;
	const char *reason = NULL;

	orm_name_split(relationship->function, &schema, &name);
	function = LookupFuncName(list_make2(makeString(schema != NULL ? schema : model->schema), makeString(name)), 1,
							  &model->row_type, true);
	tuple = OidIsValid(function) ? SearchSysCache1(PROCOID, ObjectIdGetDatum(function)) : NULL;
	if (!HeapTupleIsValid(tuple))
		ereport(ERROR, errcode(ERRCODE_UNDEFINED_FUNCTION),
				errmsg("function \"%s\" of relationship \"%s\" of model \"%s\" does not exist", relationship->function,
					   relationship->name, model->name),
				orm_error_place(place), errhint("It takes a row, %s.", format_type_be(model->row_type)));
	form = (Form_pg_proc) GETSTRUCT(tuple);
	if (form->prokind != PROKIND_FUNCTION || !form->proretset || form->prorettype != target->row_type)
		reason = psprintf("It must return SETOF %s.", format_type_be(target->row_type));
	else if (form->provolatile == PROVOLATILE_VOLATILE)
		reason = "It must not be VOLATILE.";
	ReleaseSysCache(tuple);
	if (reason != NULL)
		refuse_function(model, relationship, reason, place);
	return function;
}

/* Appends "s"."near"(t0::"s"."towns") AS t1 */
static void
append_function(StringInfo from, const OrmScope *scope, const OrmRelationship *relationship, const OrmScope *target,
				const OrmPath *place)
{
	orm_sql_function(from, find_function(scope->model, relationship, target->model, place));
	appendStringInfo(from, "((%s)::", scope->alias);
	orm_sql_qualified(from, scope->model->schema, scope->model->relation);
	appendStringInfo(from, ") AS %s", target->alias);
}

/* Raises an error for a step of a path that is no relationship of the model. */
static const OrmRelationship *
find_step(const OrmModel *model, const char *name, const OrmPath *place)
{
	const OrmRelationship *step = orm_model_relationship(model, name);

	if (step == NULL)
		ereport(ERROR, errcode(ERRCODE_UNDEFINED_COLUMN),
				errmsg("relationship \"%s\" of model \"%s\" does not exist", orm_error_clip(name), model->name),
				orm_error_place(place));
	return step;
}

/* Appends the joins along a path, from the rows of a scope; returns the scope of its targets. */
static OrmScope *
append_path(StringInfo from, StringInfo where, OrmScope *scope, const OrmRelationship *relationship,
			const OrmPath *place)
{
	char *name = pstrdup(relationship->path);

	while (name != NULL)
	{
		char *dot = strchr(name, '.');
		const OrmRelationship *step;
		OrmScope *next;

		CHECK_FOR_INTERRUPTS();
		if (dot != NULL)
			*dot = '\0';
		step = find_step(scope->model, name, place);
		next = orm_query_target(scope, step, place);
		next->restricted = dot == NULL; /* default scopes of the targets are the caller's */
		if (from->len > 0)
			appendStringInfoString(from, ", ");
		if (where->len > 0)
			appendStringInfoString(where, " AND ");
		orm_query_relate(from, where, scope, step, next);
		scope = next;
		name = dot != NULL ? dot + 1 : NULL;
	}
	if (strcmp(scope->model->name, relationship->target) != 0)
		ereport(ERROR, errcode(ERRCODE_INVALID_TABLE_DEFINITION),
				errmsg("path \"%s\" leads to model \"%s\", not to \"%s\"", relationship->path, scope->model->name,
					   relationship->target),
				orm_error_place(place));
	return scope;
}

/* Appends the equality of the primary keys of two scopes of a model; of a NULL one in columns d.b0, d.b1... */
static void
append_same_key(StringInfo sql, const OrmScope *scope, const OrmScope *other, const char *columns)
{
	const OrmModel *model = scope->model;
	const OrmKey *key = orm_model_need_key(model);

	for (int i = 0; i < key->nattributes; i++)
	{
		const OrmAttribute *attribute = &model->attributes[key->attributes[i]];

		appendStringInfoString(sql, i > 0 ? " AND " : "");
		orm_sql_comparison(sql, orm_key_equality(model, key->attributes[i]),
						   orm_query_attribute(scope, key->attributes[i])->sql, attribute->type->oid,
						   other != NULL ? orm_query_attribute(other, key->attributes[i])->sql
										 : psprintf("%s%d", columns, i),
						   attribute->type->oid);
	}
}

/* Appends the columns of the primary key of a scope: t1."id" AS a0 */
static void
append_key(StringInfo sql, const OrmScope *scope, const char *name)
{
	const OrmKey *key = orm_model_need_key(scope->model);

	for (int i = 0; i < key->nattributes; i++)
		appendStringInfo(sql, "%s%s AS %s%d", i > 0 ? ", " : "", orm_query_attribute(scope, key->attributes[i])->sql,
						 name, i);
}

void
orm_derived_relate(StringInfo from, StringInfo where, const OrmScope *scope, const OrmRelationship *relationship,
				   const OrmScope *target)
{
	OrmScope row = *scope;
	const OrmScope *last;
	StringInfoData tables;
	StringInfoData joins;
	OrmQueryDocument document;

	check_stack_depth();
	orm_query_begin_document(&document, scope->model->name, relationship, scope->builder,
							 relationship->path != NULL ? "path" : "function");
	if (relationship->path == NULL)
	{
		append_function(from, scope, relationship, target, document.place);
		appendStringInfoString(where, "true");
	}
	else
	{
		initStringInfo(&tables);
		initStringInfo(&joins);
		last = append_path(&tables, &joins, &row, relationship, document.place);
		appendStringInfoString(&joins, " AND ");
		append_same_key(&joins, target, last, NULL);
		orm_query_from(from, target);
		appendStringInfo(where, "EXISTS (SELECT FROM %s WHERE %s)", tables.data, joins.data);
	}
	orm_query_end_document(&document);
}

const char *
orm_derived_source(OrmScope *row, const OrmRelationship *relationship, const OrmScope *target, const char **alias)
{
	OrmQueryDocument document;
	StringInfoData from;
	StringInfoData tables;
	StringInfoData joins;

	initStringInfo(&from);
	initStringInfo(&tables);
	initStringInfo(&joins);
	orm_query_begin_document(&document, row->model->name, relationship, row->builder,
							 relationship->path != NULL ? "path" : "function");
	orm_query_from(&tables, row);
	if (relationship->path == NULL)
	{
		appendStringInfo(&from, "%s CROSS JOIN LATERAL ", tables.data);
		append_function(&from, row, relationship, target, document.place);
		*alias = row->alias;
	}
	else
	{
		OrmScope *last = append_path(&tables, &joins, row, relationship, document.place);

		appendStringInfoString(&from, "(SELECT DISTINCT ");
		append_key(&from, row, "a");
		appendStringInfoString(&from, ", ");
		append_key(&from, last, "b");
		appendStringInfo(&from, " FROM %s WHERE %s) AS d JOIN ", tables.data, joins.data);
		orm_query_from(&from, target);
		appendStringInfoString(&from, " ON ");
		append_same_key(&from, target, NULL, "d.b");
		*alias = NULL;
	}
	orm_query_end_document(&document);
	return from.data;
}
