/*
 * conflict_key.c - choosing the conflict target; see conflict_key.h.
 */
#include "postgres.h"

#include "utils/builtins.h"

#include "exec/access.h"
#include "exec/keyset.h"
#include "model/key.h"
#include "store/conflict_key.h"
#include "store/record_error.h"
#include "store/lookup.h"
#include "store/upsert.h"

/* Stores the unique keys of a model, the primary key first; returns their number. */
static int
unique_keys(const OrmModel *model, const OrmKey ***keys)
{
	int n = 0;

	*keys = palloc(sizeof(OrmKey *) * (model->nunique + 1));
	if (model->primary_key != NULL)
		(*keys)[n++] = model->primary_key;
	for (int i = 0; i < model->nunique; i++)
		if (&model->unique[i] != model->primary_key)
			(*keys)[n++] = &model->unique[i];
	return n;
}

/* Appends the attributes of a key as an array: ARRAY['email'] */
static void
append_key(StringInfo out, const OrmModel *model, const OrmKey *key)
{
	appendStringInfoString(out, "ARRAY[");
	for (int i = 0; i < key->nattributes; i++)
		appendStringInfo(out, "%s%s", i ? ", " : "", quote_literal_cstr(model->attributes[key->attributes[i]].name));
	appendStringInfoChar(out, ']');
}

/* Lists the keys that a record gives (record NULL: all keys), for a hint. */
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

/* Does a key consist of exactly the attributes of these names? */
static bool
key_has_names(const OrmModel *model, const OrmKey *key, int n, char *const *names)
{
	for (int i = 0; i < key->nattributes; i++)
	{
		bool found = false;

		for (int j = 0; j < n; j++)
			if (strcmp(model->attributes[key->attributes[i]].name, names[j]) == 0)
				found = true;
		if (!found)
			return false;
	}
	return key->nattributes == n;
}

static const OrmKey *
named_key(const OrmModel *model, const OrmKey **keys, int nkeys, int n, char *const *names)
{
	OrmPath place = orm_path_key(NULL, "conflict_on");

	for (int i = 0; i < n; i++)
		if (orm_model_attribute(model, names[i], strlen(names[i])) < 0)
			orm_model_no_attribute(model, names[i], &place);
	for (int i = 0; i < nkeys; i++)
		if (key_has_names(model, keys[i], n, names))
			return keys[i];
	ereport(ERROR, errcode(ERRCODE_INVALID_COLUMN_REFERENCE),
			errmsg("no unique key of model \"%s\" matches conflict_on", model->name),
			nkeys > 0 ? errhint("Its unique keys are: %s.", list_keys(model, keys, nkeys, NULL))
					  : errhint("It has no unique key."));
	return NULL;
}

/* Raises 22004 unless the record gives the key that conflict_on names. */
static void
demand_key(const OrmModel *model, const OrmRecord *record, const OrmKey *key)
{
	OrmPath room;

	for (int i = 0; i < key->nattributes; i++)
		if (!record->given[key->attributes[i]] || (record->isnull[key->attributes[i]] && !key->nulls_equal))
			ereport(ERROR, errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					errmsg("attribute \"%s\" of conflict_on is not given", model->attributes[key->attributes[i]].name),
					orm_error_place(orm_record_place(record, &room)));
}

/* The only unique key, with or without a generated column, that a record gives; NULL if it gives none. */
static const OrmKey *
only_key_of(const OrmModel *model, const OrmKey **keys, int nkeys, const OrmRecord *record, bool generated)
{
	const OrmKey *found = NULL;
	OrmPath room;

	for (int i = 0; i < nkeys; i++)
	{
		if (!orm_record_has_key(record, keys[i]) || orm_key_is_generated(model, keys[i]) != generated)
			continue;
		if (found != NULL)
			ereport(ERROR, errcode(ERRCODE_INVALID_COLUMN_REFERENCE),
					errmsg("conflict target for model \"%s\" is ambiguous", model->name),
					orm_error_place(orm_record_place(record, &room)),
					orm_path_is_nested(record->place)
						? errhint("Give one of them alone.")
						: errhint("Choose one: conflict_on => %s.", list_keys(model, keys, nkeys, record)));
		found = keys[i];
	}
	return found;
}

/*
 * The only unique key that a record gives; NULL if it gives none and is new.  A
 * key with generated columns identifies the row only if no other key does.
 */
static const OrmKey *
only_key(const OrmModel *model, const OrmKey **keys, int nkeys, const OrmRecord *record)
{
	const OrmKey *found = only_key_of(model, keys, nkeys, record, false);

	return found != NULL ? found : only_key_of(model, keys, nkeys, record, true);
}

const OrmKey *
orm_conflict_key_only(const OrmModel *model, const OrmRecord *record)
{
	const OrmKey **keys;
	int nkeys = unique_keys(model, &keys);
	const OrmKey *only = only_key(model, keys, nkeys, record);

	pfree(keys);
	return only;
}

