/*
 * unnest.h - passing rows of values as one array per column, for unnest.
 */
#ifndef ORM_STORE_UNNEST_H
#define ORM_STORE_UNNEST_H

#include "lib/stringinfo.h"
#include "model/type.h"

/* Appends pg_catalog.unnest($<first>), ... for n arrays. */
extern void orm_unnest_list(StringInfo sql, int first, int n);

/* Appends ROWS FROM (<list>), WITH ORDINALITY if "numbered". */
extern void orm_unnest_rows(StringInfo sql, int first, int n, bool numbered);

/* Makes an array of n values; isnull may be NULL if no value is. */
extern Datum orm_unnest_array(const OrmType *type, Datum *values, bool *isnull, int n);

#endif
