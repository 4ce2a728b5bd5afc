/*
 * migrate_lock.h - the locks of a migration.
 */
#ifndef ORM_DEFINE_MIGRATE_LOCK_H
#define ORM_DEFINE_MIGRATE_LOCK_H

#include "define/migrate.h"
#include "storage/lockdefs.h"

/*
 * Takes advisory locks of the models that are changed, in the order of their names, then the locks of
 * the registry, of the models' names, and of the tables, the busiest first,
 * waiting lock_timeout for each.  Locks of tables are given back before they are tried again, five
 * times.  Raises 55P03 with the process that blocks.
 */
extern void orm_migrate_lock_all(const OrmDifference *difference, const OrmMigrateOptions *options);

/*
 * Takes the advisory locks of these models (List of char *, in order), waiting lock_timeout.  Raises 55P03 with the
 * process whose migration is running.
 */
extern void orm_migrate_lock_models(const List *names, const OrmMigrateOptions *options);

/* Locks of models that a runner of an online migration holds. */
typedef struct OrmHeldModels
{
	bool session; /* beyond transactions */
	int n;
	uint32 *hashes;
	LOCKMODE *modes;
} OrmHeldModels;

/*
 * Takes the advisory locks of these models at once, for the transaction or the session.  Raises 55P03 with the
 * process that has one.  Those of the session must be released, after an error as well.
 */
extern OrmHeldModels *orm_migrate_lock_hold(const List *names, bool session);
extern void orm_migrate_lock_release(OrmHeldModels *held);

#endif
