/*
 * plan.h - the plan cache: prepared statements.  exec/execute.h runs them.
 *
 * Callers identify a statement by a key: bytes with everything that the SQL text depends
 * on (first a kind and the epoch of the model, then columns, flags...), but no values.  A
 * hit needs neither SQL text nor parsing nor planning:
 *
 *     OrmPlan    *plan = orm_plan_get(&key, describe, argument);
 *
 *     n = orm_execute_plan(plan, values, isnull, ORM_WRITE, 0, receiver);
 *     orm_plan_release(plan);
 *
 * On a miss describe(text, argument) makes the text.  An entry can also have a compiled
 * object (its payload), with or without a statement.
 *
 * get, find and keep pin the plan, and release unpins it, in reverse order.  An abort
 * releases the pins of its (sub)transaction.  A pinned plan is never freed, even if a
 * trigger calls the extension again and fills the cache.
 *
 * The cache adds to the key the reasons for which PostgreSQL's plan cache would discard a
 * plan: the resolved search_path, and the role if the plan depends on row security.  Its
 * size is limited by orm.plan_cache_size and orm.plan_cache_memory; the least recently
 * used entries are evicted.
 */
#ifndef ORM_EXEC_PLAN_H
#define ORM_EXEC_PLAN_H

#include "lib/stringinfo.h"
#include "nodes/pg_list.h"

typedef struct OrmPlan OrmPlan;

/* How the server should plan a statement. */
typedef enum OrmPlanning
{
	ORM_PLAN_AUTO,	  /* chosen by the server, as for PREPARE */
	ORM_PLAN_GENERIC, /* generic plan: lookups by an indexed key, inserts; as AUTO for distributed relations */
	ORM_PLAN_CUSTOM	  /* custom plan for each execution */
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
	ORM_KIND_STORED,	 /* rows not changed by a write, read back */
	ORM_KIND_GET,		 /* one row by primary key */
	ORM_KIND_REFERENCE,	 /* existence of a referenced row */
	ORM_KIND_IMPACT,	 /* referencing rows of rows to be deleted */
	ORM_KIND_SHAPE,		 /* JSON shape of returned rows: payload only */
	ORM_KIND_FUNCTION,	 /* compiled function in LANGUAGE orm: payload only */
	ORM_KIND_QUERY,		 /* compiled query document: payload only */
	ORM_KIND_LEVEL,		 /* statement of a compiled query */
	ORM_KIND_OTHERS,	 /* rows removed from a collection */
	ORM_KIND_LINK,		 /* insert of join table rows */
	ORM_KIND_UNLINK,	 /* delete of join table rows */
	ORM_KIND_ALONG,		 /* rows to be deleted along a relationship */
	ORM_KIND_DELETE_ALL, /* delete of rows of several tables */
	ORM_KIND_COUNTER,	 /* counting rows of changed ones */
	ORM_KIND_POSITION,	 /* lists of changed rows */
	ORM_KIND_REORDER	 /* a list in the order of an array */
} OrmPlanKind;

extern void orm_plan_key_begin(OrmPlanKey *key, OrmPlanKind kind, uint64 epoch);
extern void orm_plan_key_add(OrmPlanKey *key, const void *bytes, int length);

/* Adds n booleans as bits. */
extern void orm_plan_key_add_flags(OrmPlanKey *key, const bool *flags, int n);

/* Registers callbacks and settings; called once from _PG_init. */
extern void orm_plan_init(void);

/* The description of a statement. */
typedef struct OrmPlanText
{
	StringInfoData sql;
	int nparams;
	const Oid *types; /* of the parameters */
	int nresults;
	const Oid *results; /* of the rows' columns (InvalidOid: any); NULL: not checked */
	OrmPlanning planning;
	const struct TriggerData *trigger; /* whose transition tables it names; NULL: none */
} OrmPlanText;

/* Fills in a text whose "sql" is empty and whose other members are zero. */
typedef void (*OrmPlanDescribe)(OrmPlanText *text, const void *argument);

/*
 * The plan of that key, pinned.  On a miss the statement is made by "describe", prepared
 * and added to the cache.  Errors of the parser are not changed, and nothing is added then.
 * orm_execute_plan raises 0A000 for rows of other types than "results".
 */
extern OrmPlan *orm_plan_get(const OrmPlanKey *key, OrmPlanDescribe describe, const void *argument);

/* Like orm_plan_get, with the text and its types as key, for statements that do not depend on a model's epoch. */
extern OrmPlan *orm_plan_get_by_text(OrmPlanKind kind, const OrmPlanText *text);

/* The plan of that key, pinned, or NULL. */
extern OrmPlan *orm_plan_find(const OrmPlanKey *key);

extern void orm_plan_release(OrmPlan *plan);

/* The payload of a plan, or NULL. */
extern void *orm_plan_payload(const OrmPlan *plan);

/*
 * Sets the payload of a pinned plan, which takes over its memory context.  The previous
 * payload is freed at the end of the transaction.  If "plan" is NULL, an entry of that key
 * is made without a statement, and pinned.  Returns the plan.
 */
extern OrmPlan *orm_plan_keep(OrmPlan *plan, const OrmPlanKey *key, MemoryContext context, void *payload);

/* In an SPI connection: makes the transition tables of a trigger known, unless it is NULL. */
extern void orm_plan_register(const struct TriggerData *trigger);

/* Raises an internal error for an SPI error code, which generated statements cannot cause. */
extern void orm_plan_check_spi(int code, const char *what);

#endif
