/*
 * print.h - statements of a plan.
 */
#ifndef ORM_DDL_PRINT_H
#define ORM_DDL_PRINT_H

#include "ddl/ddl.h"

/* Adds the statements that create a table to it, and foreign keys to tables not yet in the plan to plan->late. */
extern void orm_print_table(OrmDdlRun *run, OrmPlanned *planned);

/* Adds the declared statements about a table to plan->late. */
extern void orm_print_statements(OrmDdlRun *run, OrmDdlTable *table);

/* The statement that adds a key, constraint or index to a table that exists. */
extern char *orm_print_constraint(const OrmDdlTable *table, const OrmDdlConstraint *constraint);

/* COMMENT ON CONSTRAINT or INDEX of that name; "comment" NULL removes it. */
extern char *orm_print_constraint_comment(const OrmDdlTable *table, OrmConstraintKind kind, const char *name,
										  const char *comment);

/* COMMENT ON TABLE; "comment" NULL removes it. */
extern char *orm_print_table_comment(const OrmDdlTable *table, const char *comment);

#endif
