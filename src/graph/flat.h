/*
 * flat.h - writing objects without nested objects: records in, JSON out.
 */
#ifndef ORM_GRAPH_FLAT_H
#define ORM_GRAPH_FLAT_H

#include "store/options.h"

/* Writes n records. */
typedef void (*OrmFlatWriter)(const OrmWrite *write, OrmRecord *records, int n);

/*
 * Has records written, and sets *result to the JSON of the stored rows, in the
 * order of the records: of an array of them (null where none was stored), or of
 * a single one.  False: there is nothing to return.  Sets what "write" says of
 * returned rows.
 */
extern bool orm_flat_write(OrmFlatWriter writer, OrmWrite *write, const OrmWriteOptions *options, OrmRecord *records,
						   int n, bool array, Datum *result);

#endif
