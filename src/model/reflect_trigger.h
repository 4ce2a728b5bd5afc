/*
 * reflect_trigger.h - making statements from the triggers, rules and policies of a relation.
 */
#ifndef ORM_MODEL_REFLECT_TRIGGER_H
#define ORM_MODEL_REFLECT_TRIGGER_H

#include "model/reflect_state.h"

/* Adds the triggers with their states and comments, but for triggers made by elements of r->model. */
extern void orm_reflect_trigger_all(OrmReflectState *r);

/* The same of rules and of policies. */
extern void orm_reflect_trigger_rules(OrmReflectState *r);
extern void orm_reflect_trigger_policies(OrmReflectState *r);

#endif
