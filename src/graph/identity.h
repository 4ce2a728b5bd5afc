/*
 * identity.h - the identity of objects: the key that identifies an object's
 * row.
 *
 *     CREATE           none, the row is new
 *     SAVE, UPDATE     the complete primary key; without it, SAVE makes a new row
 *     FIND             the complete primary key, else the only complete unique key
 *                      (42P10 if there are two)
 *     FIND_OR_CREATE   the first complete unique key, the primary key first
 *     UPSERT           the key that "conflict_on" names, else the only complete one:
 *                      decided when it is written (store/conflict_key.h)
 *
 * A key is complete if all its attributes are given.  Attributes of a foreign
 * key that references a parent count as given once the parent is known to
 * supply them. An object of a has_one without a complete key is the existing
 * child of its parent ("by_parent").
 */
#ifndef ORM_GRAPH_IDENTITY_H
#define ORM_GRAPH_IDENTITY_H

#include "graph/graph.h"

/* Does the edge's foreign key supply an attribute of its holder? */
extern bool orm_identity_supplies(const OrmEdge *edge, int attribute);

/* Is a key complete: each attribute given and not NULL, or supplied by an edge (NULL: none)? */
extern bool orm_identity_is_whole(const OrmRecord *record, const OrmKey *key, const OrmEdge *edge);

/* The key that identifies an object's row, if its record gives it; NULL: none, or UPSERT.  Raises 42P10 as above. */
extern const OrmKey *orm_identity_key(const OrmObject *object);

/* Is the row of an object certainly new, whatever its references supply? */
extern bool orm_identity_is_new(const OrmObject *object);

#endif
