/*
 * reread.h - reading written rows again.
 *
 * A row that comes back is as the statement has left it.  AFTER triggers and
 * rules of users can change it until the call ends (model/after.h): then all
 * rows of the result are read again, one statement for each group, when
 * everything is written.  A row that is gone or hidden then is null in the result.
 */
#ifndef ORM_GRAPH_REFRESH_H
#define ORM_GRAPH_REFRESH_H

#include "graph/graph.h"

/* Can returned rows have changed since they came back? */
extern bool orm_reread_is_due(const OrmGraph *graph);

/* Reads them again. */
extern void orm_reread_run(OrmGraph *graph);

#endif
