/*
 * positioning.h - making and dropping the triggers of positions (model/position.h).
 *
 * As with counters (define/counting.h), lists are numbered anew whenever a trigger is made.
 */
#ifndef ORM_DEFINE_POSITIONING_H
#define ORM_DEFINE_POSITIONING_H

#include "model/position.h"
#include "nodes/pg_list.h"

/* Drops the triggers of a model for lists of which the declaration says something else; NULL: all. */
extern void orm_positioning_drop_changed(const OrmModel *model, const OrmDeclaration *now, List **changes);

/*
 * Makes the triggers of a model what it says.  With "strict" raises 42809, 42501, 42P16 and 42804 with the place;
 * without, what cannot be made is left out.
 */
extern void orm_positioning_make(const char *name, bool strict, List **changes);

/* Locks the positions of a table until the end of the transaction. */
extern void orm_positioning_lock(Oid relid);

/*
 * Numbers the lists anew, as the owner of the table.  Rows that were wrong (OrmRecounted *) are appended to *found,
 * unless it is NULL.
 */
extern void orm_positioning_run(const OrmPositioning *positioning, List **found);

/*
 * Defers the unique constraints over the column to the end of the transaction: a statement with several events has a
 * trigger for each, and lists are numbered when the last one is done.
 */
extern void orm_positioning_defer(const OrmPositioning *positioning);

#endif
