/*
 * plan_entry.h - what the plan cache and the execution of its entries share.
 * Private to plan.c and execute.c.
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
	bool by_role;	 /* a signpost: the plans hang under key + role */
	SPIPlanPtr plan; /* NULL: payload only, or a signpost */
	int nparams;
	Oid *results; /* types of its rows' columns; NULL: not said */
	int nresults;
	MemoryContext payload_context; /* a child of "context" */
	void *payload;
	Size size;			  /* memory of all of it, as it was measured last */
	const void *measured; /* the generic plan that it had then */
	int pins;
	dlist_node recent; /* in order of use, newest first */
};

#endif
