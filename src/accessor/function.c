/*
 * function.c - compiling functions in LANGUAGE orm; see function.h.
 *
 * The handler repeats all checks of the validator when it compiles a version of
 * the function: a restore creates functions with check_function_bodies off, and
 * ALTER FUNCTION does not call the validator.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/namespace.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "parser/parse_coerce.h"
#include "parser/parse_func.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "accessor/fill.h"
#include "accessor/function.h"
#include "accessor/query_function.h"
#include "registry/model_text.h"
#include "model/cast.h"
#include "model/cache.h"

/* State of a compilation. */
typedef struct Compilation
{
	HeapTuple tuple;
	Form_pg_proc form;
	bool created;
	OrmFunction *function;
	const OrmModel *model;
} Compilation;

/* Raises 42P13. */
static void
refuse(const Compilation *c, const char *message, const char *detail)
{
	ereport(ERROR, errcode(ERRCODE_INVALID_FUNCTION_DEFINITION),
			errmsg("function \"%s\" in language orm %s", NameStr(c->form->proname), message),
			detail ? errdetail_internal("%s", detail) : 0);
}

/* Raises 42P13 for a function whose arguments do not match the table, with a hint if the table has changed. */
static void
refuse_arguments(const Compilation *c, const char *message)
{
	ereport(ERROR, errcode(ERRCODE_INVALID_FUNCTION_DEFINITION),
			errmsg("function \"%s\" in language orm %s", NameStr(c->form->proname), message),
			c->created ? 0
					   : errhint("Arguments do not follow changes of the table: orm.sync('%s') makes "
								 "the generated functions anew.",
								 c->model->name));
}

/* Checks the properties of a function that do not depend on its body. */
static void
check_form(const Compilation *c)
{
	bool isnull;

	if (c->form->prokind != PROKIND_FUNCTION)
		refuse(c, "must be a plain function", NULL);
	if (get_typtype(c->form->prorettype) == TYPTYPE_PSEUDO && c->form->prorettype != VOIDOID)
		refuse(c, psprintf("cannot return %s", format_type_be(c->form->prorettype)), NULL);
	if (c->form->provolatile == PROVOLATILE_IMMUTABLE)
		refuse(c, "cannot be IMMUTABLE", "Its result depends on a table.");
	SysCacheGetAttr(PROCOID, c->tuple, Anum_pg_proc_proargmodes, &isnull);
	if (!isnull)
		refuse(c, "can have IN arguments only", NULL);
	for (int i = 0; i < c->form->pronargs; i++)
		if (get_typtype(c->form->proargtypes.values[i]) == TYPTYPE_PSEUDO)
			refuse(c, psprintf("cannot have an argument of type %s", format_type_be(c->form->proargtypes.values[i])),
				   NULL);
}

/* Checks that the function is VOLATILE and PARALLEL UNSAFE if its verb writes or locks. */
static void
check_writing(const Compilation *c)
{
	bool locks = orm_query_function_locks(c->function);
	char *what;

	if (!c->function->verb->writes && !locks)
		return;
	what = locks ? pstrdup("The query locks rows") : psprintf("The verb \"%s\" writes", c->function->verb->name);
	if (c->form->provolatile != PROVOLATILE_VOLATILE)
		refuse(c, "must be VOLATILE",
			   psprintf("%s, and the server may call a function that is not VOLATILE any number of times.", what));
	if (c->form->proparallel != PROPARALLEL_UNSAFE)
		refuse(c, "must be PARALLEL UNSAFE", psprintf("%s.", what));
}

