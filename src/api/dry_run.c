/*
 * dry_run.c - see dry_run.h.
 */
#include "postgres.h"

#include "access/xact.h"
#include "utils/memutils.h"
#include "utils/resowner.h"

#include "api/dry_run.h"
#include "api/object.h"

/* Puts back what the subtransaction has changed for us. */
static void
undo(MemoryContext context, ResourceOwner owner)
{
	RollbackAndReleaseCurrentSubTransaction();
	MemoryContextSwitchTo(context);
	CurrentResourceOwner = owner;
}

/* Does the work and undoes it. */
static Datum
try_work(FunctionCallInfo fcinfo, PGFunction work)
{
	MemoryContext context = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	volatile Datum result = 0;

	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(context);
	PG_TRY();
	{
		result = work(fcinfo);
	}
	PG_CATCH();
	{
		ErrorData  *error;

		/* who catches the error expects the subtransaction that he began */
		MemoryContextSwitchTo(context);
		error = CopyErrorData();
		FlushErrorState();
		undo(context, owner);
		ReThrowError(error);
	}
	PG_END_TRY();
	undo(context, owner);
	return result;
}

Datum
orm_dry_run(FunctionCallInfo fcinfo, int n, OrmVerb verb, PGFunction work)
{
	if (orm_write_options(orm_object_document(fcinfo, n, "options"), verb).dry_run)
		return try_work(fcinfo, work);
	return work(fcinfo);
}
