/*
 * access.h - privileges of the current user on columns, where statements depend on
 * them.  All other privileges are checked by the executor.
 *
 * Results are palloc'd arrays by attribute of the model.  The model is open and its
 * table locked by the caller.
 */
#ifndef ORM_EXEC_ACCESS_H
#define ORM_EXEC_ACCESS_H

#include "model/model.h"

/* Flags of the readable attributes; NULL: all are readable. */
extern bool *orm_access_readable(const OrmModel *model);

/* Flags of the readable attributes that objects show; NULL: none is readable. */
extern const bool *orm_access_returnable(const OrmModel *model);

/* May the current user insert or update the column, which is one that objects set? */
extern bool orm_access_is_writable(const OrmModel *model, int attribute);

/* May the current user update any column, and so lock rows? */
extern bool orm_access_may_update(const OrmModel *model);

/* Are all columns of a key readable? */
extern bool orm_access_may_read_key(const OrmModel *model, const OrmKey *key);

/*
 * Raises 42501 with the first column of "read" (NULL: all) that is not readable, if
 * another one is readable.  The server's error names the table only.
 */
extern void orm_access_check(const OrmModel *model, const bool *read);

#endif