/* The kind of result that a function declares; 0 if no verb has it. */
static int
declared_result(const Compilation *c)
{
	static const struct
	{
		Oid type;
		bool set;
		OrmResult result;
	} kinds[] = {
		{JSONOID, false, ORM_RESULT_JSON},	  {JSONOID, true, ORM_RESULT_JSONS},   {VOIDOID, false, ORM_RESULT_VOID},
		{BOOLOID, false, ORM_RESULT_BOOLEAN}, {INT8OID, false, ORM_RESULT_BIGINT},
	};
	Oid type = c->form->prorettype;

	if (type == c->model->row_type)
		return c->form->proretset ? ORM_RESULT_ROWS : ORM_RESULT_ROW;
	for (int i = 0; i < (int) lengthof(kinds); i++)
		if (kinds[i].type == type && kinds[i].set == c->form->proretset &&
			(c->function->verb->results & kinds[i].result) != 0)
			return kinds[i].result;
	if (orm_query_function_selected(c->function) == NULL)
		return 0;
	return c->form->proretset ? ORM_RESULT_SCALARS : ORM_RESULT_SCALAR;
}

/* The results of a verb as text: usuarios, json or void. */
static char *
results_text(const OrmLanguageVerb *verb, Oid row_type)
{
	const char *row = format_type_be(row_type);
	const char *words[] = {row,
						   psprintf("SETOF %s", row),
						   "json",
						   "void",
						   "boolean",
						   "SETOF json",
						   "bigint",
						   "the type of the one attribute that \"select\" names",
						   "SETOF the type of the one attribute that \"select\" names"};
	StringInfoData text;
	int left = verb->results;

	initStringInfo(&text);
	for (int i = 0; i < lengthof(words); i++)
	{
		if ((verb->results & (1 << i)) == 0)
			continue;
		left &= ~(1 << i);
		appendStringInfo(&text, "%s%s", text.len == 0 ? "" : left == 0 ? " or " : ", ", words[i]);
	}
	return text.data;
}

/* Sets the result of a function; raises 42P13 if its verb does not have it. */
static void
set_result(const Compilation *c)
{
	int result = declared_result(c);

	if ((c->function->verb->results & result) == 0)
		refuse(c,
			   psprintf("cannot return %s%s", c->form->proretset ? "SETOF " : "", format_type_be(c->form->prorettype)),
			   psprintf("With the verb \"%s\" it returns %s.", c->function->verb->name,
						results_text(c->function->verb, c->model->row_type)));
	c->function->result = result;
	c->function->result_type = c->form->prorettype;
	if (c->function->query != NULL)
		orm_query_function_check_result(c->function, c->model);
}

/*
 * The type modifier of a NULL constant that stands for orm.unset.  No other
 * constant has it, since valid type modifiers are -1 or not negative.
 */
#define UNSET_TYPMOD (-0x6F726D)

bool
orm_function_is_unset(Node *expression, Oid unset)
{
	Const *constant = (Const *) expression;

	if (expression == NULL)
		return false;
	if (IsA(expression, FuncExpr))
		return ((FuncExpr *) expression)->funcid == unset;
	return IsA(expression, Const) && constant->constisnull && constant->consttypmod == UNSET_TYPMOD;
}

Node *
orm_function_unset_constant(const FuncExpr *call)
{
	int16 length;
	bool by_value;

	get_typlenbyval(call->funcresulttype, &length, &by_value);
	return (Node *) makeConst(call->funcresulttype, UNSET_TYPMOD, call->funccollid, length, (Datum) 0, true, by_value);
}

static Oid
unset_function(void)
{
	Oid any = ANYELEMENTOID;

	return LookupFuncName(list_make2(makeString("orm"), makeString("unset")), 1, &any, false);
}

/* Does an expression contain a call of orm.unset? */
static bool
contains_unset(Node *expression, Oid *unset)
{
	if (expression == NULL)
		return false;
	return orm_function_is_unset(expression, *unset) || expression_tree_walker(expression, contains_unset, unset);
}

/* The defaults of a function's arguments, which belong to the last ones. */
static List *
argument_defaults(HeapTuple tuple)
{
	bool isnull;
	Datum defaults = SysCacheGetAttr(PROCOID, tuple, Anum_pg_proc_proargdefaults, &isnull);

	return isnull ? NIL : castNode(List, stringToNode(TextDatumGetCString(defaults)));
}

