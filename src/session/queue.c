/*
 * queue.c - the queue of the unit of work; see queue.h.
 */
#include "postgres.h"

#include <limits.h>

#include "access/xact.h"
#include "catalog/namespace.h"
#include "miscadmin.h"
#include "utils/guc.h"
#include "utils/memutils.h"

#include "model/key.h"
#include "graph/labels.h"
#include "session/anchor.h"
#include "session/queue.h"

/*
 * Everything is allocated in "memory", a child of TopTransactionContext; NULL
 * if the queue is empty.  Entries queued by the current subtransaction are at
 * the end of "entries", after those of its parents.
 */
static MemoryContext memory = NULL;
static List *entries = NIL;		 /* of OrmEntry *: pending, or possibly pending again */
static List *settled = NIL;		 /* of OrmEntry *: written for good and kept for their labels; in the same order */
static int npending = 0;		 /* number of pending entries */
static Size used = 0;			 /* memory of entries and their contents */
static List *writers = NIL;		 /* subtransactions (as int) that have written entries */
static OrmLabels *labels = NULL; /* entries with a label (OrmEntry *); NULL: none */

/*
 * The subtransaction with an event of the deferred trigger, or invalid.  It is
 * the current one or a parent of it, so the event lasts as long as new entries.
 */
static SubTransactionId anchored = InvalidSubTransactionId;

/* The subtransaction that began a flush, or invalid. */
static SubTransactionId flushing = InvalidSubTransactionId;

/* The search_path and the custom settings of the last entry, shared with other entries. */
static char *search_path = NULL;
static OrmKeptSettings *customs = NULL;

static int queue_size = 262144;

/* Counts the memory of a chunk of an entry; returns the chunk. */
static void *
hold(void *chunk)
{
	used += GetMemoryChunkSpace(chunk);
	return chunk;
}

/* Frees a chunk of an entry, unless it is NULL. */
static void
let_go(void *chunk)
{
	if (chunk == NULL)
		return;
	used -= GetMemoryChunkSpace(chunk);
	pfree(chunk);
}

OrmEntry *
orm_queue_find_label(const char *label)
{
	return orm_labels_find(labels, label);
}

/* Adds the label of an entry, which must not be in use. */
static void
enter_label(OrmEntry *entry)
{
	if (labels == NULL)
		labels = orm_labels_make(memory);
	orm_labels_put(labels, entry->label, entry);
}

/* Removes the label of an entry, unless it has none or another entry has taken it. */
static void
leave_label(OrmEntry *entry)
{
	if (entry->label != NULL && orm_queue_find_label(entry->label) == entry)
		orm_labels_drop(labels, entry->label);
}

/* Frees the texts of an entry's key. */
static void
forget_key(OrmEntry *entry)
{
	for (int i = 0; i < entry->nkey; i++)
		let_go(entry->key[i]);
	let_go(entry->key);
	entry->key = NULL;
	entry->nkey = 0;
}

/* Frees the labels that an entry awaits. */
static void
forget_awaits(OrmEntry *entry)
{
	ListCell *cell;

	foreach(cell, entry->awaits)
		let_go(lfirst(cell));
	list_free(entry->awaits);
	entry->awaits = NIL;
}

/* Frees an entry that was removed from its list. */
static void
free_entry(OrmEntry *entry)
{
	if (orm_queue_is_pending(entry))
		npending--;
	forget_key(entry);
	let_go(entry->object);
	forget_awaits(entry);
	let_go(entry->etag);
	let_go(entry->version);
	leave_label(entry);
	let_go(entry->label);
	let_go(entry->model);
	let_go(entry);
}

/* Moves an entry to "settled", keeping only its label and key. */
static void
settle(OrmEntry *entry)
{
	MemoryContext caller = MemoryContextSwitchTo(memory);

	let_go(entry->object);
	entry->object = NULL;
	forget_awaits(entry);
	settled = lappend(settled, entry);
	MemoryContextSwitchTo(caller);
}

/* Frees all memory if there are no entries, except during a flush, which may use some. */
static void
give_back(void)
{
	if (entries == NIL && settled == NIL && flushing == InvalidSubTransactionId)
	{
		MemoryContextReset(memory);
		writers = NIL;
		labels = NULL;
		search_path = NULL;
		customs = NULL;
		used = 0;
	}
}