const OrmKey *
orm_conflict_key_of(const OrmModel *model, const OrmRecord *record, int nconflict_on, char *const *conflict_on)
{
	const OrmKey **keys;
	int nkeys = unique_keys(model, &keys);
	const OrmKey *key = nconflict_on == 0 ? only_key(model, keys, nkeys, record)
										  : named_key(model, keys, nkeys, nconflict_on, conflict_on);

	pfree(keys);
	return key != NULL && orm_record_has_key(record, key) ? key : NULL;
}

/* The conflict target of a record: the named key (NULL: none), which it must give, else the only one that it gives. */
static const OrmKey *
decide_key(const OrmModel *model, const OrmKey **keys, int nkeys, const OrmKey *named, const OrmRecord *record)
{
	if (named == NULL)
		return only_key(model, keys, nkeys, record);
	demand_key(model, record, named);
	return named;
}

/* The key that conflict_on names; NULL without conflict_on. */
static const OrmKey *
named_key_if_any(const OrmModel *model, const OrmKey **keys, int nkeys, int n, char *const *names)
{
	return n == 0 ? NULL : named_key(model, keys, nkeys, n, names);
}

const OrmKey *
orm_conflict_key_decide(const OrmModel *model, const OrmRecord *record, int nconflict_on, char *const *conflict_on)
{
	const OrmKey **keys;
	int nkeys = unique_keys(model, &keys);
	const OrmKey *named = named_key_if_any(model, keys, nkeys, nconflict_on, conflict_on);

	return decide_key(model, keys, nkeys, named, record);
}

/* The first unique key, with or without a generated column, that a record gives; NULL if it gives none. */
static const OrmKey *
first_key_of(const OrmModel *model, const OrmKey **keys, int nkeys, const OrmRecord *record, bool generated)
{
	for (int i = 0; i < nkeys; i++)
		if (orm_record_has_key(record, keys[i]) && orm_key_is_generated(model, keys[i]) == generated)
			return keys[i];
	return NULL;
}

const OrmKey *
orm_conflict_key_first(const OrmModel *model, const OrmRecord *record)
{
	const OrmKey **keys;
	int nkeys = unique_keys(model, &keys);
	const OrmKey *first = first_key_of(model, keys, nkeys, record, false);

	if (first == NULL)
		first = first_key_of(model, keys, nkeys, record, true);
	pfree(keys);
	return first;
}

/* Is the record pending, and does it give the key? */
static bool
is_pending_with(const OrmRecord *record, const void *key)
{
	return !record->done && orm_record_has_key(record, key);
}

void
orm_conflict_key_read(const OrmBatch *batch, const OrmKey *key)
{
	const OrmKey **keys;
	int nkeys = unique_keys(batch->write->model, &keys);
	bool first = true;

	for (int i = 0; i < nkeys; i++)
	{
		OrmBatch others = {batch->write, NULL, 0};

		if (keys[i] != key)
			others = orm_batch_pick(batch, is_pending_with, keys[i]);
		if (others.n > 0 && first)
		{
			orm_lookup_read(batch, key);
			others = orm_batch_pick(&others, is_pending_with, keys[i]);
			first = false;
		}
		if (others.n > 0)
			orm_lookup_read(&others, keys[i]);
	}
	pfree(keys);
}

void
orm_conflict_key_missing(const OrmModel *model, const OrmPath *place)
{
	const OrmKey **keys;
	int nkeys = unique_keys(model, &keys);

	ereport(ERROR, errcode(ERRCODE_INVALID_COLUMN_REFERENCE),
			errmsg("a unique key of model \"%s\" is expected", model->name), orm_error_place(place),
			nkeys > 0 ? errhint("Its unique keys are: %s.", list_keys(model, keys, nkeys, NULL))
					  : errhint("It has none."));
}

/* Writes the records of a batch whose conflict target is "key"; keys[] is by record. */
static void
upsert_decided(const OrmBatch *batch, const OrmKey *const *keys, const OrmKey *key, OrmOnConflict on_conflict)
{
	OrmBatch decided = {batch->write, NULL, 0};

	decided.records = palloc_extended(sizeof(OrmRecord *) * Max(batch->n, 1), MCXT_ALLOC_HUGE);
	for (int i = 0; i < batch->n; i++)
		if (keys[i] == key)
			decided.records[decided.n++] = batch->records[i];
	orm_upsert_batch(&decided, key, on_conflict);
}

/* State of looking up the rows of records, to detect two records of one row. */
typedef struct Probes
{
	const OrmModel *model;
	OrmRecord *records;	 /* copies, which are only read by */
	OrmRecord **sources; /* the originals, by number of the copy */
	int n;
	bool *returning;	 /* by attribute: part of the primary key? */
	OrmKeySet *rows;	 /* primary keys of the rows found */
	OrmRecord **owners;	 /* first record of each row, by number in "rows" */
	OrmRecord *twins[2]; /* two records of one row, in document order; NULL: none found */
} Probes;

