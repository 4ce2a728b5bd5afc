/*
 * error.c - the place of an error in a document.
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/lsyscache.h"

#include "base/error.h"

/* How many bytes of a name messages show. */
#define MAX_SHOWN 200

const char *
orm_error_clip(const char *name)
{
	int length = strlen(name);

	if (length <= MAX_SHOWN)
		return name;
	return psprintf("%.*s...", pg_mbcliplen(name, length, MAX_SHOWN), name);
}

/* In an ereport: the place as DETAIL. */
int
orm_error_place(const OrmPath *path)
{
	if (path != NULL)
		errdetail("At %s.", orm_path_text(path));
	return 0;
}

/* How a DETAIL with a place begins. */
#define PLACE "At "

/* Adds the place to an error, as its DETAIL, or as CONTEXT when it has a DETAIL of its own. */
static void
add_place(ErrorData *error, const char *place)
{
	if (error->detail == NULL)
		error->detail = psprintf(PLACE "%s.", place);
	else if (error->context == NULL)
		error->context = psprintf("at %s", place);
	else
		error->context = psprintf("%s\nat %s", error->context, place);
}

ErrorData *
orm_error_take(MemoryContext caller)
{
	ErrorData *error;

	MemoryContextSwitchTo(caller);
	error = CopyErrorData();
	FlushErrorState();
	return error;
}

void
orm_error_throw_at(ErrorData *error, const OrmPath *path)
{
	if (path != NULL)
		add_place(error, orm_path_text(path));
	ReThrowError(error);
}

/* In a PG_CATCH block: adds the place to the error and raises it again. */
void
orm_error_rethrow_at(const OrmPath *path, MemoryContext caller)
{
	if (path == NULL)
		PG_RE_THROW();
	orm_error_throw_at(orm_error_take(caller), path);
}

/* In a PG_CATCH block: the same for an error of a document within another one. */
void
orm_error_rethrow_within(const OrmPath *path, MemoryContext caller)
{
	ErrorData *error = orm_error_take(caller);
	const char *place = orm_path_text(path);
	Size length = strlen(PLACE);

	if (error->detail != NULL && strncmp(error->detail, PLACE, length) == 0)
		error->detail = psprintf(PLACE "%s.%s", place, error->detail + length);
	else
		add_place(error, place);
	ReThrowError(error);
}

Oid
orm_error_table(const ErrorData *error)
{
	Oid schema = error->schema_name != NULL ? get_namespace_oid(error->schema_name, true) : InvalidOid;

	return error->table_name != NULL ? get_relname_relid(error->table_name, schema) : InvalidOid;
}
