/*
 * attempt.c - see attempt.h.
 */
#include "postgres.h"

#include "access/xact.h"
#include "utils/resowner.h"

#include "base/attempt.h"

/* Ends the subtransaction and puts back what it has changed for us. */
static void
end(bool undo, MemoryContext context, ResourceOwner owner)
{
	if (undo)
		RollbackAndReleaseCurrentSubTransaction();
	else
		ReleaseCurrentSubTransaction();
	MemoryContextSwitchTo(context);
	CurrentResourceOwner = owner;
}

ErrorData *
orm_attempt(void (*work)(void *), void *argument, OrmAttempt attempt)
{
	MemoryContext context = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	ErrorData *volatile error = NULL;

	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(context);
	PG_TRY();
	{
		work(argument);
		end(attempt == ORM_ATTEMPT_UNDO, context, owner);
	}
	PG_CATCH();
	{
		MemoryContextSwitchTo(context);
		error = CopyErrorData();
		FlushErrorState();
		end(true, context, owner);
	}
	PG_END_TRY();

	/* a cancelled statement is; who catches that expects the subtransaction that he began */
	if (error != NULL && ERRCODE_TO_CATEGORY(error->sqlerrcode) == ERRCODE_OPERATOR_INTERVENTION)
		ReThrowError(error);
	return error;
}
