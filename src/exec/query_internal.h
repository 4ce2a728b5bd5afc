/*
 * query_internal.h - what the parts of running queries share.  Private to this
 * folder:
 *
 *     query.c      opening: the compiled query of a request
 *     bind.c       values for the parameters of its statements
 *     run.c        the verbs
 *     loader.c      reading levels
 *     assemble.c   writing what was read
 *     stream.c     objects one by one
 */
#ifndef ORM_EXEC_QUERY_INTERNAL_H
#define ORM_EXEC_QUERY_INTERNAL_H

#include "exec/json.h"
#include "exec/query.h"

/* A relationship of the objects of a level. */
typedef struct OrmBelow
{
	int level;		 /* number of the level its objects are read by */
	const char *key; /* ,"posts": */
	int key_length;
} OrmBelow;

/* What is made once of a level and used for each of its rows. */
typedef struct OrmLevelForm
{
	const OrmLevel *level;
	OrmJsonShape *shape;
	int width; /* so many columns of a row are looked at */
	int nbelow;
	OrmBelow *below; /* of a recursive level: itself first */
	int place;		 /* which of the parent level's relationships this is */
} OrmLevelForm;

/* The payload of a query's entry in the plan cache. */
typedef struct OrmPrepared
{
	MemoryContext context;
	uint64 serial; /* key of its statements; no two compilations share one */
	const OrmCompiled *compiled;
	OrmLevelForm *forms; /* by level */
} OrmPrepared;

/* Number of the statement of PAGE's total, behind those of the levels. */
#define ORM_STATEMENT_TOTAL (-1)

/* The plan of one of the query's statements, pinned. */
extern OrmPlan *orm_query_plan(const OrmQuery *query, int number);

/* In bind.c: reads the value of a slot that is not the parents'. */
extern Datum orm_query_bind(const OrmQuery *query, const OrmSlot *slot, bool *isnull);

/* PAGE: the signature, with the values that the order depends on in front. */
extern const char *orm_query_signature_text(const OrmQuery *query);

#endif
