/*
 * schedule.h - the order of operations: rounds and passes.
 *
 * A round is a contiguous part of the operations.  An operation that stores a
 * row removed in the current round begins the next one.  In a round, pass 0 has
 * the first operation of each row, pass 1 the second, and so on; removals are a
 * pass of their own.
 */
#ifndef ORM_SESSION_SCHEDULE_H
#define ORM_SESSION_SCHEDULE_H

#include "session/operations.h"

/* The pass of removals, after all others. */
#define ORM_PASS_REMOVALS PG_INT32_MAX

typedef struct OrmTurn
{
	int round;
	int pass;	/* number of earlier operations of its row in the round, or ORM_PASS_REMOVALS */
	int first;	/* first operation of its row in the round, possibly itself */
	int asks;	/* a later MERGE of its row with an etag or a version; 0: none */
	bool anew;	/* MERGE: the first operation of its row after a removal */
	bool alone; /* REMOVE: the only operation of its row in the round */
} OrmTurn;

/* Makes the turns of n operations, palloc'd.  Raises the errors of reading keys. */
extern OrmTurn *orm_schedule_make(const OrmOperation *operations, int n);

/* Sets the settings of an operation; returns the level for orm_settings_leave(). */
extern int orm_schedule_enter_settings(const OrmOperation *operation);

#endif