/*
 * Frees entries that cannot become pending again, since an abort that undoes
 * their write also undoes their call.  Labelled entries are kept without their
 * documents. During a flush, entries are in use, and a trigger may end a
 * subtransaction, so the flush prunes at its end.
 */
static void
prune(void)
{
	int kept = 0;

	if (flushing != InvalidSubTransactionId)
		return;
	for (int i = 0; i < list_length(entries); i++)
	{
		OrmEntry *entry = list_nth(entries, i);

		if (entry->written != entry->queued)
			lfirst(list_nth_cell(entries, kept++)) = entry;
		else if (entry->label != NULL && orm_queue_find_label(entry->label) == entry)
			settle(entry);
		else
			free_entry(entry);
	}
	entries = list_truncate(entries, kept);
	give_back();
}

/* Frees the entries at the end of a list that a subtransaction has queued. */
static List *
drop_queued(List *list, SubTransactionId subxact)
{
	int kept = list_length(list);

	while (kept > 0 && ((OrmEntry *) list_nth(list, kept - 1))->queued == subxact)
		free_entry(list_nth(list, --kept));
	return list_truncate(list, kept);
}

/* Passes the entries at the end of a list that a subtransaction has queued to its parent. */
static void
pass_queued(List *list, SubTransactionId subxact, SubTransactionId parent)
{
	for (int i = list_length(list) - 1; i >= 0; i--)
	{
		OrmEntry *entry = list_nth(list, i);

		if (entry->queued != subxact)
			break;
		entry->queued = parent;
		if (list == settled)
			entry->written = parent;
	}
}

/* Passes the entries that a subtransaction has written to its parent; invalid: they become pending again. */
static void
pass_written(SubTransactionId subxact, SubTransactionId parent)
{
	ListCell *cell;

	if (!list_member_int(writers, (int) subxact))
		return;
	writers = list_delete_int(writers, (int) subxact);
	foreach(cell, entries)
	{
		OrmEntry *entry = lfirst(cell);

		if (entry->written != subxact)
			continue;
		entry->written = parent;
		if (!orm_queue_is_pending(entry))
			continue;
		npending++;
		if (entry->kind != ORM_OPERATION_REMOVE)
			forget_key(entry);
		if (entry->label != NULL)
			enter_label(entry); /* removed if the entry was expunged */
	}
}

/* Records that a subtransaction has written entries. */
static void
note_writer(SubTransactionId subxact)
{
	MemoryContext caller = MemoryContextSwitchTo(memory);

	writers = list_append_unique_int(writers, (int) subxact);
	MemoryContextSwitchTo(caller);
}

/* Drops the entries queued by an aborted subtransaction; the entries it wrote become pending again. */
static void
undo(SubTransactionId subxact)
{
	entries = drop_queued(entries, subxact);
	settled = drop_queued(settled, subxact);
	pass_written(subxact, InvalidSubTransactionId);
	if (anchored == subxact)
		anchored = InvalidSubTransactionId;
	if (flushing == subxact)
		flushing = InvalidSubTransactionId;
	give_back();
}

/* Passes the marks of a committed subtransaction to its parent. */
static void
pass_on(SubTransactionId subxact, SubTransactionId parent)
{
	pass_queued(entries, subxact, parent);
	pass_queued(settled, subxact, parent);
	if (list_member_int(writers, (int) subxact))
	{
		note_writer(parent);
		pass_written(subxact, parent);
		prune();
	}
	if (anchored == subxact)
		anchored = parent;
}

static void
subtransaction_ended(SubXactEvent event, SubTransactionId subxact, SubTransactionId parent, void *argument)
{
	if (memory == NULL)
		return;
	if (event == SUBXACT_EVENT_ABORT_SUB)
		undo(subxact);
	else if (event == SUBXACT_EVENT_COMMIT_SUB)
		pass_on(subxact, parent);
}

/* Resets all variables; the memory is freed with the transaction. */
static void
forget(void)
{
	memory = NULL;
	entries = NIL;
	settled = NIL;
	npending = 0;
	used = 0;
	writers = NIL;
	labels = NULL;
	search_path = NULL;
	customs = NULL;
	anchored = InvalidSubTransactionId;
	flushing = InvalidSubTransactionId;
}

/*
 * At the end of a transaction, the deferred trigger has already flushed.  An
 * entry that is still pending must not be lost silently.
 */
