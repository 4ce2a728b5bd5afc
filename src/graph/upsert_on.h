/*
 * upsert_on.h - the conflict target of objects that are upserted in a collection. Private to this folder.
 *
 *     "posts": {"$upsert": [{"slug": "a", "title": "..."}], "on": ["slug"]}
 *
 * "on" has the attributes of a unique key, or the name of its constraint or index; attributes that the
 * owner's key supplies may be left out.  Without "on" it is the only unique key that an object gives.
 */
#ifndef ORM_GRAPH_UPSERT_ON_H
#define ORM_GRAPH_UPSERT_ON_H

#include "graph/place.h"

/*
 * Reads "on" (no node: not given) at the place of the relationship; equal targets of a graph
 * are one.  Raises 22023 for other JSON, 42703 and 42P10 for names that mean no unique key.
 */
extern const OrmConflictOn *orm_upsert_on_read(const OrmPlace *place, OrmJson on);

#endif
