/*
 * counting.h - making and dropping the triggers of counters (model/shared_trigger.h).
 *
 * They stand on tables of other models.  Nothing is remembered about them: what is there is compared with
 * what the model says, which is only known when it has its relationships.  Triggers that were missing have
 * counted nothing: whenever one is made the counters over its relationship are counted anew.
 */
#ifndef ORM_DEFINE_COUNTING_H
#define ORM_DEFINE_COUNTING_H

#include "model/model.h"
#include "nodes/pg_list.h"

/*
 * Drops the triggers of a model over relationships for which the declaration counts something else than
 * the model in force does now; NULL: all.  Appends to *changes.
 */
extern void orm_counting_drop_changed(const OrmModel *model, const OrmDeclaration *now, List **changes);

/*
 * Makes the triggers of a model what it says, and counts.  With "strict" raises 42809, 42501, 42804, 42P16
 * and the errors of expressions with the place; without, what cannot be made is left out.
 */
extern void orm_counting_make(const char *name, bool strict, List **changes);

/* Tables that can be written directly, below the holder of a relationship, and lack triggers (List of Oid). */
extern List *orm_counting_lacking(const OrmModel *model, const char *relationship);

#endif