static void
transaction_ended(XactEvent event, void *argument)
{
	if (memory == NULL)
		return;
	switch (event)
	{
		case XACT_EVENT_PRE_COMMIT:
		case XACT_EVENT_PRE_PREPARE:
			if (npending > 0)
				ereport(ERROR, errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
						errmsg("queued objects have not been written"),
						errhint("Call orm.flush() before the transaction ends."));
			break;
		case XACT_EVENT_COMMIT:
		case XACT_EVENT_PREPARE:
		case XACT_EVENT_ABORT:
			forget();
			break;
		default:
			break;
	}
}

void
orm_queue_init(void)
{
	DefineCustomIntVariable("orm.queue_size", "Sets the maximum memory of the queued objects of a transaction.",
							"More than that is an error; orm.flush() makes room.", &queue_size, 262144, 64,
							MAX_KILOBYTES, PGC_USERSET, GUC_UNIT_KB, NULL, NULL, NULL);
	RegisterXactCallback(transaction_ended, NULL);
	RegisterSubXactCallback(subtransaction_ended, NULL);
}

/* The memory of the queue, created on demand. */
static MemoryContext
queue_memory(void)
{
	if (memory == NULL)
		memory = AllocSetContextCreate(TopTransactionContext, "orm queue", ALLOCSET_DEFAULT_SIZES);
	return memory;
}

void
orm_queue_check_size(void)
{
	if (used / 1024 > (Size) queue_size)
		ereport(ERROR, errcode(ERRCODE_CONFIGURATION_LIMIT_EXCEEDED), errmsg("queue of objects is full"),
				errdetail("Queued objects take more than \"orm.queue_size\" (%d kB).", queue_size),
				errhint("Use orm.create with an array of objects, or set \"orm.queue_size\" to allow more."));
}

OrmEntry *
orm_queue_append(OrmOperationKind kind, const OrmModel *model)
{
	MemoryContext caller = MemoryContextSwitchTo(queue_memory());
	OrmEntry *entry = hold(palloc0(sizeof(OrmEntry)));

	entry->kind = kind;
	entry->model = hold(pstrdup(model->name));
	GetUserIdAndSecContext(&entry->role, &entry->security);
	entry->settings = orm_settings_now();
	if (search_path == NULL || strcmp(search_path, namespace_search_path) != 0)
		search_path = hold(pstrdup(namespace_search_path));
	entry->search_path = search_path;
	entry->customs = orm_local_settings_keep(customs);
	if (entry->customs != NULL && entry->customs != customs)
		customs = hold(entry->customs);
	entry->queued = GetCurrentSubTransactionId();
	entries = lappend(entries, entry);
	npending++;
	MemoryContextSwitchTo(caller);
	return entry;
}

void
orm_queue_set_object(OrmEntry *entry, const OrmDocument *object)
{
	Assert(entry->kind != ORM_OPERATION_REMOVE && entry->object == NULL);
	entry->object = hold(MemoryContextAlloc(memory, VARSIZE(object)));
	memcpy(entry->object, object, VARSIZE(object));
}

void
orm_queue_set_label(OrmEntry *entry, const char *label)
{
	Assert(orm_queue_find_label(label) == NULL);
	entry->label = hold(MemoryContextStrdup(memory, label));
	enter_label(entry);
}

void
orm_queue_set_awaits(OrmEntry *entry, const List *labels)
{
	MemoryContext caller = MemoryContextSwitchTo(memory);
	ListCell *cell;

	foreach(cell, labels)
		entry->awaits = lappend(entry->awaits, hold(pstrdup(lfirst(cell))));
	MemoryContextSwitchTo(caller);
}

void
orm_queue_set_expected(OrmEntry *entry, const OrmModel *model, const OrmExpected *expected)
{
	OrmSettings exact = orm_settings_exact();
	int level;

	if (expected->etag != NULL)
		entry->etag = hold(MemoryContextStrdup(memory, expected->etag));
	if (!expected->versioned)
		return;
	level = orm_settings_enter(&exact);
	entry->version = hold(
		MemoryContextStrdup(memory, orm_type_text(model->attributes[model->version].type->oid, expected->version)));
	orm_settings_leave(level);
}

void
orm_queue_anchor(void)
{
	if (anchored != InvalidSubTransactionId)
		return;
	anchored = GetCurrentSubTransactionId();
	orm_anchor_queue_event();
}

