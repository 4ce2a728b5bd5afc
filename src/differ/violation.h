/*
 * violation.h - rows that do not allow a step: nulls, duplicates, orphans.
 *
 * These set the query of a step that finds such rows; it is run just before the step, when all
 * columns are there.  Where a query cannot be made in general, the error of the server says it.
 */
#ifndef ORM_DIFFER_VIOLATION_H
#define ORM_DIFFER_VIOLATION_H

#include "differ/key_form.h"

/* SET NOT NULL of a column. */
extern void orm_violation_nulls(OrmStep *step, const OrmDiffer *differ, const char *column);

/* ADD COLUMN ... NOT NULL without a value: any row. */
extern void orm_violation_rows(OrmStep *step, const OrmDiffer *differ, const char *column);

/* Values of a unique column that an expression would make the same. */
extern void orm_violation_collisions(OrmStep *step, const OrmDiffer *differ, const char *column,
									 const char *expression);

/* A declared key, foreign key or check that is added. */
extern void orm_violation_key(OrmStep *step, const OrmDiffer *differ, const OrmKeyForm *form);

#endif
