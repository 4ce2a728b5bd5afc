/*
 * session.h - the unit of work: objects are queued, and written later, together
 * and in the right order.
 *
 * The queue belongs to the transaction.  An entry is one call of orm.add,
 * orm.merge or orm.remove: the object or its key, the role and security context
 * of the call, and two marks, the subtransaction that queued it and the one
 * that wrote it.  A written entry is kept until the end of the transaction.
 * When a subtransaction aborts, the entries it queued are dropped, and the
 * entries it wrote become pending again; when it commits, both marks pass to
 * its parent.  (An entry with both marks of one subtransaction cannot become
 * pending again and is freed; with a label it stays, as the key of its row, for
 * references by later entries.)
 *
 * COMMIT and PREPARE TRANSACTION flush through the server's queue of deferred
 * triggers, not in a transaction callback: by then portals are closed, foreign
 * servers have committed, and a security-restricted operation is over.  An
 * entry queues an event of the deferred constraint trigger on the one-row table
 * orm.anchor, unless this subtransaction or a parent of it has one already; no
 * row is written for it (anchor.c).  The trigger function flushes, so SET
 * CONSTRAINTS ALL IMMEDIATE flushes too.  XACT_EVENT_PRE_COMMIT only checks
 * that no entry is pending, so that none is lost silently.
 *
 * A flush writes entries under the role and security context of their calls, so
 * no statement mixes entries of two roles.  Entries queued by a trigger during
 * a flush are written in its next round; reads of a trigger do not flush.
 *
 * This is one of the owners of state that outlives a call (src/README.md).
 */
#ifndef ORM_SESSION_SESSION_H
#define ORM_SESSION_SESSION_H

#include "base/document.h"
#include "model/model.h"
#include "session/operations.h"
#include "remove/expected.h"

/* Registers callbacks and settings; called once from _PG_init(). */
extern void orm_session_init(void);

/*
 * Queues an object (ADD, MERGE).  It is read and checked now, and read again
 * when it is written.  "label" may be NULL; with "unscoped" default scopes are
 * lifted then.  Raises the errors of reading it;
 * 25006 in a read-only transaction or on a standby, 25000 in a parallel
 * operation, 42501 in a security-restricted operation, 42710 for a label in
 * use, 42P16 for MERGE, or a label, of a model without primary key, 53400 if
 * orm.queue_size is exceeded.
 */
extern void orm_session_add(OrmOperationKind kind, const OrmModel *model, const OrmDocument *object, const char *label,
							bool unscoped);

/*
 * Queues a delete by primary key, values in key order, of a row in an expected
 * state.  Raises the errors of orm_session_add() about the transaction and the
 * queue.
 */
extern void orm_session_remove(const OrmModel *model, const Datum *key, const OrmExpected *expected, bool unscoped);

/*
 * Removes the pending entry with a label from the queue; ROLLBACK TO SAVEPOINT
 * restores it.  False if there is none, or the current user is not a member of
 * its role.
 */
extern bool orm_session_expunge(const char *label);

/*
 * Writes all pending entries; returns the number of rows written.  Raises 42501
 * in a security-restricted operation, 53400 for more than orm.max_flush_rounds
 * rounds.
 */
extern int64 orm_session_flush(void);

/* Flushes for the deferred trigger, whose event has fired: the next entry queues another one. */
extern int64 orm_session_flush_anchored(void);

/* An OrmFindLabel for objects of this transaction, queued by roles of which the current user is a member. */
extern bool orm_session_find_label(const char *label, OrmLabelled *found);

/* Is an entry pending, outside of a flush? */
extern bool orm_session_is_pending(void);

/*
 * Flushes pending entries before an orm.* function reads or writes.  If
 * "may_write" is false, in a function that is not VOLATILE, raises 55000
 * instead, with a hint to call orm.flush().
 */
extern void orm_session_autoflush(bool may_write);

#endif
