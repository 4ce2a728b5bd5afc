/*
 * generate.c - the definitions of the accessors of a model; see generate.h.
 *
 *     CREATE FUNCTION "s"."usuario_create"("nombre" text DEFAULT orm.unset(NULL::text), ...)
 *     RETURNS "s"."usuarios" LANGUAGE orm VOLATILE PARALLEL UNSAFE AS 'create Usuario'
 *
 *     CREATE FUNCTION "s"."usuario_find"("id" bigint)
 *     RETURNS SETOF "s"."usuarios" LANGUAGE sql STABLE PARALLEL SAFE ROWS 1
 *     AS 'SELECT t.* FROM "s"."usuarios" AS t WHERE t."id" OPERATOR(pg_catalog.=) $1'
 *
 * A SQL body is a string, since BEGIN ATOMIC would freeze the list of columns.
 * It is parsed under the caller's search_path, so names and operators are
 * qualified. Columns are qualified too, so that a dropped column raises an
 * error instead of being taken for an argument of that name.  The function is
 * inlined only if it is not STRICT or SECURITY DEFINER and has no SET clause,
 * and queries that use it run in parallel only if it is PARALLEL SAFE.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "base/body.h"
#include "accessor/generate.h"
#include "accessor/relation.h"
#include "base/attempt.h"
#include "base/names.h"
#include "base/sql.h"
#include "model/join.h"
#include "query/named_scope.h"

/* The arguments of a function: attributes, the required ones first. */
typedef struct Arguments
{
	int n;
	int required;
	int *attributes;
	bool row; /* takes the row instead */
} Arguments;

/* Chooses the arguments; false if the model cannot have the function. */
typedef bool (*Chooser)(const OrmModel *model, Arguments *arguments);

static void
add(Arguments *arguments, int attribute)
{
	arguments->attributes[arguments->n++] = attribute;
}

/* Is this a key attribute with a default?  Such an argument is rarely given, so it comes last. */
static bool
filled_key(const OrmAttribute *attribute)
{
	return attribute->in_key && attribute->has_default;
}

static bool
choose_for_create(const OrmModel *model, Arguments *arguments)
{
	for (int keys = 0; keys <= 1; keys++)
		for (int i = 0; i < model->nattributes; i++)
			if (orm_model_is_settable(&model->attributes[i]) && filled_key(&model->attributes[i]) == keys)
				add(arguments, i);
	return true;
}

static bool
choose_key(const OrmModel *model, Arguments *arguments)
{
	const OrmKey *key = model->primary_key;

	for (int i = 0; key != NULL && i < key->nattributes; i++)
	{
		if (!OidIsValid(model->attributes[key->attributes[i]].equality))
			return false;
		add(arguments, key->attributes[i]);
	}
	arguments->required = arguments->n;
	return key != NULL;
}

static bool
choose_for_delete(const OrmModel *model, Arguments *arguments)
{
	bool possible = choose_key(model, arguments);

	if (model->version >= 0 && !model->attributes[model->version].in_key)
		add(arguments, model->version);
	return possible;
}

static bool
choose_nothing(const OrmModel *model, Arguments *arguments)
{
	return true;
}

static bool
choose_for_filter(const OrmModel *model, Arguments *arguments)
{
	for (int i = 0; i < model->nattributes; i++)
		if (OidIsValid(model->attributes[i].equality))
			add(arguments, i);
	return arguments->n > 0;
}

static bool
choose_for_update(const OrmModel *model, Arguments *arguments)
{
	bool possible = choose_key(model, arguments);

	for (int i = 0; i < model->nattributes; i++)
		if (orm_model_is_settable(&model->attributes[i]) && !model->attributes[i].in_key &&
			!model->attributes[i].write_once)
			add(arguments, i);
	return possible && arguments->n > arguments->required;
}

static bool
choose_row(const OrmModel *model, Arguments *arguments)
{
	arguments->row = true;
	return model->primary_key != NULL;
}

typedef enum Result
{
	RESULT_ROW,
	RESULT_ROWS,
	RESULT_ROW_OR_NONE,
	RESULT_BOOLEAN
} Result;

typedef struct Recipe
{
	const char *verb;
	bool in_sql;
	bool writes;
	Result result;
	Chooser choose;
	const char *comment;	   /* %s: the model's name */
	const char *normalized_as; /* in SQL: verb of LANGUAGE orm instead of it where the key is normalized, or NULL */
} Recipe;

