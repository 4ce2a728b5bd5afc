/*
 * flat.h - writing records of objects without nested objects, and returning
 * JSON.
 */
#ifndef ORM_GRAPH_FLAT_H
#define ORM_GRAPH_FLAT_H

#include "store/options.h"

/* Writes n records. */
typedef void (*OrmFlatWriter)(const OrmWrite *write, OrmRecord *records, int n);

/*
 * Writes n records by "writer", and sets *result to the JSON of the stored rows
 * in the order of the records: an array, with null for rows that were not
 * stored, or a single object.  False if there is nothing to return.  Sets the
 * members of "write" that are about returned rows.
 */
extern bool orm_flat_write(OrmFlatWriter writer, OrmWrite *write, const OrmWriteOptions *options, OrmRecord *records,
						   int n, bool array, Datum *result);

#endif
