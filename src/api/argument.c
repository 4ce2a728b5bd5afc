/*
 * argument.c - arguments of SQL-callable functions; see argument.h.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "api/argument.h"
#include "model/cache.h"
#include "model/key.h"

void
orm_argument_null(const char *name)
{
	ereport(ERROR, errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("argument \"%s\" must not be null", name));
}

char *
orm_argument_text(FunctionCallInfo fcinfo, int n, const char *name)
{
	if (PG_ARGISNULL(n))
		orm_argument_null(name);
	return text_to_cstring(PG_GETARG_TEXT_PP(n));
}

char *
orm_argument_text_if_any(FunctionCallInfo fcinfo, int n)
{
	return PG_ARGISNULL(n) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(n));
}

const OrmDocument *
orm_argument_document(FunctionCallInfo fcinfo, int n, const char *name)
{
	if (PG_ARGISNULL(n))
		orm_argument_null(name);
	return orm_document_open(PG_GETARG_DATUM(n));
}

char **
orm_argument_names(FunctionCallInfo fcinfo, int n, const char *name, int *count)
{
	Datum *elements;
	bool *nulls;
	char **names;

	*count = 0;
	if (PG_ARGISNULL(n))
		return NULL;
	deconstruct_array(PG_GETARG_ARRAYTYPE_P(n), TEXTOID, -1, false, TYPALIGN_INT, &elements, &nulls, count);
	names = palloc(sizeof(char *) * Max(*count, 1));
	for (int i = 0; i < *count; i++)
	{
		if (nulls[i])
			ereport(ERROR, errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					errmsg("argument \"%s\" must not contain null", name));
		names[i] = TextDatumGetCString(elements[i]);
	}
	return names;
}

const OrmModel *
orm_argument_model(FunctionCallInfo fcinfo, LOCKMODE lockmode)
{
	return orm_cache_open(orm_argument_text(fcinfo, 0, "model"), lockmode);
}

/* The type of an argument: of its expression, or, called without one, as the function declares it. */
static Oid
argument_type(FunctionCallInfo fcinfo, int n)
{
	Oid type = get_fn_expr_argtype(fcinfo->flinfo, n);
	Oid *declared;
	int count;

	if (OidIsValid(type))
		return type;
	get_func_signature(fcinfo->flinfo->fn_oid, &declared, &count);
	Assert(n < count);
	return declared[n];
}

const Datum *
orm_argument_key(FunctionCallInfo fcinfo, int n, const OrmModel *model)
{
	Oid type = argument_type(fcinfo, n);
	Datum *key = palloc(sizeof(Datum) * orm_model_need_key(model)->nattributes);

	if (PG_ARGISNULL(n))
		return NULL;
	if (type == TEXTOID)
		return orm_key_read_text(model, text_to_cstring(PG_GETARG_TEXT_PP(n)), key) ? key : NULL;
	if (type == ANYELEMENTOID)
		ereport(ERROR, errcode(ERRCODE_INDETERMINATE_DATATYPE),
				errmsg("could not determine the type of argument \"%s\"", "key"));
	return orm_key_read_datum(model, PG_GETARG_DATUM(n), type, key) ? key : NULL;
}
