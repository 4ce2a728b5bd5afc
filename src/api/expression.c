/*
 * expression.c - the SQL functions orm.allow_function and orm.bounded.
 */
#include "postgres.h"

#include "access/table.h"
#include "access/xact.h"
#include "catalog/pg_proc.h"
#include "commands/comment.h"
#include "fmgr.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "base/compat.h"
#include "model/callable.h"

PG_FUNCTION_INFO_V1(orm_sql_allow_function);
PG_FUNCTION_INFO_V1(orm_sql_bounded);

/* The largest value that a function may make out of a small one, in bytes. */
#define MAX_MADE (1024 * 1024)

/* A comment without the line that exports a function. */
static void
append_other_lines(StringInfo text, const char *comment)
{
	const char *line = comment;

	while (line != NULL && *line != '\0')
	{
		const char *end = line + strcspn(line, "\n");

		if (end - line != strlen(ORM_CALLABLE_MARK) || strncmp(line, ORM_CALLABLE_MARK, end - line) != 0)
			appendStringInfo(text, "%s%.*s", text->len > 0 ? "\n" : "", (int) (end - line), line);
		line = *end == '\n' ? end + 1 : end;
	}
}

/* Compiled queries that call the function are compiled anew, in all sessions. */
static void
invalidate(Oid function)
{
	Relation procedures = table_open(ProcedureRelationId, AccessShareLock);
	HeapTuple tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(function));

	if (HeapTupleIsValid(tuple))
		CacheInvalidateHeapTuple(procedures, tuple, NULL);
	if (HeapTupleIsValid(tuple))
		ReleaseSysCache(tuple);
	table_close(procedures, AccessShareLock);
}

Datum
orm_sql_allow_function(PG_FUNCTION_ARGS)
{
	Oid function = PG_GETARG_OID(0);
	bool allow = PG_GETARG_BOOL(1);
	StringInfoData text;

	if (get_func_name(function) == NULL)
		ereport(ERROR, errcode(ERRCODE_UNDEFINED_FUNCTION), errmsg("function with OID %u does not exist", function));
	if (!orm_function_ownercheck(function, GetUserId()))
		aclcheck_error(ACLCHECK_NOT_OWNER, OBJECT_FUNCTION, get_func_name(function));
	if (allow)
		orm_callable_check_exportable(function);
	initStringInfo(&text);
	append_other_lines(&text, GetComment(function, ProcedureRelationId, 0));
	if (allow)
		appendStringInfo(&text, "%s%s", text.len > 0 ? "\n" : "", ORM_CALLABLE_MARK);
	CreateComments(function, ProcedureRelationId, 0, text.len > 0 ? text.data : NULL);
	CommandCounterIncrement();
	invalidate(function);
	PG_RETURN_VOID();
}

Datum
orm_sql_bounded(PG_FUNCTION_ARGS)
{
	int32 count = PG_GETARG_INT32(0);
	int32 bytes = PG_GETARG_INT32(1);

	if (count > 0 && bytes > 0 && (int64) count * bytes > MAX_MADE)
		ereport(ERROR, errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED), errmsg("value made by an expression is too long"),
				errdetail("It may have %d bytes.", MAX_MADE));
	PG_RETURN_INT32(count);
}