/* In the order of creation and listing. */
static const Recipe recipes[] = {
	{"create", false, true, RESULT_ROW, choose_for_create,
	 .comment = "Inserts an object of model \"%s\" and returns it. An argument left out takes the column's default; "
				"NULL is NULL."},
	{"find", true, false, RESULT_ROW_OR_NONE, choose_key,
	 .comment = "Returns the object of model \"%s\" with this primary key, or no row.", .normalized_as = "find_by"},
	{"all", true, false, RESULT_ROWS, choose_nothing,
	 .comment = "Returns all objects of model \"%s\". Conditions, joins and orders around it use the table's indexes."},
	{"filter_by", false, false, RESULT_ROWS, choose_for_filter,
	 .comment = "Returns the objects of model \"%s\" that are equal in every argument given; NULL given is IS NULL."},
	{"find_by", false, false, RESULT_ROW_OR_NONE, choose_for_filter,
	 .comment = "Returns one object of model \"%s\" that is equal in every argument given, or no row; "
				"NULL given is IS NULL."},
	{"update", false, true, RESULT_ROW, choose_for_update,
	 .comment = "Changes the object of model \"%s\" with this primary key in the arguments given and returns it. "
				"Without such an object: no_data_found."},
	{"save", false, true, RESULT_ROW, choose_row,
	 .comment = "Updates the object of model \"%s\" with the primary key of this row, or inserts the row, "
				"and returns what is stored. "
				"NULL in a NOT NULL column takes its default."},
	{"delete", false, true, RESULT_BOOLEAN, choose_for_delete,
	 .comment = "Deletes the object of model \"%s\" with this primary key; true when there was one."},
};

const char *
orm_generate_schema(const OrmModel *model)
{
	return model->declaration->accessor_schema ? model->declaration->accessor_schema : model->schema;
}

/* Does the declaration include a verb's function, or "relationships"? */
static bool
includes(const OrmModel *model, const char *name)
{
	const OrmDeclaration *declaration = model->declaration;
	ListCell *cell;

	if (declaration->all_accessors)
		return true;
	foreach(cell, declaration->include)
		if (strcmp(lfirst(cell), name) == 0)
			return true;
	return false;
}

/* Is a part of the primary key normalized, so that the key cannot be compared as it is given? */
static bool
normalizes_key(const OrmModel *model)
{
	for (int i = 0; i < model->nattributes; i++)
		if (model->attributes[i].in_key && model->attributes[i].normalizes != NULL)
			return true;
	return false;
}

/* Starts the definition of a recipe's function: its name and, for LANGUAGE orm, its body. */
static OrmAccessor *
start_accessor(const OrmModel *model, const Recipe *recipe)
{
	OrmAccessor *accessor = palloc0(sizeof(OrmAccessor));
	const char *prefix = model->declaration->prefix;

	accessor->name = orm_name_join(prefix ? prefix : orm_name_snake(model->name), recipe->verb);
	accessor->in_sql = recipe->in_sql && !(recipe->normalized_as != NULL && normalizes_key(model));
	accessor->writes = recipe->writes;
	if (recipe->normalized_as != NULL)
		accessor->other_body = orm_body_write(recipe->normalized_as, model->name);
	if (!accessor->in_sql)
		accessor->body = recipe->in_sql ? accessor->other_body : orm_body_write(recipe->verb, model->name);
	return accessor;
}

/* Is it a type of the integer operator family? */
static bool
is_integer(Oid type)
{
	return type == INT2OID || type == INT4OID || type == INT8OID;
}

/*
 * Appends the condition that a column equals an argument.  Integers of
 * different sizes have operators of their own, which can use an index; an
 * argument of any other type, of an existing function, is cast.
 */
static void
append_equal(StringInfo sql, const OrmAttribute *attribute, int number, Oid type)
{
	Oid own = attribute->type->oid;
	bool integers = is_integer(own) && is_integer(type);
	StringInfoData column;
	StringInfoData argument;

	initStringInfo(&column);
	appendStringInfoString(&column, "t.");
	orm_sql_name(&column, attribute->column);
	initStringInfo(&argument);
	appendStringInfo(&argument, "$%d", number);
	if (type != own && !integers)
	{
		appendStringInfoString(&argument, "::");
		orm_sql_type(&argument, own, -1);
		type = own;
	}
	orm_sql_comparison(sql, type == own ? attribute->equality : orm_join_operator(own, type), column.data, own,
					   argument.data, type);
}

/* The body of find and all: a SELECT with the default scopes and the arguments as conditions. */
static char *
select_body(const OrmModel *model, const OrmAccessor *accessor)
{
	const char *scopes = orm_named_scope_print(model, "t", 0);
	StringInfoData sql;

	initStringInfo(&sql);
	appendStringInfoString(&sql, "SELECT t.* FROM ");
	orm_sql_qualified(&sql, model->schema, model->relation);
	appendStringInfoString(&sql, " AS t");
	if (scopes != NULL)
		appendStringInfo(&sql, " WHERE %s", scopes);
	for (int i = 0; i < accessor->nargs; i++)
	{
		appendStringInfoString(&sql, i == 0 && scopes == NULL ? " WHERE " : " AND ");
		append_equal(&sql, &model->attributes[accessor->attributes[i]], i + 1, accessor->argument_types[i]);
	}
	return sql.data;
}

