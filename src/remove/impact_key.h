/*
 * impact_key.h - tables of an impact, and the foreign keys that reference them;
 * see impact.h.  Private to this folder.
 */
#ifndef ORM_REMOVE_IMPACT_KEY_H
#define ORM_REMOVE_IMPACT_KEY_H

#include "exec/keyset.h"
#include "nodes/pg_list.h"
#include "remove/impact.h"
#include "remove/row_key.h"

/* A foreign key that references a table. */
typedef struct OrmImpactEdge
{
	OrmImpactEffect effect;
	Oid relid; /* the referencing table, possibly partitioned */
	char *name;
	/*
	 * FROM ... AS k(k0, ...), ... "s"."child" AS c WHERE ...: the referencing rows
	 * of rows whose keys are the parameters; an array for each column, or plain
	 * values if the key has no arrays
	 */
	char *sql;
	List *leaves;	/* the partitions that have the foreign key, the last parameter; NIL: all, no parameter */
	int64 blocking; /* number of rows that prevent the delete by this key */
} OrmImpactEdge;

/* A table with affected rows, as it was read: a partitioned table, or a partition alone. */
typedef struct OrmImpactTable
{
	Oid relid; /* hash key; must be first */
	OrmRowKey key;
	OrmKeySet **affected;			  /* by effect: keys of the rows of the partition tree */
	int64 count[ORM_IMPACT_NEFFECTS]; /* numbers of affected rows; blocking ones are counted by the edges */
	int *rows;						  /* rows that would be deleted, by their number in "affected" */
	int64 capacity;
	int64 followed; /* number of rows already followed */
	List *edges;	/* of OrmImpactEdge *; set when the first row is followed */
} OrmImpactTable;

/* Sets the edges of a table, with AccessShareLock on it, its partitions and the referencing tables. */
extern void orm_impact_key_find(OrmImpactTable *table);

#endif
