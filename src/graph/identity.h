/*
 * identity.h - does an object say which row it is?
 *
 *     CREATE           never: it is new
 *     SAVE, UPDATE     by its primary key, given whole; without it, SAVE is new
 *     FIND             by its primary key, given whole, else by the only unique key
 *                      that it gives whole (42P10 where it gives two)
 *     FIND_OR_CREATE   by any unique key that it gives whole, the primary key first
 *     UPSERT           by the key that "conflict_on" names, else by the only one that
 *                      it gives: decided when it is written (store/conflict_key.h)
 *
 * A foreign key that leads to a parent supplies its attributes: they count as
 * given, once the parent is known to supply them.  An object of a has_one that
 * does not say which row it is, is the one that its parent has ("by_parent").
 */
#ifndef ORM_GRAPH_IDENTITY_H
#define ORM_GRAPH_IDENTITY_H

#include "graph/graph.h"

/* Does the edge supply an attribute of its holder? */
extern bool orm_identity_supplies(const OrmEdge *edge, int attribute);

/* Is a key whole: each attribute given and not NULL, or supplied along an edge (NULL: none is)? */
extern bool orm_identity_is_whole(const OrmRecord *record, const OrmKey *key, const OrmEdge *edge);

/* The key by which the row of an object is found, as far as its record gives it; NULL: none, not for UPSERT. */
extern const OrmKey *orm_identity_key(const OrmObject *object);

/* Is the object new for sure, whatever its references supply? */
extern bool orm_identity_is_new(const OrmObject *object);

#endif