/*
 * Appends the default orm.unset(...).  A NULL constant of a NOT NULL domain
 * would fail, so domains use an array element.
 */
static void
append_unset(StringInfo sql, Oid type)
{
	bool domain = get_typtype(type) == TYPTYPE_DOMAIN;

	appendStringInfoString(sql, " DEFAULT ");
	orm_sql_qualified(sql, "orm", "unset");
	appendStringInfoString(sql, domain ? "((NULL::" : "(NULL::");
	orm_sql_type(sql, type, -1);
	appendStringInfoString(sql, domain ? "[])[1])" : ")");
}

/* Appends the argument list: with names and defaults for CREATE, else only types. */
static void
append_arguments(StringInfo sql, const OrmAccessor *accessor, bool whole)
{
	bool first = true;

	appendStringInfoChar(sql, '(');
	for (int i = 0; i < accessor->nargs; i++)
	{
		orm_sql_comma(sql, &first);
		if (whole && accessor->argument_names != NULL)
		{
			orm_sql_name(sql, accessor->argument_names[i]);
			appendStringInfoChar(sql, ' ');
		}
		orm_sql_type(sql, accessor->argument_types[i], -1);
		if (whole && i >= accessor->required)
			append_unset(sql, accessor->argument_types[i]);
	}
	appendStringInfoChar(sql, ')');
}

/* The signature for messages and results. */
static char *
signature(const OrmAccessor *accessor)
{
	StringInfoData text;
	bool first = true;

	initStringInfo(&text);
	orm_sql_name(&text, accessor->name);
	appendStringInfoChar(&text, '(');
	for (int i = 0; i < accessor->nargs; i++)
	{
		orm_sql_comma(&text, &first);
		appendStringInfoString(&text, format_type_be(accessor->argument_types[i]));
	}
	appendStringInfoChar(&text, ')');
	return text.data;
}

/* The CREATE FUNCTION statement. */
static char *
create_statement(const OrmAccessor *accessor)
{
	StringInfoData sql;

	initStringInfo(&sql);
	appendStringInfoString(&sql, "CREATE FUNCTION ");
	orm_sql_qualified(&sql, accessor->schema, accessor->name);
	append_arguments(&sql, accessor, true);
	appendStringInfoString(&sql, accessor->set ? " RETURNS SETOF " : " RETURNS ");
	orm_sql_type(&sql, accessor->result, -1);
	appendStringInfo(&sql, " LANGUAGE %s %s PARALLEL %s%s AS ", accessor->in_sql ? "sql" : "orm",
					 accessor->writes ? "VOLATILE" : "STABLE", accessor->in_sql ? "SAFE" : "UNSAFE",
					 accessor->one ? " ROWS 1" : "");
	orm_sql_literal(&sql, accessor->body);
	return sql.data;
}

void
orm_generate_write(const OrmModel *model, OrmAccessor *accessor)
{
	Assert(accessor->name != NULL && accessor->purpose != NULL);
	Assert(accessor->by_row || accessor->nargs == 0 || accessor->argument_types != NULL);
	if (accessor->in_sql && !accessor->by_row)
		accessor->body = select_body(model, accessor);
	accessor->schema = pstrdup(orm_generate_schema(model));
	accessor->signature = signature(accessor);
	accessor->create = create_statement(accessor);
}

/*
 * The type of the argument for an attribute.  Drivers may send a wider integer
 * than the column, or JSON as one of three types, for which no function would
 * be found; so the argument has the wider type, and the value is checked when
 * it is stored.
 */
static Oid
argument_type(const OrmAttribute *attribute)
{
	switch (attribute->type->oid)
	{
		case INT2OID:
			return INT4OID;
		case INT4OID:
			return INT8OID;
		case JSONOID:
		case JSONBOID:
			return orm_registry_document_type();
		default:
			return attribute->type->oid;
	}
}

static void
set_arguments(OrmAccessor *accessor, const OrmModel *model, const Arguments *arguments)
{
	accessor->nargs = arguments->row ? 1 : arguments->n;
	accessor->required = arguments->row ? 1 : arguments->required;
	accessor->argument_types = palloc(sizeof(Oid) * Max(accessor->nargs, 1));
	if (arguments->row)
	{
		accessor->argument_types[0] = model->row_type;
		return;
	}
	accessor->attributes = arguments->attributes;
	if (arguments->n > 0)
		accessor->argument_names = palloc(sizeof(char *) * arguments->n);
	for (int i = 0; i < arguments->n; i++)
	{
		accessor->argument_types[i] = argument_type(&model->attributes[arguments->attributes[i]]);
		accessor->argument_names[i] = model->attributes[arguments->attributes[i]].name;
	}
}

