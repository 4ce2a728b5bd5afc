/*
 * queue.h - the queue of the unit of work: entries, their memory, and the
 * callbacks at the end of (sub)transactions (session/session.h).
 */
#ifndef ORM_SESSION_QUEUE_H
#define ORM_SESSION_QUEUE_H

#include "nodes/pg_list.h"

#include "base/document.h"
#include "base/local_settings.h"
#include "base/settings.h"
#include "model/model.h"
#include "session/operations.h"
#include "remove/expected.h"

typedef struct OrmEntry
{
	OrmOperationKind kind;
	char *model;
	OrmDocument *object; /* ADD, MERGE; NULL once it is no longer needed */
	char **key;			 /* texts of the key values, in key order, exact; ADD, MERGE: of a written entry with a label */
	int nkey;
	char *etag;	   /* REMOVE: expected etag, or NULL */
	char *version; /* REMOVE: expected version as exact text, or NULL */
	char *label;   /* or NULL */
	List *awaits;  /* labels referenced in its object that did not exist when it was queued (char *) */
	Oid role;
	int security;
	char *search_path;		  /* shared with other entries */
	OrmSettings settings;	  /* settings of the call */
	OrmKeptSettings *customs; /* custom settings of the call, shared with other entries; or NULL */
	bool unscoped;			  /* default scopes are lifted when it is written */
	SubTransactionId queued;
	SubTransactionId written; /* InvalidSubTransactionId: pending */
} OrmEntry;

static inline bool
orm_queue_is_pending(const OrmEntry *entry)
{
	return entry->written == InvalidSubTransactionId;
}

/* Registers callbacks and the setting orm.queue_size; called once from _PG_init(). */
extern void orm_queue_init(void);

/* Appends an entry of the current user, and sets its parts, which are copied; the label must not be in use. */
extern OrmEntry *orm_queue_append(OrmOperationKind kind, const OrmModel *model);
extern void orm_queue_set_object(OrmEntry *entry, const OrmDocument *object);
extern void orm_queue_set_label(OrmEntry *entry, const char *label);
extern void orm_queue_set_awaits(OrmEntry *entry, const List *labels);

/* Sets the primary key, in key order: of a REMOVE, or of the row of a labelled entry. */
extern void orm_queue_set_key(OrmEntry *entry, const OrmModel *model, const Datum *key);

/* Sets the expected state of a REMOVE. */
extern void orm_queue_set_expected(OrmEntry *entry, const OrmModel *model, const OrmExpected *expected);

/* Raises 53400 if the entries use more memory than orm.queue_size. */
extern void orm_queue_check_size(void);

/* Queues an event of the deferred trigger, unless there is one that lasts as long as this subtransaction. */
extern void orm_queue_anchor(void);

/* The event has fired: the next entry queues another one. */
extern void orm_queue_anchor_used(void);

/* The entry with a label, pending or not, or NULL. */
extern OrmEntry *orm_queue_find_label(const char *label);

/* Removes a pending entry from the queue; an abort of the current subtransaction restores it. */
extern void orm_queue_expunge(OrmEntry *entry);

/* All entries that are pending, or may become so again (List of OrmEntry *), in the order of the calls. */
extern const List *orm_queue_entries(void);

extern int orm_queue_count_pending(void);

/*
 * The pending entries to write next (List of OrmEntry *); NIL if there are
 * none. They have one role, security context, search_path and custom settings,
 * and lift default scopes, or none of them does.  They are the first pending ones, up
 * to the first entry of another writer, and beyond it as far as they reference labels.
 */
extern List *orm_queue_next(void);

/* Marks entries as written by the current subtransaction. */
extern void orm_queue_mark_written(const List *entries);

/*
 * Begins and ends a flush, during which no entry is freed.  After an error the
 * flush is over when the subtransaction that began it is aborted.
 */
extern void orm_queue_begin_flush(void);
extern void orm_queue_end_flush(void);
extern bool orm_queue_is_flushing(void);

#endif
