/*
 * writer.h - writing graphs.
 *
 * Rows that must exist are found first (existing.h).  Then models are written
 * in the order of model_order.h, and the objects of each in the order of
 * order.h, in waves: a wave consists of objects of one group that do not wait
 * for each other. Before a wave is written, removals from collections of its
 * group are executed, if their owners' keys are known.  Join table rows come
 * last.  Objects of a wave with the same intent are written by one statement
 * per set of attributes, and existing rows are locked in the order of their
 * keys.
 *
 * The key of a new object is made before it is written if another object of the
 * same statement needs it (store/default_keys.h), else it is taken from the
 * returned row.
 */
#ifndef ORM_GRAPH_WRITER_H
#define ORM_GRAPH_WRITER_H

#include "graph/graph.h"

/* Writes the graph. */
extern void orm_writer_run(OrmGraph *graph);

/*
 * Prepares objects for writing: propagates keys to them, executes removals from
 * collections of their group, and decides which of them are new.
 */
extern void orm_writer_prepare(OrmGraph *graph, OrmGroup *group, OrmObject **objects, int n);

/*
 * Finishes written objects: shares returned rows, counts them, and queues
 * references of existing ones that are still to be set.
 */
extern void orm_writer_finish(OrmGraph *graph, OrmObject **objects, int n);

/* OrmObjectTests: is the object saved by its key, or updated? */
extern bool orm_writer_is_keyed(const OrmObject *object, const void *argument);
extern bool orm_writer_is_update(const OrmObject *object, const void *argument);

/* Updates rows, which must exist, by records.  With findings only records the rows as changed. */
extern void orm_writer_update(OrmGraph *graph, OrmGroup *group, OrmRecord **records, int n);

#endif
