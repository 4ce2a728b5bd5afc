/*
 * result.h - the document of the stored objects, in the shape that was given.
 *
 * An object comes back with all its attributes; a relationship that was given
 * comes back with what was given in it: objects as objects, keys as keys.
 */
#ifndef ORM_GRAPH_RESULT_H
#define ORM_GRAPH_RESULT_H

#include "graph/graph.h"

/* The member "$action" of a stored object. */
extern const char *orm_result_action(const OrmObject *object);

/* Is there no row to show: was it not stored ("on_conflict": "ignore"), or is it gone again? */
extern bool orm_result_is_left_out(const OrmObject *object);

/* The document; called once for a graph. */
extern Datum orm_result_json(OrmGraph *graph, OrmObject **roots, int n, bool array);

#endif
