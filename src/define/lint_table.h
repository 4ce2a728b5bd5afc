/*
 * lint_table.h - rules of orm.lint about constraints, indexes, sequences and policies.
 */
#ifndef ORM_DEFINE_LINT_TABLE_H
#define ORM_DEFINE_LINT_TABLE_H

#include "define/lint.h"

/* In their order; checked where the model is in force. */
extern const OrmLintRule orm_lint_table_rules[];
extern const int orm_lint_table_nrules;

#endif
