/*
 * flush.c - writing the entries of the unit of work.
 *
 * Entries of one role are written together, as that role: first what is added
 * and merged, model by model, so that a row is there before another refers to
 * it; then what is removed, the other way round.  Objects of one model with
 * the same attributes go in one statement (write/write.h).
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/memutils.h"

#include "exec/keys.h"
#include "model/cache.h"
#include "model/value.h"
#include "session/queue.h"
#include "write/write.h"

/* The entries of one model. */
typedef struct ModelEntries
{
	const OrmModel *model;
	List	   *entries;		/* of OrmEntry * */
	bool		placed;			/* in the order */
} ModelEntries;

/* Says in the context of errors what was being done. */
static void
say_what(void *model)
{
	errcontext("writing queued objects of model \"%s\"", ((const OrmModel *) model)->name);
}

/* Sorts entries by model, in the order in which models first appear (List of ModelEntries *). */
static List *
by_model(List *entries)
{
	List	   *models = NIL;
	ListCell   *cell;

	foreach(cell, entries)
	{
		OrmEntry   *entry = lfirst(cell);
		ModelEntries *found = NULL;
		ListCell   *other;

		foreach(other, models)
			if (strcmp(((ModelEntries *) lfirst(other))->model->name, entry->model) == 0)
				found = lfirst(other);
		if (found == NULL)
		{
			found = palloc0(sizeof(ModelEntries));
			found->model = orm_model_open(entry->model, RowExclusiveLock);
			models = lappend(models, found);
		}
		found->entries = lappend(found->entries, entry);
	}
	return models;
}

/* Does a row of "holder" refer to one of "target"? */
static bool
refers_to(const OrmModel *holder, const OrmModel *target)
{
	for (int i = 0; i < holder->nrelationships; i++)
	{
		const OrmRelationship *relationship = &holder->relationships[i];

		if (relationship->resolved && relationship->key_is_local && relationship->target_relid == target->relid)
			return true;
	}
	for (int i = 0; i < target->nrelationships; i++)
	{
		const OrmRelationship *relationship = &target->relationships[i];

		if (relationship->resolved && !relationship->key_is_local && !OidIsValid(relationship->join_relid) &&
			relationship->target_relid == holder->relid)
			return true;
	}
	return false;
}

/* Puts a model behind all those that its rows refer to.  A cycle is entered where it was met. */
static void
place(List *models, ModelEntries *entries, List **order)
{
	ListCell   *cell;

	check_stack_depth();
	if (entries->placed)
		return;
	entries->placed = true;
	foreach(cell, models)
		if (refers_to(entries->model, ((ModelEntries *) lfirst(cell))->model))
			place(models, lfirst(cell), order);
	*order = lappend(*order, entries);
}

/* The models of entries, those first that others refer to. */
static List *
order_models(List *models)
{
	List	   *order = NIL;
	ListCell   *cell;

	foreach(cell, models)
		place(models, lfirst(cell), &order);
	return order;
}

/* Nothing is made of stored rows. */
static void
pass_over(void *argument, const OrmRecord *record, TupleTableSlot *slot)
{
}

/* Reads the objects of a kind, ADD or MERGE, into records; returns how many there are. */
static int
read_objects(const ModelEntries *entries, OrmEntryKind kind, OrmRecord *records)
{
	int			n = 0;
	ListCell   *cell;

	foreach(cell, entries->entries)
	{
		const OrmEntry *entry = lfirst(cell);

		if (entry->kind != kind)
			continue;
		CHECK_FOR_INTERRUPTS();
		records[n].index = foreach_current_index(cell);
		orm_record_read(entries->model, orm_document_root(entry->object), NULL,
						kind == ORM_ENTRY_ADD ? ORM_VERB_CREATE : ORM_VERB_SAVE, &records[n++]);
	}
	return n;
}

/* The key of a record in key order; false: it has none. */
static bool
key_of(const OrmKey *primary_key, const OrmRecord *record, Datum *key)
{
	for (int i = 0; i < primary_key->nattributes; i++)
	{
		int			attribute = primary_key->attributes[i];

		if (!record->given[attribute] || record->isnull[attribute])
			return false;
		key[i] = record->values[attribute];
	}
	return true;
}

