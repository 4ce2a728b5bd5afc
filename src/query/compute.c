/*
 * compute.c - "compute": expressions by name.
 *
 * Names are replaced by their text at each use, and parameters in it are reused.
 */
#include "postgres.h"

#include "miscadmin.h"

#include "model/computed.h"
#include "query/expression.h"
#include "query/named_scope.h"

void
orm_query_check_name(const char *name, const OrmPath *place)
{
	if (name[0] == '\0' || strcmp(orm_declaration_attribute_name(name), name) != 0)
		ereport(ERROR, errcode(ERRCODE_INVALID_NAME), errmsg("\"%s\" cannot be the name of a computed value", name),
				orm_error_place(place),
				errhint("A name is not \"and\", \"or\", \"not\" or \"*\", has no dot "
						"and does not begin with \"$\" or \"-\"."));
}

/* Raises 42701 for a name in use in the scope. */
static void
check_taken(const OrmScope *scope, const char *name, const OrmPath *place)
{
	const char *what = NULL;
	ListCell *cell;

	if (orm_model_attribute(scope->model, name, strlen(name)) >= 0 ||
		orm_computed_number(scope->model, name, strlen(name)) >= 0)
		what = "an attribute";
	else if (orm_model_relationship(scope->model, name) != NULL)
		what = "a relationship";
	foreach(cell, scope->named)
		if (strcmp(((const OrmExpression *) lfirst(cell))->name, name) == 0)
			orm_members_raise_twice("name", name, place);
	if (what != NULL)
		ereport(ERROR, errcode(ERRCODE_DUPLICATE_COLUMN),
				errmsg("\"%s\" is %s of model \"%s\"", name, what, scope->model->name), orm_error_place(place),
				errhint("Give the computed value another name."));
}

/* Adds the names of a "compute" to the scope. */
static void
add_names(OrmScope *scope, OrmJson compute, const OrmPath *place)
{
	OrmJsonWalk walk;

	if (!orm_members_is_object(compute))
		orm_members_raise_kind(compute, "an object of expressions", place);
	walk = orm_json_walk(compute);
	while (orm_json_next(&walk))
	{
		char *name = orm_json_string(walk.key);
		OrmPath here = orm_path_key(place, name);

		CHECK_FOR_INTERRUPTS();
		orm_query_check_name(name, &here);
		check_taken(scope, name, &here);
		scope->named = lappend(scope->named,
							   unconstify(OrmExpression *, orm_expression_read(scope, name, walk.value, &here)));
	}
}

/* Names of named scopes come first. */
void
orm_query_compute(OrmScope *scope, const OrmQueryKeys *keys, const OrmPath *place)
{
	const OrmJson *compute = orm_query_key(keys, ORM_KEY_COMPUTE);
	OrmPath compute_place = orm_path_key(place, "compute");
	ListCell *cell;

	foreach(cell, keys->uses)
	{
		const OrmScopeUse *use = lfirst(cell);
		OrmPath here = orm_path_key(use->place, "compute");

		if (use->parts[ORM_SCOPE_COMPUTE].node != NULL)
			add_names(scope, use->parts[ORM_SCOPE_COMPUTE], &here);
	}
	if (compute != NULL)
		add_names(scope, *compute, &compute_place);
}
