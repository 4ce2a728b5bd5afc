/*
 * item.h - what a relationship of a document may be given: the items of
 * item.c, of which read.c makes graphs.
 */
#ifndef ORM_GRAPH_ITEM_H
#define ORM_GRAPH_ITEM_H

#include "graph/graph.h"
#include "graph/place.h"

/* The first key of an object if it is an instruction, else NULL. */
extern char *orm_item_instruction(OrmJson json);

/*
 * Reads the name of an existing row: a scalar, an object of a key, a label.  In
 * a has_many or has_one the object may leave out the part of its primary key
 * that the foreign key shares with the owner.
 */
extern OrmObject *orm_item_read_ref(const OrmPlace *place, OrmJson json);

/* Reads an item: a scalar, an object, a label, or one instruction: {"$connect": ...}. */
extern OrmObject *orm_item_read(const OrmPlace *place, OrmJson json);

/* Reads an object that is made if it is not there. */
extern OrmObject *orm_item_read_connect_or_create(const OrmPlace *place, OrmJson json);

#endif
