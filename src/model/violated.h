/*
 * violated.h - what a model says of a check constraint that a write violates.
 */
#ifndef ORM_MODEL_VIOLATED_H
#define ORM_MODEL_VIOLATED_H

#include "model/message.h"
#include "model/model.h"

/* The constraint that a write violates, as the model has it. */
typedef struct OrmViolatedRule
{
	const char *rule;	 /* "presence"..., or "check" */
	const char *message; /* NULL: none is declared */
	int attribute;		 /* the only attribute of the constraint, or -1 */
	OrmMessageParameters parameters;
} OrmViolatedRule;

/* Looks up a check constraint of a model's table (or a partition of it) by its name; false: there is none. */
extern bool orm_violated_find(const OrmModel *model, const char *constraint, OrmViolatedRule *violated);

#endif
