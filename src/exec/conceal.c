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

#include "base/attempt.h"
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

/* The errors of the server that show values, and whether these are a whole row, or a key with its columns. */
static const struct
{
	int code;
	bool row;
} shows[] = {
	{ERRCODE_NOT_NULL_VIOLATION, true},			 {ERRCODE_CHECK_VIOLATION, true},
	{ERRCODE_WITH_CHECK_OPTION_VIOLATION, true}, {ERRCODE_UNIQUE_VIOLATION, false},
	{ERRCODE_EXCLUSION_VIOLATION, false},		 {ERRCODE_FOREIGN_KEY_VIOLATION, false},
	{ERRCODE_GENERATED_ALWAYS, false},
};

/* An error, and what is found for its DETAIL. */
typedef struct Concealment
{
	const ErrorData *error;
	Oid relid;	 /* its table */
	char *shown; /* instead of the DETAIL; NULL: it stays */
} Concealment;

bool
orm_conceal_takes(int code)
{
	for (int i = 0; i < lengthof(shows); i++)
		if (shows[i].code == code)
			return true;
	return false;
}

/* Does an error show a whole row in its DETAIL? */
static bool
shows_row(const ErrorData *error)
{
	for (int i = 0; i < lengthof(shows); i++)
		if (shows[i].code == error->sqlerrcode)
			return shows[i].row;
	return false;
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

/* Appends the name of a hidden column. */
static void
append_column(StringInfo shown, const char *column)
{
	appendStringInfo(shown, "%s\"%s\": " ORM_HIDDEN, shown->len > 0 ? ", " : "", column);
}

/* Looks for hidden columns that the DETAIL shows, for orm_attempt(). */
static void
look(void *argument)
{
	Concealment *concealment = argument;
	const ErrorData *error = concealment->error;
	Oid relid = concealment->relid;
	Oid referenced = referenced_table(error, relid);
	StringInfoData shown;
	ListCell *cell;

	initStringInfo(&shown);
	foreach(cell, orm_hidden_columns(relid, referenced))
		if (shows_row(error) || names_column(error->detail, lfirst(cell)))
			append_column(&shown, lfirst(cell));
	if (shown.len == 0)
		foreach(cell, orm_hidden_of_views(relid, referenced))
			append_column(&shown, lfirst(cell));
	if (shown.len > 0)
		concealment->shown = psprintf("%s.", shown.data);
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
	Concealment concealment = {.error = error};

	if (error->detail == NULL || !orm_conceal_takes(error->sqlerrcode))
		return;
	concealment.relid = orm_error_table(error);
	if (!OidIsValid(concealment.relid))
		return;
	if (orm_attempt(look, &concealment, ORM_ATTEMPT_KEEP) != NULL)
		error->detail = error->detail_log = NULL;
	if (concealment.shown == NULL)
		return;
	keep(error->detail, concealment.shown);
	error->detail = error->detail_log = concealment.shown;
}

char *
orm_conceal_original(const ErrorData *error)
{
	bool is_last = error->detail != NULL && last.shown != NULL && strcmp(error->detail, last.shown) == 0;

	return is_last ? last.original : error->detail;
}
