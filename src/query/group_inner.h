/*
 * group_inner.h - aggregates inside of expressions over groups.  Private to this folder.
 *
 *     "aggregate": {"mean": {"/": [{"sum": "price"}, {"count": "*"}]}}
 *
 * They are read before the expression, as all aggregates together decide the form of the
 * statement.  The expression finds them by their nodes in the document.
 */
#ifndef ORM_QUERY_GROUP_INNER_H
#define ORM_QUERY_GROUP_INNER_H

#include "query/compile.h"

/* Is a member of "aggregate" an expression?  Other objects are left to the reader of aggregates. */
extern bool orm_group_inner_is_expression(OrmJson json);

/* Reads the aggregates inside of an expression: List of OrmAggregate *.  Chains as for orm_aggregate_read. */
extern List *orm_group_inner_read(OrmScope *scope, OrmJson json, List **chains, const OrmPath *place);

#endif
