/*
 * unnest.h - rows of values as arrays, one for each column, which unnest puts
 * side by side.
 */
#ifndef ORM_STORE_UNNEST_H
#define ORM_STORE_UNNEST_H

#include "lib/stringinfo.h"
#include "model/type.h"

/* Appends pg_catalog.unnest($<first>), ... for n arrays. */
extern void orm_unnest_list(StringInfo sql, int first, int n);

/* Appends ROWS FROM (<list>), with the number of the row in a last column where "numbered". */
extern void orm_unnest_rows(StringInfo sql, int first, int n, bool numbered);

/* An array of n values of a column; "isnull" NULL: none is NULL. */
extern Datum orm_unnest_array(const OrmType *type, Datum *values, bool *isnull, int n);

#endif
