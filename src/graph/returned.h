/*
 * returned.h - returned rows of a graph: which columns come back, and what is
 * kept of them.
 */
#ifndef ORM_GRAPH_RETURNED_H
#define ORM_GRAPH_RETURNED_H

#include "lib/stringinfo.h"

#include "exec/plan.h"
#include "graph/types.h"
#include "store/batch.h"

/* A column of a returned row. */
typedef struct OrmKnown
{
	Datum value;
	bool isnull;
	bool present;
} OrmKnown;

/* What came back of an object's row. */
typedef struct OrmReturned
{
	bool gone;		 /* the row was not there when it was read again */
	bool stored;	 /* the row has come back */
	uint8 action;	 /* OrmAction, when stored */
	OrmKnown *known; /* by place in the group's "needed"; NULL: nothing yet */
	int json_offset; /* members of the row in the graph's "json" */
	int json_length;
} OrmReturned;

/* What comes back of rows of a group. */
typedef struct OrmGroupReturned
{
	int *needed; /* attributes that are kept of returned rows; those of the primary key come first */
	int nneeded;
	int *place_of;		  /* by attribute: its place in "needed", or -1 */
	bool verified;		  /* rows come back to be compared: a foreign key is generated */
	bool keyed;			  /* no result is made, but every row's primary key comes back */
	bool decided;		  /* the rest is */
	const bool *readable; /* attributes that come back for the result; NULL: none */
	bool complete;		  /* with the result comes all that is needed */
	OrmPlan *shape;		  /* the form of the result, pinned; NULL: none */
} OrmGroupReturned;

/* Returned rows of the whole graph. */
typedef struct OrmGraphReturned
{
	StringInfoData json; /* rows as they came back */
	List *shapes;		 /* of OrmPlan *, pinned; the last pinned last */
} OrmGraphReturned;

/* Writing rows of one group. */
typedef struct OrmReturning
{
	OrmWrite write; /* of the batches */
	OrmGraph *graph;
	OrmGroup *group;
	int *columns; /* of what is needed, in a row; 0: it does not come back */
} OrmReturning;

/* Sets up a group of a model. */
extern void orm_returned_init(OrmGroupReturned *returned, const OrmModel *model);

/* From now on the value of this attribute is kept of returned rows. */
extern void orm_returned_need(OrmGroupReturned *returned, int attribute);

/* Decides, once for a group, which of its columns come back for the result. */
extern void orm_returned_decide(OrmGraph *graph, OrmGroup *group);

/* Must rows of these objects come back for the sake of other objects? */
extern bool orm_returned_is_needed(OrmObject *const *objects, int n);

/* Says what comes back of rows of a group ("needed": what is needed, at least). */
extern void orm_returned_begin(OrmReturning *returning, OrmGraph *graph, OrmGroup *group, bool needed);

/* A batch of the objects for which "test" holds, by their records; another object is written for those with a twin. */
typedef bool (*OrmObjectTest)(const OrmObject *object, const void *argument);

extern OrmBatch orm_returned_pick(const OrmReturning *returning, OrmObject *const *objects, int n, OrmObjectTest test,
								  const void *argument);

#endif
