/*
 * unique_key.h - the primary key and the unique keys of a model.
 */
#ifndef ORM_MODEL_UNIQUE_KEY_H
#define ORM_MODEL_UNIQUE_KEY_H

#include "model/model.h"
#include "utils/relcache.h"

/* Fills in the keys of a model whose attributes and declaration are filled in. */
extern void orm_unique_key_fill(OrmModel *model, Relation relation);

/* The equality operator of an expression of an index; InvalidOid: its type has none. */
extern Oid orm_unique_key_equality(const struct Node *expression);

#endif
