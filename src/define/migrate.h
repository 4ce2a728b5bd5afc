/*
 * migrate.h - orm.migrate, at once: the difference is run in the caller's transaction.
 *
 *   1. the difference, without strong locks; what is not allowed is refused
 *   2. the locks of the tables, in a savepoint that is rolled back between attempts
 *   3. the difference again, under the locks, and its checks
 *   4. the steps, each as the owner of its table, under pinned settings
 *   5. of each model that has changed: the text without its one-time words, triggers, functions
 *   6. 3 to 5 again, until there is no difference: a step can take something along
 */
#ifndef ORM_DEFINE_MIGRATE_H
#define ORM_DEFINE_MIGRATE_H

#include "define/applied.h"

/* A saved migration: see define/saved.h. */
typedef struct OrmSaved
{
	OrmJson declarations; /* an object */
	OrmJson steps;		  /* an array */
	char *hash_before;
	char *hash_after;
} OrmSaved;

typedef struct OrmMigrateOptions
{
	List *models;	  /* of char *; NIL: all that the caller may change */
	bool destroy_all; /* "allow_destructive": true */
	List *destroy;	  /* of char *: "Model.attribute", "Model" */
	bool not_renamed; /* columns that are dropped and added are not one column renamed */
	int64 undo;		  /* the migration that is undone; 0: none */
	bool baseline;	  /* mapped models become declared ones */
	List *accept;	  /* of char *: models that become what their tables are */
	OrmSaved *saved;  /* NULL: none */
	int keep;		  /* days for which columns are kept instead of dropped; 0: none */
	bool rehearse;	  /* run, and roll back */
	int lock_timeout; /* milliseconds, for each attempt */
	char *name;		  /* of the row of orm.migration; NULL: none */
	bool online;	  /* plan, to be run in transactions of its own */
	bool background;  /* by a worker */
	int max_lock;	  /* milliseconds that a step may keep its lock, by its estimate */
} OrmMigrateOptions;

/*
 * Does what the options say; returns the steps that were run, and sets the id of their row of
 * orm.migration (0: there is none).  Raises what orm_migrate_apply and orm_undo_run do.
 */
extern List *orm_migrate_run(const OrmMigrateOptions *options, int64 *id);

/*
 * Brings the tables of the models to what is declared; returns the steps that were run (List of
 * OrmStep *), and notes the models that it changes.  Raises 55000 for destructive steps that are not
 * allowed, for columns that could be renamed ones and for steps over max_lock; 42804 for a type without
 * a cast; 55P03 with who blocks; 23502, 23503, 23505 and 23514 with numbers and examples of rows; and
 * what a statement raises.
 */
extern List *orm_migrate_apply(const OrmMigrateOptions *options, OrmApplied *applied);

/* For online migrations.  Is it a step of a table that does not exist? */
extern bool orm_migrate_is_new_table(const OrmStep *step);

/* Runs these steps only, and notes the tables that they make. */
extern void orm_migrate_make_tables(const OrmMigrateOptions *options);

/* Runs what is left, and settles all models of the options: texts without one-time words, functions. */
extern void orm_migrate_finish(const OrmMigrateOptions *options);

#endif
