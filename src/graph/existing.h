/*
 * existing.h - rows that exist before a graph is written.
 *
 * Before anything is written, the rows of objects that are named by a key are
 * looked for, and the rows of objects that say which state they were read from
 * are locked and compared with it (store/stale.h).
 */
#ifndef ORM_GRAPH_EXISTING_H
#define ORM_GRAPH_EXISTING_H

#include "graph/graph.h"

/* Finds the rows of all objects that must exist; raises P0002 where there is none. */
extern void orm_existing_find(OrmGraph *graph);

/*
 * Decides which objects that are saved by their keys are new: by looking, where
 * they refer to each other in a circle.  Existing objects are not waited for.
 */
extern void orm_existing_decide(OrmGraph *graph, OrmObject **objects, int n);

/* Compares the rows of a component with the states from which their objects were read; raises 40001. */
extern void orm_existing_check(OrmGraph *graph, int component);

/* Raises P0002 for a record of the batch whose row was not found. */
extern void orm_existing_demand(const OrmBatch *batch, const OrmKey *key);

#endif