void
orm_function_optional(HeapTuple tuple, bool *optional)
{
	int nargs = ((Form_pg_proc) GETSTRUCT(tuple))->pronargs;
	List *defaults = argument_defaults(tuple);
	Oid unset = unset_function();
	ListCell *cell;

	memset(optional, 0, sizeof(bool) * nargs);
	foreach(cell, defaults)
		optional[nargs - list_length(defaults) + foreach_current_index(cell)] = orm_function_is_unset(lfirst(cell),
																									  unset);
}

/* Raises 42P13 for a default with orm.unset inside another expression, which would be taken for a given NULL. */
static void
check_defaults(const Compilation *c)
{
	ListCell *cell;

	foreach(cell, argument_defaults(c->tuple))
		if (!orm_function_is_unset(lfirst(cell), c->function->unset) &&
			contains_unset(lfirst(cell), &c->function->unset))
			refuse(c, "has a default in which orm.unset is not the whole expression",
				   "Write DEFAULT orm.unset(NULL::type) with the type of the argument, "
				   "and for a domain DEFAULT orm.unset((NULL::type[])[1]).");
}

Expr *
orm_function_cast(const char *function, const OrmParameter *parameter, const OrmAttribute *attribute)
{
	Oid from = parameter->type;
	Oid to = attribute->type->oid;
	Expr *cast = orm_cast_find(from, to, -1);

	if (cast == NULL)
		ereport(ERROR, errcode(ERRCODE_DATATYPE_MISMATCH),
				errmsg("argument \"%s\" of function \"%s\" is of type %s, but the attribute is of type %s",
					   parameter->name, function, format_type_be(from), format_type_be(to)));
	return cast;
}

/* Can this attribute be an argument of the verb? */
static bool
is_argument(const OrmLanguageVerb *verb, const OrmModel *model, const OrmAttribute *attribute)
{
	bool settable = orm_model_is_settable(attribute);

	switch (verb->arguments)
	{
		case ORM_ARGUMENTS_KEY:
			return attribute->in_key || attribute - model->attributes == model->version;
		case ORM_ARGUMENTS_TO_MATCH:
			return OidIsValid(attribute->equality);
		case ORM_ARGUMENTS_TO_CHANGE:
			return attribute->in_key || settable;
		case ORM_ARGUMENTS_TO_STORE:
			return settable;
		case ORM_ARGUMENTS_PARAMETERS:
			return verb->key == ORM_KEY_GIVEN && attribute->in_key;
	}
	return false;
}

/* Raises the error for an attribute that the verb does not take. */
static void
refuse_attribute(const OrmFunction *function, const OrmModel *model, const OrmAttribute *attribute)
{
	if (function->verb->arguments == ORM_ARGUMENTS_KEY)
		ereport(
			ERROR, errcode(ERRCODE_INVALID_FUNCTION_DEFINITION),
			errmsg("function \"%s\" in language orm cannot have the argument \"%s\"", function->name, attribute->name),
			errdetail("The verb \"%s\" takes the primary key and the version of \"%s\" alone.", function->verb->name,
					  model->name));
	if (function->verb->arguments == ORM_ARGUMENTS_TO_MATCH)
		ereport(ERROR, errcode(ERRCODE_UNDEFINED_FUNCTION),
				errmsg("attribute \"%s\" of model \"%s\" cannot be compared", attribute->name, model->name),
				errdetail("Type %s has no equality operator.", format_type_be(attribute->type->oid)));
	ereport(ERROR, errcode(ERRCODE_GENERATED_ALWAYS),
			errmsg("attribute \"%s\" of model \"%s\" cannot be given", attribute->name, model->name),
			attribute->read_only ? errdetail("It is read-only.")
								 : errdetail("The database always generates its value."));
}

void
orm_function_refuse(const OrmFunction *function, const OrmModel *model, const OrmParameter *parameter)
{
	if (parameter->attribute >= 0)
		refuse_attribute(function, model, &model->attributes[parameter->attribute]);
	ereport(ERROR, errcode(ERRCODE_UNDEFINED_COLUMN),
			errmsg("attribute \"%s\" of model \"%s\" does not exist", parameter->name, model->name),
			errdetail("It is an argument of function \"%s\".", function->name),
			errhint("Arguments do not follow changes of the table: orm.sync('%s') makes "
					"the generated functions anew.",
					model->name));
}

