/*
 * run.h - running open queries, a function for each verb.
 *
 * All statements of one run use one snapshot (exec/execute.h).  A query with "lock" runs
 * its root statement first, not read-only, and reads the other levels under a snapshot
 * taken after the rows are locked.
 *
 * Results are palloc'd in the memory context that is current at the call.
 */
#ifndef ORM_EXEC_RUN_H
#define ORM_EXEC_RUN_H

#include "exec/query.h"
#include "exec/receiver.h"

/* ALL, AGGREGATE: a JSON array. */
extern Datum orm_run_all(OrmQuery *query);

/* FIRST, GET: the object; false when there is none. */
extern bool orm_run_first(OrmQuery *query, Datum *json);

/* An object to be read by its primary key. */
typedef struct OrmWanted
{
	const Datum *key; /* in key order; NULL: write null */
	const char *also; /* additional members: "name":value; NULL: none */
} OrmWanted;

/*
 * KEYS: appends the objects with these keys in order, separated by commas, with null for
 * missing ones; returns the number of found objects.  Always under a new snapshot, which
 * sees earlier writes of the call.
 */
extern int orm_run_wanted(OrmQuery *query, const OrmWanted *wanted, int n, StringInfo out);

/* ONE: the object.  Raises P0003 for a second one and, if "required", P0002 for none; otherwise false for none. */
extern bool orm_run_one(OrmQuery *query, bool required, Datum *json);

/* Raises the errors of orm_run_one for the number of rows returned by orm_run_rows. */
extern void orm_run_check_one(const OrmQuery *query, bool required, uint64 n);

/* PAGE: {"items": [...], "next": cursor, "previous": cursor, "total": n} */
extern Datum orm_run_page(OrmQuery *query);

extern int64 orm_run_count(OrmQuery *query); /* COUNT */
extern bool orm_run_exists(OrmQuery *query); /* EXISTS */

/*
 * UPDATE, DELETE: the number of rows; raises P0003 when there are more than "expect"
 * (negative: any number).  For a DELETE of a model with ORM_CASCADE_DELETE see
 * orm_run_change_keys.
 */
extern int64 orm_run_change_rows(OrmQuery *query, int64 expect);

/*
 * keys_only, and DELETE of a model with ORM_CASCADE_DELETE: locks the rows and calls the function for each
 * key, without changing them.
 */
extern void orm_run_change_keys(OrmQuery *query, OrmRowFunction row, void *argument);

/* Raises P0003 when n is larger than "expect". */
extern void orm_run_check_expected(const OrmQuery *query, int64 n, int64 expect);

/*
 * ROWS, and other verbs for values instead of JSON: calls the function for each row of the
 * root level and returns their number.  Loads are not read.
 */
extern uint64 orm_run_rows(OrmQuery *query, uint64 limit, OrmRowFunction row, void *argument);

/* The texts of the statements, root first (List of char *). */
extern List *orm_run_statements(OrmQuery *query);

/* Runs the query and returns the EXPLAIN output of its statements (List of char *). */
extern List *orm_run_explain(OrmQuery *query);

#endif
