/*
 * set_aside.h - {"keep": "30 days"}: columns are renamed instead of dropped, and dropped later.
 *
 * A kept column has no constraint, index, default or NOT NULL, and is no attribute of a model.  Undoing the migration
 * renames it back, with its values.
 */
#ifndef ORM_DEFINE_SET_ASIDE_H
#define ORM_DEFINE_SET_ASIDE_H

#include "define/migrate.h"
#include "utils/date.h"

/* Replaces the steps that drop columns (step->column) by such that keep them, as the options say; else nothing. */
extern void orm_set_aside_steps(OrmDifference *difference, const OrmMigrateOptions *options);

/* The column of a table that is kept and had this name, palloc'd; NULL: none.  Of several the latest. */
extern char *orm_set_aside_find(Oid relid, const char *name);

/*
 * Drops the kept columns of tables of models that the caller may change, which are due on that day; returns the
 * steps (List of OrmStep *), with the numbers of values lost.  Raises 55P03 and what the statements do.
 */
extern List *orm_set_aside_purge(DateADT day, const OrmMigrateOptions *options);

/* The current day. */
extern DateADT orm_set_aside_today(void);

#endif
