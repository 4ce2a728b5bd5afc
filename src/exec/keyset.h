/*
 * keyset.h - sets of keys, numbered from 0 on.
 *
 * Keys are compared by the equality function of the type's hash operator class under the
 * column's collation, so 'Ana' and 'ANA' can be one key.  Keys of one integer, the common
 * case, are compared without a function call.  Types without a hash function are compared
 * byte-wise: equal keys can then have different numbers, so they must not be looked up by
 * orm_keyset_find.
 */
#ifndef ORM_EXEC_KEYSET_H
#define ORM_EXEC_KEYSET_H

#include "model/model.h"

typedef struct OrmKeySet OrmKeySet;

/* Makes an empty set for keys with columns of these types, in the current memory context. */
extern OrmKeySet *orm_keyset_make(int ncolumns, const OrmType *const *types);

/* Makes an empty set for the primary keys of a model.  Raises 42P10 when it has none. */
extern OrmKeySet *orm_keyset_make_for(const OrmModel *model);

/* Adds a key without NULLs, copying it if it is new; returns its number. */
extern int orm_keyset_add(OrmKeySet *keys, const Datum *key);

/* The number of a key, or -1 when it is not in the set. */
extern int orm_keyset_find(OrmKeySet *keys, const Datum *key);

extern int orm_keyset_count(const OrmKeySet *keys);

/* The values of a key, followed by those of the next keys. */
extern const Datum *orm_keyset_values(const OrmKeySet *keys, int number);

#endif
