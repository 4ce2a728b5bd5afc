/*
 * nested.h - values that are made of others: arrays and rows.
 *
 * value.c reads what is one value and calls these for the rest; neither makes
 * the checks of a domain over the array or the row.
 */
#ifndef ORM_MODEL_NESTED_H
#define ORM_MODEL_NESTED_H

#include "base/document.h"
#include "model/type.h"

/* Reads a JSON array. */
extern Datum orm_nested_read_array(const OrmType *type, OrmJson json, const OrmPath *path);

/* Reads a JSON object. */
extern Datum orm_nested_read_row(const OrmType *type, OrmJson json, const OrmPath *path);

#endif
