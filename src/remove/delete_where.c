/*
 * delete_where.c - see delete_where.h.
 */
#include "postgres.h"

#include "exec/run.h"
#include "remove/collect.h"
#include "remove/delete_where.h"

/* The rows found by a query. */
typedef struct FoundRows
{
	OrmDelete *delete;
	const OrmModel *model;
	int64 n;
} FoundRows;

/* Adds the key of a row that the query found and locked. */
static void
take_found(void *argument, TupleTableSlot *slot)
{
	FoundRows *found = argument;
	Datum key[INDEX_MAX_KEYS];

	found->n++;
	if (orm_collect_read_key(found->model, slot, key))
		orm_delete_add(found->delete, found->model, key);
}

/* Deletes the rows found by a query, and the rows that cascade from them. */
static int64
delete_found(OrmQuery *query, int64 expect, int flags)
{
	FoundRows found = {.delete = orm_delete_make(flags | ORM_DELETE_MAY_SKIP), .model = query->request.model};

	orm_run_change_keys(query, take_found, &found);
	orm_run_check_expected(query, found.n, expect);
	return orm_delete_run(found.delete);
}

int64
orm_delete_where_run(const OrmQueryRequest *request, int64 expect, int flags)
{
	bool collects = request->model->deletes_along || (flags & ORM_DELETE_HARD);
	OrmQueryRequest own = *request;
	OrmQuery *query;
	int64 n;

	own.unlocked = !orm_collect_may_lock(request->model);
	own.keys_only = collects;
	query = orm_query_open(&own);
	n = collects ? delete_found(query, expect, flags) : orm_run_change_rows(query, expect);
	orm_query_close(query);
	return n;
}
