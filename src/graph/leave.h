/*
 * leave.h - deleting rows that are removed from collections.
 */
#ifndef ORM_GRAPH_LEAVE_H
#define ORM_GRAPH_LEAVE_H

#include "graph/graph.h"

/*
 * Deletes rows by the primary keys of records, and what goes with them.  Raises
 * 21000 for rows that the graph writes, 09000 where a row stays.
 */
extern void orm_leave_delete(const OrmGraph *graph, const OrmGroup *group, OrmRecord **records, int n);

#endif
