/*
 * queue.h - the parts of the unit of work.  Private to this folder.
 *
 *     queue.c    the entries and their marks, callbacks, limits
 *     anchor.c   the deferred trigger
 *     flush.c    writing entries
 *     pending.c  showing those that are pending
 */
#ifndef ORM_SESSION_QUEUE_H
#define ORM_SESSION_QUEUE_H

#include "nodes/pg_list.h"

#include "base/settings.h"
#include "session/session.h"

typedef struct OrmEntry
{
	OrmChangeKind kind;
	char *model;
	OrmDocument *object; /* ADD, MERGE; NULL when it cannot be needed again */
	char **key;			 /* texts of the key's values, in key order, exact; ADD, MERGE: of what has been written
								 * and has a label */
	int nkey;
	char *label; /* or NULL */
	Oid role;
	int security;
	OrmSettings settings; /* under which the document was given */
	SubTransactionId queued;
	SubTransactionId written; /* InvalidSubTransactionId: pending */
} OrmEntry;

/* Is it still to be written? */
static inline bool
orm_queue_is_pending(const OrmEntry *entry)
{
	return entry->written == InvalidSubTransactionId;
}

/* All that are pending, or may be again (List of OrmEntry *), in the order in which they were queued. */
extern const List *orm_queue_entries(void);

/* The pending entries of the first role among them (List of OrmEntry *), up to the first of another; NIL: none. */
extern List *orm_queue_next(void);

/* The entries are being written by the current subtransaction. */
extern void orm_queue_mark_written(List *entries);

/* The row that an entry has become. */
extern void orm_queue_set_key(OrmEntry *entry, const OrmModel *model, const Datum *key);

/* Sees to it that the deferred trigger will run at the end of this transaction, unless the subtransaction aborts. */
extern void orm_anchor_queue_event(void);

/* Writes entries of one role, as that role; "before": how many this flush has written.  Returns the number of rows. */
extern int64 orm_flush_entries(List *entries, int before);

#endif
