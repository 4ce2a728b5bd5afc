/*
 * model_order.h - the order of models.
 *
 * Referenced models are written before referencing ones; the names of models
 * decide where nothing else does, so that two calls lock rows in one order.  Models
 * that refer to each other in a circle, or to themselves, are one component.
 */
#ifndef ORM_GRAPH_MODEL_ORDER_H
#define ORM_GRAPH_MODEL_ORDER_H

#include "access/attnum.h"

#include "graph/types.h"

/* What ordering keeps of a group. */
typedef struct OrmGroupOrder
{
	int component; /* the lower is written first */
	int visit;	   /* while ordering */
} OrmGroupOrder;

/* Numbers the groups' components; returns how many. */
extern int orm_model_order_number(OrmGraph *graph);

/*
 * The groups of a component (List of OrmGroup *).  Where tables order them, too,
 * a group goes after those it refers to by keys that do not wait, as far as
 * that can be in a circle.
 */
extern List *orm_model_order_members(const OrmGraph *graph, int component);

/* Is the foreign key of these columns, from table to table, checked at the end of the transaction? */
extern bool orm_model_order_waits(Oid holder, Oid target, int n, const AttrNumber *columns);

#endif
