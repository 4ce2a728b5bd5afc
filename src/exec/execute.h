/*
 * execute.h - running statements through SPI: statements of the plan cache, and DDL,
 * which is not cached.
 */
#ifndef ORM_EXEC_EXECUTE_H
#define ORM_EXEC_EXECUTE_H

#include "exec/plan.h"
#include "nodes/pg_list.h"
#include "tcop/dest.h"

typedef enum OrmExecution
{
	ORM_READ, /* read-only, under the snapshot of the call */
	ORM_WRITE /* under a new snapshot, followed by CommandCounterIncrement */
} OrmExecution;

/*
 * Runs a statement of the plan cache.  "limit" 0 means all rows.  "receiver" is an
 * OrmReceiver that gets each row, or NULL to discard the rows.  Returns the number of
 * rows processed.  Errors of the statement are not changed.
 */
extern uint64 orm_execute_plan(OrmPlan *plan, const Datum *values, const bool *isnull, OrmExecution access,
							   uint64 limit, DestReceiver *receiver);

/* The same for a statement that writes, over the transition tables of a trigger unless it is NULL. */
extern uint64 orm_execute_trigger_plan(OrmPlan *plan, const struct TriggerData *trigger, const Datum *values);

/* The total cost that the planner estimates for a statement of the plan cache with these values. */
extern double orm_execute_cost(const OrmPlan *plan, const Datum *values, const bool *isnull);

/*
 * Opens a read-only cursor for a SELECT of the plan cache, under the active snapshot, and
 * returns its name, palloc'd.  It stays open until the end of the transaction; the plan
 * need not stay pinned.
 */
extern char *orm_execute_open_cursor(OrmPlan *plan, const Datum *values, const bool *isnull);

/* Fetches rows of a cursor and returns their number.  Raises 34000 when it does not exist. */
extern uint64 orm_execute_fetch(const char *cursor, uint64 limit, DestReceiver *receiver);

/* Closes a cursor if it exists. */
extern void orm_execute_close_cursor(const char *cursor);

/* The output of EXPLAIN for a statement of the plan cache with these values; palloc'd. */
extern char *orm_execute_explain(OrmPlan *plan, const Datum *values, const bool *isnull);

/*
 * Runs one statement that is not cached, as DDL; returns the number of rows.  The text must be safe: it is run as it
 * is.
 */
extern uint64 orm_execute_statement(const char *sql);

/* A query for OIDs, for catalog functions without a C interface; its plan is kept. */
typedef struct OrmOidQuery
{
	const char *sql;
	struct _SPI_plan *plan; /* NULL: not prepared yet */
} OrmOidQuery;

/* The OIDs in the first column of a query's rows (List of Oid). */
extern List *orm_execute_oids(OrmOidQuery *query);

/*
 * The bigint that a query returns in the first column of its only row, and unless "text" is NULL the text
 * in the second one (NULL for null), palloc'd.  The query is read-only, and not cached.
 */
extern int64 orm_execute_count(const char *sql, char **text);

/*
 * All ORM_READ statements between begin and end use one snapshot: the active one, or a new
 * one pushed by begin if this transaction has written through the extension since the
 * active one was taken.  Every reading call is enclosed in such a pair; pairs can nest.
 * "pushed" is the result of begin.
 */
extern bool orm_execute_snapshot_begin(void);
extern void orm_execute_snapshot_end(bool pushed);

#endif