void
orm_queue_set_key(OrmEntry *entry, const OrmModel *model, const Datum *key)
{
	const OrmKey *primary_key = orm_model_need_key(model);
	MemoryContext caller = MemoryContextSwitchTo(memory);
	char *texts[INDEX_MAX_KEYS];

	orm_key_keep(model, key, texts);
	entry->key = hold(palloc(sizeof(char *) * primary_key->nattributes));
	entry->nkey = primary_key->nattributes;
	for (int i = 0; i < entry->nkey; i++)
		entry->key[i] = hold(texts[i]);
	MemoryContextSwitchTo(caller);
}

void
orm_queue_anchor_used(void)
{
	anchored = InvalidSubTransactionId;
}

/* Do two entries have the same role, security context, search_path and custom settings, and lift default scopes? */
static bool
same_writer(const OrmEntry *a, const OrmEntry *b)
{
	return a->role == b->role && a->security == b->security && a->unscoped == b->unscoped &&
		strcmp(a->search_path, b->search_path) == 0 && orm_local_settings_are_equal(a->customs, b->customs);
}

/*
 * The index of the last pending entry, of the same writer, with a label that an
 * entry awaits, or -1; "blocker" receives such an entry of another writer.
 */
static int
last_awaited(const OrmEntry *entry, OrmEntry **blocker)
{
	int last = -1;
	ListCell *cell;

	foreach(cell, entry->awaits)
	{
		OrmEntry *awaited = orm_queue_find_label(lfirst(cell));

		if (awaited == NULL || !orm_queue_is_pending(awaited))
			continue;
		if (!same_writer(entry, awaited))
			*blocker = awaited;
		else
			for (int i = list_length(entries) - 1; i > last; i--)
				if (list_nth(entries, i) == awaited)
					last = i;
	}
	return last;
}

/* The next entries of the writer of "first", or of the first pending entry if NULL; "blocker" as above. */
static List *
next_of_writer(const OrmEntry *first, OrmEntry **blocker)
{
	List *next = NIL;
	bool interrupted = false;
	int last = -1;
	ListCell *cell;

	foreach(cell, entries)
	{
		OrmEntry *entry = lfirst(cell);
		int i = foreach_current_index(cell);

		if (!orm_queue_is_pending(entry))
			continue;
		if (first == NULL)
			first = entry;
		if (same_writer(entry, first))
		{
			if (interrupted && i > last)
				break;
			next = lappend(next, entry);
			last = Max(last, last_awaited(entry, blocker));
		}
		else
			interrupted = next != NIL;
		if (interrupted && i > last)
			break;
	}
	return next;
}

List *
orm_queue_next(void)
{
	OrmEntry *blocker = NULL;
	List *next = next_of_writer(NULL, &blocker);
	int tries = list_length(entries);

	/* a referenced object of another writer goes first; in a circle of writers this is not possible */
	while (blocker != NULL && tries-- > 0)
	{
		const OrmEntry *first = blocker;

		blocker = NULL;
		next = next_of_writer(first, &blocker);
	}
	return next;
}

void
orm_queue_mark_written(const List *written)
{
	ListCell *cell;

	foreach(cell, written)
		((OrmEntry *) lfirst(cell))->written = GetCurrentSubTransactionId();
	npending -= list_length(written);
	note_writer(GetCurrentSubTransactionId());
}

/* Expunging an entry marks it as written, so that ROLLBACK TO SAVEPOINT restores it. */
void
orm_queue_expunge(OrmEntry *entry)
{
	Assert(orm_queue_is_pending(entry));
	leave_label(entry);
	orm_queue_mark_written(list_make1(entry));
	if (entry->queued == entry->written)
	{
		entries = list_delete_ptr(entries, entry);
		free_entry(entry);
	}
}

int
orm_queue_count_pending(void)
{
	return npending;
}

bool
orm_queue_is_flushing(void)
{
	return flushing != InvalidSubTransactionId;
}

void
orm_queue_begin_flush(void)
{
	Assert(!orm_queue_is_flushing());
	flushing = GetCurrentSubTransactionId();
}

void
orm_queue_end_flush(void)
{
	flushing = InvalidSubTransactionId;
	prune();
}

const List *
orm_queue_entries(void)
{
	return entries;
}
