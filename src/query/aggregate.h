/*
 * aggregate.h - aggregates: {"sum": "posts.likes", "where": {...}}.  Private to
 * this folder.  compute.c uses them in subqueries, group.c for groups.
 */
#ifndef ORM_QUERY_AGGREGATE_H
#define ORM_QUERY_AGGREGATE_H

#include "query/compile.h"

/* A chain of relationships, whose last targets are aggregated. */
typedef struct OrmChain
{
	List *relationships; /* of const OrmRelationship * */
	OrmScope *scope;	 /* of the last targets; its joins follow "from" */
	StringInfo from;	 /* "s"."posts" AS t1, ... */
	StringInfo where;	 /* join conditions with the first row; and "where" of the aggregate */
	bool narrowed;		 /* has the "where" of its only aggregate */
} OrmChain;

typedef struct OrmAggregate
{
	const char *name;
	const char *function;		   /* of pg_catalog */
	OrmChain *chain;			   /* NULL: over the grouped rows */
	const OrmExpression *argument; /* NULL: * */
	bool distinct;
	List *order;		   /* of OrmOrder * */
	const char *separator; /* a parameter; NULL: none */
	const char *filter;	   /* NULL: none */
	const OrmType *type;   /* of the result */
	const OrmNode *node;   /* in the document, if it is inside of an expression over groups */
} OrmAggregate;

/*
 * Reads an aggregate; raises 22023, 42703, 42883 and others with the place.  With
 * "chains" (of OrmChain *) it is an aggregate over groups: attributes and to-one paths of
 * the scope are values of the grouped rows, and a to-many chain is taken from the list or
 * added to it.  Without "chains" it belongs to one row, and must have a relationship.
 */
extern OrmAggregate *orm_aggregate_read(OrmScope *scope, const char *name, OrmJson json, List **chains,
										const OrmPath *place);

/* Is it the name of an aggregate? */
extern bool orm_aggregate_is_function(const char *name);

/* Appends pg_catalog.sum(DISTINCT t1."likes" ORDER BY ...) FILTER (WHERE ...) */
extern void orm_aggregate_append(StringInfo sql, const OrmAggregate *aggregate);

/* Is it the name of an aggregate? */
extern bool orm_aggregate_is_function(const char *name);

#endif
