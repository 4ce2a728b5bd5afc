/*
 * revive.h - upserts on the keys of rows that are marked as deleted, where the element says
 * orm.soft_delete(revive => true) (model/soft_delete.h).
 */
#ifndef ORM_STORE_REVIVE_H
#define ORM_STORE_REVIVE_H

#include "store/batch.h"

/*
 * Takes the mark off the row of each record's key, of several the one that was deleted last, unless
 * there is a row with the key that is not deleted.  Does nothing for models that do not revive, for
 * views and foreign tables, whose rows have no place of their own, and for a key over expressions.
 * Raises the server's errors.
 */
extern void orm_revive_rows(const OrmBatch *batch, const OrmKey *key);

#endif
