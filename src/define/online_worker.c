/*
 * online_worker.c - see online_worker.h.
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/pg_authid.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "postmaster/bgworker.h"
#include "postmaster/interrupt.h"
#include "storage/lmgr.h"
#include "tcop/tcopprot.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"
#include "access/htup_details.h"

#include "base/compat.h"
#include "define/online_run.h"
#include "define/online_worker.h"
#include "registry/history.h"

/* What a worker is told. */
typedef struct WorkerTask
{
	int64 id;
	Oid database;
	Oid role;
	TransactionId planning; /* the transaction that has planned */
} WorkerTask;

StaticAssertDecl(sizeof(WorkerTask) <= BGW_EXTRALEN, "the task of a worker does not fit");

extern PGDLLEXPORT void orm_online_worker_main(Datum argument);

void
orm_online_worker_check(void)
{
	HeapTuple tuple = SearchSysCache1(AUTHOID, ObjectIdGetDatum(GetUserId()));
	bool login = HeapTupleIsValid(tuple) && ((Form_pg_authid) GETSTRUCT(tuple))->rolcanlogin;

	if (HeapTupleIsValid(tuple))
		ReleaseSysCache(tuple);
	if (!login && ORM_WORKER_FLAGS == 0)
		ereport(ERROR, errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				errmsg("role \"%s\" cannot log in, so no background worker can run as it",
					   GetUserNameFromId(GetUserId(), false)),
				errhint("Plan without \"background\", and CALL orm.run_migration."));
}

void
orm_online_worker_start(int64 id)
{
	WorkerTask task = {id, MyDatabaseId, GetUserId(), GetTopTransactionId()};
	BackgroundWorker worker;

	memset(&worker, 0, sizeof(worker));
	worker.bgw_flags = BGWORKER_SHMEM_ACCESS | BGWORKER_BACKEND_DATABASE_CONNECTION;
	worker.bgw_start_time = BgWorkerStart_RecoveryFinished;
	worker.bgw_restart_time = BGW_NEVER_RESTART;
	snprintf(worker.bgw_library_name, BGW_MAXLEN, "orm");
	snprintf(worker.bgw_function_name, BGW_MAXLEN, "orm_online_worker_main");
	snprintf(worker.bgw_name, BGW_MAXLEN, "orm migration " INT64_FORMAT, id);
	snprintf(worker.bgw_type, BGW_MAXLEN, "orm migration");
	memcpy(worker.bgw_extra, &task, sizeof(task));
	if (!RegisterDynamicBackgroundWorker(&worker, NULL))
		ereport(ERROR, errcode(ERRCODE_INSUFFICIENT_RESOURCES), errmsg("no background worker is free"),
				errdetail("The server has %d, by max_worker_processes.", max_worker_processes),
				errhint("Plan without \"background\", and CALL orm.run_migration."));
}

/* Was the migration planned, or was that rolled back? */
static bool
is_planned(const WorkerTask *task)
{
	XactLockTableWait(task->planning, NULL, NULL, XLTW_None);
	return orm_history_find(task->id) != NULL;
}

void
orm_online_worker_main(Datum argument)
{
	WorkerTask task;
	MemoryContext context;

	memcpy(&task, MyBgworkerEntry->bgw_extra, sizeof(task));
	pqsignal(SIGTERM, die);
	BackgroundWorkerUnblockSignals();
	BackgroundWorkerInitializeConnectionByOid(task.database, task.role, ORM_WORKER_FLAGS);
	context = AllocSetContextCreate(TopMemoryContext, "orm online migration", ALLOCSET_DEFAULT_SIZES);
	pgstat_report_activity(STATE_RUNNING, psprintf("CALL orm.run_migration(" INT64_FORMAT ")", task.id));
	StartTransactionCommand();
	PushActiveSnapshot(GetTransactionSnapshot());
	if (is_planned(&task))
	{
		PopActiveSnapshot(); /* of a time before the plan */
		PushActiveSnapshot(GetTransactionSnapshot());
		MemoryContextSwitchTo(context);
		orm_online_run(task.id);
	}
	PopActiveSnapshot();
	CommitTransactionCommand();
	pgstat_report_activity(STATE_IDLE, NULL);
}
