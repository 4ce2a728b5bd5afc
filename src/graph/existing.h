/*
 * existing.h - rows that exist before a graph is written.
 *
 * Before anything is written, the rows of objects that are named by a key are
 * looked up, and the rows of objects with a version or an etag are locked and
 * compared (store/stale.h).
 */
#ifndef ORM_GRAPH_EXISTING_H
#define ORM_GRAPH_EXISTING_H

#include "graph/graph.h"

/*
 * Finds the rows of all objects with the intent FIND, and completes their keys;
 * raises P0002 if one does not exist, 42P10 for an incomplete key.  Then finds rows
 * by their owners (graph/owned_rows.h).
 */
extern void orm_existing_find(OrmGraph *graph);

/*
 * Determines which of the objects saved by key are new, by looking them up;
 * used for circles of references.  References to existing objects need not
 * wait.
 */
extern void orm_existing_decide(OrmGraph *graph, OrmObject **objects, int n);

/* Locks and compares the rows of a component with the given versions and etags; raises 40001. */
extern void orm_existing_check(OrmGraph *graph, int component);

/* Raises P0002 for the first pending record of a batch. */
extern void orm_existing_demand(const OrmBatch *batch, const OrmKey *key);

#endif
