/*
 * order.h - the order of the objects of a component.
 *
 * In a circular component all objects are written by one statement if possible,
 * else by depth.  A circle of objects is broken at a nullable foreign key,
 * which is set afterwards, or at one whose constraint is deferred to the end of
 * the transaction.
 */
#ifndef ORM_GRAPH_ORDER_H
#define ORM_GRAPH_ORDER_H

#include "graph/types.h"

/* The order of an object. */
typedef struct OrmObjectOrder
{
	int waits;	  /* number of references to objects not written yet */
	uint64 visit; /* used to find circles */
} OrmObjectOrder;

/* Writes objects of one group that do not wait for each other, except for references within one statement. */
typedef void (*OrmWave)(OrmGraph *graph, OrmGroup *group, OrmObject **objects, int n);

/*
 * Calls "wave" for the unwritten objects of a component in the right order;
 * raises 0A000 for a circle that cannot be broken.
 */
extern void orm_order_component(OrmGraph *graph, int component, OrmWave wave);

#endif
