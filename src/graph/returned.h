/*
 * returned.h - returned rows of a graph: the columns to return, and the values
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

/* The returned row of an object. */
typedef struct OrmReturned
{
	bool gone;		 /* the row did not exist when it was read again */
	bool stored;	 /* the row was returned */
	uint8 action;	 /* OrmAction, when stored */
	OrmKnown *known; /* by position in the group's "needed"; NULL: no values yet */
	int json_offset; /* position of the row's members in the graph's "json" */
	int json_length;
} OrmReturned;

/* The columns returned of a group's rows. */
typedef struct OrmGroupReturned
{
	int *needed; /* attributes kept of returned rows; the primary key comes first */
	int nneeded;
	int *place_of;		  /* by attribute: position in "needed", or -1 */
	bool verified;		  /* rows are returned for comparison: a foreign key is generated */
	bool keyed;			  /* there is no result, but primary keys are returned */
	bool decided;		  /* the following members are set */
	const bool *readable; /* attributes returned for the result; NULL: none */
	bool complete;		  /* the result includes all needed attributes */
	OrmPlan *shape;		  /* object shape of the result, pinned; NULL: none */
} OrmGroupReturned;

/* The returned rows of the whole graph. */
typedef struct OrmGraphReturned
{
	StringInfoData json; /* members of the rows, in the order of return */
	List *shapes;		 /* of OrmPlan *, pinned, in the order of pinning */
} OrmGraphReturned;

/* State of writing rows of one group. */
typedef struct OrmReturning
{
	OrmWrite write; /* write of the batches */
	OrmGraph *graph;
	OrmGroup *group;
	int *columns; /* by position in "needed": column in a returned row; 0: not returned */
} OrmReturning;

/* Initializes the returned columns of a group. */
extern void orm_returned_init(OrmGroupReturned *returned, const OrmModel *model);

/* Adds an attribute to those kept of returned rows. */
extern void orm_returned_need(OrmGroupReturned *returned, int attribute);

/* Decides once which columns of a group are returned for the result. */
extern void orm_returned_decide(OrmGraph *graph, OrmGroup *group);

/* Must rows of these objects be returned for other objects? */
extern bool orm_returned_is_needed(OrmObject *const *objects, int n);

/* Prepares a write of a group with its returned columns; "needed": at least the needed ones. */
extern void orm_returned_begin(OrmReturning *returning, OrmGraph *graph, OrmGroup *group, bool needed);

/* A batch of the records of objects that pass a test, without those written through their twin. */
typedef bool (*OrmObjectTest)(const OrmObject *object, const void *argument);

extern OrmBatch orm_returned_pick(const OrmReturning *returning, OrmObject *const *objects, int n, OrmObjectTest test,
								  const void *argument);

#endif
