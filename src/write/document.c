/*
 * document.c - writing whole documents: objects in, objects out.
 *
 * What is stored is written as JSON straight from the rows that come back.
 * They mostly come in the order of the document; where they do not, the pieces
 * are put in order at the end.
 */
#include "postgres.h"

#include "utils/builtins.h"
#include "utils/datum.h"

#include "exec/json.h"
#include "write/batch.h"

/* Where an object is in the buffer. */
typedef struct Span
{
	int			offset;
	int			length;			/* 0: it was not stored */
} Span;

typedef struct Collector
{
	StringInfoData json;
	OrmPlan    *shape;			/* keeps the shape */
	Span	   *spans;			/* by place in the array; NULL: a single object */
	int			n;
	int			stored;
	bool		in_order;		/* have they come in the order of the array? */
} Collector;

/* Makes the form of objects with the attributes of "returning". */
static OrmJsonShape *
make_shape(const OrmModel *model, const bool *returning)
{
	OrmJsonShape *shape = orm_json_shape_make(model->nattributes);

	for (int i = 0; i < model->nattributes; i++)
		if (returning[i])
			orm_json_shape_add(shape, model->attributes[i].name, model->attributes[i].type, shape->nmembers);
	return shape;
}

/* The form of objects, kept and pinned. */
static OrmPlan *
open_shape(const OrmModel *model, const bool *returning)
{
	OrmPlanKey	key;
	OrmPlan    *plan;
	MemoryContext caller;

	orm_plan_key_begin(&key, ORM_KIND_SHAPE, model->epoch);
	orm_plan_key_add_flags(&key, returning, model->nattributes);
	plan = orm_plan_find(&key);
	if (plan == NULL)
		plan = orm_plan_add(&key, NULL, 0, NULL, ORM_PLAN_GENERIC);
	if (orm_plan_payload(plan) == NULL)
	{
		caller = MemoryContextSwitchTo(orm_plan_context(plan));
		orm_plan_set_payload(plan, make_shape(model, returning));
		MemoryContextSwitchTo(caller);
	}
	return plan;
}

