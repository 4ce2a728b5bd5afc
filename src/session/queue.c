/*
 * queue.c - the entries of the unit of work; see session.h.
 */
#include "postgres.h"

#include <limits.h>

#include "access/xact.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/guc.h"
#include "utils/memutils.h"

#include "model/key.h"
#include "session/changes.h"
#include "session/queue.h"

/*
 * All in "memory", a child of the top transaction's context; NULL: nothing was
 * queued.  What the current subtransaction has queued stands at the end of
 * "entries", behind what its parents have.
 */
static MemoryContext memory = NULL;
static List *entries = NIL;		 /* of OrmEntry *: those that are pending, or may be again */
static List *settled = NIL;		 /* of OrmEntry *: those that cannot, kept for their labels; in the same order */
static int npending = 0;		 /* how many of them are pending */
static Size used = 0;			 /* how much memory they and what they hold take */
static List *writers = NIL;		 /* the subtransactions (as int) that have written some of them */
static OrmLabels *labels = NULL; /* those with a label (OrmEntry *); NULL: none had one */

/*
 * The subtransaction with an event of the deferred trigger, or invalid.  It is
 * the current one or a parent of it: its event outlives what is queued now.
 */
static SubTransactionId anchored = InvalidSubTransactionId;

/* The subtransaction in which a flush is running, or invalid. */
static SubTransactionId flushing = InvalidSubTransactionId;

static int queue_size = 262144;

/* Counts what an entry holds; returns it. */
static void *
hold(void *chunk)
{
	used += GetMemoryChunkSpace(chunk);
	return chunk;
}

/* Frees what an entry holds; NULL: nothing. */
static void
let_go(void *chunk)
{
	if (chunk == NULL)
		return;
	used -= GetMemoryChunkSpace(chunk);
	pfree(chunk);
}

/* The entry with that label, or NULL. */
static OrmEntry *
find_label(const char *label)
{
	return orm_labels_find(labels, label);
}

/* Makes an entry known by its label, which no other has now. */
static void
enter_label(OrmEntry *entry)
{
	if (labels == NULL)
		labels = orm_labels_make(memory);
	orm_labels_put(labels, entry->label, entry);
}

/* Takes an entry out of the labels, if it has one and is there. */
static void
leave_label(OrmEntry *entry)
{
	if (entry->label != NULL && find_label(entry->label) == entry)
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

/* Frees the document of an entry. */
static void
forget_object(OrmEntry *entry)
{
	let_go(entry->object);
	entry->object = NULL;
}

/* Frees an entry that is no longer in the list. */
static void
free_entry(OrmEntry *entry)
{
	if (orm_queue_is_pending(entry))
		npending--;
	forget_key(entry);
	forget_object(entry);
	leave_label(entry);
	let_go(entry->label);
	let_go(entry->model);
	let_go(entry);
}

/* Keeps of an entry what others may refer to. */
static void
settle(OrmEntry *entry)
{
	MemoryContext caller = MemoryContextSwitchTo(memory);

	forget_object(entry);
	settled = lappend(settled, entry);
	MemoryContextSwitchTo(caller);
}

/* Gives all memory back when there is no entry any more; not during a flush, which may have some in its hands. */
static void
give_back(void)
{
	if (entries == NIL && settled == NIL && flushing == InvalidSubTransactionId)
	{
		MemoryContextReset(memory);
		writers = NIL;
		labels = NULL;
		used = 0;
	}
}

/*
 * Lets entries go that can never be pending again: whatever undoes the write
 * undoes the call too.  Those that others may refer to stay, without their documents.
 * Not those that a flush is writing (a trigger of it may end a subtransaction): it prunes when it is done.
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
		else if (entry->label != NULL && find_label(entry->label) == entry)
			settle(entry);
		else
			free_entry(entry);
	}
	entries = list_truncate(entries, kept);
	give_back();
}

/* Drops the entries at the end of a list that a subtransaction has queued. */
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

/* Passes what a subtransaction has written to its parent; invalid: it is pending again. */
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
		if (entry->kind != ORM_CHANGE_REMOVE)
			forget_key(entry);
		if (entry->label != NULL)
			enter_label(entry); /* it has left it when it was expunged */
	}
}

