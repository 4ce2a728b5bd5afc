/*
 * object.c - arguments of the functions that read and write objects.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/builtins.h"

#include "api/argument.h"
#include "api/object.h"
#include "model/key.h"

const OrmDocument *
orm_object_document(FunctionCallInfo fcinfo, int n, const char *name)
{
	const OrmDocument *document = orm_argument_document(fcinfo, n);

	if (document == NULL)
		ereport(ERROR, errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("argument \"%s\" must not be null", name));
	return document;
}

char **
orm_object_names(FunctionCallInfo fcinfo, int n, const char *name, int *count)
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

/* Room for a model's key. */
static Datum *
make_key(const OrmModel *model)
{
	return palloc(sizeof(Datum) * orm_model_need_key(model)->nattributes);
}

const Datum *
orm_object_key_text(FunctionCallInfo fcinfo, int n, const OrmModel *model)
{
	Datum *key = make_key(model);

	if (PG_ARGISNULL(n))
		return NULL;
	return orm_key_read_text(model, text_to_cstring(PG_GETARG_TEXT_PP(n)), key) ? key : NULL;
}

const Datum *
orm_object_key_any(FunctionCallInfo fcinfo, int n, const OrmModel *model)
{
	Datum *key = make_key(model);
	Oid type = get_fn_expr_argtype(fcinfo->flinfo, n);

	if (PG_ARGISNULL(n))
		return NULL;
	if (!OidIsValid(type))
		ereport(ERROR, errcode(ERRCODE_INDETERMINATE_DATATYPE),
				errmsg("could not determine the type of argument \"key\""));
	return orm_key_read_datum(model, PG_GETARG_DATUM(n), type, key) ? key : NULL;
}
