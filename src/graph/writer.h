/*
 * writer.h - writing graphs.
 *
 * Rows that must exist are found first (existing.h).  Then models go in the
 * order of model_order.h, and the objects of each in that of order.h, wave by
 * wave: a wave is objects of one group that do not wait for each other.  Before a
 * wave is written, removals from collections of its group are done, as far as
 * their owners are known.  Rows of join tables come last.  Objects of a wave that are
 * treated alike go in one statement for each set of columns; rows to be changed
 * go in the order of their keys.
 *
 * The key of a new object is made before it is written where another object of the
 * same statement needs it (store/default_keys.c), else taken from the returned row.
 */
#ifndef ORM_GRAPH_WRITER_H
#define ORM_GRAPH_WRITER_H

#include "graph/graph.h"

/* Writes the graph. */
extern void orm_writer_run(OrmGraph *graph);

/*
 * What is done with objects before they are written: keys are propagated to
 * them, removals from collections of their group are done, it is decided which
 * of them are new.
 */
extern void orm_writer_prepare(OrmGraph *graph, OrmGroup *group, OrmObject **objects, int n);

/* And when they are written; existing ones may have to be connected yet. */
extern void orm_writer_finish(OrmGraph *graph, OrmObject **objects, int n);

/* OrmObjectTests: is an object saved by its key, or updated? */
extern bool orm_writer_is_keyed(const OrmObject *object, const void *argument);
extern bool orm_writer_is_update(const OrmObject *object, const void *argument);

/* Updates rows, which must exist, by records; these are written as they are. */
extern void orm_writer_update(OrmGraph *graph, OrmGroup *group, OrmRecord **records, int n);

#endif
