/*
 * limits.c - limits for queries; see limits.h.
 */
#include "postgres.h"

#include <float.h>

#include "utils/guc.h"

#include "base/error.h"
#include "exec/limits.h"
#include "exec/watch.h"

static int max_rows = 0;
static double max_cost = 0;

void
orm_limits_init(void)
{
	DefineCustomIntVariable("orm.max_rows", "How many rows a query may read or change.", "Zero allows any number.",
							&max_rows, 0, 0, PG_INT32_MAX, PGC_SUSET, 0, NULL, NULL, NULL);
	DefineCustomRealVariable("orm.max_cost", "How much a statement of a query may cost, as the planner estimates it.",
							 "Zero allows any cost.", &max_cost, 0, 0, DBL_MAX, PGC_SUSET, 0, NULL, NULL, NULL);
}

/* The place of a level in the document; NULL: the root. */
static const OrmPath *
level_place(const OrmQuery *query, int number)
{
	const OrmLevel *level = number > 0 ? query->compiled->levels[number] : NULL;
	OrmPath *steps;

	if (level == NULL)
		return query->request.place;
	steps = palloc(sizeof(OrmPath) * 2);
	steps[0] = orm_path_key(level_place(query, level->parent), "load");
	steps[1] = orm_path_key(&steps[0], level->name);
	return &steps[1];
}

/* "At load.posts. ", or nothing for the root. */
static const char *
place_text(const OrmQuery *query, int number)
{
	const OrmPath *place = level_place(query, number);

	return place != NULL ? psprintf("At %s. ", orm_path_text(place)) : "";
}

void
orm_limits_count(OrmQuery *query, int number, uint64 n)
{
	query->nrows += n;
	if (max_rows > 0 && query->nrows > (uint64) max_rows)
		ereport(ERROR, errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED), errmsg("query has too many rows"),
				errdetail_internal("%s%d rows are allowed.", place_text(query, number), max_rows),
				errhint("Give a lower \"limit\" or narrower conditions, or set \"orm.max_rows\" to allow more."));
}

void
orm_limits_check_cost(const OrmQuery *query, int number, const OrmPlan *plan)
{
	const Datum *values = number == ORM_STATEMENT_TOTAL ? query->total_values : query->values[number];
	const bool *isnull = number == ORM_STATEMENT_TOTAL ? query->total_isnull : query->isnull[number];
	double cost;

	if (max_cost <= 0)
		return;
	cost = orm_execute_cost(plan, values, isnull);
	if (cost > max_cost)
		ereport(ERROR, errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED), errmsg("query is too expensive"),
				errdetail_internal("%sIts estimated cost is %.0f; %.0f is allowed.", place_text(query, number), cost,
								   max_cost),
				errhint("Give conditions that an index supports, or set \"orm.max_cost\" to allow more."));
}

/* The limit of a statement: enough rows to tell that they are too many. */
static uint64
row_limit(const OrmQuery *query, uint64 limit)
{
	uint64 most = (uint64) max_rows + 1 - query->nrows;

	Assert(max_rows == 0 || query->nrows <= (uint64) max_rows);
	return max_rows == 0 || (limit > 0 && limit < most) ? limit : most;
}

uint64
orm_limits_execute(OrmQuery *query, int number, OrmExecution access, uint64 limit, DestReceiver *receiver)
{
	const Datum *values = number == ORM_STATEMENT_TOTAL ? query->total_values : query->values[number];
	const bool *isnull = number == ORM_STATEMENT_TOTAL ? query->total_isnull : query->isnull[number];
	OrmPlan *plan = orm_query_plan(query, number);
	uint64 n;

	orm_limits_check_cost(query, number, plan);
	if (orm_watch_is_on())
		orm_watch_place(level_place(query, number));
	n = orm_execute_plan(plan, values, isnull, access, row_limit(query, limit), receiver);
	orm_plan_release(plan);
	orm_limits_count(query, number, n);
	return n;
}
