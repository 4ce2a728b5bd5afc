/*
 * loader_internal.h - rows of a graph as they are kept between being read
 * (loader.c) and being written (assemble.c).
 */
#ifndef ORM_EXEC_LOADER_INTERNAL_H
#define ORM_EXEC_LOADER_INTERNAL_H

#include "exec/keys.h"
#include "exec/loader.h"
#include "exec/query_internal.h"

/* A row: its text, {"id":1,"nombre":"Ana", stands in the level's buffer; closed when nothing comes behind. */
typedef struct OrmRow
{
	int start;
	int length;
	int group; /* number of the key of its parents */
} OrmRow;

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
	OrmRow *rows;
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
	List **plans;				 /* explain: what has been collected, */
	MemoryContext plans_context; /* here */
};

#endif
