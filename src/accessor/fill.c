/*
 * fill.c - replacing parameters in documents; see fill.h.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "miscadmin.h"

#include "accessor/fill.h"
#include "base/error.h"
#include "exec/json.h"
#include "model/patch.h"
#include "registry/registry.h"

/* The name of the parameter that a value is, or NULL. */
static char *
parameter_name(OrmJson json)
{
	OrmJson name;

	if (orm_json_kind(json) != ORM_JSON_OBJECT || json.node->count != 1 || !orm_json_member(json, "$", &name) ||
		orm_json_kind(name) != ORM_JSON_STRING)
		return NULL;
	return orm_json_string(name);
}

/* Is it {"$value": ...}? */
static bool
is_escaped(OrmJson json)
{
	OrmJson value;

	return orm_json_kind(json) == ORM_JSON_OBJECT && json.node->count == 1 && orm_json_member(json, "$value", &value);
}

/* Is it a container that may have parameters? */
static bool
may_hold(OrmJson json)
{
	return (orm_json_kind(json) == ORM_JSON_OBJECT || orm_json_kind(json) == ORM_JSON_ARRAY) && !is_escaped(json);
}

/* The number of the argument, not for an attribute, of that name, or -1. */
static int
find_parameter(const OrmFunction *function, const char *name)
{
	for (int i = 0; i < function->nparameters; i++)
		if (function->parameters[i].attribute < 0 && strcmp(function->parameters[i].name, name) == 0)
			return i;
	return -1;
}

/* Appends JSON unchanged. */
static void
append_source(StringInfo out, OrmJson json)
{
	int length;
	const char *source = orm_json_source(json, &length);

	appendBinaryStringInfo(out, source, length);
}

/* Appends the value of an argument as JSON; in an expression, where text is a path, as a literal. */
static void
append_argument(StringInfo out, const OrmCall *call, int i, bool literal)
{
	const NullableDatum *argument = &call->fcinfo->args[i];
	Oid type = call->function->parameters[i].type;

	literal = (literal || type == JSONOID || type == JSONBOID) && !argument->isnull;
	appendStringInfoString(out, literal ? "{\"$value\": " : "");
	if (argument->isnull)
		appendStringInfoString(out, "null");
	else if (type == orm_registry_document_type())
		append_source(out, orm_document_root(orm_document_open(argument->value)));
	else
		orm_json_write_exact(out, orm_type_make(type, -1, InvalidOid), argument->value, false);
	appendStringInfoString(out, literal ? "}" : "");
}

/* Is a value the parameter of an argument that is not given? */
static bool
is_left_out(const OrmCall *call, OrmJson json)
{
	char *name = parameter_name(json);

	return name != NULL && !call->given[find_parameter(call->function, name)];
}

/* Is this the key of an expression? */
static bool
is_expression(OrmJson key)
{
	return orm_json_equals(key, orm_patch_name(ORM_PATCH_EXPRESSION));
}

/* Appends a value with its parameters replaced; "literal": in an expression, where one that is left out is null. */
static void
append_filled(StringInfo out, const OrmCall *call, OrmJson json, bool literal)
{
	char *name = parameter_name(json);
	bool object = orm_json_kind(json) == ORM_JSON_OBJECT;
	bool first = true;
	OrmJsonWalk walk;

	check_stack_depth();
	if (name != NULL)
	{
		if (is_left_out(call, json))
			appendStringInfoString(out, "null");
		else
			append_argument(out, call, find_parameter(call->function, name), literal);
		return;
	}
	if (!may_hold(json))
	{
		append_source(out, json);
		return;
	}
	appendStringInfoChar(out, object ? '{' : '[');
	walk = orm_json_walk(json);
	while (orm_json_next(&walk))
	{
		if (!literal && is_left_out(call, walk.value))
			continue;
		appendStringInfoString(out, first ? "" : ", ");
		first = false;
		if (object)
		{
			append_source(out, walk.key);
			appendStringInfoString(out, ": ");
		}
		append_filled(out, call, walk.value, literal || (object && is_expression(walk.key)));
	}
	appendStringInfoChar(out, object ? '}' : ']');
}

/* Visits the parameters of a document until the visitor returns true. */
static bool
visit_parameters(OrmJson json, bool (*visit)(const char *name, void *argument), void *argument)
{
	char *name = parameter_name(json);
	OrmJsonWalk walk;

	check_stack_depth();
	if (name != NULL)
		return visit(name, argument);
	if (!may_hold(json))
		return false;
	walk = orm_json_walk(json);
	while (orm_json_next(&walk))
		if (visit_parameters(walk.value, visit, argument))
			return true;
	return false;
}

static bool
stop(const char *name, void *argument)
{
	return true;
}

bool
orm_fill_is_needed(const OrmDocument *document)
{
	return visit_parameters(orm_document_root(document), stop, NULL);
}

const OrmDocument *
orm_fill_document(const OrmCall *call, const OrmDocument *document)
{
	StringInfoData filled;

	if (document == NULL || !orm_fill_is_needed(document))
		return document;
	initStringInfo(&filled);
	append_filled(&filled, call, orm_document_root(document), false);
	return orm_document_open(PointerGetDatum(orm_document_parse(filled.data, filled.len)));
}

/* Arguments that are parameters of a document. */
typedef struct Use
{
	const OrmFunction *function;
	bool *used;
} Use;

/* A visitor that marks the argument of a parameter. */
static bool
mark(const char *name, void *argument)
{
	Use *use = argument;
	int i = find_parameter(use->function, name);

	if (i < 0)
		ereport(ERROR, errcode(ERRCODE_UNDEFINED_PARAMETER), errmsg("parameter \"%s\" does not exist", name),
				errhint("A parameter is an argument of function \"%s\".", use->function->name));
	use->used[i] = true;
	return false;
}

void
orm_fill_check(const OrmFunction *function)
{
	Use use = {function, palloc0(sizeof(bool) * Max(function->nparameters, 1))};
	const OrmDocument *documents[] = {function->object, function->conflict_on, function->options};

	for (int i = 0; i < (int) lengthof(documents); i++)
		if (documents[i] != NULL)
			visit_parameters(orm_document_root(documents[i]), mark, &use);
	for (int i = 0; i < function->nparameters; i++)
		if (function->parameters[i].attribute < 0 && !use.used[i])
			ereport(
				ERROR, errcode(ERRCODE_INVALID_FUNCTION_DEFINITION),
				errmsg("argument \"%s\" of function \"%s\" is not used", function->parameters[i].name, function->name));
}
