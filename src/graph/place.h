/*
 * place.h - the place of a value while a graph is read.  Private to this folder.
 */
#ifndef ORM_GRAPH_PLACE_H
#define ORM_GRAPH_PLACE_H

#include "graph/graph.h"

/* Where a relationship is read. */
typedef struct OrmPlace
{
	OrmGraph *graph;
	OrmEdge *edge;
	OrmObject *owner;
	const OrmPath *path; /* of the value that is read */
} OrmPlace;

/* A step down that outlives the reading. */
extern const OrmPath *orm_place_keep(const OrmGraph *graph, OrmPath path);

/* The same place, a step down by a key, by an index. */
extern OrmPlace orm_place_key(const OrmPlace *place, const char *key);
extern OrmPlace orm_place_index(const OrmPlace *place, int index);

/* Raises 22023, or 22004 for null: JSON of the wrong kind. */
extern void orm_place_wrong_kind(const OrmPlace *place, const char *wanted, OrmJson json, const char *hint);

/* Raises 22023: an instruction that is not allowed here; "names" are. */
extern void orm_place_wrong_instruction(const OrmPlace *place, const char *name, const char *const *names, int nnames);

#endif
