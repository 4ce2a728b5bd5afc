/*
 * plan_internal.h - a plan while it is made.  For the files of ddl/ only.
 *
 *     plan.c         the run: which tables there are, in which order, what is left for the end
 *     target.c       what names of models and tables stand for; their keys
 *     table.c        columns and constraints of one table
 *     belongs_to.c   those that belongs_to adds
 *     join.c         the join tables of many_to_many
 *     print.c        statements
 *     adopt.c        comparing with a relation that exists
 */
#ifndef ORM_DDL_PLAN_INTERNAL_H
#define ORM_DDL_PLAN_INTERNAL_H

#include "ddl/ddl.h"

typedef enum OrmKeyState
{
	ORM_KEY_UNKNOWN,
	ORM_KEY_IN_WORK, /* to come here again means a circle */
	ORM_KEY_KNOWN
} OrmKeyState;

/* A table of the run. */
typedef struct OrmPlanned
{
	OrmDdlTable table;
	OrmTarget target; /* as others refer to it; keys once key_state says so */
	OrmKeyState key_state;
	bool visited; /* while tables are put in order */
	bool placed;  /* it stands in the plan: others may refer to it */
} OrmPlanned;

typedef struct OrmDdlRun
{
	List *tables; /* of OrmPlanned * */
	const OrmDdlCatalog *catalog;
	OrmDdlPlan *plan;
} OrmDdlRun;

/* plan.c: adds a table to the run. */
extern OrmPlanned *orm_ddl_add_table(OrmDdlRun *run, OrmDeclaration *declaration);

/* The table of the run by its name, or NULL: the one that makes it, if several models are on it. */
extern OrmPlanned *orm_ddl_find_table(const OrmDdlRun *run, const char *schema, const char *relation);

/* target.c: the table that a name stands for, seen from a table; or NULL. */
extern const OrmTarget *orm_ddl_find_target(OrmDdlRun *run, const OrmPlanned *from, const char *name);

/* The same with its key known; raises 42704 and 42P10 at the place. */
extern const OrmTarget *orm_ddl_need_target(OrmDdlRun *run, OrmPlanned *from, const char *name, const OrmPath *path);

/* Finds the columns of the key of a target of the run; others know theirs. */
extern void orm_ddl_resolve_key(OrmDdlRun *run, const OrmTarget *target);

/* The names of the columns that belongs_to makes for a key of the target. */
extern List *orm_ddl_default_columns(const char *relationship, const OrmTarget *target);

/* table.c: fills in columns and constraints; the keys of all tables can be found by now. */
extern void orm_ddl_fill_table(OrmDdlRun *run, OrmPlanned *planned);

/* The column of that name, or NULL. */
extern OrmDdlColumn *orm_ddl_column(const OrmDdlTable *table, const char *name);

/* Are these the same names, in whatever order? */
extern bool orm_ddl_same_columns(const List *a, const List *b);

/* A new constraint of a table. */
extern OrmDdlConstraint *orm_ddl_add_constraint(OrmPlanned *planned, OrmConstraintKind kind, List *columns,
												int position);

/* Points a foreign key at its target: at these columns, or at its primary key. */
extern void orm_ddl_set_target(OrmDdlRun *run, OrmDdlConstraint *constraint, const OrmTarget *target, List *referenced,
							   const OrmPath *path);

/* belongs_to.c: finds the columns of its key, and adds those that are not declared. */
extern void orm_ddl_add_key_columns(OrmDdlRun *run, OrmPlanned *planned, OrmDeclaredRelationship *relationship);

/* When all columns are there: the foreign keys and indexes of every belongs_to. */
extern void orm_ddl_add_keys(OrmDdlRun *run, OrmPlanned *planned);

/* join.c: adds the join tables to the run. */
extern void orm_ddl_add_join_tables(OrmDdlRun *run);

/* print.c: the statements that make a table, and those that must wait. */
extern void orm_ddl_print_table(OrmDdlRun *run, OrmPlanned *planned);

#endif
