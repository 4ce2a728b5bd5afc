/*
 * online_next.h - online migrations that a client runs, statement by statement:
 *
 *     SELECT sql FROM orm.migration_next(7) \gexec
 *
 * until there is none.  A step that runs inside of a transaction is a call of orm.run_migration_step, which runs it
 * and writes its state, both or nothing.  A step that runs outside is its own statement; the next call looks into the
 * catalogs whether it is done.  An index with expressions is made between statements that pin the settings by which
 * its text is read, and put them back.
 */
#ifndef ORM_DEFINE_ONLINE_NEXT_H
#define ORM_DEFINE_ONLINE_NEXT_H

#include "nodes/pg_list.h"

/* The statements of the next step (List of char *), and its number; NIL: all are done.  Raises as orm_online_open. */
extern List *orm_online_next_statements(int64 id, int *number);

/*
 * Runs a step, or some rows of one that fills, in this transaction; returns its state.  Raises 55000 for one that is
 * not the next one, or that runs outside of transactions.
 */
extern const char *orm_online_next_run(int64 id, int number);

#endif