/* That subtransaction, or the transaction, has written entries. */
static void
note_writer(SubTransactionId subxact)
{
	MemoryContext caller = MemoryContextSwitchTo(memory);

	writers = list_append_unique_int(writers, (int) subxact);
	MemoryContextSwitchTo(caller);
}

/* Drops what an aborted subtransaction queued, and takes back what it wrote. */
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

/* Forgets everything; the memory goes with the transaction. */
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
	anchored = InvalidSubTransactionId;
	flushing = InvalidSubTransactionId;
}

/*
 * At the end of a transaction.  The deferred trigger has flushed by now; if
 * something is left all the same, it must not be lost silently.
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
						errmsg("objects that were queued have not been written"),
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
orm_session_init(void)
{
	DefineCustomIntVariable("orm.queue_size", "How much memory the queued objects of a transaction may take.",
							"More is an error; orm.flush() makes room.", &queue_size, 262144, 64, MAX_KILOBYTES,
							PGC_USERSET, GUC_UNIT_KB, NULL, NULL, NULL);
	RegisterXactCallback(transaction_ended, NULL);
	RegisterSubXactCallback(subtransaction_ended, NULL);
}

/*
 * Raises in a security-restricted operation.  What is pending there was queued
 * outside, perhaps by a superuser: a function in an index of somebody else must
 * not choose when, and under which settings, it is written.
 */
static void
check_restricted(const char *function)
{
	if (InSecurityRestrictedOperation())
		ereport(ERROR, errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				errmsg("cannot execute %s within security-restricted operation", function));
}

/* Raises where nothing may be queued. */
static void
check_may_queue(const char *function)
{
	PreventCommandIfReadOnly(function);
	PreventCommandIfParallelMode(function);
	PreventCommandDuringRecovery(function);
	check_restricted(function);
}

/* Memory of the queue, made when it is first needed. */
static MemoryContext
queue_memory(void)
{
	if (memory == NULL)
		memory = AllocSetContextCreate(TopTransactionContext, "orm queue", ALLOCSET_DEFAULT_SIZES);
	return memory;
}

/* Raises when a label is taken by another entry of this transaction. */
static void
check_label(const char *label)
{
	if (label != NULL && find_label(label) != NULL)
		ereport(ERROR, errcode(ERRCODE_DUPLICATE_OBJECT),
				errmsg("label \"%s\" is already taken in this transaction", label));
}

/* Raises when the queue has become too large. */
static void
check_size(void)
{
	if (used / 1024 > (Size) queue_size)
		ereport(ERROR, errcode(ERRCODE_CONFIGURATION_LIMIT_EXCEEDED), errmsg("too many objects are queued"),
				errdetail("They take more than orm.queue_size, %d kB.", queue_size),
				errhint("Use orm.create with an array of objects, or set \"orm.queue_size\" to allow more."));
}

/* A new entry at the end of the queue. */
static OrmEntry *
append_entry(OrmChangeKind kind, const OrmModel *model)
{
	MemoryContext caller = MemoryContextSwitchTo(queue_memory());
	OrmEntry *entry = hold(palloc0(sizeof(OrmEntry)));

	entry->kind = kind;
	entry->model = hold(pstrdup(model->name));
	GetUserIdAndSecContext(&entry->role, &entry->security);
	entry->settings = orm_settings_now();
	entry->queued = GetCurrentSubTransactionId();
	entries = lappend(entries, entry);
	npending++;
	MemoryContextSwitchTo(caller);
	return entry;
}

/* Queues the event of the deferred trigger, unless there is one that outlives this subtransaction. */
static void
anchor(void)
{
	if (anchored != InvalidSubTransactionId)
		return;
	anchored = GetCurrentSubTransactionId();
	orm_anchor_queue_event();
}

