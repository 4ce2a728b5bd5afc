/*
 * reflect_sequence.h - the sequence of an identity or a serial column.
 */
#ifndef ORM_MODEL_REFLECT_SEQUENCE_H
#define ORM_MODEL_REFLECT_SEQUENCE_H

#include "model/reflect_state.h"

/* Sets sequence_name and sequence_options of the column, as far as they are not the default. */
extern void orm_reflect_sequence_set(const OrmReflectState *r, OrmDeclaredColumn *column, Oid sequence);

#endif
