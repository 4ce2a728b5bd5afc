/*
 * conflict_key.c - choosing the conflict target; see conflict_key.h.
 */
#include "postgres.h"

#include "utils/builtins.h"

#include "exec/access.h"
#include "exec/keyset.h"
#include "model/key.h"
#include "model/position.h"
#include "store/arbiter.h"
#include "store/conflict_key.h"
#include "store/record_error.h"
#include "store/lookup.h"
#include "store/upsert.h"

/* The unique keys of a model. */
typedef struct Keys
{
	const OrmModel *model;
	int n;
	const OrmKey **keys;   /* the primary key first, those with terms last */
	OrmArbiter **arbiters; /* by key; NULL: not needed yet */
} Keys;

static Keys
open_keys(const OrmModel *model)
{
	Keys keys = {model, 0, palloc(sizeof(OrmKey *) * (model->nunique + model->nconditional + 1)), NULL};

	if (model->primary_key != NULL)
		keys.keys[keys.n++] = model->primary_key;
	for (int i = 0; i < model->nunique; i++)
		if (&model->unique[i] != model->primary_key && !orm_position_is_in_key(model, &model->unique[i]))
			keys.keys[keys.n++] = &model->unique[i];
	for (int i = 0; i < model->nconditional; i++)
		keys.keys[keys.n++] = &model->conditional[i];
	if (model->nconditional > 0)
		keys.arbiters = palloc0(sizeof(OrmArbiter *) * keys.n);
	return keys;
}

static void
close_keys(Keys *keys)
{
	for (int i = 0; keys->arbiters != NULL && i < keys->n; i++)
		if (keys->arbiters[i] != NULL)
			orm_arbiter_close(keys->arbiters[i]);
	if (keys->arbiters != NULL)
		pfree(keys->arbiters);
	pfree(keys->keys);
}

/* Does a record give the i-th key, so that it identifies a row? */
static bool
gives_key(const Keys *keys, int i, const OrmRecord *record)
{
	const OrmKey *key = keys->keys[i];

	if (!orm_record_has_key(record, key))
		return false;
	if (key->terms == NULL)
		return true;
	if (keys->arbiters[i] == NULL)
		keys->arbiters[i] = orm_arbiter_open(keys->model, key);
	return orm_arbiter_identifies(keys->arbiters[i], record);
}

/* Without conflict_on a key counts only where none of a rank before it is given. */
typedef enum Rank
{
	RANK_PLAIN,
	RANK_GENERATED, /* it has a generated column */
	RANK_TERMS,		/* of a partial index, or of one over expressions */
	RANK_END
} Rank;

static Rank
rank_of(const OrmModel *model, const OrmKey *key)
{
	if (key->terms != NULL)
		return RANK_TERMS;
	return orm_key_is_generated(model, key) ? RANK_GENERATED : RANK_PLAIN;
}

/* Appends the attributes of a key as an array, ARRAY['email'], or the name of an index with terms. */
static void
append_key(StringInfo out, const OrmModel *model, const OrmKey *key)
{
	appendStringInfoString(out, "ARRAY[");
	if (key->terms != NULL)
		appendStringInfo(out, "%s]", quote_literal_cstr(key->name));
	if (key->terms != NULL)
		return;
	for (int i = 0; i < key->nattributes; i++)
		appendStringInfo(out, "%s%s", i ? ", " : "", quote_literal_cstr(model->attributes[key->attributes[i]].name));
	appendStringInfoChar(out, ']');
}

