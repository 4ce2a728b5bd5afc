/*
 * reorder.h - the option "reorder": a list takes the order of the array that it is set to.
 *
 *     orm.update('Board', 1, '{"cards": {"$set": [3, 1, 2]}}', '{"reorder": true}')
 *
 * It is for relationships to a model with a position in the same list (model/position.h); others have no order.
 */
#ifndef ORM_GRAPH_REORDER_H
#define ORM_GRAPH_REORDER_H

#include "graph/graph.h"

/* Notes that a collection is set to these items (List of OrmObject *), if the call reorders. */
extern void orm_reorder_add(OrmGraph *graph, const OrmEdge *edge, const List *items);

/* Gives the rows of the written items their positions.  Raises 22023 where the call reorders, and nothing was noted. */
extern void orm_reorder_run(const OrmGraph *graph);

/* Raises 22023: nothing can be reordered. */
extern void orm_reorder_raise(void) pg_attribute_noreturn();

#endif
