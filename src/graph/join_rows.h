/*
 * join_rows.h - inserting and deleting join table rows.
 */
#ifndef ORM_GRAPH_JOIN_ROWS_H
#define ORM_GRAPH_JOIN_ROWS_H

#include "graph/graph.h"

/*
 * Inserts the missing join table rows of an edge.  Raises 22023 as
 * orm_join_rows_check(), 42501 for a key that the caller may not read, 23503
 * for a key that the join table's column cannot hold.
 */
extern void orm_join_rows_insert(const OrmEdge *edge);

/*
 * Deletes the join table rows of the removals' owners, except those of their items and of targets that are
 * not in the collection: hidden by default scopes, unless the graph lifts them, or left out by the filter.
 * Nothing for a graph with findings.
 */
extern void orm_join_rows_delete_others(const OrmGraph *graph, const OrmEdge *edge, const List *removals);

/*
 * Deletes the join table rows of the removals' owners and items, or for a graph with
 * findings looks them up and stores their numbers in the removals; raises P0002 for one
 * that is missing, or whose target is not in the collection.
 */
extern void orm_join_rows_delete(const OrmGraph *graph, const OrmEdge *edge, const List *removals);

/* Raises 22023 for connected objects whose keys share a column of the join table and have different values in it. */
extern void orm_join_rows_check(const OrmEdge *edge);

#endif
