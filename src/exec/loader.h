/*
 * loader.h - reading object graphs: one statement a level, assembled as JSON.
 *
 * 1. The root's rows arrive and are written at once, each as the text of its
 *    members, `"id":1,"nombre":"Ana"`, into the level's buffer; the place of
 *    that text and the keys for levels below are kept.
 * 2. For each level below, in order: the distinct keys of the parents' rows
 *    are collected (NULL keys have no children), the level's statement runs
 *    once with arrays of them, and its rows are kept in the same way, each in
 *    the list of its key.  (exec/keyset.h numbers keys.)
 * 3. The graph is written: the text of each root row, then, for each level below,
 *    its name and the rows of its key, each with its own levels below.  Each
 *    text is copied once, into a buffer of the right size.
 *
 * A target of many parents (a to-one relationship) is fetched and written in
 * step 2 once, and copied in step 3 for each.
 *
 * Recursion is step 2 again with the rows just read as parents, until a round
 * brings no new row, or the depth is reached.  Step 3 does not follow an object
 * within itself: it is written without that relationship, as by the server's
 * CYCLE clause, so a cycle ends.
 *
 * Everything is in one memory context of the run.  A level without others
 * below it and without parents (a plain list) is written straight into the
 * result.
 */
#ifndef ORM_EXEC_LOADER_H
#define ORM_EXEC_LOADER_H

#include "exec/keyset.h"
#include "exec/query.h"
#include "exec/receiver.h"
#include "exec/run.h"

typedef struct OrmLoader OrmLoader;

/* A row: its text, {"id":1,"name":"Ana", in the level's buffer; closed when there are no levels below. */
typedef struct OrmLoadedRow
{
	int start;
	int length;
	int group; /* number of the key of its parents */
} OrmLoadedRow;

/* A relationship of a row. */
typedef struct OrmLinkCell
{
	int group;	  /* whose rows belong there; -1: its key has a NULL, there are none */
	int identity; /* a recursive relationship: which object the row is; -1: not known */
} OrmLinkCell;

/*
 * The rows of one level.  Arrays are palloc'd in the graph's context and grow
 * by doubling.
 */
typedef struct OrmLevelRows
{
	OrmLoader *loader;
	const OrmLevelForm *form;
	const OrmLevel *level;
	StringInfoData text;
	int nrows;
	int capacity;
	OrmLoadedRow *rows;
	OrmLinkCell *cells;			/* form->nbelow for each row */
	int64 *sorts;				/* by row, if the level is sorted */
	StringInfoData cursor_text; /* the root of PAGE: a row's cursor is the text before */
	int *cursor_ends;			/* this position, by row */
	OrmKeySet *keys;			/* of the parents; their numbers are the groups */
	int asked;					/* keys before this one have been asked for */
	int *starts;				/* by group: where its rows start in "order"; one more at the end */
	int *order;					/* numbers of rows */
	OrmKeySet *identities;		/* recursive: objects by primary key; NULL: they have none */
	bool *on_path;				/* by identity: is being written further up */
} OrmLevelRows;

struct OrmLoader
{
	OrmQuery *query;
	MemoryContext context;
	OrmReceiver receiver;
	OrmLevelRows *levels;
	List **plans;				 /* explain: the plans collected, */
	MemoryContext plans_context; /* here */
};

/* Begins a run of the query's levels, in a child of the current context. */
extern OrmLoader *orm_loader_begin(OrmQuery *query);

/* Step 1: runs the root's statement (limit 0: all rows); returns the number of rows. */
extern uint64 orm_loader_read_root(OrmLoader *loader, uint64 limit);

/* ... or takes a row of it from elsewhere (a cursor). */
extern void orm_loader_take_root(OrmLoader *loader, TupleTableSlot *slot);

/* ... or, KEYS: reads the rows of n keys; groups[i] receives the number of the i-th key, -1 where there is none. */
extern void orm_loader_read_keys(OrmLoader *loader, const OrmWanted *wanted, int n, int *groups);

/* Step 2: reads all levels below the root's rows. */
extern void orm_loader_read_levels(OrmLoader *loader);

/* The JSON array of a root row's cursor values (PAGE). */
extern const char *orm_loader_cursor(OrmLoader *loader, int row, int *length);

/* How many bytes of text the root's rows take so far. */
extern int orm_loader_root_size(const OrmLoader *loader);

extern void orm_loader_end(OrmLoader *loader);

/* While set, each statement's plan is collected into the list before it runs (List of char *). */
extern void orm_loader_explain(OrmLoader *loader, List **plans);

#endif
