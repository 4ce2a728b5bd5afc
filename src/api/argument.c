/*
 * argument.c - taking arguments of SQL-callable functions apart.
 */
#include "postgres.h"

#include "utils/builtins.h"

#include "api/argument.h"

char *
orm_argument_text(FunctionCallInfo fcinfo, int n, const char *name)
{
	if (PG_ARGISNULL(n))
		ereport(ERROR, errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("argument \"%s\" must not be null", name));
	return text_to_cstring(PG_GETARG_TEXT_PP(n));
}

const OrmDocument *
orm_argument_document(FunctionCallInfo fcinfo, int n)
{
	return PG_ARGISNULL(n) ? NULL : orm_document_open(PG_GETARG_DATUM(n));
}
