/*
 * watch.c - watching statements; see watch.h.
 */
#include "postgres.h"

#include "portability/instr_time.h"
#include "utils/memutils.h"

#include "base/error.h"
#include "exec/watch.h"

static OrmWatch *current = NULL;
static char *next_place = NULL;		   /* in the context of the watch; NULL: that of outer_place */
static const char *outer_place = NULL; /* likewise; NULL: the root */

void
orm_watch_begin(OrmWatch *watch)
{
	watch->context = CurrentMemoryContext;
	watch->outer = current;
	current = watch;
	next_place = NULL;
	outer_place = NULL;
}

void
orm_watch_end(OrmWatch *watch)
{
	Assert(current == watch);
	current = watch->outer;
	next_place = NULL;
	outer_place = NULL;
}

bool
orm_watch_is_on(void)
{
	return current != NULL;
}

bool
orm_watch_explains(void)
{
	return current != NULL && current->explain;
}

void
orm_watch_place(const OrmPath *place)
{
	if (current != NULL)
		next_place = place != NULL ? MemoryContextStrdup(current->context, orm_path_text(place)) : NULL;
}

const char *
orm_watch_within(const OrmPath *place)
{
	const char *before = outer_place;

	if (current != NULL)
		outer_place = place != NULL ? MemoryContextStrdup(current->context, orm_path_text(place)) : NULL;
	return before;
}

void
orm_watch_restore(const char *place)
{
	outer_place = place;
}

/* The time in milliseconds, from some instant on. */
static double
now(void)
{
	instr_time time;

	INSTR_TIME_SET_CURRENT(time);
	return INSTR_TIME_GET_MILLISEC(time);
}

OrmWatched *
orm_watch_before(const char *sql, const char *plan)
{
	MemoryContext caller = MemoryContextSwitchTo(current->context);
	OrmWatched *watched = palloc0(sizeof(OrmWatched));

	watched->place = next_place != NULL ? next_place : outer_place != NULL ? outer_place : "";
	watched->sql = pstrdup(sql);
	watched->plan = plan != NULL ? pstrdup(plan) : NULL;
	watched->buffers = pgBufferUsage;
	watched->milliseconds = now();
	current->statements = lappend(current->statements, watched);
	next_place = NULL;
	MemoryContextSwitchTo(caller);
	return watched;
}

void
orm_watch_after(OrmWatched *watched, uint64 rows)
{
	BufferUsage before = watched->buffers;

	watched->milliseconds = now() - watched->milliseconds;
	watched->rows = rows;
	memset(&watched->buffers, 0, sizeof(BufferUsage));
	BufferUsageAccumDiff(&watched->buffers, &pgBufferUsage, &before);
}
