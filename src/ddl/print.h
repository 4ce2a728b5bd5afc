/*
 * print.h - statements of a plan.
 */
#ifndef ORM_DDL_PRINT_H
#define ORM_DDL_PRINT_H

#include "ddl/ddl.h"

/* Adds the statements that create a table to it, and foreign keys to tables not yet in the plan to plan->late. */
extern void orm_print_table(OrmDdlRun *run, OrmPlanned *planned);

#endif
