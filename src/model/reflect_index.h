/*
 * reflect_index.h - making elements from the indexes of a relation.
 */
#ifndef ORM_MODEL_REFLECT_INDEX_H
#define ORM_MODEL_REFLECT_INDEX_H

#include "model/reflect_state.h"

/* Adds the valid indexes without a constraint; constraints have been added before. */
extern void orm_reflect_index_all(OrmReflectState *r);

#endif
