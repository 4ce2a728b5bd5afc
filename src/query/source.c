/*
 * source.c - queries over the rows of a function; see source.h.
 */
#include "postgres.h"

#include "utils/lsyscache.h"

#include "base/sql.h"
#include "model/callable.h"
#include "query/source.h"

/* The value of the argument of that name, and its place. */
static OrmJson
argument_of(OrmJson arguments, const char *name)
{
	OrmJson value = {0};

	(void) orm_json_member(arguments, name, &value);
	return value;
}

/* Stores the names of the arguments; returns their number. */
static int
read_names(const OrmJson *arguments, const OrmPath *place, const char ***names)
{
	OrmJsonWalk walk;
	int n = 0;

	*names = NULL;
	if (arguments == NULL)
		return 0;
	if (orm_json_kind(*arguments) != ORM_JSON_OBJECT)
		orm_members_raise_kind(*arguments, "an object of arguments", place);
	*names = palloc(sizeof(char *) * Max(arguments->node->count, 1));
	walk = orm_json_walk(*arguments);
	while (orm_json_next(&walk))
	{
		OrmPath here = orm_path_key(place, orm_json_string(walk.key));

		for (int i = 0; i < n; i++)
			if (strcmp((*names)[i], here.key) == 0)
				orm_members_raise_twice("argument", here.key, &here);
		(*names)[n++] = here.key;
	}
	return n;
}

/* Appends an argument, cast to its declared type. */
static void
append_argument(StringInfo sql, OrmScope *scope, const char *name, Oid type, OrmJson json, const OrmPath *place)
{
	OrmPath here = orm_path_key(place, name);
	const OrmType *read = orm_type_make(type, -1, get_typcollation(type));
	OrmOperand operand = orm_query_operand(NULL, scope->builder, json, read, &here);

	appendStringInfoString(sql,
						   operand.kind == ORM_OPERAND_VALUE
							   ? orm_query_slot(scope->builder, &operand, read, type, ORM_FORM_VALUE, &here)
							   : "NULL");
	appendStringInfoString(sql, "::");
	orm_sql_type(sql, type, -1);
}

/* Raises 22023 for a key that needs the rows of a table. */
static void
refuse_key(const OrmQueryKeys *keys, OrmQueryKey key, const OrmPath *place)
{
	OrmPath here = orm_path_key(place, orm_query_key_name(key));

	if (orm_query_key(keys, key) != NULL)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("\"%s\" is not allowed with \"from\"", orm_query_key_name(key)), orm_error_place(&here),
				errhint("The rows are those of a function, not of the table."));
}

void
orm_source_read(OrmScope *scope, const OrmQueryKeys *keys, const OrmPath *place)
{
	const OrmJson *from = orm_query_key(keys, ORM_KEY_FROM);
	const OrmJson *arguments = orm_query_key(keys, ORM_KEY_ARGUMENTS);
	OrmPath here = orm_path_key(place, "from");
	OrmPath arguments_place = orm_path_key(place, "arguments");
	const char **names;
	OrmRowsFunction function;
	StringInfoData sql;
	int n;

	if (from == NULL && arguments != NULL)
		orm_members_raise_missing("key", "from", place, "\"arguments\" are those of the function in \"from\".");
	if (from == NULL)
		return;
	if (orm_json_kind(*from) != ORM_JSON_STRING)
		orm_members_raise_kind(*from, "the name of a function", &here);
	refuse_key(keys, ORM_KEY_LOCK, place);
	refuse_key(keys, ORM_KEY_ETAG, place);
	n = read_names(arguments, &arguments_place, &names);
	function = orm_callable_rows(orm_json_string(*from), scope->model->row_type, n, names, &here);
	initStringInfo(&sql);
	orm_sql_function(&sql, function.oid);
	appendStringInfoChar(&sql, '(');
	for (int i = 0; i < n; i++)
	{
		if (i > 0)
			appendStringInfoString(&sql, ", ");
		append_argument(&sql, scope, function.names[i], function.types[i], argument_of(*arguments, function.names[i]),
						&arguments_place);
	}
	appendStringInfoChar(&sql, ')');
	scope->from = sql.data;
}
