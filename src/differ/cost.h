/*
 * cost.h - rewrites, numbers of values that are lost, and time.
 *
 * Whether ALTER COLUMN TYPE rewrites a table is computed as the server decides it.  Times are
 * rough: they follow from the size of the table in the statistics, with 200 MB a second for a
 * scan, 50 MB a second for a rewrite, and 500,000 rows a second for an index.
 */
#ifndef ORM_DIFFER_COST_H
#define ORM_DIFFER_COST_H

#include "differ/column_form.h"
#include "differ/differ.h"

/* A step that reads, writes anew, or indexes the rows of the table. */
extern void orm_cost_scan(OrmStep *step, const OrmDiffer *differ);
extern void orm_cost_rewrite(OrmStep *step, const OrmDiffer *differ);
extern void orm_cost_index(OrmStep *step, const OrmDiffer *differ);

/* ADD COLUMN: a default that is not constant rewrites. */
extern void orm_cost_add_column(OrmStep *step, const OrmDiffer *differ, const OrmDdlColumn *column);

/* ALTER COLUMN TYPE: values are lost unless the cast is binary or widening, or "using_expr" says how. */
extern void orm_cost_retype(OrmStep *step, const OrmDiffer *differ, const OrmColumnForm *from, const OrmColumnForm *to);

/* DROP COLUMN: "column" is its name as it is now, "name" after renames. */
extern void orm_cost_lose_column(OrmStep *step, const OrmDiffer *differ, const char *column, const char *name);

#endif
