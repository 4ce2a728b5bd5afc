/*
 * pass.h - the objects of a pass of operations (schedule.h), which are one graph.
 * Private to this folder.
 */
#ifndef ORM_SESSION_PASS_H
#define ORM_SESSION_PASS_H

#include "graph/graph.h"
#include "session/operations.h"
#include "session/schedule.h"

/* How the objects of a kind of operations are read and written. */
typedef struct OrmOperationWay
{
	OrmIntent intent;
	OrmVerb verb;
} OrmOperationWay;

/* By kind; not of REMOVE. */
extern const OrmOperationWay orm_pass_ways[];

typedef struct OrmWriting
{
	OrmOperation *operations;
	OrmTurn *turns;		 /* one per operation */
	OrmObject **objects; /* one per operation; REMOVE: NULL */
	OrmLabels *labels;
	OrmFindLabel find_label;
	const OrmOperationOptions *options;
	bool late_labels; /* there are rows whose first operation in a round is not in pass 0 */
	OrmTally tally;
} OrmWriting;

/* The operations of a round. */
typedef struct OrmRound
{
	OrmWriting *writing;
	const int *numbers; /* of its operations, in their order */
	int n;
	int *order;	   /* the same, sorted by pass */
	int nwrites;   /* the first ones of "order" are writes, sorted by pass; the rest are removals */
	int next;	   /* position in "order" of the pass after the current one */
	bool *early;   /* by position in "order": a removal that precedes the writes */
	List *written; /* OIDs of the tables of all objects, nested ones included */
} OrmRound;

/*
 * Writes the objects of a pass: operations order[0] to order[n - 1].  With the option
 * "validate_all" they are checked before that, and everything that is wrong is raised.
 */
extern void orm_pass_write(OrmRound *round, const int *order, int n);

#endif
