/*
 * run.c - running open queries; see run.h.
 *
 * Objects without levels below are written directly into the result; others are graphs
 * (loader.h).
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"

#include "exec/assemble.h"
#include "exec/bind.h"
#include "exec/execute.h"
#include "exec/limits.h"
#include "exec/loader.h"
#include "exec/query.h"
#include "exec/run.h"
#include "query/cursor.h"

/* ---- Statements and snapshots ---- */

/* Runs the root's statement under the active snapshot; each row goes to the receiver. */
static uint64
run_root(OrmQuery *query, uint64 limit, DestReceiver *receiver)
{
	return orm_limits_execute(query, 0, query->compiled->lock ? ORM_WRITE : ORM_READ, limit, receiver);
}

/*
 * Reads a graph under one snapshot.  If the root's rows are locked, its statement may have
 * waited for other transactions, so the levels below use a new snapshot, which sees their
 * changes.
 */
static uint64
read_graph(OrmLoader *loader, bool lock, uint64 limit)
{
	bool pushed = lock ? false : orm_execute_snapshot_begin();
	uint64 n = orm_loader_read_root(loader, limit);

	if (lock)
	{
		PushActiveSnapshot(GetTransactionSnapshot());
		pushed = true;
	}
	orm_loader_read_levels(loader);
	orm_execute_snapshot_end(pushed);
	return n;
}

/* ---- Objects ---- */

/* State of writing objects into the result. */
typedef struct Plain
{
	StringInfo out;
	const OrmJsonShape *shape;
	bool found;
} Plain;

/* Writes a row as an object. */
static void
write_object(void *argument, TupleTableSlot *slot)
{
	Plain *plain = argument;

	if (plain->found)
		orm_json_put(plain->out, ",", 1);
	plain->found = true;
	orm_json_write_slot(plain->out, plain->shape, slot);
}

/* Appends the root's objects, separated by commas; returns their number. */
static uint64
write_objects(OrmQuery *query, StringInfo out, uint64 limit)
{
	uint64 n;

	if (query->compiled->nlevels == 1)
	{
		Plain plain = {.out = out, .shape = query->prepared->forms[0].shape};
		OrmReceiver receiver;
		bool pushed = query->compiled->lock ? false : orm_execute_snapshot_begin();

		n = run_root(query, limit, orm_receiver_init(&receiver, write_object, &plain));
		orm_execute_snapshot_end(pushed);
		MemoryContextDelete(receiver.per_row);
	}
	else
	{
		OrmLoader *loader = orm_loader_begin(query);

		n = read_graph(loader, query->compiled->lock, limit);
		orm_assemble_write(loader, out, 0, (int) n);
		orm_loader_end(loader);
	}
	return n;
}

Datum
orm_run_all(OrmQuery *query)
{
	StringInfoData out;

	orm_json_begin(&out);
	orm_json_put(&out, "[", 1);
	write_objects(query, &out, 0);
	orm_json_put(&out, "]", 1);
	return orm_json_end(&out);
}

bool
orm_run_first(OrmQuery *query, Datum *json)
{
	StringInfoData out;
	bool found;

	orm_json_begin(&out);
	found = write_objects(query, &out, 1) > 0;
	*json = orm_json_end(&out);
	return found;
}

/* Adds members to the last written object. */
static void
add_members(StringInfo out, const char *members)
{
	out->len--;
	if (out->data[out->len - 1] != '{')
		orm_json_put(out, ",", 1);
	orm_json_put(out, members, strlen(members));
	orm_json_put(out, "}", 1);
}

int
orm_run_wanted(OrmQuery *query, const OrmWanted *wanted, int n, StringInfo out)
{
	OrmLoader *loader = orm_loader_begin(query);
	int *groups = palloc_extended(sizeof(int) * Max(n, 1), MCXT_ALLOC_HUGE);
	int found = 0;

	PushActiveSnapshot(GetTransactionSnapshot());
	orm_loader_read_keys(loader, wanted, n, groups);
	orm_loader_read_levels(loader);
	PopActiveSnapshot();
	orm_assemble_reserve(loader, out);
	for (int i = 0; i < n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (i > 0)
			orm_json_put(out, ",", 1);
		if (!orm_assemble_keyed(loader, out, groups[i]))
			continue;
		found++;
		if (wanted[i].also != NULL)
			add_members(out, wanted[i].also);
	}
	orm_loader_end(loader);
	pfree(groups);
	return found;
}

