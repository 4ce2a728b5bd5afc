/*
 * data_step.h - statements that a migration runs once, about the rows of a model.
 *
 *     {"data_step": {"name": "split", "sql": "UPDATE people SET first = ...", "timing": "after"}}
 *
 * Before: of all steps, when the table is as it was.  After: when tables, columns and keys are added and
 * before columns are dropped.  A step is done when a migration in orm.migration, not undone, has run it for
 * this model, by its name.
 */
#ifndef ORM_MODEL_DATA_STEP_H
#define ORM_MODEL_DATA_STEP_H

#include "model/declaration.h"

#define ORM_DATA_STEP_ACTION "run"

/* Checks that steps are one statement each, which changes no schema, and have different names; 42601, 42710. */
extern void orm_data_step_check(const OrmDeclaration *declaration);

/* Does a step run before all others? */
extern bool orm_data_step_is_before(const OrmDeclaredDataStep *step);

/* How a step is called in orm.migration. */
extern char *orm_data_step_object(const OrmDeclaredDataStep *step);

/* The steps that are not done (List of OrmDeclaredDataStep *). */
extern List *orm_data_step_pending(const OrmDeclaration *declaration);

#endif
