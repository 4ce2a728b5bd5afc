/*
 * model_order.h - the order in which models are written.
 *
 * Referenced models are written before referencing ones.  Otherwise the order
 * is by name, so that concurrent calls lock rows in the same order.  Models
 * that reference each other in a circle, or themselves, form a component.
 */
#ifndef ORM_GRAPH_MODEL_ORDER_H
#define ORM_GRAPH_MODEL_ORDER_H

#include "access/attnum.h"

#include "graph/types.h"

/* The order of a group. */
typedef struct OrmGroupOrder
{
	int component; /* lower numbers are written first */
	int visit;	   /* used by orm_model_order_number() */
} OrmGroupOrder;

/* Numbers the components and sorts groups and edges; returns the number of components. */
extern int orm_model_order_number(OrmGraph *graph);

/*
 * The groups of a component (List of OrmGroup *).  With the option by_table,
 * groups referenced by an immediate foreign key go first, as far as a circle
 * permits.
 */
extern List *orm_model_order_members(const OrmGraph *graph, int component);

/* Is the foreign key of these columns between two tables checked at the end of the transaction? */
extern bool orm_model_order_waits(Oid holder, Oid target, int n, const AttrNumber *columns);

#endif
