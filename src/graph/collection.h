/*
 * collection.h - removals from collections.
 */
#ifndef ORM_GRAPH_COLLECTION_H
#define ORM_GRAPH_COLLECTION_H

#include "graph/graph.h"

/* Does the removals from collections of such objects (NULL: of any), as far as owners are known. */
extern void orm_collection_run(OrmGraph *graph, const OrmGroup *group);

/* Raises P0002: an object that is to be removed from a collection is not in it. */
extern void orm_collection_raise_not_in(const OrmEdge *edge, const OrmObject *item) pg_attribute_noreturn();

#endif