/* Takes a row that was found, with its primary key in table order; called in a per-row context. */
static void
take_found(void *argument, const OrmRecord *record, TupleTableSlot *slot)
{
	Probes *probes = argument;
	const OrmKey *key = probes->model->primary_key;
	Datum values[INDEX_MAX_KEYS];
	OrmRecord *source = probes->sources[record - probes->records];
	int count = orm_keyset_count(probes->rows);
	int number;
	bool isnull;

	for (int i = 0; i < key->nattributes; i++)
		values[i] = slot_getattr(slot, orm_record_column(probes->returning, key->attributes[i]), &isnull);
	number = orm_keyset_add(probes->rows, values);
	if (number == count)
		probes->owners[number] = source;
	else
	{
		bool before = source->index < probes->owners[number]->index;

		probes->twins[before ? 0 : 1] = source;
		probes->twins[before ? 1 : 0] = probes->owners[number];
	}
}

/* Finds the rows of the records whose conflict target is "key"; raises 21000 for two records of one row. */
static void
probe_key(Probes *probes, const OrmBatch *batch, const OrmKey *const *keys, const OrmKey *key)
{
	OrmWrite write = {
		.model = probes->model,
		.returning = probes->returning,
		.stored = take_found,
		.argument = probes,
	};
	OrmBatch found = {&write, NULL, 0};

	found.records = palloc_extended(sizeof(OrmRecord *) * batch->n, MCXT_ALLOC_HUGE);
	for (int i = 0; i < batch->n; i++)
	{
		if (keys[i] != key)
			continue;
		probes->sources[probes->n] = batch->records[i];
		probes->records[probes->n] = *batch->records[i];
		found.records[found.n++] = &probes->records[probes->n++];
	}
	orm_batch_lock_order(&found, key);
	if (found.n > 0)
		orm_lookup_read(&found, key);
	if (probes->twins[0] != NULL)
		orm_record_error_same_key(probes->model, probes->twins[0], probes->twins[1]);
}

/*
 * Raises 21000 if records with different conflict targets identify one row: the
 * result would depend on the order of the keys.  keys[] is by record.  Skipped
 * if the model has no primary key or the caller may not read it.
 */
static void
refuse_same_row(const OrmBatch *batch, const OrmKey *const *keys, const OrmKey **all, int nall)
{
	const OrmModel *model = batch->write->model;
	const OrmKey *first = NULL;
	bool several = false;
	Probes probes = {.model = model};
	const OrmType *types[INDEX_MAX_KEYS];

	for (int i = 0; i < batch->n; i++)
	{
		several = several || (first != NULL && keys[i] != NULL && keys[i] != first);
		first = keys[i] != NULL ? keys[i] : first;
	}
	if (!several || model->primary_key == NULL || !orm_access_may_read_key(model, model->primary_key))
		return;
	for (int i = 0; i < model->primary_key->nattributes; i++)
		types[i] = model->attributes[model->primary_key->attributes[i]].type;
	probes.records = palloc_extended(sizeof(OrmRecord) * batch->n, MCXT_ALLOC_HUGE);
	probes.sources = palloc_extended(sizeof(OrmRecord *) * batch->n, MCXT_ALLOC_HUGE);
	probes.owners = palloc_extended(sizeof(OrmRecord *) * batch->n, MCXT_ALLOC_HUGE);
	probes.returning = orm_key_flags(model, model->primary_key);
	probes.rows = orm_keyset_make(model->primary_key->nattributes, types);
	for (int i = 0; i < nall; i++)
		probe_key(&probes, batch, keys, all[i]);
}

void
orm_conflict_key_upsert(const OrmBatch *batch, int nconflict_on, char *const *conflict_on, OrmOnConflict on_conflict)
{
	const OrmModel *model = batch->write->model;
	const OrmKey **keys;
	int nkeys = unique_keys(model, &keys);
	const OrmKey **decisions = palloc_extended(sizeof(OrmKey *) * Max(batch->n, 1), MCXT_ALLOC_HUGE);
	const OrmKey *named = named_key_if_any(model, keys, nkeys, nconflict_on, conflict_on);

	for (int i = 0; i < batch->n; i++)
		decisions[i] = decide_key(model, keys, nkeys, named, batch->records[i]);
	if (named == NULL && on_conflict == ORM_CONFLICT_UPDATE)
		refuse_same_row(batch, decisions, keys, nkeys);
	for (int i = 0; i <= nkeys; i++)
		upsert_decided(batch, decisions, i < nkeys ? keys[i] : NULL, on_conflict);
}
