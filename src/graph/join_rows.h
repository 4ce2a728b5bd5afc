/*
 * join_rows.h - rows of join tables.
 */
#ifndef ORM_GRAPH_JOIN_ROWS_H
#define ORM_GRAPH_JOIN_ROWS_H

#include "graph/graph.h"

/* Inserts the rows of an edge's join table. */
extern void orm_join_rows_insert(const OrmEdge *edge);

/* Deletes those that lead from owners of the removals to other objects than their items, unless "checking". */
extern void orm_join_rows_delete_others(const OrmEdge *edge, const List *removals, bool checking);

/* Deletes those that lead from owners to their items, or looks for them; raises P0002 where there is none. */
extern void orm_join_rows_delete(const OrmEdge *edge, const List *removals, bool checking);

/* Raises 22023 for objects that cannot be linked: their keys share a column of the join table, and differ. */
extern void orm_join_rows_check(const OrmEdge *edge);

#endif
