/*
 * online_step.h - steps of online migrations that run inside of a transaction.
 */
#ifndef ORM_DEFINE_ONLINE_STEP_H
#define ORM_DEFINE_ONLINE_STEP_H

#include "define/online.h"

/*
 * Runs a step, or some rows of one that fills, and writes what has become of it, in the current transaction: both or
 * nothing.  False: there is more of it to do.  Raises what the statement raises.
 */
extern bool orm_online_step_run(OrmMigrationStep *step, const List *models);

#endif