/* Chooses the arguments of a recipe's function; false if the model cannot have it, whatever their number. */
static bool
choose(const OrmModel *model, const Recipe *recipe, Arguments *arguments)
{
	*arguments = (Arguments){.attributes = palloc(sizeof(int) * Max(model->nattributes, 1))};
	return recipe->choose(model, arguments) && !(recipe->writes && model->relkind == RELKIND_MATVIEW);
}

/* Has a relationship an accessor: does it lead anywhere, and is it not by the function of its name? */
static bool
has_accessor(const OrmModel *model, const OrmRelationship *relationship)
{
	return relationship->resolved &&
		(relationship->kind != ORM_RELATED ||
		 !orm_name_is_in(relationship->function, model->schema, relationship->name, orm_generate_schema(model)));
}

List *
orm_generate_names(const OrmModel *model)
{
	List *names = NIL;

	for (int i = 0; i < lengthof(recipes); i++)
	{
		OrmAccessor *accessor = start_accessor(model, &recipes[i]);
		Arguments arguments;

		accessor->wanted = includes(model, recipes[i].verb) && choose(model, &recipes[i], &arguments) &&
			arguments.n <= FUNC_MAX_ARGS;
		names = lappend(names, accessor);
	}
	for (int i = 0; includes(model, "relationships") && i < model->nrelationships; i++)
	{
		OrmAccessor *accessor = palloc0(sizeof(OrmAccessor));

		accessor->name = model->relationships[i].name;
		accessor->in_sql = true;
		accessor->by_row = true;
		accessor->wanted = has_accessor(model, &model->relationships[i]);
		names = lappend(names, accessor);
	}
	return names;
}

/* The definition of a recipe's function; NULL if the model cannot have it. */
static OrmAccessor *
follow_recipe(const OrmModel *model, const Recipe *recipe, bool notices)
{
	OrmAccessor *accessor = start_accessor(model, recipe);
	Arguments arguments;

	if (!choose(model, recipe, &arguments))
		return NULL;
	if (arguments.n > FUNC_MAX_ARGS)
	{
		if (notices)
			ereport(NOTICE, errmsg("function \"%s\" of model \"%s\" is not created", accessor->name, model->name),
					errdetail("It would have %d arguments, and a function can have %d at most.", arguments.n,
							  FUNC_MAX_ARGS));
		return NULL;
	}
	set_arguments(accessor, model, &arguments);
	accessor->result = recipe->result == RESULT_BOOLEAN ? BOOLOID : model->row_type;
	accessor->set = recipe->result == RESULT_ROWS || recipe->result == RESULT_ROW_OR_NONE;
	accessor->one = recipe->result == RESULT_ROW_OR_NONE;
	accessor->purpose = psprintf(recipe->comment, model->name);
	orm_generate_write(model, accessor);
	return accessor;
}

/* An accessor of a relationship that is being made. */
typedef struct RelationMaking
{
	const OrmModel *model;
	const OrmRelationship *relationship;
	OrmAccessor *accessor;
} RelationMaking;

/* Makes it; for orm_attempt. */
static void
make_relation(void *argument)
{
	RelationMaking *making = argument;

	making->accessor = orm_relation_accessor(making->model, making->relationship);
	orm_generate_write(making->model, making->accessor);
}

/* The accessor of a relationship; NULL if what its filter or order names is no longer there. */
static OrmAccessor *
relation_accessor(const OrmModel *model, const OrmRelationship *relationship)
{
	RelationMaking making = {model, relationship, NULL};

	if (relationship->filter == NULL && relationship->order_by == NULL && !orm_model_is_derived(relationship))
		make_relation(&making);
	else if (orm_attempt(make_relation, &making, ORM_ATTEMPT_KEEP) != NULL)
		return NULL;
	return making.accessor;
}

List *
orm_generate_all(const OrmModel *model, bool notices)
{
	List *accessors = NIL;

	for (int i = 0; i < lengthof(recipes); i++)
	{
		OrmAccessor *accessor = NULL;

		if (includes(model, recipes[i].verb))
			accessor = follow_recipe(model, &recipes[i], notices);
		if (accessor != NULL)
			accessors = lappend(accessors, accessor);
	}
	for (int i = 0; includes(model, "relationships") && i < model->nrelationships; i++)
	{
		const OrmRelationship *relationship = &model->relationships[i];
		OrmAccessor *accessor = has_accessor(model, relationship) ? relation_accessor(model, relationship) : NULL;

		if (accessor != NULL)
			accessors = lappend(accessors, accessor);
	}
	return accessors;
}
