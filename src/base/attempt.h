/*
 * attempt.h - doing something in a subtransaction of its own.
 */
#ifndef ORM_BASE_ATTEMPT_H
#define ORM_BASE_ATTEMPT_H

typedef enum OrmAttempt
{
	ORM_ATTEMPT_KEEP, /* what was done stays, unless it raised */
	ORM_ATTEMPT_UNDO  /* what was done is undone in any case */
} OrmAttempt;

/*
 * Runs work(argument) in a subtransaction, in the current memory context.
 * Returns NULL, or the error that it raised, palloc'd; then all that it did is
 * undone.  The subtransaction is over when this returns or raises.  Cancel and
 * shutdown are raised again.
 */
extern ErrorData *orm_attempt(void (*work)(void *), void *argument, OrmAttempt attempt);

#endif
