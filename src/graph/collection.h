/*
 * collection.h - removals from collections.
 */
#ifndef ORM_GRAPH_COLLECTION_H
#define ORM_GRAPH_COLLECTION_H

#include "graph/graph.h"

/*
 * Executes the pending removals from collections of this group (NULL: all
 * groups) whose owner's key is known.  Rows are locked in the order of their
 * primary keys. Raises 23502 for a foreign key that is not nullable, P0002 for
 * a named item that is not in the collection, 09000 for a row that was not
 * changed, 428C9 for a generated foreign key.
 */
extern void orm_collection_run(OrmGraph *graph, const OrmGroup *group);

/* Raises P0002: an object to be removed is not in the collection. */
extern void orm_collection_raise_not_in(const OrmEdge *edge, const OrmObject *item) pg_attribute_noreturn();

#endif
