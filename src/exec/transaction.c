/*
 * transaction.c - see transaction.h.
 */
#include "postgres.h"

#include "access/xact.h"
#include "executor/spi.h"
#include "nodes/parsenodes.h"
#include "nodes/plannodes.h"
#include "tcop/pquery.h"
#include "tcop/utility.h"
#include "utils/portal.h"
#include "utils/snapmgr.h"

#include "exec/transaction.h"

void
orm_transaction_check(FunctionCallInfo fcinfo)
{
	const CallContext *call = fcinfo->context != NULL && IsA(fcinfo->context, CallContext)
		? (CallContext *) fcinfo->context
		: NULL;

	if (call == NULL || call->atomic || SPI_inside_nonatomic_context())
		ereport(ERROR, errcode(ERRCODE_ACTIVE_SQL_TRANSACTION),
				errmsg("orm.run_migration cannot run inside a transaction block, function or other procedure"),
				errhint("CALL it by itself, in autocommit; or run the statements of orm.migration_next."));
}

/* Snapshots of the portal, and the one of orm_transaction_next, are no longer needed. */
static void
forget_snapshots(void)
{
	if (ActivePortal != NULL && ActivePortal->portalSnapshot != NULL)
		ForgetPortalSnapshots();
	while (ActiveSnapshotSet())
		PopActiveSnapshot();
}

void
orm_transaction_next(void)
{
	forget_snapshots();
	CommitTransactionCommand();
	StartTransactionCommand();
	PushActiveSnapshot(GetTransactionSnapshot());
}

void
orm_transaction_again(void)
{
	if (ActivePortal != NULL)
		ActivePortal->portalSnapshot = NULL;
	AbortCurrentTransaction();
	StartTransactionCommand();
	PushActiveSnapshot(GetTransactionSnapshot());
}

void
orm_transaction_end(void)
{
	forget_snapshots();
	EnsurePortalSnapshotExists();
}

void
orm_transaction_process(Node *statement, const char *sql)
{
	PlannedStmt *planned = makeNode(PlannedStmt);

	planned->commandType = CMD_UTILITY;
	planned->utilityStmt = statement;
	planned->stmt_location = -1;
	ProcessUtility(planned, sql, false, PROCESS_UTILITY_TOPLEVEL, NULL, NULL, None_Receiver, NULL);
	if (!ActiveSnapshotSet())
		PushActiveSnapshot(GetTransactionSnapshot());
}
