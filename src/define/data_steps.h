/*
 * data_steps.h - the data steps of a model in a difference.
 */
#ifndef ORM_DEFINE_DATA_STEPS_H
#define ORM_DEFINE_DATA_STEPS_H

#include "differ/step.h"
#include "model/declaration.h"
#include "registry/registry.h"

/* Appends the data steps that are not done; for a model without a table only steps that run afterwards. */
extern void orm_data_steps_add(const OrmRegistered *row, const OrmDeclaration *declaration, List **steps);

#endif
