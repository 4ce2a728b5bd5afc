/*
 * migrate_check.h - steps that a migration refuses, before anything is changed.
 */
#ifndef ORM_DEFINE_MIGRATE_CHECK_H
#define ORM_DEFINE_MIGRATE_CHECK_H

#include "define/migrate.h"

/* Raises for steps that are not allowed: see orm_migrate_run. */
extern void orm_migrate_check_steps(const List *steps, const OrmMigrateOptions *options);

/* Raises when rows do not allow a step, with their number and three of them.  Run just before it, as it. */
extern void orm_migrate_check_rows(const OrmStep *step);

#endif
