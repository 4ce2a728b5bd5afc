/*
 * owned_rows.h - finding rows by the owners of their objects.
 */
#ifndef ORM_GRAPH_OWNED_ROWS_H
#define ORM_GRAPH_OWNED_ROWS_H

#include "graph/graph.h"

/*
 * Finds and locks the existing rows of owners in a has_one, for objects without
 * a key ("by_parent"), and sets their primary keys.
 */
extern void orm_owned_rows_find(OrmGraph *graph, const OrmEdge *edge, OrmObject **objects, int n);

/*
 * As orm_owned_rows_find(), before anything is written: for saved objects that
 * give a value of a unique key, in a circular component, so that objects of
 * earlier waves can take the values of their rows.  Owners must be named by
 * primary keys that the foreign key references.  Finds nothing if the graph
 * removes rows, or could write the rows for other objects too.
 */
extern void orm_owned_rows_find_early(OrmGraph *graph);

/*
 * Finds the rows of objects that omit the part of the primary key that the
 * foreign key shares with their owner, if the foreign key compares that part
 * differently from the primary key; sets the primary keys as stored.  Objects
 * without a known owner or without a row are left alone.  Takes no locks.
 */
extern void orm_owned_rows_complete(OrmGraph *graph, OrmGroup *group, OrmObject **objects, int n);

#endif
