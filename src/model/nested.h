/*
 * nested.h - the two halves of reading a value: value.c reads what is one,
 * nested.c what is made of others.  For these two files only; everybody else
 * reads values with value.h.
 */
#ifndef ORM_MODEL_NESTED_H
#define ORM_MODEL_NESTED_H

#include "postgres.h"
#include "base/document.h"
#include "model/type.h"

/* In value.c */

/* Reads a value, null too, with its domain's checks; nothing in it is an instruction. */
extern Datum orm_nested_read_value(const OrmType *type, OrmJson json, const OrmPath *path, bool *isnull);

/* Reads a value from text by the type's input function, without a domain's checks. */
extern Datum orm_nested_read_text(const OrmType *type, char *text, const OrmPath *path);

/* Raises 42804: that JSON can be no value of the type. */
extern void orm_nested_raise_mismatch(const OrmType *type, OrmJson json, const OrmPath *path) pg_attribute_noreturn();

/* In nested.c; neither makes the checks of a domain over the array or the row. */

/* Reads a JSON array. */
extern Datum orm_nested_read_array(const OrmType *type, OrmJson json, const OrmPath *path);

/* Reads a JSON object. */
extern Datum orm_nested_read_row(const OrmType *type, OrmJson json, const OrmPath *path);

#endif
