/*
 * layout.h - columns and constraints of one table.
 */
#ifndef ORM_DDL_LAYOUT_H
#define ORM_DDL_LAYOUT_H

#include "ddl/ddl.h"

/* Fills in columns and constraints; the keys of all tables can be found by now. */
extern void orm_layout_fill(OrmDdlRun *run, OrmPlanned *planned);

/* The column of that name, or NULL. */
extern OrmDdlColumn *orm_layout_column(const OrmDdlTable *table, const char *name);

/* Are these the same names, in whatever order? */
extern bool orm_layout_same_columns(const List *a, const List *b);

/* A new constraint of a table. */
extern OrmDdlConstraint *orm_layout_add_constraint(OrmPlanned *planned, OrmConstraintKind kind, List *columns,
												   int position);

/* Points a foreign key at its target: at these columns, or at its primary key. */
extern void orm_layout_set_target(OrmDdlRun *run, OrmDdlConstraint *constraint, const OrmTarget *target,
								  List *referenced, const OrmPath *path);

#endif
