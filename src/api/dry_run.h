/*
 * dry_run.h - the option "dry_run" of every function that writes: it does all
 * that it would do, answers what it would answer, and undoes it.
 *
 * All happens in a subtransaction that is rolled back: triggers and checks run,
 * so the answer is the true one; sequences have moved on afterwards, as after
 * any rollback.
 */
#ifndef ORM_API_DRY_RUN_H
#define ORM_API_DRY_RUN_H

#include "fmgr.h"

#include "write/write.h"

/*
 * Does the work of a call, whose n-th argument are the options of a verb.  The
 * work palloc's its result in the context that is current when it is called.
 */
extern Datum orm_dry_run(FunctionCallInfo fcinfo, int n, OrmVerb verb, PGFunction work);

#endif
