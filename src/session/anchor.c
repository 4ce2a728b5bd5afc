/*
 * anchor.c - the deferred trigger that flushes at COMMIT; see anchor.h.
 *
 * The table orm.anchor has one row and an AFTER INSERT constraint trigger,
 * DEFERRABLE INITIALLY DEFERRED and ENABLE ALWAYS.  An event for that row is
 * added to the server's queue of trigger events, as an INSERT of it would do,
 * but nothing is inserted: no transaction ID is assigned, and no row remains.
 */
#include "postgres.h"

#include "access/table.h"
#include "access/tableam.h"
#include "catalog/namespace.h"
#include "commands/trigger.h"
#include "executor/executor.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

#include "base/compat.h"
#include "session/anchor.h"

/* Reads the only row of the table into the slot. */
static void
read_row(Relation relation, TupleTableSlot *slot)
{
	Snapshot snapshot = RegisterSnapshot(GetLatestSnapshot());
	TableScanDesc scan = orm_table_beginscan(relation, snapshot);
	bool found = table_scan_getnextslot(scan, ForwardScanDirection, slot);

	if (found)
		ExecMaterializeSlot(slot);
	table_endscan(scan);
	UnregisterSnapshot(snapshot);
	if (!found)
		ereport(ERROR, errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE), errmsg("table orm.anchor is empty"),
				errhint("The unit of work needs its row: INSERT INTO orm.anchor DEFAULT VALUES."));
}

/* The lock is kept until the end of the transaction, since the row must not move before the event fires. */
void
orm_anchor_queue_event(void)
{
	Oid relid = get_relname_relid("anchor", get_namespace_oid("orm", false));
	Relation relation = table_open(relid, RowExclusiveLock);
	TupleTableSlot *slot = table_slot_create(relation, NULL);
	EState *executor = CreateExecutorState();
	ResultRelInfo *target = makeNode(ResultRelInfo);

	read_row(relation, slot);
	InitResultRelInfo(target, relation, 1, NULL, 0);
	AfterTriggerBeginQuery();
	ExecARInsertTriggers(executor, target, slot, NIL, NULL);
	AfterTriggerEndQuery(executor); /* runs it at once after SET CONSTRAINTS ALL IMMEDIATE */
	ExecResetTupleTable(executor->es_tupleTable, false);
	ExecCloseResultRelations(executor);
	ExecDropSingleTupleTableSlot(slot);
	FreeExecutorState(executor);
	table_close(relation, NoLock);
}
