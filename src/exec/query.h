/*
 * query.h - opening query documents, to be run (exec/run.h):
 *
 *     OrmQuery *query = orm_query_open(&request);
 *     Datum json = orm_run_all(query);
 *
 *     orm_query_close(query);
 *
 * open finds the compiled query by the shape of the request or compiles it
 * (both in the plan cache: an entry without a statement for the query, one for
 * each of its statements), opens all models it depends on, and reads the values
 * of all slots that are known before a statement runs.  An open query holds a
 * pin; close releases it (last opened, first closed; an error does it as well).
 */
#ifndef ORM_EXEC_QUERY_H
#define ORM_EXEC_QUERY_H

#include "exec/json.h"
#include "exec/plan.h"
#include "query/query.h"

/* A relationship of the objects of a level. */
typedef struct OrmBelow
{
	int level;		 /* number of the level its objects are read by */
	const char *key; /* ,"posts": */
	int key_length;
} OrmBelow;

/* The form of the rows of a level, made once. */
typedef struct OrmLevelForm
{
	const OrmLevel *level;
	OrmJsonShape *shape;
	int width; /* so many columns of a row are looked at */
	int nbelow;
	OrmBelow *below; /* of a recursive level: itself first */
	int place;		 /* which of the parent level's relationships this is */
} OrmLevelForm;

/* The payload of a query's entry in the plan cache. */
typedef struct OrmPrepared
{
	MemoryContext context;
	uint64 serial; /* key of its statements; no two compilations share one */
	const OrmCompiled *compiled;
	OrmLevelForm *forms; /* by level */
} OrmPrepared;

/* Number of the statement of PAGE's total, behind those of the levels. */
#define ORM_STATEMENT_TOTAL (-1)

typedef struct OrmQuery
{
	OrmQueryRequest request;
	OrmPlanKey key;
	OrmShape shape;
	OrmPlan *plan;
	const OrmPrepared *prepared;
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

/* The plan of one of the query's statements, pinned: of a level, by its number, or ORM_STATEMENT_TOTAL. */
extern OrmPlan *orm_query_plan(const OrmQuery *query, int number);

#endif
