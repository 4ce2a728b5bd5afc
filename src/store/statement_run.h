/*
 * statement_run.h - running the statements of writes.
 */
#ifndef ORM_STORE_STATEMENT_RUN_H
#define ORM_STORE_STATEMENT_RUN_H

#include "store/statement.h"

/*
 * Runs a statement with the values of n records (one, unless "many"), with its
 * plan from the cache.  Rows go to the receiver, if any.  Returns the number of
 * rows processed.
 */
extern uint64 orm_statement_run(const OrmStatement *statement, OrmRecord *const *records, int n,
								DestReceiver *receiver);

#endif
