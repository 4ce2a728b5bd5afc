/*
 * document.c - writing whole documents: objects in, objects out.
 *
 * What is stored is written as JSON straight from the rows that come back.
 * They mostly come in the order of the document; where they do not, the pieces
 * are put in order at the end.
 */
#include "postgres.h"

#include "exec/access.h"
#include "exec/json.h"
#include "exec/object_shape.h"
#include "graph/graph.h"
#include "store/batch.h"
#include "store/conflict_key.h"

/* Where an object is in the buffer. */
typedef struct Span
{
	int offset;
	int length; /* 0: it was not stored */
} Span;

typedef struct Collector
{
	StringInfoData json;
	OrmPlan *shape; /* keeps the shape */
	Span *spans;	/* by place in the array; NULL: a single object */
	int n;
	int stored;
	bool in_order; /* have they come in the order of the array? */
} Collector;

/* Takes a stored row; called in a per-row context. */
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

/* Begins collecting the objects of a write; "n" negative: there is but one, in no array. */
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

/* Puts the objects in the order of the array. */
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

/* Ends collecting; false when there is nothing to return. */
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


/* What comes back where the caller may read nothing: objects without attributes. */
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

/* Does a write and collects what it stored. */
typedef void (*Writer)(const OrmWrite *write, OrmRecord *records, int n);

static bool
run(Writer writer, OrmWrite *write, const OrmWriteOptions *options, OrmRecord *records, int n, bool array,
	Datum *result)
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

/* What upsert's writer must know besides. */
typedef struct Upsert
{
	OrmWrite write; /* must be first */
	int nconflict_on;
	char *const *conflict_on;
} Upsert;

/* Writes records by their unique keys. */
static void
write_by_unique_key(const OrmWrite *write, OrmRecord *records, int n)
{
	const Upsert *upsert = (const Upsert *) write;
	OrmBatch batch = orm_batch_make(write, records, n);

	orm_unique_upsert(&batch, upsert->nconflict_on, upsert->conflict_on, write->on_conflict);
}

/* Which function writes, for a verb and its options. */
static Writer
writer_of(OrmVerb verb, const OrmWriteOptions *options)
{
	if (verb == ORM_VERB_SAVE)
		return orm_write_save;
	if (verb == ORM_VERB_UPSERT || options->on_conflict == ORM_CONFLICT_UPDATE)
		return write_by_unique_key;
	return orm_write_insert;
}

/* Is something asked of the objects that only a graph's know? */
static bool
needs_graph(const OrmWriteOptions *options)
{
	return options->action || options->query.node != NULL;
}

bool
orm_write_document(const OrmModel *model, OrmVerb verb, const OrmDocument *document, const OrmWriteOptions *options,
				   int nconflict_on, char *const *conflict_on, Datum *result)
{
	OrmJson root = orm_document_root(document);
	bool array = orm_json_kind(root) == ORM_JSON_ARRAY;
	int n = array ? root.node->count : 1;
	OrmRecord *records = orm_record_make(model, n);
	Upsert upsert = {{.model = model, .on_conflict = options->on_conflict}, nconflict_on, conflict_on};

	if (verb == ORM_VERB_UPSERT && options->on_conflict == ORM_CONFLICT_ERROR)
		upsert.write.on_conflict = ORM_CONFLICT_UPDATE;
	if (needs_graph(options) ||
		!(array ? orm_record_read_flat_array(model, root, verb, records)
				: orm_record_read_flat(model, root, NULL, verb, records)))
		return orm_graph_write(model, verb, NULL, document, options, nconflict_on, conflict_on, result);
	return run(writer_of(verb, options), &upsert.write, options, records, n, array, result);
}

/* Updates the only record, whose row must exist. */
static void
update_existing(const OrmWrite *write, OrmRecord *records, int n)
{
	bool missing;

	orm_write_update(write, records, n, &missing);
	if (missing)
		orm_write_missing(write->model, records);
}

void
orm_batch_set_key(const OrmModel *model, const Datum *key, OrmRecord *record)
{
	for (int i = 0; i < model->primary_key->nattributes; i++)
	{
		int attribute = model->primary_key->attributes[i];
		OrmPath here = orm_path_key(NULL, model->attributes[attribute].name);

		if (record->given[attribute] && !orm_batch_same_value(model, attribute, record->values[attribute], key[i]))
			ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					errmsg("key attribute \"%s\" of model \"%s\" cannot be changed", model->attributes[attribute].name,
						   model->name),
					orm_error_place(&here), errhint("The key says which object is meant; update never changes it."));
		record->given[attribute] = true;
		record->isnull[attribute] = false;
		record->values[attribute] = key[i];
	}
}

bool
orm_write_patch(const OrmModel *model, const Datum *key, const OrmDocument *patch, const OrmWriteOptions *options,
				Datum *result)
{
	OrmRecord *record = orm_record_make(model, 1);
	OrmWrite write = {.model = model};
	bool flat = orm_record_read_flat(model, orm_document_root(patch), NULL, ORM_VERB_UPDATE, record);

	if (key == NULL)
		orm_write_missing(model, NULL);
	if (needs_graph(options) || !flat)
		return orm_graph_write(model, ORM_VERB_UPDATE, key, patch, options, 0, NULL, result);
	orm_batch_set_key(model, key, record);
	return run(update_existing, &write, options, record, 1, false, result);
}
