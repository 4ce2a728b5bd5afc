/*
 * flat.c - writing objects without nested objects; see flat.h.
 *
 * Returned rows are converted to JSON directly from their slots.  They usually
 * come in document order; if not, the pieces are reordered at the end.
 */
#include "postgres.h"

#include "exec/access.h"
#include "exec/json.h"
#include "exec/object_shape.h"
#include "graph/flat.h"

/* Position of an object in the buffer. */
typedef struct Span
{
	int offset;
	int length; /* 0: not stored */
} Span;

typedef struct Collector
{
	StringInfoData json;
	OrmPlan *shape; /* plan whose payload is the object shape, pinned */
	Span *spans;	/* by position in the array; NULL: a single object */
	int n;
	int stored;
	bool in_order; /* were rows returned in array order? */
} Collector;

/* Receives a stored row; called in a per-row context. */
static void
collect(void *argument, const OrmRecord *record, TupleTableSlot *slot)
{
	Collector *collector = argument;
	StringInfo json = &collector->json;
	Span *span;

	if (collector->spans == NULL)
	{
		orm_json_write_slot(json, orm_plan_payload(collector->shape), slot);
		collector->stored++;
		return;
	}
	if (collector->stored > 0)
		appendStringInfoCharMacro(json, ',');
	span = &collector->spans[record->index];
	span->offset = json->len;
	orm_json_write_slot(json, orm_plan_payload(collector->shape), slot);
	span->length = json->len - span->offset;
	if (record->index != collector->stored)
		collector->in_order = false;
	collector->stored++;
}

/* Begins collecting the rows of a write; n < 0: a single object. */
static void
begin(Collector *collector, OrmWrite *write, int n)
{
	memset(collector, 0, sizeof(Collector));
	collector->shape = orm_object_shape_open(write->model, write->returning);
	collector->n = n;
	collector->in_order = true;
	orm_json_begin(&collector->json);
	if (n >= 0)
	{
		collector->spans = palloc0(sizeof(Span) * Max(n, 1));
		appendStringInfoChar(&collector->json, '[');
	}
	write->stored = collect;
	write->argument = collector;
}

/* Builds the array in the order of the records. */
static Datum
put_in_order(const Collector *collector)
{
	StringInfoData json;

	orm_json_begin(&json);
	enlargeStringInfo(&json, collector->json.len);
	appendStringInfoChar(&json, '[');
	for (int i = 0; i < collector->n; i++)
	{
		const Span *span = &collector->spans[i];

		if (i > 0)
			appendStringInfoCharMacro(&json, ',');
		if (span->length > 0)
			appendBinaryStringInfo(&json, collector->json.data + span->offset, span->length);
		else
			appendStringInfoString(&json, "null");
	}
	appendStringInfoChar(&json, ']');
	return orm_json_end(&json);
}

/* Ends collecting; false if there is nothing to return. */
static bool
end(Collector *collector, Datum *result)
{
	orm_plan_release(collector->shape);
	if (collector->spans == NULL)
	{
		*result = orm_json_end(&collector->json);
		return collector->stored > 0;
	}
	if (!collector->in_order || collector->stored < collector->n)
	{
		*result = put_in_order(collector);
		return true;
	}
	appendStringInfoChar(&collector->json, ']');
	*result = orm_json_end(&collector->json);
	return true;
}

/* The result if the caller may read no column: objects without attributes. */
static Datum
unreadable_objects(int n)
{
	StringInfoData json;

	orm_json_begin(&json);
	if (n < 0)
		appendStringInfoString(&json, "{}");
	else
	{
		appendStringInfoChar(&json, '[');
		for (int i = 0; i < n; i++)
			appendStringInfoString(&json, i > 0 ? ",{}" : "{}");
		appendStringInfoChar(&json, ']');
	}
	return orm_json_end(&json);
}

bool
orm_flat_write(OrmFlatWriter writer, OrmWrite *write, const OrmWriteOptions *options, OrmRecord *records, int n,
			   bool array, Datum *result)
{
	Collector collector;

	write->returning = options->no_result ? NULL : orm_access_returnable(write->model);
	if (write->returning == NULL)
	{
		writer(write, records, n);
		*result = options->no_result ? (Datum) 0 : unreadable_objects(array ? n : -1);
		return !options->no_result;
	}
	begin(&collector, write, array ? n : -1);
	writer(write, records, n);
	return end(&collector, result);
}