/* Takes a stored row; called in a per-row context. */
static void
collect(void *argument, const OrmRecord *record, TupleTableSlot *slot)
{
	Collector  *collector = argument;
	StringInfo	json = &collector->json;
	Span	   *span;

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
	collector->shape = open_shape(write->model, write->returning);
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

/* What is to come back of each row; NULL: nothing that the caller may read, or that is asked for. */
static const bool *
decide_returning(const OrmModel *model, const OrmWriteOptions *options)
{
	bool	   *returning;

	if (options->no_result)
		return NULL;
	returning = orm_write_readable(model);
	if (returning != NULL)
		return memchr(returning, 1, model->nattributes) ? returning : NULL;
	returning = palloc(sizeof(bool) * Max(model->nattributes, 1));
	memset(returning, true, model->nattributes);
	return returning;
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
typedef void (*Writer) (const OrmWrite *write, OrmRecord *records, int n);

static bool
run(Writer writer, OrmWrite *write, const OrmWriteOptions *options, OrmRecord *records, int n,
	bool array, Datum *result)
{
	Collector	collector;

	write->returning = decide_returning(write->model, options);
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

/* The unique keys of a model, the primary key first; returns how many. */
static int
unique_keys(const OrmModel *model, const OrmKey ***keys)
{
	int			n = 0;

	*keys = palloc(sizeof(OrmKey *) * (model->nunique + 1));
	if (model->primary_key != NULL)
		(*keys)[n++] = model->primary_key;
	for (int i = 0; i < model->nunique; i++)
		if (&model->unique[i] != model->primary_key)
			(*keys)[n++] = &model->unique[i];
	return n;
}

/* Appends a key as an array: ARRAY['email'] */
static void
append_key(StringInfo out, const OrmModel *model, const OrmKey *key)
{
	appendStringInfoString(out, "ARRAY[");
	for (int i = 0; i < key->nattributes; i++)
		appendStringInfo(out, "%s%s", i ? ", " : "",
						 quote_literal_cstr(model->attributes[key->attributes[i]].name));
	appendStringInfoChar(out, ']');
}

/* The texts of those keys for which a record has values (NULL: of all), for a hint. */
static char *
list_keys(const OrmModel *model, const OrmKey **keys, int nkeys, const OrmRecord *record)
{
	StringInfoData list;

	initStringInfo(&list);
	for (int i = 0; i < nkeys; i++)
		if (record == NULL || orm_record_has_key(record, keys[i]))
		{
			if (list.len > 0)
				appendStringInfoString(&list, record ? " or conflict_on => " : ", ");
			append_key(&list, model, keys[i]);
		}
	return list.data;
}

/* Does a key have exactly the attributes of these names? */
static bool
key_has_names(const OrmModel *model, const OrmKey *key, int n, char *const *names)
{
	for (int i = 0; i < key->nattributes; i++)
	{
		bool		found = false;

		for (int j = 0; j < n; j++)
			if (strcmp(model->attributes[key->attributes[i]].name, names[j]) == 0)
				found = true;
		if (!found)
			return false;
	}
	return key->nattributes == n;
}

/* The unique key that conflict_on names. */
static const OrmKey *
named_key(const OrmModel *model, const OrmKey **keys, int nkeys, int n, char *const *names)
{
	OrmPath		place = orm_path_key(NULL, "conflict_on");

	for (int i = 0; i < n; i++)
		if (orm_model_attribute(model, names[i], strlen(names[i])) < 0)
			orm_model_no_attribute(model, names[i], &place);
	for (int i = 0; i < nkeys; i++)
		if (key_has_names(model, keys[i], n, names))
			return keys[i];
	ereport(ERROR,
			errcode(ERRCODE_INVALID_COLUMN_REFERENCE),
			errmsg("conflict_on names no unique key of model \"%s\"", model->name),
			nkeys > 0
			? errhint("Its unique keys are: %s.", list_keys(model, keys, nkeys, NULL))
			: errhint("It has no unique key."));
	return NULL;
}

/* Raises unless the record has the key that was named. */
static void
demand_key(const OrmModel *model, const OrmRecord *record, const OrmKey *key)
{
	OrmPath		room;

	for (int i = 0; i < key->nattributes; i++)
		if (!record->given[key->attributes[i]] || record->isnull[key->attributes[i]])
			ereport(ERROR,
					errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					errmsg("attribute \"%s\" of conflict_on is not given",
						   model->attributes[key->attributes[i]].name),
					orm_error_place(orm_record_place(record, &room)));
}

/* The only unique key that a record has; NULL: it has none, and is new. */
static const OrmKey *
only_key(const OrmModel *model, const OrmKey **keys, int nkeys, const OrmRecord *record)
{
	const OrmKey *found = NULL;
	OrmPath		room;

	for (int i = 0; i < nkeys; i++)
	{
		if (!orm_record_has_key(record, keys[i]))
			continue;
		if (found != NULL)
			ereport(ERROR,
					errcode(ERRCODE_INVALID_COLUMN_REFERENCE),
					errmsg("more than one unique key of model \"%s\" could decide", model->name),
					orm_error_place(orm_record_place(record, &room)),
					errhint("Choose one: conflict_on => %s.", list_keys(model, keys, nkeys, record)));
		found = keys[i];
	}
	return found;
}

/* What upsert's writer must know besides. */
typedef struct Upsert
{
	OrmWrite	write;			/* must be first */
	int			nconflict_on;
	char	   *const *conflict_on;
} Upsert;

/* Which key decides for which record. */
typedef struct Decision
{
	const OrmRecord *records;
	const OrmKey **keys;		/* by record */
	const OrmKey *key;			/* the one looked for */
} Decision;

/* Does that key decide for this record? */
static bool
is_decided_by(const OrmRecord *record, const void *argument)
{
	const Decision *decision = argument;

	return decision->keys[record - decision->records] == decision->key;
}

/* Writes records by their unique keys, each by its own; those without one last. */
static void
write_by_unique_key(const OrmWrite *write, OrmRecord *records, int n)
{
	const Upsert *upsert = (const Upsert *) write;
	const OrmKey **keys;
	int			nkeys = unique_keys(write->model, &keys);
	OrmBatch	batch = orm_batch_make(write, records, n);
	Decision	decision = {records, palloc_extended(sizeof(OrmKey *) * Max(n, 1), MCXT_ALLOC_HUGE), NULL};
	const OrmKey *named = upsert->nconflict_on == 0 ? NULL
		: named_key(write->model, keys, nkeys, upsert->nconflict_on, upsert->conflict_on);

	for (int i = 0; i < n; i++)
	{
		if (named != NULL)
			demand_key(write->model, &records[i], named);
		decision.keys[i] = named ? named : only_key(write->model, keys, nkeys, &records[i]);
	}
	for (int i = 0; i <= nkeys; i++)
	{
		OrmBatch	decided;

		decision.key = i < nkeys ? keys[i] : NULL;
		decided = orm_batch_pick(&batch, is_decided_by, &decision);
		orm_batch_upsert(&decided, decision.key, write->on_conflict);
	}
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

bool
orm_write_document(const OrmModel *model, OrmVerb verb, const OrmDocument *document,
				   const OrmWriteOptions *options, int nconflict_on, char *const *conflict_on,
				   Datum *result)
{
	OrmJson		root = orm_document_root(document);
	bool		array = orm_json_kind(root) == ORM_JSON_ARRAY;
	int			n = array ? root.node->count : 1;
	OrmRecord  *records = orm_record_make(model, n);
	Upsert		upsert = {{.model = model, .on_conflict = options->on_conflict}, nconflict_on, conflict_on};

	if (verb == ORM_VERB_UPSERT && options->on_conflict == ORM_CONFLICT_ERROR)
		upsert.write.on_conflict = ORM_CONFLICT_UPDATE;
	if (array)
		orm_record_read_array(model, root, verb, records);
	else
		orm_record_read(model, root, NULL, verb, records);
	return run(writer_of(verb, options), &upsert.write, options, records, n, array, result);
}

/* Updates the only record, whose row must exist. */
static void
update_existing(const OrmWrite *write, OrmRecord *records, int n)
{
	bool		missing;

	orm_write_update(write, records, n, &missing);
	if (missing)
		orm_write_missing(write->model, records);
}

/* Is the value that a patch gives a key attribute the one the row has? */
static bool
same_value(const OrmModel *model, int attribute, Datum a, Datum b)
{
	OrmKey		key = {.nattributes = 1, .attributes = &attribute};
	const OrmType *type = model->attributes[attribute].type;
	OrmKeyOrder order;
	OrmRecord	record = {0};
	Datum	   *values;

	if (!orm_key_order_make(&order, model, &key))
		return datumIsEqual(a, b, type->by_value, type->length);
	values = palloc(sizeof(Datum) * model->nattributes);
	values[attribute] = a;
	record.values = values;
	return orm_key_order_compare(&order, &record, &b) == 0;
}

/* Puts the key into a record; a key attribute in the patch may only repeat it. */
static void
set_key(const OrmModel *model, const Datum *key, OrmRecord *record)
{
	for (int i = 0; i < model->primary_key->nattributes; i++)
	{
		int			attribute = model->primary_key->attributes[i];
		OrmPath		here = orm_path_key(NULL, model->attributes[attribute].name);

		if (record->given[attribute] && !same_value(model, attribute, record->values[attribute], key[i]))
			ereport(ERROR,
					errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					errmsg("key attribute \"%s\" of model \"%s\" cannot be changed",
						   model->attributes[attribute].name, model->name),
					orm_error_place(&here),
					errhint("The key says which object is meant; update never changes it."));
		record->given[attribute] = true;
		record->isnull[attribute] = false;
		record->values[attribute] = key[i];
	}
}

bool
orm_write_patch(const OrmModel *model, const Datum *key, const OrmDocument *patch,
				const OrmWriteOptions *options, Datum *result)
{
	OrmRecord  *record = orm_record_make(model, 1);
	OrmWrite	write = {.model = model};

	orm_record_read(model, orm_document_root(patch), NULL, ORM_VERB_UPDATE, record);
	if (key == NULL)
		orm_write_missing(model, NULL);
	set_key(model, key, record);
	return run(update_existing, &write, options, record, 1, false, result);
}
