/*
 * keyset.h - sets of keys: each distinct key has a number, 0, 1, 2...
 *
 * Keys are equal by the equality function of the type's hash operator class,
 * under the column's collation ('Ana' and 'ANA' may be one key).  Keys of one
 * integer, the usual case, are compared without a function.  Values of a type
 * without a hash function are compared by their bytes: two equal keys may have
 * two numbers then, so such keys must not be looked up, only added.
 */
#ifndef ORM_EXEC_KEYSET_H
#define ORM_EXEC_KEYSET_H

#include "model/model.h"

typedef struct OrmKeySet OrmKeySet;

/* No keys yet, of columns of these types; all memory is in the current context. */
extern OrmKeySet *orm_keyset_make(int ncolumns, const OrmType *const *types);

/* The same, of a model's primary keys.  Raises 42P16 unless it has one. */
extern OrmKeySet *orm_keyset_make_for(const OrmModel *model);

/* The number of a key without NULLs; a new one is copied. */
extern int orm_keyset_add(OrmKeySet *keys, const Datum *key);

/* The number of a key, or -1 when it was not added. */
extern int orm_keyset_find(OrmKeySet *keys, const Datum *key);

extern int orm_keyset_count(const OrmKeySet *keys);

/* The values of a key, followed by those of the keys after it. */
extern const Datum *orm_keyset_values(const OrmKeySet *keys, int number);

#endif