void
orm_run_check_one(const OrmQuery *query, bool required, uint64 n)
{
	const char *model = query->request.model->name;

	if (n > 1)
		ereport(ERROR, errcode(ERRCODE_TOO_MANY_ROWS),
				errmsg("query returned more than one object of model \"%s\"", model),
				errhint("Use orm.first to get the first one, or orm.all to get all."));
	if (n == 0 && required)
		ereport(ERROR, errcode(ERRCODE_NO_DATA_FOUND), errmsg("query returned no object of model \"%s\"", model),
				errhint("Use orm.one_or_none to get null instead."));
}

bool
orm_run_one(OrmQuery *query, bool required, Datum *json)
{
	StringInfoData out;
	uint64 n;

	orm_json_begin(&out);
	n = write_objects(query, &out, 2);
	orm_run_check_one(query, required, n);
	*json = orm_json_end(&out);
	return n > 0;
}

/* ---- Pages ---- */

/* A loaded page. */
typedef struct OrmPage
{
	OrmQuery *query;
	OrmLoader *loader;
	int nitems;
	bool more; /* there is a further object in the direction of reading */
} OrmPage;

/* Receives a number. */
static void
take_number(void *argument, TupleTableSlot *slot)
{
	bool isnull;

	*(int64 *) argument = DatumGetInt64(slot_getattr(slot, 1, &isnull));
}

/* The number of objects on all pages. */
static int64
read_total(OrmQuery *query)
{
	OrmReceiver receiver;
	int64 total = 0;

	orm_limits_execute(query, ORM_STATEMENT_TOTAL, ORM_READ, 0, orm_receiver_init(&receiver, take_number, &total));
	return total;
}

/* Writes the cursor of an item, or null. */
static void
write_cursor(const OrmPage *page, StringInfo out, bool given, int row)
{
	const char *values;
	int length;
	char *cursor;

	if (!given)
	{
		orm_json_put(out, "null", 4);
		return;
	}
	values = orm_loader_cursor(page->loader, row, &length);
	cursor = orm_cursor_write(orm_bind_signature(page->query), values, length);
	orm_json_write_string(out, cursor, strlen(cursor));
}

/* Writes the cursor of the request, or null. */
static void
write_given_cursor(const OrmPage *page, StringInfo out, bool given)
{
	int length = 4;
	const char *text = given ? orm_json_source(page->query->cursor, &length) : "null";

	orm_json_put(out, text, length);
}

/* Writes the items in the order of the query, even if they were read backward. */
static void
write_items(const OrmPage *page, StringInfo out)
{
	orm_json_put(out, "{\"items\":[", 10);
	if (!page->query->request.backward)
		orm_assemble_write(page->loader, out, 0, page->nitems);
	else
		for (int i = page->nitems - 1; i >= 0; i--)
		{
			orm_assemble_write(page->loader, out, i, i + 1);
			if (i > 0)
				orm_json_put(out, ",", 1);
		}
	orm_json_put(out, "]", 1);
}

/*
 * Writes the cursors of the next and previous page.  Objects on the side of the request's
 * cursor are assumed to exist; a page without items returns that cursor.
 */
static void
write_neighbours(const OrmPage *page, StringInfo out)
{
	bool backward = page->query->request.backward;
	bool came = page->query->from_cursor;
	bool some = page->nitems > 0;
	int first = backward ? page->nitems - 1 : 0;
	int last = backward ? 0 : page->nitems - 1;

	orm_json_put(out, ",\"next\":", 8);
	if (!some && (backward || page->more))
		write_given_cursor(page, out, came);
	else
		write_cursor(page, out, some && (backward ? came : page->more), last);
	orm_json_put(out, ",\"previous\":", 12);
	if (!some && (!backward || page->more))
		write_given_cursor(page, out, came);
	else
		write_cursor(page, out, some && (backward ? page->more : came), first);
}

