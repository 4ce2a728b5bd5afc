/*
 * default_keys.h - keys made before the insert.
 */
#ifndef ORM_STORE_DEFAULT_KEYS_H
#define ORM_STORE_DEFAULT_KEYS_H

#include "store/batch.h"

/* Gives the key attributes that records lack the values of their defaults. */
extern void orm_default_keys_make(const OrmBatch *batch, const OrmKey *key);

#endif
