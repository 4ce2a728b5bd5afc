/*
 * execute.h - running statements through SPI: those of the plan cache, and the
 * DDL that is not kept.
 */
#ifndef ORM_EXEC_EXECUTE_H
#define ORM_EXEC_EXECUTE_H

#include "exec/plan.h"
#include "nodes/pg_list.h"
#include "tcop/dest.h"

typedef enum OrmExecution
{
	ORM_READ, /* under the call's one snapshot, nothing may be written */
	ORM_WRITE /* a new snapshot, then the command counter moves on */
} OrmExecution;

/*
 * Runs a kept statement.  "limit" 0: all rows.  "receiver" NULL: rows are
 * thrown away; otherwise it is an OrmReceiver and gets each row.  Returns the
 * number of rows processed.  Errors of the statement pass through.
 */
extern uint64 orm_execute_plan(OrmPlan *plan, const Datum *values, const bool *isnull, OrmExecution access,
							   uint64 limit, DestReceiver *receiver);

/*
 * Opens a cursor for a kept SELECT, under the active snapshot and read-only,
 * and returns its name, palloc'd.  It lives as long as its transaction; the
 * plan need not stay pinned.
 */
extern char *orm_execute_open_cursor(OrmPlan *plan, const Datum *values, const bool *isnull);

/* The next rows of a cursor.  Raises 34000 when it is gone. */
extern uint64 orm_execute_fetch(const char *cursor, uint64 limit, DestReceiver *receiver);

/* Closes a cursor if it is there. */
extern void orm_execute_close_cursor(const char *cursor);

/* The output of EXPLAIN for a kept statement with these values; palloc'd. */
extern char *orm_execute_explain(OrmPlan *plan, const Datum *values, const bool *isnull);

/* Runs one statement that is not kept: DDL.  The text must be complete and checked. */
extern void orm_execute_statement(const char *sql);

/* The OIDs in the first column of a query's rows (List of Oid), for catalog functions without a C face. */
extern List *orm_execute_oids(const char *sql);

/*
 * All ORM_READ statements between begin and end see one snapshot: the
 * caller's, or a new one, which begin pushes, when this transaction has written
 * through the extension since the caller's was taken.  Every reading call is
 * enclosed in such a pair; pairs may nest.
 */
extern bool orm_execute_snapshot_begin(void);
extern void orm_execute_snapshot_end(bool pushed);

#endif
