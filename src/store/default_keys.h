/*
 * default_keys.h - evaluating the defaults of key columns before an INSERT.
 */
#ifndef ORM_STORE_DEFAULT_KEYS_H
#define ORM_STORE_DEFAULT_KEYS_H

#include "store/batch.h"

/*
 * Sets the key attributes that records lack to the defaults of their columns,
 * evaluated with the caller's privileges.  Attributes stay missing where the
 * caller may not insert the column, or the default yields NULL or cannot be
 * evaluated here.
 */
extern void orm_default_keys_make(const OrmBatch *batch, const OrmKey *key);

/* Would orm_default_keys_make() evaluate a default of the attribute that is volatile? */
extern bool orm_default_keys_is_volatile(const OrmModel *model, int attribute);

#endif
