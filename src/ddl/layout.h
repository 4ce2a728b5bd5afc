/*
 * layout.h - columns and constraints of a table of a plan.
 */
#ifndef ORM_DDL_LAYOUT_H
#define ORM_DDL_LAYOUT_H

#include "ddl/ddl.h"

/* Fills in columns and constraints, once all tables are in the run.  Raises the errors of orm_ddl_plan. */
extern void orm_layout_fill(OrmDdlRun *run, OrmPlanned *planned);

/* The column of that name, or NULL. */
extern OrmDdlColumn *orm_layout_column(const OrmDdlTable *table, const char *name);

/* Do two lists contain the same names, in any order?  Neither has duplicates. */
extern bool orm_layout_same_columns(const List *a, const List *b);

/* Adds a constraint to a table. */
extern OrmDdlConstraint *orm_layout_add_constraint(OrmPlanned *planned, OrmConstraintKind kind, List *columns,
												   int position);

/*
 * Sets the referenced table and columns of a foreign key; NIL means the primary key.
 * Raises 42P10 without a primary key, 42830 for a different number of columns.
 */
extern void orm_layout_set_target(OrmDdlRun *run, OrmDdlConstraint *constraint, const OrmTarget *target,
								  List *referenced, const OrmPath *path);

#endif
