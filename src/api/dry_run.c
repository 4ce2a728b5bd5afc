/*
 * dry_run.c - see dry_run.h.
 */
#include "postgres.h"

#include "api/dry_run.h"
#include "api/object.h"
#include "base/attempt.h"

/* A call whose work is undone. */
typedef struct DryRun
{
	FunctionCallInfo fcinfo;
	OrmWriteOptions options;
	OrmDryCall work;
	Datum result;
} DryRun;

/* Does the work. */
static void
run(void *argument)
{
	DryRun *dry_run = argument;

	dry_run->result = dry_run->work(dry_run->fcinfo, &dry_run->options);
}

Datum
orm_dry_run(FunctionCallInfo fcinfo, int n, OrmVerb verb, OrmDryCall work)
{
	DryRun dry_run = {.fcinfo = fcinfo, .work = work};
	ErrorData *error;

	dry_run.options = orm_write_options(orm_object_document(fcinfo, n, "options"), verb);
	if (!dry_run.options.dry_run)
		return work(fcinfo, &dry_run.options);
	error = orm_attempt(run, &dry_run, ORM_ATTEMPT_UNDO);
	if (error != NULL)
		ReThrowError(error);
	return dry_run.result;
}