Datum
orm_run_page(OrmQuery *query)
{
	const OrmCompiled *compiled = query->compiled;
	bool pushed = orm_execute_snapshot_begin();
	OrmPage page = {.query = query, .loader = orm_loader_begin(query)};
	uint64 n = read_graph(page.loader, false, 0);
	int64 limit = compiled->limit_slot < 0 ? compiled->limit
										   : DatumGetInt64(query->values[0][compiled->limit_slot]) - 1;
	StringInfoData out;

	page.more = (int64) n > limit;
	page.nitems = page.more ? (int) limit : (int) n;
	orm_json_begin(&out);
	write_items(&page, &out);
	write_neighbours(&page, &out);
	if (compiled->total.sql != NULL)
	{
		char *total = psprintf(",\"total\":" INT64_FORMAT, read_total(query));

		orm_json_put(&out, total, strlen(total));
	}
	orm_json_put(&out, "}", 1);
	orm_execute_snapshot_end(pushed);
	orm_loader_end(page.loader);
	return orm_json_end(&out);
}

/* ---- Numbers ---- */

int64
orm_run_count(OrmQuery *query)
{
	bool pushed = orm_execute_snapshot_begin();
	OrmReceiver receiver;
	int64 count = 0;

	run_root(query, 0, orm_receiver_init(&receiver, take_number, &count));
	orm_execute_snapshot_end(pushed);
	return count;
}

/* Receives a boolean. */
static void
take_truth(void *argument, TupleTableSlot *slot)
{
	bool isnull;

	*(bool *) argument = DatumGetBool(slot_getattr(slot, 1, &isnull));
}

bool
orm_run_exists(OrmQuery *query)
{
	bool pushed = orm_execute_snapshot_begin();
	OrmReceiver receiver;
	bool exists = false;

	run_root(query, 1, orm_receiver_init(&receiver, take_truth, &exists));
	orm_execute_snapshot_end(pushed);
	return exists;
}

void
orm_run_check_expected(const OrmQuery *query, int64 n, int64 expect)
{
	if (expect >= 0 && n > expect)
		ereport(ERROR, errcode(ERRCODE_TOO_MANY_ROWS),
				errmsg("query found " INT64_FORMAT " objects of model \"%s\", but at most " INT64_FORMAT
					   " were expected",
					   n, query->request.model->name, expect),
				errdetail("Nothing was changed."));
}

int64
orm_run_change_rows(OrmQuery *query, int64 expect)
{
	int64 n = orm_limits_execute(query, 0, ORM_WRITE, 0, NULL);

	orm_run_check_expected(query, n, expect);
	return n;
}

void
orm_run_change_keys(OrmQuery *query, OrmRowFunction row, void *argument)
{
	OrmReceiver receiver;

	orm_limits_execute(query, 0, ORM_WRITE, 0, orm_receiver_init(&receiver, row, argument));
	MemoryContextDelete(receiver.per_row);
}

uint64
orm_run_rows(OrmQuery *query, uint64 limit, OrmRowFunction row, void *argument)
{
	bool pushed = query->compiled->lock ? false : orm_execute_snapshot_begin();
	OrmReceiver receiver;
	uint64 n = run_root(query, limit, orm_receiver_init(&receiver, row, argument));

	orm_execute_snapshot_end(pushed);
	return n;
}

/* ---- Looking at queries ---- */

List *
orm_run_statements(OrmQuery *query)
{
	List *statements = NIL;

	for (int i = 0; i < query->compiled->nlevels; i++)
		statements = lappend(statements, pstrdup(query->compiled->levels[i]->statement.sql));
	if (query->compiled->total.sql != NULL)
		statements = lappend(statements, pstrdup(query->compiled->total.sql));
	return statements;
}

/* The plan of one statement, without running it. */
static char *
explain(OrmQuery *query, int number, const Datum *values, const bool *isnull)
{
	OrmPlan *plan = orm_query_plan(query, number);
	char *text = orm_execute_explain(plan, values, isnull);

	orm_plan_release(plan);
	return text;
}

List *
orm_run_explain(OrmQuery *query)
{
	List *plans = NIL;

	if (query->compiled->nlevels == 1)
		plans = list_make1(explain(query, 0, query->values[0], query->isnull[0]));
	else
	{
		OrmLoader *loader = orm_loader_begin(query);

		orm_loader_explain(loader, &plans);
		read_graph(loader, query->compiled->lock, 0);
		orm_loader_end(loader);
	}
	if (query->compiled->total.sql != NULL)
		plans = lappend(plans, explain(query, ORM_STATEMENT_TOTAL, query->total_values, query->total_isnull));
	return plans;
}
