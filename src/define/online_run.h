/*
 * online_run.h - runs an online migration to its end, in transactions of its own.
 *
 *     for each step that is not done:
 *         "running" is written, and committed
 *         what an earlier attempt has left, an invalid index, is dropped
 *         the step is run, and "done" is written with it, and committed;
 *         of one that fills: for some rows at a time;
 *         of one that runs outside of transactions: "done" is written after it
 *
 * A step that does not get its lock in time is tried again, five times.  One that fails is "failed", with its
 * error, and the error is raised.  Whenever a runner dies, the next one goes on from there.
 */
#ifndef ORM_DEFINE_ONLINE_RUN_H
#define ORM_DEFINE_ONLINE_RUN_H

#include "postgres_ext.h"

/* The current memory context outlives transactions.  Raises what orm_online_open and the statements do. */
extern void orm_online_run(int64 id);

#endif
