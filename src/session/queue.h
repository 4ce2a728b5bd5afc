/*
 * queue.h - the entries of the unit of work: their marks, their memory, and the
 * callbacks that keep them true to the transaction (session/session.h).
 */
#ifndef ORM_SESSION_QUEUE_H
#define ORM_SESSION_QUEUE_H

#include "nodes/pg_list.h"

#include "base/document.h"
#include "base/settings.h"
#include "model/model.h"
#include "session/operations.h"
#include "remove/expected.h"

typedef struct OrmEntry
{
	OrmOperationKind kind;
	char *model;
	OrmDocument *object; /* ADD, MERGE; NULL when it cannot be needed again */
	char **key; /* texts of the key's values, in key order, exact; ADD, MERGE: of a written entry with a label */
	int nkey;
	char *etag;	   /* REMOVE: the expected state; or NULL */
	char *version; /* the same, exact */
	char *label;   /* or NULL */
	List *awaits;  /* labels in its object that did not exist when it was queued (char *) */
	Oid role;
	int security;
	char *search_path;	  /* shared by entries */
	OrmSettings settings; /* under which the document was given */
	SubTransactionId queued;
	SubTransactionId written; /* InvalidSubTransactionId: pending */
} OrmEntry;

/* Is the entry still to be written? */
static inline bool
orm_queue_is_pending(const OrmEntry *entry)
{
	return entry->written == InvalidSubTransactionId;
}

/* Registers callbacks and the setting orm.queue_size; called once from _PG_init. */
extern void orm_queue_init(void);

/* Appends an entry of the current user, and what it consists of; the label must be free. */
extern OrmEntry *orm_queue_append(OrmOperationKind kind, const OrmModel *model);
extern void orm_queue_set_object(OrmEntry *entry, const OrmDocument *object);
extern void orm_queue_set_label(OrmEntry *entry, const char *label);
extern void orm_queue_set_awaits(OrmEntry *entry, const List *labels);

/* The primary key, in key order: of a REMOVE, or of the row that an entry with a label has become. */
extern void orm_queue_set_key(OrmEntry *entry, const OrmModel *model, const Datum *key);

/* The state of its row that a REMOVE expects. */
extern void orm_queue_set_expected(OrmEntry *entry, const OrmModel *model, const OrmExpected *expected);

/* Raises 53400 when the entries take more memory than orm.queue_size. */
extern void orm_queue_check_size(void);

/* Queues an event of the deferred trigger, unless there is one that outlives this subtransaction. */
extern void orm_queue_anchor(void);

/* That event has fired: the next entry needs another. */
extern void orm_queue_anchor_used(void);

/* The entry with a label, pending or not; NULL: none. */
extern OrmEntry *orm_queue_find_label(const char *label);

/* Takes a pending entry out of the queue. */
extern void orm_queue_expunge(OrmEntry *entry);

/* All entries that are pending, or may be again (List of OrmEntry *), in the order of the calls. */
extern const List *orm_queue_entries(void);

extern int orm_queue_count_pending(void);

/*
 * The pending entries that are written next (List of OrmEntry *); NIL: none.
 * They have one role, security context and search_path, and are the first ones,
 * up to the first of another, and further up to labels that they refer to.
 */
extern List *orm_queue_next(void);

/* Marks entries as written by the current subtransaction. */
extern void orm_queue_mark_written(const List *entries);

/*
 * A flush begins and ends; no entry is freed in between.  An error needs no
 * end: the flush is over when the subtransaction that began it is undone.
 */
extern void orm_queue_begin_flush(void);
extern void orm_queue_end_flush(void);
extern bool orm_queue_is_flushing(void);

#endif
