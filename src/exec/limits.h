/*
 * limits.h - limits for the queries of documents from outside, and running their
 * statements under them:
 *
 *     orm.max_rows    how many rows all statements of a query may read or change; 0: any number
 *     orm.max_cost    the estimated cost of each of its statements; 0: any
 */
#ifndef ORM_EXEC_LIMITS_H
#define ORM_EXEC_LIMITS_H

#include "exec/execute.h"
#include "exec/query.h"

/* Defines the settings. */
extern void orm_limits_init(void);

/*
 * Runs one of the query's statements: of a level, by its number, or ORM_STATEMENT_TOTAL, as
 * orm_execute_plan does.  Raises 54000 with the place of the level before a statement that
 * costs too much, and after too many rows.
 */
extern uint64 orm_limits_execute(OrmQuery *query, int number, OrmExecution access, uint64 limit,
								 DestReceiver *receiver);

/* Raises 54000 for a statement that costs too much. */
extern void orm_limits_check_cost(const OrmQuery *query, int number, const OrmPlan *plan);

/* Adds rows of a level to those of the query; raises 54000 if they are too many. */
extern void orm_limits_count(OrmQuery *query, int number, uint64 n);

#endif
