/*
 * pattern.c - patterns of names as psql's \d commands have them.
 */
#include "postgres.h"

#include "catalog/pg_collation.h"
#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"

#include "base/pattern.h"

/* Appends a character that is not in quotes. */
static void
append_plain(StringInfo regex, const char *at, int length)
{
	if (*at == '*')
		appendStringInfoString(regex, ".*");
	else if (*at == '?')
		appendStringInfoChar(regex, '.');
	else if (*at == '$')
		appendStringInfoString(regex, "\\$");
	else if (length > 1)
		appendBinaryStringInfo(regex, at, length);
	else
		appendStringInfoChar(regex, pg_tolower((unsigned char) *at));
}

/* Appends a character that is. */
static void
append_quoted(StringInfo regex, const char *at, int length)
{
	if (length == 1 && strchr("|*+?()[]{}.^$\\", *at) != NULL)
		appendStringInfoChar(regex, '\\');
	appendBinaryStringInfo(regex, at, length);
}

/* Raises 42602: a dot divides schema and name, and the schema is known. */
static void
raise_schema(const char *pattern)
{
	ereport(ERROR, errcode(ERRCODE_INVALID_NAME), errmsg("pattern \"%s\" must not name a schema", pattern),
			errhint("Name the schema by schema_name; a dot in the name of a table stands in double quotes."));
}

char *
orm_pattern_regex(const char *pattern)
{
	StringInfoData regex;
	bool quoted = false;
	int length;

	initStringInfo(&regex);
	appendStringInfoString(&regex, "^(");
	for (const char *at = pattern; *at; at += length)
	{
		length = pg_mblen(at);
		if (*at == '"' && quoted && at[1] == '"')
			append_quoted(&regex, at++, 1);
		else if (*at == '"')
			quoted = !quoted;
		else if (quoted)
			append_quoted(&regex, at, length);
		else if (*at == '.')
			raise_schema(pattern);
		else
			append_plain(&regex, at, length);
	}
	appendStringInfoString(&regex, ")$");
	return regex.data;
}

bool
orm_pattern_matches(const char *name, const char *regex)
{
	return DatumGetBool(DirectFunctionCall2Coll(textregexeq, DEFAULT_COLLATION_OID, CStringGetTextDatum(name),
												CStringGetTextDatum(regex)));
}
