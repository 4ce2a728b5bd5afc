/*
 * result.h - the document of the stored objects, in the shape of the given one.
 *
 * An object is returned with all its attributes.  A given relationship is
 * returned with the given items: objects as objects, keys as keys.
 */
#ifndef ORM_GRAPH_RESULT_H
#define ORM_GRAPH_RESULT_H

#include "graph/graph.h"

/* The member "$action" of a stored object. */
extern const char *orm_result_action(const OrmObject *object);

/* Is there no row to show: not stored ("on_conflict": "ignore"), or gone when read again? */
extern bool orm_result_is_left_out(const OrmObject *object);

/* Builds the document, and releases the shapes of the graph; called once. */
extern Datum orm_result_json(OrmGraph *graph, OrmObject **roots, int n, bool array);

#endif
