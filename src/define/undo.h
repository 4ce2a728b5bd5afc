/*
 * undo.h - {"undo": id} of orm.migrate: a migration is taken back.
 *
 *   1. the models must be declared as the migration has left them
 *   2. steps that nothing takes back are refused
 *   3. the declarations become what they were before, with renames and conversions turned round;
 *      from there on it is a migration like any other, so it runs the differ's steps only
 *   4. tables that the migration has made are dropped, with their models
 *
 * What a row of orm.migration says is parsed as a declaration of a client's is, and checked.
 */
#ifndef ORM_DEFINE_UNDO_H
#define ORM_DEFINE_UNDO_H

#include "define/applied.h"
#include "define/migrate.h"

/*
 * Undoes the migration options->undo; returns the steps that were run.  Raises 42704 for a migration
 * that does not exist, 55000 for one that is undone already, whose models have changed since, or that has
 * filled values in, and what orm_migrate_run does.
 */
extern List *orm_undo_run(const OrmMigrateOptions *options, OrmApplied *applied);

#endif
