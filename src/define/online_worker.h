/*
 * online_worker.h - online migrations that a background worker runs.
 *
 * The worker is started in the transaction that plans, waits for its end, and does what orm.run_migration does, as the
 * role that has planned.  Its errors are those of the steps, and in the log of the server.
 */
#ifndef ORM_DEFINE_ONLINE_WORKER_H
#define ORM_DEFINE_ONLINE_WORKER_H

#include "postgres_ext.h"

/* Raises 42501 where the current user cannot log in, so that no worker could (15 and 16). */
extern void orm_online_worker_check(void);

/* Starts a worker for the migration of that id.  Raises 53000 when none is free. */
extern void orm_online_worker_start(int64 id);

#endif