/* Are the arguments parameters of documents? */
static bool
takes_parameters(const OrmFunction *function)
{
	return function->verb->arguments == ORM_ARGUMENTS_PARAMETERS;
}

/* Finds the attribute of an argument.  The validator raises errors that a call raises only for given arguments. */
static void
bind_parameter(const Compilation *c, OrmParameter *parameter)
{
	const OrmModel *model = c->model;
	const OrmAttribute *attribute;

	parameter->attribute = orm_model_attribute(model, parameter->name, strlen(parameter->name));
	if (takes_parameters(c->function) && parameter->attribute >= 0 &&
		!is_argument(c->function->verb, model, &model->attributes[parameter->attribute]))
		parameter->attribute = -1;
	if (parameter->attribute < 0 && c->created && !takes_parameters(c->function))
		orm_model_no_attribute(model, parameter->name, NULL);
	if (parameter->attribute < 0)
		return;
	attribute = &model->attributes[parameter->attribute];
	parameter->usable = is_argument(c->function->verb, model, attribute);
	parameter->cast = !IsBinaryCoercible(parameter->type, attribute->type->oid);
	if (parameter->cast)
		parameter->converter = orm_cast_function(orm_cast_find(parameter->type, attribute->type->oid, -1));
	if (c->created && !parameter->usable)
		orm_function_refuse(c->function, model, parameter);
	if (c->created && parameter->cast)
		orm_function_cast(c->function->name, parameter, attribute);
}

/* Checks that the model has the key that the verb needs, and that every call gives all of it. */
static void
check_key(const Compilation *c)
{
	OrmKeyRule rule = c->function->verb->key;
	const OrmKey *key = rule == ORM_KEY_UNUSED ? NULL : orm_model_need_key(c->model);

	for (int k = 0; rule == ORM_KEY_GIVEN && k < key->nattributes; k++)
	{
		bool found = false;

		for (int i = 0; i < c->function->nparameters; i++)
			if (c->function->parameters[i].attribute == key->attributes[k])
				found = !c->function->parameters[i].optional;
		if (!found)
			refuse_arguments(c,
							 psprintf("has no argument without a default for the key attribute \"%s\"",
									  c->model->attributes[key->attributes[k]].name));
	}
}

static void
set_parameters(Compilation *c)
{
	OrmFunction *function = c->function;
	bool optional[FUNC_MAX_ARGS];
	Oid *types;
	char **names;
	char *modes;

	function->nparameters = get_func_arg_info(c->tuple, &types, &names, &modes);
	function->parameters = palloc0(sizeof(OrmParameter) * Max(function->nparameters, 1));
	function->row = function->verb->takes_row && function->nparameters == 1 && types[0] == c->model->row_type;
	if (function->row)
	{
		check_key(c);
		return;
	}
	orm_function_optional(c->tuple, optional);
	check_defaults(c);
	for (int i = 0; i < function->nparameters; i++)
	{
		OrmParameter *parameter = &function->parameters[i];

		if (names == NULL || names[i][0] == '\0')
			refuse(c, psprintf("has no name for argument %d", i + 1),
				   c->function->query ? "An argument's name says which parameter of the query it is."
									  : "An argument's name says which attribute it is.");
		parameter->name = names[i];
		parameter->type = types[i];
		parameter->optional = optional[i];
		if (parameter->optional && c->form->proisstrict)
			refuse(c, "cannot be STRICT", "A call that leaves out an argument would not run it.");
		bind_parameter(c, parameter);
	}
	check_key(c);
}

LOCKMODE
orm_function_lock(const OrmLanguageVerb *verb)
{
	return verb->writes ? RowExclusiveLock : AccessShareLock;
}

