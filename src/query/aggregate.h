/*
 * aggregate.h - aggregates: {"sum": "posts.likes", "where": {...}}.  Private to
 * this folder; compute.c makes sub-selects of them, group.c puts them over groups.
 */
#ifndef ORM_QUERY_AGGREGATE_H
#define ORM_QUERY_AGGREGATE_H

#include "query/compile.h"

/* What an aggregate goes over that is not the row itself: objects along relationships. */
typedef struct OrmChain
{
	List *relationships; /* of const OrmRelationship * */
	OrmScope *scope;	 /* of the objects at its end; their joins belong behind "from" */
	StringInfo from;	 /* "s"."posts" AS t1, ... */
	StringInfo where;	 /* joins them to the row that it begins with; and an aggregate's "where" */
	bool narrowed;		 /* by the "where" of its only aggregate */
} OrmChain;

typedef struct OrmAggregate
{
	const char *name;
	const char *function;		   /* of pg_catalog */
	OrmChain *chain;			   /* NULL: over the rows that are grouped */
	const OrmExpression *argument; /* NULL: * */
	bool distinct;
	List *order;		   /* of OrmOrder * */
	const char *separator; /* a parameter; NULL: none */
	const char *filter;	   /* NULL: none */
	const OrmType *type;   /* of the result */
} OrmAggregate;

/*
 * Reads an aggregate.  With "chains" (of OrmChain *) it is one over groups:
 * attributes and to-one paths of the scope are values of the rows that are
 * grouped, and a to-many chain is taken from the list, or added to it.  Without
 * it is one for a row, and has a chain always.
 */
extern OrmAggregate *orm_aggregate_read(OrmScope *scope, const char *name, OrmJson json, List **chains,
										const OrmPath *place);

/* Appends pg_catalog.sum(DISTINCT t1."likes" ORDER BY ...) FILTER (WHERE ...) */
extern void orm_aggregate_append(StringInfo sql, const OrmAggregate *aggregate);

#endif
