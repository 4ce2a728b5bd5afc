/*
 * removed_rows.h - deleting rows that are removed from collections.
 */
#ifndef ORM_GRAPH_LEAVE_H
#define ORM_GRAPH_LEAVE_H

#include "graph/graph.h"

/*
 * Deletes rows by the primary keys of records, and what goes with them.  Raises
 * 21000 for rows that the graph writes, 09000 where a row stays.  Where findings
 * are collected, nothing is deleted, and 23503 tells of rows that others refer to.
 */
extern void orm_removed_rows_delete(OrmGraph *graph, const OrmGroup *group, OrmRecord **records, int n);

/*
 * The same for rows of a model without relationships to delete along, as far as
 * rows are concerned that the graph writes; deletes nothing.
 */
extern void orm_removed_rows_probe(const OrmGraph *graph, const OrmGroup *group, OrmRecord **records, int n);

/* Raises 09000: a row that was to be deleted is there all the same. */
extern void orm_removed_rows_raise_not_deleted(const OrmModel *model, const OrmPath *place) pg_attribute_noreturn();

#endif
