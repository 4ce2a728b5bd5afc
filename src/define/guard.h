/*
 * guard.h - work that must not make its statement fail.
 */
#ifndef ORM_DEFINE_GUARD_H
#define ORM_DEFINE_GUARD_H

/*
 * Runs work(argument) in a subtransaction.  When it raises, everything it did
 * is undone, the error becomes a WARNING that begins with "what", and the
 * result is false.  Cancel and shutdown are raised all the same.
 */
extern bool orm_guard_run(void (*work)(void *), void *argument, const char *what);

#endif
