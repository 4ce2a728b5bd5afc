/*
 * print.h - the statements of a plan.
 */
#ifndef ORM_DDL_PRINT_H
#define ORM_DDL_PRINT_H

#include "ddl/ddl.h"

/* The statements that create a table, and the ones that must wait. */
extern void orm_print_table(OrmDdlRun *run, OrmPlanned *planned);

#endif
