/*
 * reconcile.h - bringing the existing accessors in line with a model.
 */
#ifndef ORM_DEFINE_RECONCILE_H
#define ORM_DEFINE_RECONCILE_H

#include "model/model.h"
#include "nodes/pg_list.h"

/*
 * Makes the accessors that are missing; unless "only_missing", also drops
 * those of ours that are no longer wanted and makes those anew whose
 * signature or body is another, keeping their privileges and comment.
 * An object that depends on one is the server's error naming it.  Appends to
 * *changes (List of OrmReported *).
 */
extern void orm_reconcile_accessors(const OrmModel *model, bool only_missing, List **changes);

/* Has the model every accessor that it should have, by name? */
extern bool orm_reconcile_is_complete(const OrmModel *model);

/* Has the model every accessor that it should have, by name, and no other? */
extern bool orm_reconcile_is_settled(const OrmModel *model);

/*
 * Drops all accessors of a model, and the functions of other models that lead
 * to it; with "table_goes", to its table under whatever model's name.
 */
extern void orm_reconcile_drop(const OrmModel *model, bool table_goes, List **changes);

/*
 * Drops those accessors of a model that another declaration of it, for the
 * same table, has no name for any more.
 */
extern void orm_reconcile_drop_stale(const OrmModel *model, const OrmDeclaration *now, List **changes);

#endif
