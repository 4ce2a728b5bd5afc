/*
 * impact_internal.h - the tables of an impact and the foreign keys that lead to
 * them; see impact.h.
 */
#ifndef ORM_REMOVE_IMPACT_INTERNAL_H
#define ORM_REMOVE_IMPACT_INTERNAL_H

#include "nodes/pg_list.h"
#include "remove/impact.h"
#include "storage/itemptr.h"

/* A foreign key that leads to a table. */
typedef struct OrmImpactEdge
{
	OrmImpactEffect effect;
	Oid relid; /* the table that has it: perhaps a partitioned one */
	char *name;
	char *sql;
	int64 blocking; /* rows that stay and, by this key, do not let others go */
} OrmImpactEdge;

/* A table with rows; a partition is one of its own. */
typedef struct OrmImpactTable
{
	Oid relid;						  /* hash key; must be first */
	Oid source;						  /* what its rows are read from: itself, or what it is a partition of */
	int64 count[ORM_IMPACT_NEFFECTS]; /* rows that something happens to; edges count those BLOCKING */
	ItemPointerData *rows;			  /* those that are deleted */
	int64 capacity;
	int64 followed; /* so many of them are followed along the edges */
	List *edges;	/* OrmImpactEdge *; from when the first is followed */
} OrmImpactTable;

/* Finds the foreign keys that a delete from a table looks at: its edges. */
extern void orm_impact_find_edges(OrmImpactTable *table);

#endif
