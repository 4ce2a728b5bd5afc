/*
 * query.h - opening query documents, to be run (exec/run.h):
 *
 *     OrmQuery *query = orm_query_open(&request);
 *     Datum json = orm_run_all(query);
 *
 *     orm_query_close(query);
 *
 * open finds the compiled query by the shape of the request, or compiles it, opens all
 * models it depends on, puts its "settings" in force, and reads the values of all slots
 * except PARENTS.  The plan cache has an entry without a statement for the query, and one
 * for each of its statements.  An open query has a pin, released by close, which also
 * leaves its settings, in reverse order of opening, or by an error.
 */
#ifndef ORM_EXEC_QUERY_H
#define ORM_EXEC_QUERY_H

#include "exec/json.h"
#include "exec/plan.h"
#include "query/query.h"

/* A relationship of the objects of a level. */
typedef struct OrmBelow
{
	int level;		 /* number of the level of its objects */
	const char *key; /* ,"posts": */
	int key_length;
} OrmBelow;

/* The form of the rows of a level. */
typedef struct OrmLevelForm
{
	const OrmLevel *level;
	OrmJsonShape *shape;
	int width; /* number of columns used of a row */
	int nbelow;
	OrmBelow *below; /* a recursive level has itself first */
	int place;		 /* index in "below" of the parent level */
} OrmLevelForm;

/* The payload of a query's entry in the plan cache. */
typedef struct OrmPrepared
{
	MemoryContext context;
	uint64 serial; /* key of its statements, unique per compilation */
	const OrmCompiled *compiled;
	OrmLevelForm *forms; /* by level */
} OrmPrepared;

/* Number of the statement of PAGE's total. */
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
	bool from_cursor; /* PAGE: "after" or "before" is given, as "cursor" */
	OrmJson cursor;
	uint64 cursor_hash;
	uint64 nrows; /* of its statements so far (exec/limits.h) */
	int settings; /* level of its "settings", until close (base/local_settings.h); 0: none */
} OrmQuery;

/*
 * Fills in a request for a document and the members of a parameters' document
 * (NULL: none), in the current context.  Raises 22023 unless params is an object.
 */
extern void orm_query_request(OrmQueryRequest *request, OrmQueryVerb verb, const OrmModel *model,
							  const OrmDocument *document, const OrmDocument *params);

/* Opens a query; see above.  The request's documents must outlive it. */
extern OrmQuery *orm_query_open(const OrmQueryRequest *request);
extern void orm_query_close(OrmQuery *query);

/* The plan of one of the query's statements, pinned: of a level, by its number, or ORM_STATEMENT_TOTAL. */
extern OrmPlan *orm_query_plan(const OrmQuery *query, int number);

#endif
