/*
 * run.h - running open queries, a function for each verb.
 *
 * All statements of one run see one snapshot (exec/plan.h).  A query with
 * "lock" runs its root statement first, not read-only, and reads the rest under
 * a snapshot taken after the locks were got.
 *
 * Results are palloc'd in the context that was current when the function was
 * called.
 */
#ifndef ORM_EXEC_RUN_H
#define ORM_EXEC_RUN_H

#include "exec/query.h"
#include "exec/receiver.h"

/* ALL, AGGREGATE: a JSON array. */
extern Datum orm_run_all(OrmQuery *query);

/* FIRST, GET: the object, or false when there is none. */
extern bool orm_run_first(OrmQuery *query, Datum *json);

/* An object that is asked for by its primary key. */
typedef struct OrmWanted
{
	const Datum *key; /* in key order; NULL: null is written in its place */
	const char *also; /* further members, after all others: "name":value; NULL: none */
} OrmWanted;

/*
 * KEYS: the objects with these keys, in their order, commas between them and
 * null where there is none; returns how many there were.  Always under a new
 * snapshot, which sees what was written before.
 */
extern int orm_run_wanted(OrmQuery *query, const OrmWanted *wanted, int n, StringInfo out);

/* ONE: raises P0003 for a second one and, when it is required, P0002 for none. */
extern bool orm_run_one(OrmQuery *query, bool required, Datum *json);

/* Raises the errors of orm_run_one for a number of rows (two: or more) that orm_run_rows has returned. */
extern void orm_run_check_one(const OrmQuery *query, bool required, uint64 n);

/* PAGE: {"items": [...], "next": cursor, "previous": cursor, "total": n} */
extern Datum orm_run_page(OrmQuery *query);

extern int64 orm_run_count(OrmQuery *query); /* COUNT */
extern bool orm_run_exists(OrmQuery *query); /* EXISTS */

/*
 * UPDATE, DELETE: the number of rows; raises P0003 when there are more than
 * "expect" (negative: any number).  Not for a DELETE of a model whose objects
 * take others along:
 */
extern int64 orm_run_change_rows(OrmQuery *query, int64 expect);

/* DELETE of such a model: deletes nothing, but locks the rows and hands their keys, in key order, to the function. */
extern void orm_run_change_keys(OrmQuery *query, OrmRowFunction row, void *argument);

/* Raises P0003 when n rows are more than were expected. */
extern void orm_run_check_expected(const OrmQuery *query, int64 n, int64 expect);

/*
 * ROWS, and the others for who wants values instead of JSON: hands each row of
 * the root level to the function; loads are not read.  Returns their number.
 */
extern uint64 orm_run_rows(OrmQuery *query, uint64 limit, OrmRowFunction row, void *argument);

/* The texts of the statements, root first (List of char *). */
extern List *orm_run_statements(OrmQuery *query);

/* Runs the query and returns the plans of its statements, as EXPLAIN prints them (List of char *). */
extern List *orm_run_explain(OrmQuery *query);

#endif
