/*
 * query_function.c - the documents of a function in LANGUAGE orm; see
 * query_function.h.
 */
#include "postgres.h"

#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#include "accessor/fill.h"
#include "accessor/function.h"
#include "accessor/query_function.h"
#include "exec/bind.h"
#include "exec/query.h"
#include "query/compiler.h"
#include "store/options.h"

/* The maximum number of documents of a verb. */
static int
count_documents(const OrmLanguageVerb *verb)
{
	int n = 0;

	while (n < ORM_BODY_DOCUMENTS && verb->documents[n] != NULL)
		n++;
	return n;
}

/* Checks the number of documents of a body; raises 42601. */
static void
check_documents(const OrmLanguageVerb *verb, const OrmBody *body)
{
	int most = count_documents(verb);

	if (body->ndocuments > most)
		ereport(ERROR, errcode(ERRCODE_SYNTAX_ERROR),
				errmsg("verb \"%s\" takes %s", verb->name,
					   most == 0	   ? "no documents"
						   : most == 1 ? "one document"
									   : psprintf("%d documents", most)),
				most == 0 ? 0 : errdetail("The last of them is the %s.", verb->documents[most - 1]));
	if (body->ndocuments < verb->required)
		ereport(ERROR, errcode(ERRCODE_SYNTAX_ERROR),
				errmsg("verb \"%s\" requires %s %s", verb->name,
					   strchr("aeiou", verb->documents[body->ndocuments][0]) ? "an" : "a",
					   verb->documents[body->ndocuments]),
				errhint("It is a JSON object behind the model: %s %s {...}", verb->name, body->model));
}

/* The document of a body by its name; NULL if not given. */
static const OrmDocument *
find_document(const OrmLanguageVerb *verb, const OrmBody *body, const char *name)
{
	for (int i = 0; i < body->ndocuments; i++)
		if (strcmp(verb->documents[i], name) == 0)
			return body->documents[i];
	return NULL;
}

void
orm_query_function_check_options(const OrmWriteOptions *options)
{
	if (options->dry_run)
		ereport(ERROR, errcode(ERRCODE_INVALID_FUNCTION_DEFINITION), errmsg("option \"dry_run\" is not allowed here"));
}

/* Stores the documents of a verb without a query. */
static void
take_object(OrmFunction *function, const OrmBody *body)
{
	const OrmLanguageVerb *verb = function->verb;
	bool array = body->ndocuments > 1 && orm_json_kind(orm_document_root(body->documents[1])) == ORM_JSON_ARRAY;

	function->object = find_document(verb, body, "object");
	function->options = find_document(verb, body, "options");

	/* conflict_on, an array, may be omitted before the options, an object */
	if (strcmp(verb->documents[1] ? verb->documents[1] : "", "conflict_on") == 0)
	{
		function->conflict_on = array ? body->documents[1] : NULL;
		function->options = body->ndocuments > 2 ? body->documents[2]
			: body->ndocuments == 2 && !array	 ? body->documents[1]
												 : NULL;
	}
	if (function->options != NULL && !orm_fill_is_needed(function->options))
	{
		OrmWriteOptions options = orm_options_read(function->options, verb->write);

		orm_query_function_check_options(&options);
	}
}

void
orm_query_function_take_documents(OrmFunction *function, const OrmBody *body)
{
	const OrmLanguageVerb *verb = function->verb;
	const OrmDocument *options;

	check_documents(verb, body);
	if (count_documents(verb) == 0)
		return;
	if (strcmp(verb->documents[0], "query") != 0)
	{
		take_object(function, body);
		return;
	}
	function->query = find_document(verb, body, "query");
	if (function->query == NULL)
		function->query = orm_document_parse("{}", 2);
	function->patch = find_document(verb, body, "patch");
	options = find_document(verb, body, "options");
	function->given = orm_options_read(options, function->patch ? ORM_VERB_UPDATE_WHERE : ORM_VERB_DELETE_WHERE);
	orm_query_function_check_options(&function->given);
}

bool
orm_query_function_locks(const OrmFunction *function)
{
	OrmJson lock;

	return function->query != NULL && orm_json_member(orm_document_root(function->query), "lock", &lock);
}

OrmQueryVerb
orm_query_function_verb(const OrmFunction *function)
{
	return function->result == ORM_RESULT_ROWS ? ORM_QUERY_ROWS : function->verb->query;
}

/* Raises 42P13 if the query has a key that does not fit the result. */
static void
refuse_key(const OrmFunction *function, const char *key)
{
	OrmJson value;

	if (orm_json_member(orm_document_root(function->query), key, &value))
		ereport(ERROR, errcode(ERRCODE_INVALID_FUNCTION_DEFINITION),
				errmsg("function \"%s\" in language orm cannot return %s with \"%s\" in its query", function->name,
					   format_type_be(function->result_type), key),
				errhint("Use RETURNS json."));
}

