/*
 * flush.c - writing the entries of the unit of work.
 *
 * Entries of one role are written together, as that role; see session/changes.h
 * for the order.  What had a label is remembered by its key: later entries of
 * the transaction may refer to it.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/memutils.h"

#include "model/cache.h"
#include "model/key.h"
#include "session/changes.h"
#include "session/queue.h"

/* Says in the context of errors what was being done, and with which entry while only that one is looked at. */
static void
say_what(void *argument)
{
	const OrmPath *const *place = argument;

	errcontext("writing queued objects");
	if (*place != NULL)
		errcontext("at %s", orm_path_text(*place));
}

/* The key of a REMOVE, for the model as it is now. */
static const Datum *
read_key(const OrmModel *model, const OrmEntry *entry)
{
	Datum *key = palloc(sizeof(Datum) * entry->nkey);

	orm_key_read_kept(model, entry->nkey, entry->key, NULL, key);
	return key;
}

/* Entries as changes; their places are queue[before], queue[before + 1]... */
static OrmChange *
changes_of(const List *entries, const OrmPath *queue, int before, const OrmPath **current)
{
	OrmChange *changes = palloc_extended(sizeof(OrmChange) * list_length(entries), MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	OrmPath *places = palloc_extended(sizeof(OrmPath) * list_length(entries), MCXT_ALLOC_HUGE);
	ListCell *cell;

	foreach(cell, entries)
	{
		int i = foreach_current_index(cell);
		const OrmEntry *entry = lfirst(cell);
		OrmChange *change = &changes[i];

		places[i] = orm_path_index(queue, before + i);
		*current = &places[i];
		change->kind = entry->kind;
		change->model = orm_cache_open(entry->model, RowExclusiveLock);
		change->label = entry->label;
		change->place = &places[i];
		if (entry->kind == ORM_CHANGE_REMOVE)
			change->key = read_key(change->model, entry);
		else
		{
			change->object = orm_document_root(entry->object);
			change->settings = &entry->settings;
		}
	}
	*current = NULL;
	return changes;
}

/* Remembers the keys of what has a label. */
static void
remember_keys(const List *entries, const OrmChange *changes)
{
	ListCell *cell;

	foreach(cell, entries)
	{
		const OrmChange *change = &changes[foreach_current_index(cell)];

		if (change->stored != NULL)
			orm_queue_set_key(lfirst(cell), change->model, change->stored);
	}
}

/* Writes entries; returns the number of rows. */
static int64
write_entries(const List *entries, int before)
{
	OrmPath queue = orm_path_key(NULL, "queue");
	OrmChange *changes;
	OrmTally tally;
	const OrmPath *current = NULL;
	ErrorContextCallback callback = {error_context_stack, say_what, &current};

	error_context_stack = &callback;
	changes = changes_of(entries, &queue, before, &current);
	tally = orm_changes_write(changes, list_length(entries), orm_session_find_label);
	remember_keys(entries, changes);
	error_context_stack = callback.previous;
	return tally.inserted + tally.updated + tally.deleted;
}

/* An error leaves the role as it is: the end of the (sub)transaction puts back the one it began with. */
int64
orm_flush_entries(List *entries, int before)
{
	const OrmEntry *first = linitial(entries);
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "orm flush", ALLOCSET_DEFAULT_SIZES);
	MemoryContext caller = MemoryContextSwitchTo(context);
	Oid role;
	int security;
	int64 rows;

	GetUserIdAndSecContext(&role, &security);
	SetUserIdAndSecContext(first->role, first->security | SECURITY_LOCAL_USERID_CHANGE);
	rows = write_entries(entries, before);
	SetUserIdAndSecContext(role, security);
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(context);
	return rows;
}
