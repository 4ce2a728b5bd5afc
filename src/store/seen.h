/*
 * seen.h - rows that are marked as deleted, or hidden by default scopes (query/named_scope.h): they
 * are neither changed nor taken for missing.
 */
#ifndef ORM_STORE_SEEN_H
#define ORM_STORE_SEEN_H

#include "store/batch.h"

/*
 * Raises P0002 for a pending record whose row is marked as deleted, or hidden by a default scope of the model.
 * Locks the rows first if they will be changed, so that none becomes hidden
 * meanwhile; not if the caller may only delete them, which takes no UPDATE
 * privilege.  An unscoped write lifts default scopes.
 */
extern void orm_seen_check(const OrmBatch *batch, const OrmKey *key, bool changes);

/* The same for the row of a primary key that will be deleted; "place" is that of the object, or NULL. */
extern void orm_seen_check_key(const OrmModel *model, const Datum *key, const OrmPath *place, int lifts);

/* Raises P0002 for the row of a primary key that is marked as deleted, once it was not found otherwise. */
extern void orm_seen_refuse_deleted(const OrmModel *model, const Datum *key, const OrmPath *place);

/* Is there a row of a primary key that is not marked as deleted, nor hidden? */
extern bool orm_seen_exists(const OrmModel *model, const Datum *key);

#endif
