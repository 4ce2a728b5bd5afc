/*
 * impact_key.h - the tables of an impact and the foreign keys that reference
 * them; see impact.h.  Private to this folder.
 */
#ifndef ORM_REMOVE_IMPACT_KEY_H
#define ORM_REMOVE_IMPACT_KEY_H

#include "nodes/pg_list.h"
#include "remove/impact.h"
#include "storage/itemptr.h"

/* A foreign key that references a table. */
typedef struct OrmImpactEdge
{
	OrmImpactEffect effect;
	Oid relid; /* the referencing table, perhaps a partitioned one */
	char *name;
	char *sql;
	int64 blocking; /* rows that stay and prevent the delete by this key */
} OrmImpactEdge;

/* A table with affected rows; a partition is a table of its own. */
typedef struct OrmImpactTable
{
	Oid relid;						  /* hash key; must be first */
	Oid source;						  /* the table to read its rows from: itself, or its partitioned table */
	int64 count[ORM_IMPACT_NEFFECTS]; /* affected rows; the BLOCKING ones are counted by the edges */
	ItemPointerData *rows;			  /* the deleted ones */
	int64 capacity;
	int64 followed; /* number of rows followed along the edges */
	List *edges;	/* OrmImpactEdge *; set when the first row is followed */
} OrmImpactTable;

/* Finds the foreign keys that reference the table, its edges. */
extern void orm_impact_key_find(OrmImpactTable *table);

#endif
