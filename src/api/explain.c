/*
 * explain.c - SQL functions that show what becomes of a query.
 */
#include "postgres.h"

#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/tuplestore.h"

#include "api/argument.h"
#include "api/request.h"

PG_FUNCTION_INFO_V1(orm_sql_sql);
PG_FUNCTION_INFO_V1(orm_sql_explain);

/* Adds a row of one text to the result. */
static void
put_text(FunctionCallInfo fcinfo, const char *text, int length)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	Datum value = PointerGetDatum(cstring_to_text_with_len(text, length));
	bool isnull = false;

	tuplestore_putvalues(result->setResult, result->setDesc, &value, &isnull);
}

/* Adds a row for each line of a text. */
static void
put_lines(FunctionCallInfo fcinfo, const char *text)
{
	const char *end;

	for (; (end = strchr(text, '\n')) != NULL; text = end + 1)
		put_text(fcinfo, text, end - text);
	if (*text != '\0')
		put_text(fcinfo, text, strlen(text));
}

static const struct
{
	const char *name;
	OrmQueryVerb verb;
} verbs[] = {
	{"all", ORM_QUERY_ALL},			{"first", ORM_QUERY_FIRST},			{"one", ORM_QUERY_ONE},
	{"one_or_none", ORM_QUERY_ONE}, {"page", ORM_QUERY_PAGE},			{"count", ORM_QUERY_COUNT},
	{"exists", ORM_QUERY_EXISTS},	{"aggregate", ORM_QUERY_AGGREGATE},
};

/* The reading verb that the fourth argument names. */
static OrmQueryVerb
verb_argument(FunctionCallInfo fcinfo)
{
	const char *name = orm_argument_text(fcinfo, 3, "verb");
	const char *names[lengthof(verbs)];

	for (int i = 0; i < (int) lengthof(verbs); i++)
	{
		if (strcmp(verbs[i].name, name) == 0)
			return verbs[i].verb;
		names[i] = verbs[i].name;
	}
	ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("unknown verb \"%s\"", name),
			errdetail("Verbs that read by a query are all, first, one, one_or_none, page, count, exists "
					  "and aggregate."),
			orm_error_nearest("verb", name, names, lengthof(verbs)));
	return ORM_QUERY_ALL;
}

/* orm.sql(model, query, params, verb) */
Datum
orm_sql_sql(PG_FUNCTION_ARGS)
{
	OrmQuery *query = orm_request_open(fcinfo, verb_argument(fcinfo));
	ListCell *cell;

	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	foreach(cell, orm_query_statements(query))
		put_text(fcinfo, lfirst(cell), strlen(lfirst(cell)));
	orm_query_close(query);
	return (Datum) 0;
}

/* orm.explain(model, query, params, verb) */
Datum
orm_sql_explain(PG_FUNCTION_ARGS)
{
	OrmQuery *query = orm_request_open(fcinfo, verb_argument(fcinfo));
	ListCell *cell;

	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	foreach(cell, orm_query_explain(query))
		put_lines(fcinfo, lfirst(cell));
	orm_query_close(query);
	return (Datum) 0;
}
