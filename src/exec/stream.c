/*
 * stream.c - reading the objects of a query one at a time; see stream.h.
 *
 * The root is read through a cursor in batches.  The graph of a batch is read and its
 * objects are written into one buffer; each call returns the next object.  Memory is that
 * of one batch, which has fewer objects if they are large.
 *
 * Between calls only the cursor and the snapshot are held.  Pins cannot be, as they are
 * released in reverse order, and calls of two streams can alternate.  Each batch opens the
 * query again, which usually hits the plan cache.
 *
 * The snapshot is registered with the resource owner of the calling query, which releases
 * it on abort; at the end of the query, the stream is closed.
 */
#include "postgres.h"

#include "utils/memutils.h"
#include "utils/resowner.h"
#include "utils/snapmgr.h"

#include "exec/assemble.h"
#include "exec/execute.h"
#include "exec/limits.h"
#include "exec/loader.h"
#include "exec/query.h"
#include "exec/stream.h"

#define FIRST_BATCH 50
#define LARGEST_BATCH 1000

/* A batch with more text than this is followed by a smaller one. */
#define LARGE_TEXT (4 * 1024 * 1024)

struct OrmStream
{
	OrmQueryRequest request;
	MemoryContext batch; /* everything of the batch */
	char *cursor;		 /* NULL: closed */
	char *root;			 /* text of the root's statement */
	Snapshot snapshot;
	ResourceOwner owner;
	uint64 nrows;		 /* read so far (exec/limits.h) */
	int size;			 /* of the next batch */
	StringInfoData text; /* concatenated objects of the batch */
	int nobjects;
	int next;
	int *ends; /* end of each object in the text */
};

/* Raises 0A000 for a query with "lock": rows would be locked later than the snapshot of the other data. */
static void
check_lock(const OrmQuery *query)
{
	OrmPath place = orm_path_key(NULL, "lock");

	if (query->compiled->lock)
		ereport(ERROR, errcode(ERRCODE_FEATURE_NOT_SUPPORTED), errmsg("cannot lock objects that are read one by one"),
				orm_error_place(&place), errhint("Use orm.all to lock objects."));
}

/* Opens the cursor of the root, and registers the snapshot. */
static void
open_cursor(OrmStream *stream, MemoryContext context)
{
	MemoryContext caller = MemoryContextSwitchTo(stream->batch);
	OrmQuery *query = orm_query_open(&stream->request);
	OrmPlan *plan;
	char *cursor;

	check_lock(query);
	plan = orm_query_plan(query, 0);
	orm_limits_check_cost(query, 0, plan);
	cursor = orm_execute_open_cursor(plan, query->values[0], query->isnull[0]);
	orm_plan_release(plan);
	stream->root = MemoryContextStrdup(context, query->compiled->levels[0]->statement.sql);
	stream->cursor = MemoryContextStrdup(context, cursor);
	orm_query_close(query);
	MemoryContextSwitchTo(caller);
	MemoryContextReset(stream->batch);
}

OrmStream *
orm_stream_open(const OrmQueryRequest *request, MemoryContext context)
{
	OrmStream *stream = MemoryContextAllocZero(context, sizeof(OrmStream));
	bool pushed = orm_execute_snapshot_begin();

	stream->request = *request;
	stream->batch = AllocSetContextCreate(context, "orm batch", ALLOCSET_DEFAULT_SIZES);
	stream->size = FIRST_BATCH;
	/* a copy, as the owner of the active snapshot may change its command ID */
	PushCopiedSnapshot(GetActiveSnapshot());
	open_cursor(stream, context);
	stream->owner = CurrentResourceOwner;
	stream->snapshot = RegisterSnapshotOnOwner(GetActiveSnapshot(), stream->owner);
	PopActiveSnapshot();
	orm_execute_snapshot_end(pushed);
	return stream;
}

void
orm_stream_close(OrmStream *stream)
{
	if (stream->cursor == NULL)
		return;
	orm_execute_close_cursor(stream->cursor);
	stream->cursor = NULL;
	UnregisterSnapshotFromOwner(stream->snapshot, stream->owner);
	MemoryContextDelete(stream->batch);
}

/* Passes a row of the cursor to the loader. */
static void
take_row(void *argument, TupleTableSlot *slot)
{
	orm_loader_take_root(argument, slot);
}

/* Raises an error when the root's statement has changed since the cursor was opened. */
static void
check_unchanged(const OrmStream *stream, const OrmQuery *query)
{
	if (strcmp(stream->root, query->compiled->levels[0]->statement.sql) != 0)
		ereport(ERROR, errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				errmsg("model \"%s\" was changed while its objects were read", stream->request.model->name));
}

/*
 * Fetches root objects from the cursor, and the levels below.  Fetches in several steps, to
 * stop early when objects are larger than those of the previous batch.
 */
static int
read_batch(OrmStream *stream, OrmQuery *query, OrmLoader *graph)
{
	const OrmQueryStatement *statement = &query->compiled->levels[0]->statement;
	OrmReceiver receiver;
	int n = 0;
	int got;
	int step;

	orm_receiver_init(&receiver, take_row, graph);
	orm_receiver_expect(&receiver.pub, statement->results, statement->nresults);
	do
	{
		step = Min(FIRST_BATCH, stream->size - n);
		got = (int) orm_execute_fetch(stream->cursor, step, &receiver.pub);
		n += got;
		orm_limits_count(query, 0, got);
	} while (got == step && n < stream->size && orm_loader_root_size(graph) < LARGE_TEXT);
	orm_loader_read_levels(graph);
	return n;
}

/* Writes the objects of a batch. */
static void
write_batch(OrmStream *stream, OrmLoader *graph, int n)
{
	stream->ends = palloc(sizeof(int) * Max(n, 1));
	initStringInfo(&stream->text);
	for (int i = 0; i < n; i++)
	{
		orm_assemble_write(graph, &stream->text, i, i + 1);
		stream->ends[i] = stream->text.len;
	}
	stream->nobjects = n;
	stream->next = 0;
	stream->size = stream->text.len < LARGE_TEXT ? Min(stream->size * 2, LARGEST_BATCH) : Max(stream->size / 2, 1);
}

/* Makes the next batch. */
static void
next_batch(OrmStream *stream)
{
	MemoryContext caller = CurrentMemoryContext;
	OrmQuery *query;
	OrmLoader *graph;

	MemoryContextReset(stream->batch);
	MemoryContextSwitchTo(stream->batch);
	PushActiveSnapshot(stream->snapshot);
	query = orm_query_open(&stream->request);
	check_unchanged(stream, query);
	graph = orm_loader_begin(query);
	query->nrows = stream->nrows;
	write_batch(stream, graph, read_batch(stream, query, graph));
	stream->nrows = query->nrows;
	orm_loader_end(graph);
	orm_query_close(query);
	PopActiveSnapshot();
	MemoryContextSwitchTo(caller);
}

bool
orm_stream_next(OrmStream *stream, Datum *json)
{
	StringInfoData out;
	int start;

	if (stream->cursor == NULL)
		return false;
	if (stream->next == stream->nobjects)
		next_batch(stream);
	if (stream->nobjects == 0)
	{
		orm_stream_close(stream);
		return false;
	}
	start = stream->next == 0 ? 0 : stream->ends[stream->next - 1];
	orm_json_begin(&out);
	orm_json_put(&out, stream->text.data + start, stream->ends[stream->next] - start);
	stream->next++;
	*json = orm_json_end(&out);
	return true;
}