/* Reads the body of a function, its verb and documents; returns the model's name. */
static const char *
read_body(OrmFunction *function, const char *source)
{
	OrmBody body = orm_body_parse(source);

	function->verb = orm_verb_find(body.verb, body.ndocuments > 0);
	if (function->verb->no_model && body.model[0] != '\0')
		ereport(ERROR, errcode(ERRCODE_SYNTAX_ERROR), errmsg("verb \"%s\" takes no model", body.verb));
	if (!function->verb->no_model && body.model[0] == '\0')
		orm_body_raise("the body of the function names no model");
	orm_query_function_take_documents(function, &body);
	return body.model;
}

void
orm_function_check_syntax(const char *source)
{
	OrmFunction function = {0};

	read_body(&function, source);
}

/* Compiles a function whose verb has no model. */
static void
compile_without_model(Compilation *c)
{
	Oid type = c->form->prorettype;

	if (c->form->pronargs > 0)
		refuse(c, "can have no arguments", psprintf("The verb \"%s\" takes none.", c->function->verb->name));
	if ((type != VOIDOID && type != INT8OID) || c->form->proretset)
		refuse(c, psprintf("cannot return %s", format_type_be(type)),
			   psprintf("With the verb \"%s\" it returns bigint or void.", c->function->verb->name));
	c->function->result = type == VOIDOID ? ORM_RESULT_VOID : ORM_RESULT_BIGINT;
	c->function->result_type = type;
	c->function->is_volatile = true;
}

/* Compiles the function of a model or mixin, if it is one; what it returns is its text. */
static bool
compile_model(Compilation *c, const char *source)
{
	char *name;
	const char *document;
	const char *verb = orm_model_text_split(source, &name, &document) ? "model"
		: orm_model_text_split_mixin(source, &name, &document)		  ? "mixin"
																	  : NULL;

	if (verb == NULL)
		return false;
	if (c->form->pronargs > 0 || c->form->prorettype != JSONOID || c->form->proretset)
		refuse(c, psprintf("cannot declare a %s", verb), "It must have no arguments and return json.");
	c->function->verb = orm_verb_find(verb, false);
	c->function->name = pstrdup(NameStr(c->form->proname));
	c->function->declaration = orm_model_text_document(verb, name, document);
	c->function->result = ORM_RESULT_JSON;
	c->function->result_type = JSONOID;
	return true;
}

/* Compiles in the current memory context. */
static void
compile(Compilation *c)
{
	OrmFunction *function = c->function;
	bool isnull;
	Datum source = SysCacheGetAttr(PROCOID, c->tuple, Anum_pg_proc_prosrc, &isnull);
	char *body = isnull ? pstrdup("") : TextDatumGetCString(source);
	const char *model;

	check_form(c);
	if (compile_model(c, body))
		return;
	model = read_body(function, body);
	function->name = pstrdup(NameStr(c->form->proname));
	check_writing(c);
	if (function->verb->no_model)
	{
		compile_without_model(c);
		return;
	}
	c->model = orm_cache_open(model, orm_function_lock(function->verb));
	function->model = pstrdup(c->model->name);
	function->epoch = c->model->epoch;
	function->unset = unset_function();
	function->is_volatile = c->form->provolatile == PROVOLATILE_VOLATILE;
	function->all = palloc(sizeof(bool) * Max(c->model->nattributes, 1));
	memset(function->all, true, c->model->nattributes);
	set_result(c);
	set_parameters(c);
	if (function->query != NULL && c->created)
		orm_query_function_check(function, c->model);
	if (function->query == NULL && takes_parameters(function) && c->created)
		orm_fill_check(function);
}

OrmFunction *
orm_function_compile(HeapTuple tuple, bool created, MemoryContext parent, const OrmModel **model)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "orm function", ALLOCSET_SMALL_SIZES);
	MemoryContext caller = MemoryContextSwitchTo(context);
	Compilation c = {0};

	c.tuple = tuple;
	c.form = (Form_pg_proc) GETSTRUCT(tuple);
	c.created = created;
	c.function = palloc0(sizeof(OrmFunction));
	c.function->context = context;
	compile(&c);
	MemoryContextSwitchTo(caller);
	MemoryContextSetParent(context, parent);
	*model = c.model;
	return c.function;
}
