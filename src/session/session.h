/*
 * session.h - the unit of work: objects that are to be written later, together
 * and in the right order.
 *
 * The queue belongs to the transaction.  An entry is one call of orm.add,
 * orm.merge or orm.remove: what is to be written, by whom (role and security
 * context of the call), and two marks, the subtransaction that queued it and
 * the one that has written it.  An entry that was written stays, marked, until
 * the top transaction ends: when a subtransaction aborts, what it queued is
 * dropped, and what it wrote is pending again; when it commits, both marks pass
 * to its parent.  (One that both marks say to be of one subtransaction can never
 * be pending again, and goes; but with a label it stays, as the key of its row,
 * which later entries may refer to.)
 *
 * COMMIT and PREPARE TRANSACTION flush through the server's own queue of
 * deferred triggers, never from a transaction callback: by then portals are
 * closed, foreign servers have committed, and a security-restricted operation
 * is over.  An entry queues an event of the deferred constraint trigger on the
 * one-row table orm.anchor, unless this subtransaction or a parent of it has one
 * already; nothing is written for it (anchor.c).  Its function flushes.  SET CONSTRAINTS ALL IMMEDIATE
 * therefore flushes too.  XACT_EVENT_PRE_COMMIT only checks that nothing is
 * left: nothing that was queued is ever lost silently.
 *
 * A flush writes entries under the role and security context of their calls;
 * so no statement mixes entries of two roles.  What a trigger queues while a
 * flush is running is for its next round; what it reads does not flush again.
 *
 * This is one of the owners of state that outlives a call (src/README.md).
 */
#ifndef ORM_SESSION_SESSION_H
#define ORM_SESSION_SESSION_H

#include "base/document.h"
#include "model/model.h"
#include "session/changes.h"

/* Registers callbacks and settings; called once from _PG_init. */
extern void orm_session_init(void);

/*
 * Queues an object (ADD, MERGE).  It is read and checked now, and again when
 * it is written.  "label" may be NULL.  Raises what reading it raises; 25006 in
 * a read-only transaction or on a standby, 25000 in a parallel operation, 42501
 * in a security-restricted operation, 42710 for a label that is taken, 42P10 for
 * MERGE, or a label, of a model without primary key, 53400 when orm.queue_size is
 * exceeded.
 */
extern void orm_session_add(OrmChangeKind kind, const OrmModel *model, const OrmDocument *object, const char *label);

/* Queues a delete by primary key, values in key order. */
extern void orm_session_remove(const OrmModel *model, const Datum *key);

/*
 * Takes the pending entry with that label out of the queue; the end of a
 * savepoint takes this back as well.  False: there is none, or the user is no
 * member of its role.
 */
extern bool orm_session_expunge(const char *label);

/* Writes all that is pending; returns the number of rows written.  42501 in a security-restricted operation. */
extern int64 orm_session_flush(void);

/* The same, called by the deferred trigger: its events are used up, and what is queued from now on needs another. */
extern int64 orm_session_flush_anchored(void);

/* What orm.pending shows of an entry; strings live as long as the queue. */
typedef struct OrmPending
{
	int position;
	const char *action; /* "add", "merge", "remove" */
	const char *model;
	const char *label;	/* or NULL */
	const char *object; /* its JSON text, or the key; NULL, and no label: the user is no member of the role */
	Oid role;
} OrmPending;

/* Calls a function for each pending entry, in the order in which they were queued. */
extern void orm_session_each_pending(void (*function)(void *argument, const OrmPending *pending), void *argument);

/* An OrmFindLabel: objects of this transaction that were queued by a role of which the user is a member. */
extern bool orm_session_find_label(const char *label, OrmLabelled *found);

/* Is something pending that a read should see?  (Not while it is being written.) */
extern bool orm_session_is_pending(void);

/*
 * Before a read or a write of the orm.* functions: flushes, when something is
 * pending.  "may_write" false, a function that is not VOLATILE: raises 55000
 * with the hint orm.flush() instead.
 */
extern void orm_session_autoflush(bool may_write);

#endif
