/*
 * matching.h - objects of a collection that are named by a condition:
 *
 *     "posts": {"$delete": {"where": {"views": 0}}}
 *     "posts": {"$update": {"where": {"views": 0}, "set": {"title": "?"}}}
 *
 * They are read when the document is, and stand for their keys: {"$delete": [{"id": 7}]},
 * {"$save": [{"id": 7, "title": "?"}]}.  The rows are locked, so that the condition holds until
 * they are written, and a row with the foreign key stays in the collection; join table rows are
 * not locked.  A caller that may only delete rows cannot lock them; what is deleted is compared
 * with the collection again.
 *
 *     has_many        one SELECT by the foreign key, which locks
 *     otherwise       the rows are found by a load of the owner, locked by their primary keys, and,
 *                     as some may have left the collection meanwhile, found by a load again
 *
 * Default scopes restrict the objects unless the option "unscoped" is given; their loads are
 * left out.  A primary key may be hidden.
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
