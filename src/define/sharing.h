/*
 * sharing.h - making and dropping triggers that see all rows of a statement (model/shared_trigger.h).
 */
#ifndef ORM_DEFINE_SHARING_H
#define ORM_DEFINE_SHARING_H

#include "model/shared_trigger.h"

/* Drops a trigger; appends to *changes. */
extern void orm_sharing_drop(const OrmSharedTrigger *trigger, List **changes);

/*
 * Can a table have triggers for a model?  With "strict" raises 42809 for a relation that is no table and 42501 for
 * one of another owner, with the place of the element "builder".
 */
extern bool orm_sharing_check(const OrmModel *model, Oid relid, const char *builder, const OrmPath *path, bool strict);

/* Makes the trigger of an event on a table unless it is there; returns whether it has.  Appends to *changes. */
extern bool orm_sharing_make(OrmKeeping keeping, OrmSharedEvent event, Oid relid, const OrmModel *model,
							 const char *relationship, const char *columns, List **changes);

/* Is it of a model that is not there any more, as when it is called otherwise now? */
extern bool orm_sharing_is_left_over(const OrmSharedTrigger *trigger);

#endif
