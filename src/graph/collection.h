/*
 * collection.h - removals from collections.
 */
#ifndef ORM_GRAPH_COLLECTION_H
#define ORM_GRAPH_COLLECTION_H

#include "graph/graph.h"

/* Does the removals from collections of such objects (NULL: of any), as far as owners are known. */
extern void orm_collection_run(OrmGraph *graph, const OrmGroup *group);

/*
 * Finds, and locks, the rows that owners have already in a has_one, for objects
 * that say no key; they get the primary keys.
 */
extern void orm_collection_find_by_owner(OrmGraph *graph, const OrmEdge *edge, OrmObject **objects, int n);

/* Raises P0002: an object that is to be removed from a collection is not in it. */
extern void orm_collection_raise_not_in(const OrmEdge *edge, const OrmObject *item) pg_attribute_noreturn();

#endif