const char *
orm_query_function_selected(const OrmFunction *function)
{
	OrmJson select;
	OrmJsonWalk walk;

	if (function->query == NULL || !orm_json_member(orm_document_root(function->query), "select", &select) ||
		orm_json_kind(select) != ORM_JSON_ARRAY || select.node->count != 1)
		return NULL;
	walk = orm_json_walk(select);
	orm_json_next(&walk);
	if (orm_json_kind(walk.value) != ORM_JSON_STRING || orm_json_equals(walk.value, "*"))
		return NULL;
	return orm_json_string(walk.value);
}

/* Raises 42P13 unless the result has the type of the only selected attribute. */
static void
check_scalar(const OrmFunction *function, const OrmModel *model)
{
	const char *name = orm_query_function_selected(function);
	OrmPath select = orm_path_key(NULL, "select");
	OrmPath here = orm_path_index(&select, 0);
	int attribute = orm_model_attribute(model, name, strlen(name));
	const OrmType *type;

	if (attribute < 0)
		orm_model_no_attribute(model, name, &here);
	type = model->attributes[attribute].type;
	if (type->oid != function->result_type && type->base != function->result_type)
		ereport(ERROR, errcode(ERRCODE_INVALID_FUNCTION_DEFINITION),
				errmsg("function \"%s\" in language orm cannot return %s", function->name,
					   format_type_be(function->result_type)),
				errdetail("The attribute \"%s\" is of type %s.", name, format_type_be(type->oid)));
}

void
orm_query_function_check_result(const OrmFunction *function, const OrmModel *model)
{
	static const char *const not_in_rows[] = {"select", "omit", "compute", "load", "etag"};
	static const char *const not_in_values[] = {"omit", "compute", "load", "etag"};

	if (function->result & (ORM_RESULT_ROW | ORM_RESULT_ROWS))
		for (int i = 0; i < (int) lengthof(not_in_rows); i++)
			refuse_key(function, not_in_rows[i]);
	if (function->result & (ORM_RESULT_SCALAR | ORM_RESULT_SCALARS))
	{
		check_scalar(function, model);
		for (int i = 0; i < (int) lengthof(not_in_values); i++)
			refuse_key(function, not_in_values[i]);
	}
}

/*
 * The parameters of a sample call, with or without the optional ones.  Values
 * are not used, except that arrays are searched for nulls.
 */
static OrmQueryParameter *
sample_parameters(const OrmFunction *function, bool unset, int *n)
{
	OrmQueryParameter *parameters = palloc0(sizeof(OrmQueryParameter) * Max(function->nparameters, 1));

	*n = 0;
	for (int i = 0; i < function->nparameters; i++)
	{
		const OrmParameter *argument = &function->parameters[i];
		OrmQueryParameter *parameter = &parameters[*n];
		Oid element = get_base_element_type(argument->type);

		if (argument->attribute >= 0)
			continue;
		parameter->name = argument->name;
		parameter->type = argument->type;
		parameter->unset = unset && argument->optional;
		parameter->isnull = parameter->unset;
		if (OidIsValid(element))
			parameter->value = PointerGetDatum(construct_empty_array(element));
		(*n)++;
	}
	return parameters;
}

/* Compiles the query for a sample call, reads its values, and discards the result. */
static void
compile_sample(const OrmFunction *function, const OrmModel *model, bool unset)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "orm query", ALLOCSET_DEFAULT_SIZES);
	MemoryContext caller;
	OrmQueryRequest request;
	OrmShape shape;

	orm_query_request(&request, orm_query_function_verb(function), model, function->query, NULL);
	request.patch = function->patch;
	request.parameters = sample_parameters(function, unset, &request.nparameters);
	orm_shape_begin(&shape);
	orm_shape_add_query(&shape, request.document);
	if (request.patch != NULL)
		orm_shape_add_patch(&shape, request.patch);
	orm_shape_add_parameters(&shape, request.parameters, request.nparameters);
	request.shape = &shape;
	caller = MemoryContextSwitchTo(context);
	orm_bind_check(&request, orm_compiler_run(&request));
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(context);
}

void
orm_query_function_check(const OrmFunction *function, const OrmModel *model)
{
	bool optional = false;

	for (int i = 0; i < function->nparameters; i++)
		optional = optional || function->parameters[i].optional;
	compile_sample(function, model, false);
	if (optional)
		compile_sample(function, model, true);
}
