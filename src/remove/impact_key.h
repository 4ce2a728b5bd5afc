/*
 * impact_key.h - tables of an impact, and the foreign keys that reference them;
 * see impact.h.  Private to this folder.
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
	Oid relid; /* the referencing table, possibly partitioned */
	char *name;
	char *sql;
	int64 blocking; /* number of rows that prevent the delete by this key */
} OrmImpactEdge;

/* A table with affected rows; a partition is a table of its own. */
typedef struct OrmImpactTable
{
	Oid relid;						  /* hash key; must be first */
	Oid source;						  /* table to read its rows from: itself, or its partitioned table */
	int64 count[ORM_IMPACT_NEFFECTS]; /* numbers of affected rows; blocking ones are counted by the edges */
	ItemPointerData *rows;			  /* rows that would be deleted */
	int64 capacity;
	int64 followed; /* number of rows already followed */
	List *edges;	/* of OrmImpactEdge *; set when the first row is followed */
} OrmImpactTable;

/* Sets the edges of a table, with AccessShareLock on it and on the referencing tables. */
extern void orm_impact_key_find(OrmImpactTable *table);

#endif
