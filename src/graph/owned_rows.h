/*
 * owned_rows.h - the rows of objects whose owner knows which row is meant.
 */
#ifndef ORM_GRAPH_OWNED_ROWS_H
#define ORM_GRAPH_OWNED_ROWS_H

#include "graph/graph.h"

/*
 * Finds, and locks, the rows that owners have already in a has_one, for objects
 * that say no key; they get the primary keys.
 */
extern void orm_owned_rows_find(OrmGraph *graph, const OrmEdge *edge, OrmObject **objects, int n);

/*
 * Finds the rows of objects that leave the part of their primary key to the
 * owner which they share with it, by an edge that compares that part otherwise
 * than the primary key does; they get the primary keys, as the rows have them.
 * Objects whose owner is not known yet, or that have no row, are left alone.
 */
extern void orm_owned_rows_complete(OrmGraph *graph, OrmGroup *group, OrmObject **objects, int n);

#endif
