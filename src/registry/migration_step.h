/*
 * migration_step.h - orm.migration_step: the steps of online migrations.
 *
 * A row is run as the text it has, so only C makes rows that can be run: a row that comes from
 * elsewhere, as in a restore, becomes one that a runner refuses (a trigger sets its state).
 */
#ifndef ORM_REGISTRY_MIGRATION_STEP_H
#define ORM_REGISTRY_MIGRATION_STEP_H

#include "access/htup.h"
#include "access/tupdesc.h"
#include "nodes/pg_list.h"

/* Kinds of steps. */
#define ORM_STEP_STATEMENT "statement"		 /* in a transaction, as the owner of the model's table */
#define ORM_STEP_CREATE_INDEX "create index" /* CONCURRENTLY */
#define ORM_STEP_DROP_INDEX "drop index"	 /* CONCURRENTLY */
#define ORM_STEP_FILL "fill"				 /* a column, some rows at a time */
#define ORM_STEP_TABLES "tables"			 /* tables that are new */
#define ORM_STEP_FINISH "finish"			 /* declarations, functions and history */

/* States of steps. */
#define ORM_STEP_PLANNED "planned"
#define ORM_STEP_RUNNING "running"
#define ORM_STEP_FAILED "failed"
#define ORM_STEP_DONE "done"
#define ORM_STEP_RESTORED "restored"

typedef struct OrmMigrationStep
{
	int64 migration;
	int step;
	const char *model; /* whose declaration it comes from */
	const char *action;
	const char *object;
	const char *kind;
	char *sql;
	bool loosens;		/* see define/loosen.h */
	const char *schema; /* of the names in declared SQL; NULL: all are qualified */
	const char *table;	/* quoted and qualified; NULL: none that exists */
	const char *target; /* the index, or the column; NULL: none */
	int lock_timeout;	/* milliseconds */
	const char *state;
	int pid;		/* of the process that runs it; 0: none has */
	int64 rows;		/* that were filled */
	char *last_key; /* fill: the primary key up to which rows are filled, as SQL values; NULL: none */
	char *error;	/* NULL: none */
} OrmMigrationStep;

/* Adds a row. */
extern void orm_migration_step_add(const OrmMigrationStep *step);

/*
 * Writes state, pid, rows, last_key and error of a row: started_at is now for one that begins to run, finished_at
 * for one that ends.
 */
extern void orm_migration_step_write(const OrmMigrationStep *step);

/* The steps of a migration in their order (List of OrmMigrationStep *). */
extern List *orm_migration_step_all(int64 migration);

/* A row that did not come from here, as one that is not run. */
extern HeapTuple orm_migration_step_restore(HeapTuple tuple, TupleDesc descriptor);

/* Is it one that runs outside of transactions? */
extern bool orm_migration_step_is_concurrent(const OrmMigrationStep *step);

#endif
