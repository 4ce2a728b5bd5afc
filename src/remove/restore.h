/*
 * restore.h - objects that are marked as deleted (model/soft_delete.h): bringing them back, and
 * removing them for good.
 *
 * With an object comes back what has gone with it: the rows that its relationships with the
 * cascade "delete" lead to, at any depth, that have its instant.  A mark that is a boolean has
 * no instant; the object comes back alone.
 */
#ifndef ORM_REMOVE_RESTORE_H
#define ORM_REMOVE_RESTORE_H

#include "datatype/timestamp.h"
#include "model/model.h"

/*
 * Restores the object of a primary key, values in key order; does nothing for one that is not
 * deleted.  Locks the rows.  Raises 42P16 for a model without primary key, 22023 for one that
 * does not mark deleted rows, and the server's errors.
 */
extern void orm_restore_object(const OrmModel *model, const Datum *key);

/*
 * Removes the objects that were deleted before an instant, and what cascades from them, for good;
 * returns the number of the objects.  "before" NULL: all deleted ones, whose mark is a boolean.
 * Raises as the above, 22004 for no instant, and 22023 for one where there are none.
 */
extern int64 orm_restore_purge(const OrmModel *model, const TimestampTz *before);

#endif
