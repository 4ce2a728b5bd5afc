/*
 * join_statement.h - the statements that insert, delete and find join table rows.
 */
#ifndef ORM_GRAPH_JOIN_STATEMENT_H
#define ORM_GRAPH_JOIN_STATEMENT_H

#include "exec/plan.h"
#include "graph/graph.h"
#include "store/columns.h"

typedef enum OrmJoinAction
{
	ORM_JOIN_INSERT,
	ORM_JOIN_DELETE,
	ORM_JOIN_FIND,
	ORM_JOIN_DELETE_OTHERS
} OrmJoinAction;

/* The columns to insert: the foreign key to the source, and the rest of the foreign key to the target. */
extern OrmJoinColumns orm_join_statement_columns(const OrmEdge *edge);

/* The key columns that identify join table rows: the source's, and with "both" the target's. */
extern OrmJoinColumns orm_join_statement_keys(const OrmEdge *edge, bool both);

/*
 * The plan of an action, pinned; its parameters are the arrays of "first", then of "second".  With "unscoped"
 * default scopes of the target are lifted.  It is cached by the text, which depends on more of the join table
 * than the model.
 */
extern OrmPlan *orm_join_statement_open(const OrmEdge *edge, OrmJoinAction action, const OrmJoinColumns *first,
										const OrmJoinColumns *second, bool unscoped, OrmPlanning planning);

#endif
