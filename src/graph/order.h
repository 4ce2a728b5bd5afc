/*
 * order.h - the parts of the order in which a graph is written.  Private to
 * this folder.
 *
 *     order_group.c  models: components, each after those that it refers to
 *     order.c        objects of a component
 */
#ifndef ORM_GRAPH_ORDER_H
#define ORM_GRAPH_ORDER_H

#include "access/attnum.h"

#include "graph/graph.h"

/* Is the foreign key of these columns, from table to table, checked at the end of the transaction? */
extern bool orm_order_waits_for_end(Oid holder, Oid target, int n, const AttrNumber *columns);

/*
 * The groups of a component (List of OrmGroup *).  Where tables order them, too,
 * a group goes after those it refers to by keys that do not wait, as far as
 * that can be in a circle.
 */
extern List *orm_order_groups_of(const OrmGraph *graph, int component);

#endif
