/*
 * baseline.h - {"baseline": true} and {"accept": [models]} of orm.migrate: declarations are made what the
 * catalogs say; no table changes.
 */
#ifndef ORM_DEFINE_BASELINE_H
#define ORM_DEFINE_BASELINE_H

#include "define/applied.h"
#include "define/migrate.h"

/*
 * Mapped models become declared ones: options->models, or (NIL) all of tables that the caller may change.
 * Their declarations are those of orm.describe, so that there is no difference afterwards.  Returns a row for
 * each (List of OrmStep *, without a statement); one that cannot be, as it lacks the primary key that its model
 * has, is skipped unless it is named.  Raises 42704, 42501, 42809 for a view or foreign table, and 55000
 * when a difference would be left.
 */
extern List *orm_baseline_run(const OrmMigrateOptions *options, OrmApplied *applied);

/*
 * The declarations options->accept become what their tables are, where there is a difference.  Raises 42704, 42501,
 * and 55000 for a model without a table, for a mapped one, and when a difference is left.
 */
extern List *orm_baseline_accept(const OrmMigrateOptions *options, OrmApplied *applied);

#endif
