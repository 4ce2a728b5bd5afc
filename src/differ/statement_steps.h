/*
 * statement_steps.h - declared statements about the table (model/table_statement.h).
 */
#ifndef ORM_DIFFER_STATEMENT_STEPS_H
#define ORM_DIFFER_STATEMENT_STEPS_H

#include "differ/differ.h"

/*
 * Appends the steps that run the statements which do not hold: what one makes is missing, or is
 * made anew when it is different.  What no statement says is left alone.
 */
extern void orm_statement_steps_compare(OrmDiffer *differ);

#endif
