/*
 * conceal.c - errors of the server whose DETAIL has values of hidden attributes;
 * see conceal.h.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_constraint.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/syscache.h"

#include "base/error.h"
#include "base/sql.h"
#include "exec/conceal.h"
#include "model/hidden.h"

/* What the last concealed DETAIL was, and by what it is replaced. */
static struct
{
	char *original;
	char *shown;
} last;

/* Does an error show a whole row in its DETAIL? */
static bool
shows_row(const ErrorData *error)
{
	return error->sqlerrcode == ERRCODE_NOT_NULL_VIOLATION || error->sqlerrcode == ERRCODE_CHECK_VIOLATION ||
		error->sqlerrcode == ERRCODE_WITH_CHECK_OPTION_VIOLATION;
}

/* Does it show a key, with the names of its columns? */
static bool
shows_key(const ErrorData *error)
{
	return error->sqlerrcode == ERRCODE_UNIQUE_VIOLATION || error->sqlerrcode == ERRCODE_EXCLUSION_VIOLATION ||
		error->sqlerrcode == ERRCODE_FOREIGN_KEY_VIOLATION || error->sqlerrcode == ERRCODE_GENERATED_ALWAYS;
}

/* Does the DETAIL name the column of a key, as in (lower(token))=(x)?  Rather too often than not. */
static bool
names_column(const char *detail, const char *column)
{
	return strstr(detail, column) != NULL || strstr(detail, orm_sql_quoted(column)) != NULL;
}

/* The table that the foreign key of an error refers to, or InvalidOid. */
static Oid
referenced_table(const ErrorData *error, Oid relid)
{
	HeapTuple tuple;
	Oid referenced;

	if (error->sqlerrcode != ERRCODE_FOREIGN_KEY_VIOLATION || error->constraint_name == NULL)
		return InvalidOid;
	tuple = SearchSysCache1(CONSTROID,
							ObjectIdGetDatum(get_relation_constraint_oid(relid, error->constraint_name, true)));
	if (!HeapTupleIsValid(tuple))
		return InvalidOid;
	referenced = ((Form_pg_constraint) GETSTRUCT(tuple))->confrelid;
	ReleaseSysCache(tuple);
	return referenced;
}

/* What is shown instead of the DETAIL; NULL: it stays. */
static char *
concealed(const ErrorData *error)
{
	Oid relid = orm_error_table(error);
	List *columns = OidIsValid(relid) ? orm_hidden_columns(relid, referenced_table(error, relid)) : NIL;
	List *of_views = OidIsValid(relid) ? orm_hidden_of_views(relid) : NIL;
	StringInfoData shown;
	ListCell *cell;

	initStringInfo(&shown);
	foreach(cell, columns)
		if (shows_row(error) || names_column(error->detail, lfirst(cell)))
			appendStringInfo(&shown, "%s\"%s\": " ORM_HIDDEN, shown.len > 0 ? ", " : "", (char *) lfirst(cell));
	if (shown.len == 0)
		foreach(cell, of_views)
			appendStringInfo(&shown, "%s\"%s\": " ORM_HIDDEN, shown.len > 0 ? ", " : "", (char *) lfirst(cell));
	return shown.len > 0 ? psprintf("%s.", shown.data) : NULL;
}

/* Keeps both texts of a DETAIL. */
static void
keep(const char *original, const char *shown)
{
	char *old_original = last.original;
	char *old_shown = last.shown;

	last.original = last.shown = NULL;
	if (old_original != NULL)
		pfree(old_original);
	if (old_shown != NULL)
		pfree(old_shown);
	last.original = MemoryContextStrdup(TopMemoryContext, original);
	last.shown = MemoryContextStrdup(TopMemoryContext, shown);
}

void
orm_conceal_error(ErrorData *error)
{
	char *shown = error->detail != NULL && (shows_row(error) || shows_key(error)) ? concealed(error) : NULL;

	if (shown != NULL)
	{
		keep(error->detail, shown);
		error->detail = error->detail_log = shown;
	}
}

char *
orm_conceal_original(const ErrorData *error)
{
	bool is_last = error->detail != NULL && last.shown != NULL && strcmp(error->detail, last.shown) == 0;

	return is_last ? last.original : error->detail;
}
