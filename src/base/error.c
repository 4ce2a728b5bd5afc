/*
 * error.c - the place of an error in a document.
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"

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

/* In a PG_CATCH block: adds the place to the error and raises it again. */
void
orm_error_rethrow_at(const OrmPath *path, MemoryContext caller)
{
	ErrorData *error;

	if (path == NULL)
		PG_RE_THROW();
	MemoryContextSwitchTo(caller);
	error = CopyErrorData();
	FlushErrorState();
	if (error->detail == NULL)
		error->detail = psprintf("At %s.", orm_path_text(path));
	else if (error->context == NULL)
		error->context = psprintf("at %s", orm_path_text(path));
	else
		error->context = psprintf("%s\nat %s", error->context, orm_path_text(path));
	ReThrowError(error);
}
