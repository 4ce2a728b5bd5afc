/*
 * plan_entry.h - entries of the plan cache.  Private to plan.c and execute.c.
 */
#ifndef ORM_EXEC_PLAN_ENTRY_H
#define ORM_EXEC_PLAN_ENTRY_H

#include "executor/spi.h"
#include "lib/ilist.h"

#include "exec/plan.h"

struct OrmPlan
{
	uint64 hash; /* hash key; must be first */
	MemoryContext context;
	char *key;
	int key_length;
	bool by_role;	 /* a placeholder: the plans have keys with the role */
	SPIPlanPtr plan; /* NULL: payload only, or a placeholder */
	int nparams;
	Oid *results; /* types of its rows' columns; NULL: not checked */
	int nresults;
	MemoryContext payload_context; /* a child of "context" */
	void *payload;
	Size size;			  /* total memory when last measured */
	const void *measured; /* generic plan when last measured */
	int pins;
	dlist_node recent; /* in order of use, newest first */
};

#endif