void
orm_session_add(OrmChangeKind kind, const OrmModel *model, const OrmDocument *object, const char *label)
{
	OrmEntry *entry;
	MemoryContext caller;

	check_may_queue(kind == ORM_CHANGE_ADD ? "orm.add()" : "orm.merge()");
	check_label(label);
	if (kind == ORM_CHANGE_MERGE || label != NULL)
		orm_model_need_key(model);
	orm_changes_check(kind, model, orm_document_root(object), orm_session_find_label);
	entry = append_entry(kind, model);
	caller = MemoryContextSwitchTo(memory);
	entry->object = hold(palloc(VARSIZE(object)));
	memcpy(entry->object, object, VARSIZE(object));
	entry->label = label ? hold(pstrdup(label)) : NULL;
	MemoryContextSwitchTo(caller);
	if (label != NULL)
		enter_label(entry);
	check_size();
	anchor();
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
orm_session_remove(const OrmModel *model, const Datum *key)
{
	check_may_queue("orm.remove()");
	orm_queue_set_key(append_entry(ORM_CHANGE_REMOVE, model), model, key);
	check_size();
	anchor();
}

bool
orm_session_find_label(const char *label, OrmLabelled *found)
{
	const OrmEntry *entry = find_label(label);

	if (entry == NULL || !has_privs_of_role(GetUserId(), entry->role))
		return false;
	found->model = entry->model;
	found->nkey = entry->nkey;
	found->key = entry->key;
	return true;
}

/* To be expunged is to be written, as nothing: the end of a savepoint takes it back as well. */
bool
orm_session_expunge(const char *label)
{
	OrmEntry *entry = find_label(label);

	if (entry == NULL || !orm_queue_is_pending(entry) || !has_privs_of_role(GetUserId(), entry->role))
		return false;
	leave_label(entry);
	orm_queue_mark_written(list_make1(entry));
	if (entry->queued == entry->written)
	{
		entries = list_delete_ptr(entries, entry);
		free_entry(entry);
	}
	return true;
}

List *
orm_queue_next(void)
{
	List *next = NIL;
	ListCell *cell;

	foreach(cell, entries)
	{
		OrmEntry *entry = lfirst(cell);
		const OrmEntry *first = next ? linitial(next) : entry;

		if (!orm_queue_is_pending(entry))
			continue;
		if (entry->role != first->role || entry->security != first->security)
			break;
		next = lappend(next, entry);
	}
	return next;
}

void
orm_queue_mark_written(List *written)
{
	ListCell *cell;

	foreach(cell, written)
		((OrmEntry *) lfirst(cell))->written = GetCurrentSubTransactionId();
	npending -= list_length(written);
	note_writer(GetCurrentSubTransactionId());
}

/*
 * A trigger that a flush fires may queue more: that is for the next round.  An
 * error leaves "flushing" as it is: it is reset when the subtransaction it was
 * set in, or the transaction, is undone.
 */
int64
orm_session_flush(void)
{
	int64 rows = 0;
	int done = 0;
	List *next;

	if (flushing != InvalidSubTransactionId || npending == 0)
		return 0;
	check_restricted("orm.flush()");
	flushing = GetCurrentSubTransactionId();
	while ((next = orm_queue_next()) != NIL)
	{
		CHECK_FOR_INTERRUPTS();
		orm_queue_mark_written(next);
		rows += orm_flush_entries(next, done);
		done += list_length(next);
	}
	flushing = InvalidSubTransactionId;
	prune();
	return rows;
}

int64
orm_session_flush_anchored(void)
{
	anchored = InvalidSubTransactionId;
	return orm_session_flush();
}

bool
orm_session_is_pending(void)
{
	return flushing == InvalidSubTransactionId && npending > 0;
}

void
orm_session_autoflush(bool may_write)
{
	if (!orm_session_is_pending())
		return;
	if (!may_write)
		ereport(ERROR, errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				errmsg("objects are queued that a function which is not VOLATILE would not see"),
				errhint("Call orm.flush() first."));
	orm_session_flush();
}

const List *
orm_queue_entries(void)
{
	return entries;
}
