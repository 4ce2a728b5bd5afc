/*
 * reread.h - reading written rows again.
 *
 * A returned row is in the state after its statement.  AFTER triggers and rules
 * of users can change it until the call ends (model/after.h).  In that case all
 * rows of the result are read again, by one statement per group, after
 * everything is written.  Rows that no longer exist, or are hidden, are null in
 * the result.
 */
#ifndef ORM_GRAPH_REREAD_H
#define ORM_GRAPH_REREAD_H

#include "graph/graph.h"

/* Can returned rows have changed since? */
extern bool orm_reread_is_due(const OrmGraph *graph);

/* Reads the rows of the result again. */
extern void orm_reread_run(OrmGraph *graph);

#endif
