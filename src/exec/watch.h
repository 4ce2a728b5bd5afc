/*
 * watch.h - watching the statements of the plan cache that a call runs, for orm.explain and
 * orm.sql:
 *
 *     OrmWatch watch = {.explain = true};
 *
 *     orm_watch_begin(&watch);
 *     PG_TRY(); { ... } PG_FINALLY(); { orm_watch_end(&watch); } PG_END_TRY();
 *     ... watch.statements ...
 */
#ifndef ORM_EXEC_WATCH_H
#define ORM_EXEC_WATCH_H

#include "executor/instrument.h"
#include "nodes/pg_list.h"

#include "base/path.h"

/* A statement that was run. */
typedef struct OrmWatched
{
	const char *place; /* in the document; empty: the root */
	const char *sql;
	const char *plan; /* lines of EXPLAIN; NULL: not asked for */
	uint64 rows;
	double milliseconds;
	BufferUsage buffers;
} OrmWatched;

typedef struct OrmWatch
{
	bool explain;
	List *statements; /* of OrmWatched *, in the order in which they began */
	MemoryContext context;
	struct OrmWatch *outer;
} OrmWatch;

/* Begins and ends watching; watches nest.  Statements are kept in the context that is current at the beginning. */
extern void orm_watch_begin(OrmWatch *watch);
extern void orm_watch_end(OrmWatch *watch);

/* Is a call watched, and does the watch want plans? */
extern bool orm_watch_is_on(void);
extern bool orm_watch_explains(void);

/* Sets the place of the next statement. */
extern void orm_watch_place(const OrmPath *place);

/*
 * Sets the place of statements that have none of their own, until the former one, which is
 * returned, is set again.
 */
extern const char *orm_watch_within(const OrmPath *place);
extern void orm_watch_restore(const char *place);

/* Before and after a statement; "plan" may be NULL. */
extern OrmWatched *orm_watch_before(const char *sql, const char *plan);
extern void orm_watch_after(OrmWatched *watched, uint64 rows);

#endif
