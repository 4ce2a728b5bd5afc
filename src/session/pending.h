/*
 * pending.h - the pending entries of the unit of work, for orm.pending.
 */
#ifndef ORM_SESSION_PENDING_H
#define ORM_SESSION_PENDING_H

/* A row of orm.pending; its strings live as long as the queue. */
typedef struct OrmPending
{
	int position;
	const char *action; /* "add", "merge", "remove" */
	const char *model;
	const char *label;	/* or NULL */
	const char *object; /* JSON text or key; NULL, as the label, for entries of other roles */
	Oid role;
} OrmPending;

/*
 * Calls a function for each pending entry, in the order of the calls.  Entries
 * of roles of which the current user is not a member have no object and label.
 */
extern void orm_pending_each(void (*function)(void *argument, const OrmPending *pending), void *argument);

#endif
