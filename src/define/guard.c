/*
 * guard.c - work that must not make its statement fail.
 */
#include "postgres.h"

#include "base/attempt.h"
#include "define/guard.h"

bool
orm_guard_run(void (*work)(void *), void *argument, const char *what)
{
	ErrorData *error = orm_attempt(work, argument, ORM_ATTEMPT_KEEP);

	if (error != NULL)
		ereport(WARNING, errcode(error->sqlerrcode), errmsg("%s: %s", what, error->message),
				error->detail ? errdetail_internal("%s", error->detail) : 0,
				error->hint ? errhint("%s", error->hint) : 0);
	return error == NULL;
}
