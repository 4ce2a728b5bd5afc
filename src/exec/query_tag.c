/*
 * query_tag.c - orm.query_tag; see query_tag.h.
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "utils/guc.h"

#include "exec/query_tag.h"

static char *query_tag = NULL;
static uint64 hash = 0;

/* Notes the hash of a new tag. */
static void
assign_tag(const char *value, void *extra)
{
	int length = value != NULL ? strlen(value) : 0;

	hash = length > 0 ? hash_bytes_extended((const unsigned char *) value, length, 0) : 0;
}

void
orm_query_tag_init(void)
{
	DefineCustomStringVariable("orm.query_tag", "Sets a comment for the statements of queries and writes.",
							   "Each tag has prepared statements of its own.", &query_tag, "", PGC_USERSET, 0, NULL,
							   assign_tag, NULL);
}

uint64
orm_query_tag_hash(void)
{
	return hash;
}

void
orm_query_tag_append(StringInfo sql)
{
	if (hash == 0)
		return;
	appendStringInfoString(sql, "/* ");
	for (const char *c = query_tag; *c != '\0'; c++)
	{
		appendStringInfoChar(sql, *c);
		if ((c[0] == '*' && c[1] == '/') || (c[0] == '/' && c[1] == '*'))
			appendStringInfoChar(sql, ' ');
	}
	appendStringInfoString(sql, " */ ");
}
