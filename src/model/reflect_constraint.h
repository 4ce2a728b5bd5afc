/*
 * reflect_constraint.h - making elements from the constraints of a relation.
 */
#ifndef ORM_MODEL_REFLECT_CONSTRAINT_H
#define ORM_MODEL_REFLECT_CONSTRAINT_H

#include "model/reflect_state.h"

/* Adds all constraints, by kind and name; columns have been added before. */
extern void orm_reflect_constraint_all(OrmReflectState *r);

#endif
