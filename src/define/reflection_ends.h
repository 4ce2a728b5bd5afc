/*
 * reflection_ends.h - the relationships of a plan, and their names.
 */
#ifndef ORM_DEFINE_REFLECTION_ENDS_H
#define ORM_DEFINE_REFLECTION_ENDS_H

#include "define/reflection_plan.h"

/*
 * Is this a join table: two foreign keys to models, whose columns are unique
 * together and not by themselves?  "only": and nothing but a key of its own beside
 * them, so that it needs no model.
 */
extern bool orm_reflection_ends_join(const OrmReflectionPlan *plan, const OrmCatalogRelation *relation, bool only);

/* Adds the ends of all foreign keys of a plan whose models are known; an existing one keeps its name. */
extern void orm_reflection_ends_add(OrmReflectionPlan *plan);

#endif
