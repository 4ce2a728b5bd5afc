/*
 * conflict_key.h - the conflict target: which unique key says which row an object is.
 */
#ifndef ORM_STORE_CONFLICT_KEY_H
#define ORM_STORE_CONFLICT_KEY_H

#include "store/batch.h"

/*
 * The only unique key (the primary key is one) that a record gives wholly;
 * NULL: it gives none.  Raises 42P10 when there are two.
 */
extern const OrmKey *orm_conflict_key_only(const OrmModel *model, const OrmRecord *record);

/* The first unique key that it gives wholly, the primary key first; NULL: it gives none. */
extern const OrmKey *orm_conflict_key_first(const OrmModel *model, const OrmRecord *record);

/*
 * Reads the rows of records that give other unique keys besides "key": by this
 * one, then by the others.  Records without a row stay pending.
 */
extern void orm_conflict_key_read(const OrmBatch *batch, const OrmKey *key);

/* Raises 42P10, naming the model's unique keys: an object at this place gives none. */
extern void orm_conflict_key_missing(const OrmModel *model, const OrmPath *place) pg_attribute_noreturn();

/*
 * Writes records by the key that conflict_on names (none: by the only one that
 * each gives), each by its own, those without one last.  Raises 21000 where two
 * of them would change one row, also by different keys.
 */
extern void orm_conflict_key_upsert(const OrmBatch *batch, int nconflict_on, char *const *conflict_on,
									OrmOnConflict on_conflict);

#endif
