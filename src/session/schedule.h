/*
 * schedule.h - the order of operations: rounds and passes.
 *
 * An operation that stores a row removed in the current round begins the next
 * one, with all later operations.  In a round, pass 0 has the first operation of
 * each row, pass 1 the second, and so on; removals are a pass of their own.
 * An operation that references the label of an object of a later round or pass is
 * delayed until then, and so are later operations of its row.
 */
#ifndef ORM_SESSION_SCHEDULE_H
#define ORM_SESSION_SCHEDULE_H

#include "session/operations.h"

/* The pass of removals, after all others. */
#define ORM_PASS_REMOVALS PG_INT32_MAX

typedef struct OrmTurn
{
	int round;
	int pass;	/* at least the number of earlier operations of its row in the round; or ORM_PASS_REMOVALS */
	int first;	/* first operation of its row in the round, possibly itself */
	int asks;	/* a later MERGE of its row with an etag or a version; 0: none */
	bool anew;	/* MERGE: the first operation of its row after a removal */
	bool alone; /* REMOVE: the only operation of its row in the round */
} OrmTurn;

/*
 * Makes the turns of n operations, palloc'd.  Raises the errors of reading keys, and
 * 55000 if an object cannot wait for a label, since its row is stored again before.
 */
extern OrmTurn *orm_schedule_make(const OrmOperation *operations, int n);

/* Does the label of the operation, if any, name its own object, not that of the first operation of its row? */
extern bool orm_schedule_own_label(const OrmOperation *operations, const OrmTurn *turns, int i);

/* Sets the settings of an operation; returns the level for orm_settings_leave(). */
extern int orm_schedule_enter_settings(const OrmOperation *operation);

#endif