/* How many of the records, from the first on, are of different objects. */
static int
count_different(const OrmModel *model, const OrmRecord *records, int n)
{
	const OrmKey *primary_key = orm_model_need_key(model);
	const OrmType *types[INDEX_MAX_KEYS];
	Datum		key[INDEX_MAX_KEYS];
	OrmKeySet  *keys;

	for (int i = 0; i < primary_key->nattributes; i++)
		types[i] = model->attributes[primary_key->attributes[i]].type;
	keys = orm_keyset_make(primary_key->nattributes, types);
	for (int i = 0; i < n; i++)
	{
		int			known = orm_keyset_count(keys);

		if (key_of(primary_key, &records[i], key) && orm_keyset_add(keys, key) < known)
			return i;
	}
	return n;
}

/* Writes the objects that were added. */
static int64
write_added(const ModelEntries *entries)
{
	OrmWrite	write = {.model = entries->model, .stored = pass_over};
	OrmRecord  *records = orm_record_make(entries->model, list_length(entries->entries));
	int			n = read_objects(entries, ORM_ENTRY_ADD, records);

	if (n > 0)
		orm_write_insert(&write, records, n);
	return n;
}

/* Writes the objects that were merged.  One that was merged twice is written twice, in the order of the calls. */
static int64
write_merged(const ModelEntries *entries)
{
	const OrmModel *model = entries->model;
	OrmWrite	write = {.model = model, .stored = pass_over};
	OrmRecord  *records = orm_record_make(model, list_length(entries->entries));
	int			n = read_objects(entries, ORM_ENTRY_MERGE, records);

	if (n > 0)
		write.returning = orm_write_returnable(model);	/* so that rows can be compared */
	for (int start = 0, different; start < n; start += different)
	{
		CHECK_FOR_INTERRUPTS();
		different = count_different(model, records + start, n - start);
		orm_write_save(&write, records + start, different);
	}
	return n;
}

/* Reads the key of a REMOVE again, for the model as it is now. */
static void
read_key(const OrmModel *model, const OrmEntry *entry, Datum *key)
{
	const OrmKey *primary_key = orm_model_need_key(model);

	if (primary_key->nattributes != entry->nkey)
		ereport(ERROR,
				errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				errmsg("the primary key of model \"%s\" has changed since the object was queued", model->name));
	for (int i = 0; i < entry->nkey; i++)
		key[i] = orm_value_read_text(model->attributes[primary_key->attributes[i]].type, entry->key[i]);
}

/* Deletes the objects of REMOVE entries. */
static int64
remove_objects(const ModelEntries *entries)
{
	const OrmModel *model = entries->model;
	int64		rows = 0;
	ListCell   *cell;

	foreach(cell, entries->entries)
	{
		const OrmEntry *entry = lfirst(cell);
		Datum		key[INDEX_MAX_KEYS];

		if (entry->kind != ORM_ENTRY_REMOVE)
			continue;
		CHECK_FOR_INTERRUPTS();
		read_key(model, entry, key);
		rows += orm_write_delete(model, key) ? 1 : 0;
	}
	return rows;
}

/* Writes what there is of models, in that order. */
static int64
write_models(List *order)
{
	int64		rows = 0;

	for (int i = 0; i < list_length(order); i++)
	{
		ModelEntries *entries = list_nth(order, i);
		ErrorContextCallback callback = {error_context_stack, say_what, unconstify(OrmModel *, entries->model)};

		error_context_stack = &callback;
		rows += write_added(entries);
		rows += write_merged(entries);
		error_context_stack = callback.previous;
	}
	for (int i = list_length(order) - 1; i >= 0; i--)
	{
		ModelEntries *entries = list_nth(order, i);
		ErrorContextCallback callback = {error_context_stack, say_what, unconstify(OrmModel *, entries->model)};

		error_context_stack = &callback;
		rows += remove_objects(entries);
		error_context_stack = callback.previous;
	}
	return rows;
}

/* An error leaves the role as it is: the end of the (sub)transaction puts back the one it began with. */
int64
orm_flush_entries(List *entries)
{
	const OrmEntry *first = linitial(entries);
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "orm flush", ALLOCSET_DEFAULT_SIZES);
	MemoryContext caller = MemoryContextSwitchTo(context);
	Oid			role;
	int			security;
	int64		rows;

	GetUserIdAndSecContext(&role, &security);
	SetUserIdAndSecContext(first->role, first->security | SECURITY_LOCAL_USERID_CHANGE);
	rows = write_models(order_models(by_model(entries)));
	SetUserIdAndSecContext(role, security);
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(context);
	return rows;
}
