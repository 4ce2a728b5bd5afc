/*
 * reflection_apply.h - making the models of a plan.
 */
#ifndef ORM_DEFINE_REFLECTION_APPLY_H
#define ORM_DEFINE_REFLECTION_APPLY_H

#include "define/reflection_plan.h"

/*
 * Makes the models of a plan and their relationships, each in a subtransaction:
 * one that raises becomes an entry that is skipped, and so do the
 * relationships that lead to it.  Progress is a NOTICE for each hundred.  Appends to
 * *changes (List of OrmReported *) what became of accessors.
 */
extern void orm_reflection_apply(OrmReflectionPlan *plan, List **changes);

#endif
