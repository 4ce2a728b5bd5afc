/*
 * nested.h - reading arrays and composite values.
 *
 * value.c reads scalar values and calls these functions for the others.  Checks of
 * a domain over the array or composite type are left to the caller.
 */
#ifndef ORM_MODEL_NESTED_H
#define ORM_MODEL_NESTED_H

#include "base/document.h"
#include "model/type.h"

/* Reads a JSON array into an array type, palloc'd.  Raises 42804 for other types; all errors have the place. */
extern Datum orm_nested_read_array(const OrmType *type, OrmJson json, const OrmPath *path);

/* Reads a JSON object into a composite type, palloc'd; absent fields are NULL.  Errors as above, and 42703, 42701. */
extern Datum orm_nested_read_row(const OrmType *type, OrmJson json, const OrmPath *path);

#endif
