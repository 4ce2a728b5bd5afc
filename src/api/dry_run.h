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

#include "store/write.h"

/* The work of a call with its options, which are its own to add to; palloc's its result in the current context. */
typedef Datum (*OrmDryCall)(FunctionCallInfo fcinfo, OrmWriteOptions *options);

/* Reads the options of a verb from the n-th argument of a call, and does its work. */
extern Datum orm_dry_run(FunctionCallInfo fcinfo, int n, OrmVerb verb, OrmDryCall work);

#endif
