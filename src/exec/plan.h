/*
 * plan.h - the plan cache: statements that are prepared once.  Running them is
 * exec/execute.h.
 *
 * Callers describe what they want by a key: bytes that say everything the SQL
 * text depends on (a kind and the epoch of the model first, then columns,
 * flags...) and no values.  A hit builds no SQL, parses none and plans
 * nothing:
 *
 *     OrmPlan    *plan = orm_plan_get(&key, describe, argument);
 *
 *     n = orm_execute_plan(plan, values, isnull, ORM_WRITE, 0, receiver);
 *     orm_plan_release(plan);
 *
 * On a miss describe(text, argument) says what the statement is.  An entry
 * may hold, instead of a statement or with it, something compiled (its payload).
 *
 * get, find and keep pin the plan, release takes the pin off (last pinned, first
 * released); an error takes off the pins of what it aborts.  A pinned plan is
 * never freed, so a trigger that calls the extension again, and fills the
 * cache, is safe.
 *
 * The cache itself adds to the key what PostgreSQL's own plan cache would
 * throw a plan away for: the resolved search_path, and the role where the plan
 * depends on row security.  It is bounded by orm.plan_cache_size and
 * orm.plan_cache_memory, least recently used first.
 */
#ifndef ORM_EXEC_PLAN_H
#define ORM_EXEC_PLAN_H

#include "lib/stringinfo.h"
#include "nodes/pg_list.h"

typedef struct OrmPlan OrmPlan;

/* How the server should plan a statement. */
typedef enum OrmPlanning
{
	ORM_PLAN_AUTO,	  /* as PREPARE does: a few custom plans, then whichever is cheaper */
	ORM_PLAN_GENERIC, /* once: lookups by an indexed key, inserts */
	ORM_PLAN_CUSTOM	  /* each time, with the values */
} OrmPlanning;

/*
 * Keys are built with these: `OrmPlanKey key; orm_plan_key_begin(&key, kind,
 * epoch); orm_plan_key_add(&key, bytes, n)`.  Kinds are ORM_KIND_ constants,
 * one for each caller that forms keys of its own.
 */
#define ORM_PLAN_KEY_INLINE 96

typedef struct OrmPlanKey
{
	char *data;
	int length;
	int capacity;
	char room[ORM_PLAN_KEY_INLINE];
} OrmPlanKey;

typedef enum OrmPlanKind
{
	ORM_KIND_INSERT = 1,
	ORM_KIND_UPDATE,
	ORM_KIND_UPSERT,
	ORM_KIND_DELETE,
	ORM_KIND_SELECT,
	ORM_KIND_STORED,	/* reading back, in a write, the rows that it did not change */
	ORM_KIND_GET,		/* one row by primary key */
	ORM_KIND_REFERENCE, /* whether there is a row that a foreign key leads to */
	ORM_KIND_IMPACT,	/* the rows that refer to rows that would be deleted */
	ORM_KIND_SHAPE,		/* the form of what a write returns as JSON: no statement, payload only */
	ORM_KIND_FUNCTION,	/* a function in LANGUAGE orm, compiled: no statement, payload only */
	ORM_KIND_QUERY,		/* a query document, compiled: no statement, payload only */
	ORM_KIND_LEVEL,		/* one of the statements of such a query */
	ORM_KIND_OTHERS,	/* rows of a collection that are to leave it */
	ORM_KIND_LINK,		/* rows of join tables: insert */
	ORM_KIND_UNLINK,	/* delete */
	ORM_KIND_ALONG,		/* rows that are deleted along a relationship: finding them */
	ORM_KIND_DELETE_ALL /* rows of several tables */
} OrmPlanKind;

extern void orm_plan_key_begin(OrmPlanKey *key, OrmPlanKind kind, uint64 epoch);
extern void orm_plan_key_add(OrmPlanKey *key, const void *bytes, int length);

/* Adds n booleans as bits. */
extern void orm_plan_key_add_flags(OrmPlanKey *key, const bool *flags, int n);

/* Registers callbacks and settings; called once from _PG_init. */
extern void orm_plan_init(void);

/* What a statement is. */
typedef struct OrmPlanText
{
	StringInfoData sql;
	int nparams;
	const Oid *types; /* of the parameters */
	int nresults;
	const Oid *results; /* of the rows' columns (InvalidOid: any); NULL: nothing is said of them */
	OrmPlanning planning;
} OrmPlanText;

/* Fills in a text whose "sql" is empty and whose other members are zero. */
typedef void (*OrmPlanDescribe)(OrmPlanText *text, const void *argument);

/*
 * The plan of that key, pinned; on a miss the statement that "describe" says
 * is prepared and kept.  Errors of the parser pass through; nothing is kept
 * then.  orm_execute_plan raises 0A000 for rows of other types than "results".
 */
extern OrmPlan *orm_plan_get(const OrmPlanKey *key, OrmPlanDescribe describe, const void *argument);

/* The same where the key is the text itself, with all its types: the epoch of no model says what it depends on. */
extern OrmPlan *orm_plan_get_by_text(OrmPlanKind kind, const OrmPlanText *text);

/* The plan of that key, pinned, or NULL. */
extern OrmPlan *orm_plan_find(const OrmPlanKey *key);

extern void orm_plan_release(OrmPlan *plan);

/* What is compiled; NULL: nothing. */
extern void *orm_plan_payload(const OrmPlan *plan);

/*
 * Gives a pinned plan something compiled, whose memory is "context", in place
 * of what it had, which lives until the transaction ends.  "plan" NULL: an
 * entry of that key is made, without a statement, and pinned.  Returns the plan.
 */
extern OrmPlan *orm_plan_keep(OrmPlan *plan, const OrmPlanKey *key, MemoryContext context, void *payload);

/* Raises an internal error for an SPI code that the statements built here cannot cause. */
extern void orm_plan_check_spi(int code, const char *what);

#endif
