/*
 * givers.h - rows that later statements of a graph write.
 *
 * A statement may take a unique value that a row gives up by a later one, of
 * another intent or wave.  Such rows are found only where a constraint was
 * violated (store/handover.h).
 */
#ifndef ORM_GRAPH_GIVERS_H
#define ORM_GRAPH_GIVERS_H

#include "store/batch.h"

/*
 * The OrmFindGivers of a graph's writes, whose argument is an OrmReturning: rows
 * of objects that are not written yet and whose key is known, rows removed from
 * collections, and rows of later graphs (OrmGraphOptions).  Of the graph's own
 * rows each once, and none that the batch or an earlier statement writes, since
 * its object may be written for others of the row.
 */
extern List *orm_givers_find(const OrmBatch *batch);

/* The OrmMayHaveGivers of a graph's writes: are there objects not written yet that may have a row, or removals? */
extern bool orm_givers_may_exist(const OrmBatch *batch);

/*
 * The OrmHasUnknownGivers of a graph's writes: children of a has_one without a
 * key, and rows left out of collections, whose owners are not known yet.  Every
 * constraint that is no key of the model counts.  Only memory is read, so that it
 * can be called after an error.
 */
extern bool orm_givers_has_unknown(const OrmBatch *batch, const char *constraint);

#endif
