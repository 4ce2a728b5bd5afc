/*
 * removed_rows.h - deleting rows that are removed from collections.
 */
#ifndef ORM_GRAPH_REMOVED_ROWS_H
#define ORM_GRAPH_REMOVED_ROWS_H

#include "graph/graph.h"

/*
 * Deletes rows by the primary keys of records, and the rows that cascade from
 * them; returns the number of rows deleted.  Raises 21000 for rows that the
 * graph writes, 09000 if a row still exists and none may be skipped.  With
 * findings nothing is deleted, and 23503 is raised for referenced rows, unless
 * they are links that the graph removes.
 */
extern int64 orm_removed_rows_delete(OrmGraph *graph, const OrmGroup *group, OrmRecord **records, int n);

/*
 * Raises 21000 if the server would delete rows that the graph writes, along
 * with rows of a model without cascade "delete"; deletes nothing, but locks
 * rows.
 */
extern void orm_removed_rows_probe(const OrmGraph *graph, const OrmGroup *group, OrmRecord **records, int n);

/* Raises 09000: a row was not deleted. */
extern void orm_removed_rows_raise_not_deleted(const OrmModel *model, const OrmPath *place) pg_attribute_noreturn();

#endif
