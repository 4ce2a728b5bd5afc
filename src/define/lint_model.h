/*
 * lint_model.h - rules of orm.lint about attributes and relationships.
 */
#ifndef ORM_DEFINE_LINT_MODEL_H
#define ORM_DEFINE_LINT_MODEL_H

#include "define/lint.h"

/* In their order; checked where the model is in force. */
extern const OrmLintRule orm_lint_model_rules[];
extern const int orm_lint_model_nrules;

#endif
