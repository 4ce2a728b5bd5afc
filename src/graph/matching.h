/*
 * matching.h - objects of a collection that are named by a condition:
 *
 *     "posts": {"$delete": {"where": {"views": 0}}}
 *     "posts": {"$update": {"where": {"views": 0}, "set": {"title": "?"}}}
 *
 * They are read when the document is, and stand for their keys: {"$delete": [{"id": 7}]},
 * {"$save": [{"id": 7, "title": "?"}]}.  The rows are locked, so that they stay in the
 * collection and the condition holds until they are written.  A caller that may only delete
 * them cannot lock them; what is deleted is compared with the collection again.
 */
#ifndef ORM_GRAPH_MATCHING_H
#define ORM_GRAPH_MATCHING_H

#include "graph/place.h"

/*
 * The array of items for an instruction with a condition, in the current context; empty for
 * a new owner.  "update": with "set".  Raises 22023 for other keys, 42P10 for an owner that is
 * not given by its primary key, and what queries raise for "where".
 */
extern OrmJson orm_matching_items(const OrmPlace *place, OrmJson json, bool update);

#endif
