/*
 * anchor.h - the deferred trigger that flushes at COMMIT.
 */
#ifndef ORM_SESSION_ANCHOR_H
#define ORM_SESSION_ANCHOR_H

/*
 * Queues an event of the deferred trigger on orm.anchor, which lasts as long as
 * the current subtransaction.  Takes RowExclusiveLock on the table until the
 * end of the transaction.  Raises 55000 if the table is empty.
 */
extern void orm_anchor_queue_event(void);

#endif
