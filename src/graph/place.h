/*
 * place.h - the current place while a graph is read.  Private to this folder.
 */
#ifndef ORM_GRAPH_PLACE_H
#define ORM_GRAPH_PLACE_H

#include "graph/graph.h"

/* The place of a relationship's value. */
typedef struct OrmPlace
{
	OrmGraph *graph;
	OrmEdge *edge;
	OrmObject *owner;
	const OrmPath *path;			  /* path of the value */
	const OrmConflictOn *conflict_on; /* of "$upsert", which the value is */
} OrmPlace;

/* Copies a step of a path into the graph's context. */
extern const OrmPath *orm_place_keep(const OrmGraph *graph, OrmPath path);

/* The place one step below, by a key or an index. */
extern OrmPlace orm_place_key(const OrmPlace *place, const char *key);
extern OrmPlace orm_place_index(const OrmPlace *place, int index);

/* Raises 22023, or 22004 for null: JSON of the wrong kind; "wanted" is a noun phrase. */
extern void orm_place_wrong_kind(const OrmPlace *place, const char *wanted, OrmJson json, const char *hint);

/* Raises 22023: an instruction that is not allowed here; "names" are the allowed ones. */
extern void orm_place_wrong_instruction(const OrmPlace *place, const char *name, const char *const *names, int nnames);

#endif
