/*
 * loader.h - reading object graphs: one statement for each level, assembled as JSON.
 *
 * 1. Each row of the root is converted to the text of its members,
 *    `{"id":1,"nombre":"Ana"`, in the buffer of its level when it arrives.  The position of
 *    the text and the keys for the levels below are stored.
 * 2. For each level below, in order: the level's statement runs once with arrays of the
 *    distinct keys of the parents' rows (NULL keys have no children).  Its rows are stored
 *    like those of the root, grouped by key (exec/keyset.h).
 * 3. The graph is written: the text of each root row, followed for each level below by its
 *    name and the rows of its key, recursively.  Each text is copied into a buffer of the
 *    estimated size.
 *
 * A target with many parents (of a to-one relationship) is fetched and converted once in
 * step 2, and copied for each parent in step 3.
 *
 * Recursive levels repeat step 2 with the new rows as parents, until there are no new rows
 * or the depth is reached.  In step 3 an object that is in its own path is written without
 * the recursive relationship, which ends cycles, like the server's CYCLE clause.
 *
 * All memory is in one context of the run.  A root without levels below is written
 * directly into the result.
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
	int group; /* number of its parents' key */
} OrmLoadedRow;

/* A relationship of a row. */
typedef struct OrmLinkCell
{
	int group;	  /* group of the related rows; -1: none, as the key has a NULL */
	int identity; /* recursive: number of the object in "identities"; -1: none */
} OrmLinkCell;

/*
 * The rows of one level.  Arrays are allocated in the context of the run and grow by
 * doubling.
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
	int *cursor_ends;			/* end of the cursor in cursor_text, by row */
	StringInfoData key_text;	/* "key_by": the keys of the objects */
	int *key_ends;				/* end of the key in key_text, by row */
	OrmKeySet *keys;			/* of the parents; their numbers are the groups */
	int asked;					/* number of keys whose rows have been read */
	int *starts;				/* by group: start of its rows in "order"; one more at the end */
	int *order;					/* numbers of rows, by group */
	OrmKeySet *identities;		/* recursive: objects by primary key; else NULL */
	bool *on_path;				/* by identity: the object is in the current path */
} OrmLevelRows;

struct OrmLoader
{
	OrmQuery *query;
	MemoryContext context;
	OrmReceiver receiver;
	OrmLevelRows *levels;
	List **plans;				 /* explain: the collected plans */
	MemoryContext plans_context; /* explain: memory context of the plans */
};

/* Begins a run of the query's levels, in a child of the current context. */
extern OrmLoader *orm_loader_begin(OrmQuery *query);

/* Step 1: runs the root's statement (limit 0: all rows); returns the number of rows. */
extern uint64 orm_loader_read_root(OrmLoader *loader, uint64 limit);

/* Step 1, instead: takes a row of the root, fetched from a cursor. */
extern void orm_loader_take_root(OrmLoader *loader, TupleTableSlot *slot);

/* Step 1 of KEYS: reads the rows of n keys; groups[i] receives the group of the i-th key, or -1 for a NULL key. */
extern void orm_loader_read_keys(OrmLoader *loader, const OrmWanted *wanted, int n, int *groups);

/* Step 2: reads all levels below the root. */
extern void orm_loader_read_levels(OrmLoader *loader);

/* The JSON array of a root row's cursor values (PAGE). */
extern const char *orm_loader_cursor(OrmLoader *loader, int row, int *length);

/* Length of the text of the root's rows so far. */
extern int orm_loader_root_size(const OrmLoader *loader);

extern void orm_loader_end(OrmLoader *loader);

/* Adds the plan of each statement to the list before it runs (List of char *), in the current memory context. */
extern void orm_loader_explain(OrmLoader *loader, List **plans);

#endif
