/*
 * history.h - orm.migration: the migrations that were applied.
 *
 * Rows are written as those of orm.binding are: by C, as no user has the right to.  They are dumped,
 * and the owner of a database may write them in a restore.  So what a row says is looked at again
 * before it is used, and none of its statements is run as it stands.
 */
#ifndef ORM_REGISTRY_HISTORY_H
#define ORM_REGISTRY_HISTORY_H

#include "nodes/pg_list.h"

typedef struct OrmHistory
{
	int64 id;			/* given by orm_history_add */
	char *name;			/* NULL: none */
	const char *action; /* "migrate", "undo", "baseline", "accept" */
	const char *state;	/* ORM_HISTORY_DONE, _UNDONE, _PLANNED, _REPLACED */
	List *models;		/* of char * */
	char *steps;		/* JSON, as the columns of the table */
	char *before;
	char *declared;
	char *after;
	char *hash_before;
	char *hash_after;
	int64 undoes; /* 0: none */
	char *note;	  /* NULL: none */
} OrmHistory;

#define ORM_HISTORY_DONE "done"
#define ORM_HISTORY_UNDONE "undone"
#define ORM_HISTORY_PLANNED "planned"	/* online: its steps are in orm.migration_step */
#define ORM_HISTORY_REPLACED "replaced" /* online: given up for another migration of its models */

/* Adds a row, as the current user's and of now, and sets its id. */
extern void orm_history_add(OrmHistory *row);

/* Sets the state of a row. */
extern void orm_history_set_state(int64 id, const char *state);

/* Writes the state and the declarations of an online migration; one that is done is applied now. */
extern void orm_history_set_after(int64 id, const char *state, const char *after, const char *hash_after);

/* The row of that id, palloc'd; NULL: there is none. */
extern OrmHistory *orm_history_find(int64 id);

/* All rows, the latest first (List of OrmHistory *). */
extern List *orm_history_all(void);

#endif
