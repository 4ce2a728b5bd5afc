/*
 * join_rows.h - rows of join tables.
 */
#ifndef ORM_GRAPH_JOIN_ROWS_H
#define ORM_GRAPH_JOIN_ROWS_H

#include "graph/graph.h"

/* Inserts the rows of an edge's join table. */
extern void orm_join_rows_insert(const OrmEdge *edge);

/* Deletes the rows that link owners of the removals with other objects than their items, unless "checking". */
extern void orm_join_rows_delete_others(const OrmEdge *edge, const List *removals, bool checking);

/* Deletes the rows that link owners with their items, or looks for them; raises P0002 for a missing one. */
extern void orm_join_rows_delete(const OrmEdge *edge, const List *removals, bool checking);

/* Raises 22023 for objects that cannot be linked: their keys share a column of the join table, and differ. */
extern void orm_join_rows_check(const OrmEdge *edge);

#endif
