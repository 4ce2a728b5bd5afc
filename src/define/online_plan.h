/*
 * online_plan.h - online migrations: the difference as steps that are run in transactions of their own.
 *
 *     orm_online_plan_make()     the difference, checked; nothing is changed
 *     orm_online_plan_write()    its steps in gentle forms, as rows of orm.migration_step
 *
 * Gentle forms:
 *
 *     index                CREATE INDEX CONCURRENTLY, DROP INDEX CONCURRENTLY
 *     unique constraint    its index CONCURRENTLY; ADD CONSTRAINT ... USING INDEX
 *     foreign key, check   ADD CONSTRAINT ... NOT VALID; VALIDATE CONSTRAINT
 *     NOT NULL             a check of it, NOT VALID; rows that came without a value meanwhile are filled;
 *                          VALIDATE CONSTRAINT; SET NOT NULL, which believes the check; the check is dropped
 *     fill                 some rows at a time, by primary key
 *
 * Other steps on tables that exist are steps as they are.  New tables are made in one step.  What belongs together
 * with the declarations (triggers, comments, declared statements, functions, values that are normalized) is left to
 * the last step, which does what orm.migrate does at once, takes the one-time words out of the declarations and
 * completes the row of orm.migration.
 *
 * A plan is given up when its models are migrated in another way, or planned again, and when they have been declared
 * again so that there is nothing to migrate.
 */
#ifndef ORM_DEFINE_ONLINE_PLAN_H
#define ORM_DEFINE_ONLINE_PLAN_H

#include "define/migrate.h"

/* The difference as steps (List of OrmStep *); notes the models in "applied".  Raises what orm_migrate_apply does. */
extern List *orm_online_plan_make(const OrmMigrateOptions *options, OrmApplied *applied);

/* Writes the steps of the migration of that id. */
extern void orm_online_plan_write(int64 id, const List *steps, const OrmMigrateOptions *options);

/* Gives up other plans of the models of that migration, and drops the checks that they have left. */
extern void orm_online_plan_replace(int64 id);

/* There is no difference: gives up plans of its models that are declared otherwise by now.  Raises 55P03. */
extern void orm_online_plan_give_up(const OrmDifference *difference, const OrmMigrateOptions *options);

#endif
