/*
 * query.h - running query documents: what api/ and accessor/ call.
 *
 *     OrmQuery   *query = orm_query_open(&request);
 *     Datum       json = orm_query_all(query);
 *     orm_query_close(query);
 *
 * open finds the compiled query by the shape of the request or compiles it
 * (both in the plan cache: an entry without a statement for the query, one for
 * each of its statements), opens all models it depends on, and reads the values
 * of all slots that are known before a statement runs.  An open query holds a
 * pin; close releases it (last opened, first closed; an error does it as well).
 *
 * All statements of one run see one snapshot (exec/plan.h).  A query with
 * "lock" runs its root statement first, not read-only, and reads the rest under
 * a snapshot taken after the locks were got.
 *
 * Results are palloc'd in the context that was current when the function was
 * called.
 */
#ifndef ORM_EXEC_QUERY_H
#define ORM_EXEC_QUERY_H

#include "executor/tuptable.h"
#include "exec/plan.h"
#include "exec/receiver.h"
#include "query/query.h"

typedef struct OrmQuery
{
	OrmQueryRequest request;
	OrmPlanKey key;
	OrmShape shape;
	OrmPlan *plan;
	const struct OrmPrepared *prepared;
	const OrmCompiled *compiled;
	Datum **values; /* by level: of its statement's slots; PARENTS are not set */
	bool **isnull;
	Datum *total_values; /* PAGE with total */
	bool *total_isnull;
	bool from_cursor; /* PAGE: "after" or "before" says where from: */
	OrmJson cursor;
	uint64 cursor_hash;
} OrmQuery;

/*
 * Fills in a request for a document and the members of a parameters' document
 * (NULL: none), in the current context.  Raises 22023 unless params is an object.
 */
extern void orm_query_request(OrmQueryRequest *request, OrmQueryVerb verb, const OrmModel *model,
							  const OrmDocument *document, const OrmDocument *params);

/* Makes shape, cursor and values of the request; see above.  The request's documents must outlive the query. */
extern OrmQuery *orm_query_open(const OrmQueryRequest *request);
extern void orm_query_close(OrmQuery *query);

/*
 * Reads the values that stand in the documents of a request, as opening the
 * query that was compiled of it would, and raises what is wrong with them.
 */
extern void orm_query_check_values(const OrmQueryRequest *request, const OrmCompiled *compiled);

/* ALL, AGGREGATE: a JSON array. */
extern Datum orm_query_all(OrmQuery *query);

/* FIRST, GET: the object, or false when there is none. */
extern bool orm_query_first(OrmQuery *query, Datum *json);

/* An object that is asked for by its primary key. */
typedef struct OrmWanted
{
	const Datum *key; /* in key order; NULL: there is none, null stands in its place */
	const char *also; /* what it has besides, behind all else: "name":value; NULL: nothing */
} OrmWanted;

/*
 * KEYS: the objects with these keys, in their order, commas between them and
 * null where there is none; returns how many there were.  Always under a new
 * snapshot, which sees what was written before.
 */
extern int orm_query_wanted(OrmQuery *query, const OrmWanted *wanted, int n, StringInfo out);

/* ONE: raises P0003 for a second one and, when it is required, P0002 for none. */
extern bool orm_query_one(OrmQuery *query, bool required, Datum *json);

/* What that raises where n rows (two: or more) were found; for who reads them himself, with orm_query_rows. */
extern void orm_query_check_one(const OrmQuery *query, bool required, uint64 n);

/* PAGE: {"items": [...], "next": cursor, "previous": cursor, "total": n} */
extern Datum orm_query_page(OrmQuery *query);

extern int64 orm_query_count_rows(OrmQuery *query); /* COUNT */
extern bool orm_query_exists(OrmQuery *query);		/* EXISTS */

/*
 * UPDATE, DELETE: the number of rows; raises P0003 when there are more than
 * "expect" (negative: any number).  Not for a DELETE of a model whose objects
 * take others along:
 */
extern int64 orm_query_change_rows(OrmQuery *query, int64 expect);

/* DELETE of such a model: deletes nothing, but locks the rows and hands their keys, in key order, to the function. */
extern void orm_query_change_keys(OrmQuery *query, OrmRowFunction row, void *argument);

/* Raises P0003 when n rows are more than were expected. */
extern void orm_query_check_expected(const OrmQuery *query, int64 n, int64 expect);

/*
 * ROWS, and the others for who wants values instead of JSON: hands each row of
 * the root level to the function; loads are not read.  Returns their number.
 */
extern uint64 orm_query_rows(OrmQuery *query, uint64 limit, OrmRowFunction row, void *argument);

/* The texts of the statements, root first (List of char *). */
extern List *orm_query_statements(OrmQuery *query);

/* Runs the query and returns the plans of its statements, as EXPLAIN prints them (List of char *). */
extern List *orm_query_explain(OrmQuery *query);

/*
 * ALL, an object at a time: reads the root through a cursor, so many objects at
 * once, and their graphs.  All of it sees the snapshot of the beginning.  The
 * stream lives in "context" (of the call's query), and so must all that the
 * request points to; closing is needed only when it ends early.  Raises 0A000
 * for a query that locks, 34000 when the transaction that it was begun in is
 * over.
 */
typedef struct OrmStream OrmStream;

extern OrmStream *orm_stream_open(const OrmQueryRequest *request, MemoryContext context);
extern bool orm_stream_next(OrmStream *stream, Datum *json);
extern void orm_stream_close(OrmStream *stream);

#endif
