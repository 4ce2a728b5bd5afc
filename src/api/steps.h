/*
 * steps.h - steps of a schema change as rows.
 */
#ifndef ORM_API_STEPS_H
#define ORM_API_STEPS_H

#include "api/output.h"
#include "differ/step.h"

/* Appends the values of a step, which has that number, to a row. */
extern void orm_steps_put(OrmOutput *row, const OrmStep *step, int number);

#endif
