/*
 * conflict_key.h - choosing the conflict target, the unique key that identifies
 * the row of an object.
 */
#ifndef ORM_STORE_CONFLICT_KEY_H
#define ORM_STORE_CONFLICT_KEY_H

#include "store/batch.h"

/* Do these names mean a unique key: its attributes, or its constraint or index?  Raises 42P10 if they mean two. */
extern bool orm_conflict_key_is_named(const OrmModel *model, int n, char *const *names);

/*
 * The only unique key, the primary key included, that a record gives
 * completely; NULL if it gives none.  Unique keys with generated columns count
 * only if there is no other, and after them those of partial indexes and of indexes
 * over expressions.  Raises 42P10 if there is more than one.
 */
extern const OrmKey *orm_conflict_key_only(const OrmModel *model, const OrmRecord *record);

/* The key by which a record is upserted: the one that conflict_on names, else the only one; NULL if not given. */
extern const OrmKey *orm_conflict_key_of(const OrmModel *model, const OrmRecord *record, int nconflict_on,
										 char *const *conflict_on);

/*
 * The conflict target of a record: the key that conflict_on names, else the only
 * one that it gives; NULL if there is none, and the row is new.  Raises the errors of orm_conflict_key_upsert().
 */
extern const OrmKey *orm_conflict_key_decide(const OrmModel *model, const OrmRecord *record, int nconflict_on,
											 char *const *conflict_on);

/*
 * Unique keys are those of constraints and of unique indexes, also of partial ones and of
 * those over expressions, as far as they identify the row of the record (arbiter.h).
 */

/* The first unique key that a record gives completely, the primary key first; NULL if it gives none. */
extern const OrmKey *orm_conflict_key_first(const OrmModel *model, const OrmRecord *record);

/*
 * Reads the rows of the records that give other unique keys besides "key": by
 * "key" first, then by the others.  Takes no locks.  Records without a row stay
 * pending.
 */
extern void orm_conflict_key_read(const OrmBatch *batch, const OrmKey *key);

/* Raises 42P10, with the model's unique keys as a hint: the object at this place gives none. */
extern void orm_conflict_key_missing(const OrmModel *model, const OrmPath *place) pg_attribute_noreturn();

/*
 * Writes records by the unique key that conflict_on names: its attributes, or its constraint
 * or index.  Records whose rows would not be in a partial index are new.  Without conflict_on
 * each record is written by the only key it gives, and records without a key
 * are inserted last.  Locks rows key by key, each in the order of the key.
 * Raises 42P10 if no unique key, or more than one, matches, 22004 for a record
 * without the named key, and 21000 if two records would change one row, also by
 * different keys.
 */
extern void orm_conflict_key_upsert(const OrmBatch *batch, int nconflict_on, char *const *conflict_on,
									OrmOnConflict on_conflict);

#endif
