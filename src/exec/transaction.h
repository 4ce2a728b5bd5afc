/*
 * transaction.h - transactions of a procedure that commits.
 *
 *     orm_transaction_check(fcinfo);    CALL at top level, outside of a transaction block
 *     orm_transaction_next();           commits; a new transaction, with a snapshot
 *     orm_transaction_process(stmt);    a statement that begins transactions of its own
 *     orm_transaction_again();          after an error was taken: rolls back
 *     orm_transaction_end();            before the procedure returns
 *
 * What is to outlive a transaction is in a memory context that the caller has: after a commit the current
 * one is the transaction's.  The same works in a background worker, which has no portal.
 */
#ifndef ORM_EXEC_TRANSACTION_H
#define ORM_EXEC_TRANSACTION_H

#include "fmgr.h"
#include "nodes/nodes.h"

/* Raises 25001 where a procedure cannot commit. */
extern void orm_transaction_check(FunctionCallInfo fcinfo);

extern void orm_transaction_next(void);
extern void orm_transaction_again(void);
extern void orm_transaction_end(void);

/* Runs a utility statement as the client's would run; the tree is in memory that outlives transactions. */
extern void orm_transaction_process(Node *statement, const char *sql);

#endif
