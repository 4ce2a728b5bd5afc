/*
 * migrate_lock.h - the locks of a migration.
 */
#ifndef ORM_DEFINE_MIGRATE_LOCK_H
#define ORM_DEFINE_MIGRATE_LOCK_H

#include "define/migrate.h"

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

#endif