/* Lists the keys that a record gives (NULL: all keys), for a hint; keys with terms only where no other is given. */
static char *
list_keys(const Keys *keys, const OrmRecord *record)
{
	StringInfoData list;
	bool terms = false;

	initStringInfo(&list);
	for (int i = 0; i < keys->n; i++)
		if (record == NULL || ((keys->keys[i]->terms == NULL || list.len == 0 || terms) && gives_key(keys, i, record)))
		{
			terms = terms || keys->keys[i]->terms != NULL;
			if (list.len > 0)
				appendStringInfoString(&list, record ? " or conflict_on => " : ", ");
			append_key(&list, keys->model, keys->keys[i]);
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

/* Raises 42P10 for names that are the attributes of two indexes with terms. */
static void
raise_same_names(const OrmModel *model, const OrmKey *a, const OrmKey *b)
{
	ereport(ERROR, errcode(ERRCODE_INVALID_COLUMN_REFERENCE),
			errmsg("conflict target for model \"%s\" is ambiguous", model->name),
			errhint("Name the index: conflict_on => ARRAY[%s] or conflict_on => ARRAY[%s].",
					quote_literal_cstr(a->name), quote_literal_cstr(b->name)));
}

/* The number of the key that consists of exactly the attributes of these names, preferably without terms, or -1. */
static int
key_of_attributes(const Keys *keys, int n, char *const *names)
{
	int found = -1;

	for (int i = 0; i < keys->n; i++)
	{
		if (!key_has_names(keys->model, keys->keys[i], n, names))
			continue;
		if (found < 0)
			found = i;
		else if (keys->keys[found]->terms != NULL)
			raise_same_names(keys->model, keys->keys[found], keys->keys[i]);
	}
	return found;
}

/* The number of the key of the constraint or index of that name, or -1. */
static int
key_of_index(const Keys *keys, const char *name)
{
	for (int i = 0; i < keys->n; i++)
		if (keys->keys[i]->name != NULL && strcmp(keys->keys[i]->name, name) == 0)
			return i;
	return -1;
}

/* The number of the key that names mean: its attributes, or its constraint or index; -1: none. */
static int
find_named(const Keys *keys, int n, char *const *names)
{
	int found = key_of_attributes(keys, n, names);

	return found < 0 && n == 1 ? key_of_index(keys, names[0]) : found;
}

bool
orm_conflict_key_is_named(const OrmModel *model, int n, char *const *names)
{
	Keys keys = open_keys(model);
	bool found = find_named(&keys, n, names) >= 0;

	close_keys(&keys);
	return found;
}

/* The number of the key that conflict_on names. */
static int
named_key(const Keys *keys, int n, char *const *names)
{
	OrmPath place = orm_path_key(NULL, "conflict_on");
	int found = find_named(keys, n, names);

	if (found >= 0)
		return found;
	for (int i = 0; i < n; i++)
		if (orm_model_attribute(keys->model, names[i], strlen(names[i])) < 0)
			orm_model_no_attribute(keys->model, names[i], &place);
	ereport(ERROR, errcode(ERRCODE_INVALID_COLUMN_REFERENCE),
			errmsg("no unique key of model \"%s\" matches conflict_on", keys->model->name),
			keys->n > 0 ? errhint("Its unique keys are: %s.", list_keys(keys, NULL))
						: errhint("It has no unique key."));
	return -1;
}

/*
 * Raises 22004 unless the record gives the key that conflict_on names.  "whole": also for NULL
 * in what only an expression reads, where its value is not NULL in general.
 */
static void
demand_key(const OrmModel *model, const OrmRecord *record, const OrmKey *key, bool whole)
{
	OrmPath room;

	for (int i = 0; i < key->nattributes; i++)
		if (!record->given[key->attributes[i]] ||
			(record->isnull[key->attributes[i]] && !key->nulls_equal &&
			 (whole || orm_key_has_column(key, key->attributes[i]))))
			ereport(ERROR, errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					errmsg("attribute \"%s\" of conflict_on is not given", model->attributes[key->attributes[i]].name),
					orm_error_place(orm_record_place(record, &room)));
}

/* The number of the only unique key of a rank that a record gives; -1 if it gives none. */
static int
only_key_of(const Keys *keys, const OrmRecord *record, Rank rank)
{
	int found = -1;
	OrmPath room;

	for (int i = 0; i < keys->n; i++)
	{
		if (rank_of(keys->model, keys->keys[i]) != rank || !gives_key(keys, i, record))
			continue;
		if (found >= 0)
			ereport(ERROR, errcode(ERRCODE_INVALID_COLUMN_REFERENCE),
					errmsg("conflict target for model \"%s\" is ambiguous", keys->model->name),
					orm_error_place(orm_record_place(record, &room)),
					orm_path_is_nested(record->place)
						? errhint("Give one of them alone.")
						: errhint("Choose one: conflict_on => %s.", list_keys(keys, record)));
		found = i;
	}
	return found;
}

/* The number of the only unique key of the first rank of which a record gives any; -1 if it gives none and is new. */
static int
only_key(const Keys *keys, const OrmRecord *record)
{
	int found = -1;

	for (Rank rank = RANK_PLAIN; found < 0 && rank < RANK_END; rank++)
		found = only_key_of(keys, record, rank);
	return found;
}

/* The key of a number; NULL for -1. */
static const OrmKey *
key_at(const Keys *keys, int number)
{
	return number >= 0 ? keys->keys[number] : NULL;
}

const OrmKey *
orm_conflict_key_only(const OrmModel *model, const OrmRecord *record)
{
	Keys keys = open_keys(model);
	const OrmKey *only = key_at(&keys, only_key(&keys, record));

	close_keys(&keys);
	return only;
}

const OrmKey *
orm_conflict_key_of(const OrmModel *model, const OrmRecord *record, int nconflict_on, char *const *conflict_on)
{
	Keys keys = open_keys(model);
	int number = nconflict_on == 0 ? only_key(&keys, record) : named_key(&keys, nconflict_on, conflict_on);
	const OrmKey *key = number >= 0 && gives_key(&keys, number, record) ? keys.keys[number] : NULL;

	close_keys(&keys);
	return key;
}

/*
 * The conflict target of a record: the named key (-1: none), which it must give, else the
 * only one that it gives.  NULL if it gives none, or its row would not be in the named index.
 */
static const OrmKey *
decide_key(const Keys *keys, int named, const OrmRecord *record)
{
	if (named < 0)
		return key_at(keys, only_key(keys, record));
	demand_key(keys->model, record, keys->keys[named], false);
	if (gives_key(keys, named, record))
		return keys->keys[named];
	if (keys->keys[named]->terms->predicate == NULL)
		demand_key(keys->model, record, keys->keys[named], true);
	return NULL;
}

/* The number of the key that conflict_on names; -1 without conflict_on. */
static int
named_key_if_any(const Keys *keys, int n, char *const *names)
{
	return n == 0 ? -1 : named_key(keys, n, names);
}

const OrmKey *
orm_conflict_key_decide(const OrmModel *model, const OrmRecord *record, int nconflict_on, char *const *conflict_on)
{
	Keys keys = open_keys(model);
	const OrmKey *key = decide_key(&keys, named_key_if_any(&keys, nconflict_on, conflict_on), record);

	close_keys(&keys);
	return key;
}

const OrmKey *
orm_conflict_key_first(const OrmModel *model, const OrmRecord *record)
{
	Keys keys = open_keys(model);
	const OrmKey *first = NULL;

	for (Rank rank = RANK_PLAIN; first == NULL && rank < RANK_END; rank++)
		for (int i = 0; first == NULL && i < keys.n; i++)
			if (rank_of(model, keys.keys[i]) == rank && gives_key(&keys, i, record))
				first = keys.keys[i];
	close_keys(&keys);
	return first;
}

/* A key of a model, for is_pending_with(). */
typedef struct Numbered
{
	const Keys *keys;
	int number;
} Numbered;

/* Is the record pending, and does it give the key? */
static bool
is_pending_with(const OrmRecord *record, const void *argument)
{
	const Numbered *key = argument;

	return !record->done && gives_key(key->keys, key->number, record);
}

void
orm_conflict_key_read(const OrmBatch *batch, const OrmKey *key)
{
	Keys keys = open_keys(batch->write->model);
	bool first = true;

	for (int i = 0; i < keys.n; i++)
	{
		OrmBatch others = {batch->write, NULL, 0};
		Numbered other = {&keys, i};

		if (keys.keys[i] != key)
			others = orm_batch_pick(batch, is_pending_with, &other);
		if (others.n > 0 && first)
		{
			orm_lookup_read(batch, key);
			others = orm_batch_pick(&others, is_pending_with, &other);
			first = false;
		}
		if (others.n > 0)
			orm_lookup_read(&others, keys.keys[i]);
	}
	close_keys(&keys);
}

void
orm_conflict_key_missing(const OrmModel *model, const OrmPath *place)
{
	Keys keys = open_keys(model);

	ereport(ERROR, errcode(ERRCODE_INVALID_COLUMN_REFERENCE),
			errmsg("a unique key of model \"%s\" is expected", model->name), orm_error_place(place),
			keys.n > 0 ? errhint("Its unique keys are: %s.", list_keys(&keys, NULL)) : errhint("It has none."));
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
refuse_same_row(const OrmBatch *batch, const OrmKey *const *keys, const Keys *all)
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
	for (int i = 0; i < all->n; i++)
		probe_key(&probes, batch, keys, all->keys[i]);
}

void
orm_conflict_key_upsert(const OrmBatch *batch, int nconflict_on, char *const *conflict_on, OrmOnConflict on_conflict)
{
	const OrmModel *model = batch->write->model;
	Keys keys = open_keys(model);
	const OrmKey **decisions = palloc_extended(sizeof(OrmKey *) * Max(batch->n, 1), MCXT_ALLOC_HUGE);
	int named = named_key_if_any(&keys, nconflict_on, conflict_on);

	for (int i = 0; i < batch->n; i++)
		decisions[i] = decide_key(&keys, named, batch->records[i]);
	if (named < 0 && on_conflict == ORM_CONFLICT_UPDATE)
		refuse_same_row(batch, decisions, &keys);
	for (int i = 0; i <= keys.n; i++)
		upsert_decided(batch, decisions, i < keys.n ? keys.keys[i] : NULL, on_conflict);
	close_keys(&keys);
}
