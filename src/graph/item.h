/*
 * item.h - reading the items of relationships.  Private to this folder.
 */
#ifndef ORM_GRAPH_ITEM_H
#define ORM_GRAPH_ITEM_H

#include "graph/graph.h"
#include "graph/place.h"

/* The first key of an object if it is an instruction, palloc'd, else NULL. */
extern char *orm_item_instruction(OrmJson json);

/*
 * Reads a reference to an existing row: a scalar, an object of a key, a label.
 * The object may omit the part of its key that its owner supplies.  Raises 22023 for anything else, 42P10
 * for an incomplete key.
 */
extern OrmObject *orm_item_read_ref(const OrmPlace *place, OrmJson json);

/* Reads an item: a scalar, an object, a label, or an object of one instruction ({"$connect": ...}). */
extern OrmObject *orm_item_read(const OrmPlace *place, OrmJson json);

/* Reads an object of "$upsert", by the conflict target of the place. */
extern OrmObject *orm_item_read_upsert(const OrmPlace *place, OrmJson json);

/* Reads an object that is created unless its row exists. */
extern OrmObject *orm_item_read_connect_or_create(const OrmPlace *place, OrmJson json);

#endif
