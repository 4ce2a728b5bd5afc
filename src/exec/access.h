/*
 * access.h - the columns that the current user may read, where that decides
 * what is asked for.  Everything else is left to the executor.
 *
 * Results are palloc'd, by attribute of the model.  Nothing is opened or
 * locked: the model is.
 */
#ifndef ORM_EXEC_ACCESS_H
#define ORM_EXEC_ACCESS_H

#include "model/model.h"

/* The attributes that the current user may read; NULL: all. */
extern bool *orm_access_readable(const OrmModel *model);

/* The attributes that a statement can return, as flags in any case; NULL: none. */
extern const bool *orm_access_returnable(const OrmModel *model);

/* May the current user read all columns of a key? */
extern bool orm_access_may_read_key(const OrmModel *model, const OrmKey *key);

/*
 * Raises 42501 naming the first column of "read" (NULL: all) that the current
 * user may not read, when he may read another of them.  The server would name
 * the table alone.
 */
extern void orm_access_check(const OrmModel *model, const bool *read);

#endif
