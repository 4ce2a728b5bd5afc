/*
 * session.h - the unit of work: objects are queued, and written later, together
 * and in the right order.
 *
 * The queue belongs to the transaction.  An entry is one call of orm.add,
 * orm.merge or orm.remove: the object or its key, the role and security context
 * of the call, and two marks, the subtransaction that queued it and the one
 * that has written it.  A written entry stays until the top transaction ends.
 * When a subtransaction aborts, the entries it queued are dropped, and those it
 * wrote are pending again; when it commits, both marks pass to its parent.  (An
 * entry with both marks of one subtransaction can never be pending again and is
 * freed; with a label it stays, as the key of its row, for later entries to
 * refer to.)
 *
 * COMMIT and PREPARE TRANSACTION flush through the server's own queue of
 * deferred triggers, never from a transaction callback: by then portals are
 * closed, foreign servers have committed, and a security-restricted operation
 * is over.  An entry queues an event of the deferred constraint trigger on the
 * one-row table orm.anchor, unless this subtransaction or a parent of it has one
 * already; no row is written for it (anchor.c).  Its function flushes.  SET
 * CONSTRAINTS ALL IMMEDIATE therefore flushes too.  XACT_EVENT_PRE_COMMIT only
 * checks that no entry is pending: none is ever lost silently.
 *
 * A flush writes entries under the role and security context of their calls, so
 * no statement mixes entries of two roles.  Entries that a trigger queues during
 * a flush are written in the next round of it; reads of a trigger do not flush.
 *
 * This is one of the owners of state that outlives a call (src/README.md).
 */
#ifndef ORM_SESSION_SESSION_H
#define ORM_SESSION_SESSION_H

#include "base/document.h"
#include "model/model.h"
#include "session/operations.h"
#include "remove/expected.h"

/* Registers callbacks and settings; called once from _PG_init. */
extern void orm_session_init(void);

/*
 * Queues an object (ADD, MERGE).  It is read and checked now, and again when
 * it is written.  "label" may be NULL.  Raises the errors of reading it; 25006 in
 * a read-only transaction or on a standby, 25000 in a parallel operation, 42501
 * in a security-restricted operation, 42710 for a label that is taken, 42P16 for
 * MERGE, or a label, of a model without primary key, 53400 when orm.queue_size is
 * exceeded.
 */
extern void orm_session_add(OrmOperationKind kind, const OrmModel *model, const OrmDocument *object, const char *label);

/* Queues a delete by primary key, values in key order, of a row in an expected state. */
extern void orm_session_remove(const OrmModel *model, const Datum *key, const OrmExpected *expected);

/*
 * Takes the pending entry with a label out of the queue; ROLLBACK TO SAVEPOINT
 * puts it back.  False: there is none, or the current user is not a member of
 * its role.
 */
extern bool orm_session_expunge(const char *label);

/* Writes all pending entries; returns the number of rows written.  42501 in a security-restricted operation. */
extern int64 orm_session_flush(void);

/* The same, called by the deferred trigger, whose event is used up: the next entry queues another. */
extern int64 orm_session_flush_anchored(void);

/* An OrmFindLabel: objects of this transaction, queued by roles of which the current user is a member. */
extern bool orm_session_find_label(const char *label, OrmLabelled *found);

/* Is an entry pending?  During a flush there is none. */
extern bool orm_session_is_pending(void);

/*
 * Flushes pending entries before an orm.* function reads or writes.  Where
 * "may_write" is false, in a function that is not VOLATILE, raises 55000
 * instead, with the hint to call orm.flush().
 */
extern void orm_session_autoflush(bool may_write);

#endif
