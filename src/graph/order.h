/*
 * order.h - the order of objects of one component.
 *
 * In a component that is a circle objects go by depth, and all in one statement
 * where that is possible.  A circle of objects is broken at a key that may be
 * NULL (set afterwards) or whose constraint waits for the end of the transaction.
 */
#ifndef ORM_GRAPH_ORDER_H
#define ORM_GRAPH_ORDER_H

#include "graph/types.h"

/* What ordering keeps of an object. */
typedef struct OrmObjectOrder
{
	int waits;	  /* how many of its references are to objects not written yet */
	uint64 visit; /* while looking for circles */
} OrmObjectOrder;

/* Writes objects of one group that do not wait for each other, but for what one statement allows. */
typedef void (*OrmWave)(OrmGraph *graph, OrmGroup *group, OrmObject **objects, int n);

/* Hands all unwritten objects of a component to "wave" in the right order; raises 0A000 for a circle. */
extern void orm_order_component(OrmGraph *graph, int component, OrmWave wave);

#endif
