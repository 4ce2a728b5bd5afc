/*
 * ddl.h - from declarations to statements.
 *
 * Pure: nothing is run and no catalog is read, except through the functions
 * that the caller hands in.  A plan is made for all tables of a run at once,
 * because they refer to each other: key columns that belongs_to adds have the
 * types of their target's key, tables are made after those they refer to, and
 * foreign keys that close a cycle come last.
 *
 *     plan = orm_ddl_plan(declarations, &catalog);
 *     for each table of plan->tables, in order:
 *         if it exists:  orm_adopt_table(table, what the relation has, ...)
 *         else:          run table->statements, in order
 *     run plan->late, in order
 *
 *     ddl.c          the run: which tables there are, in which order, what is left for the end
 *     target.c       what names of models and tables stand for; their keys
 *     layout.c       columns and constraints of one table
 *     belongs_to.c   columns that belongs_to adds
 *     join_table.c   the join tables of many_to_many
 *     print.c        statements
 *     adopt.c        comparing with a relation that exists
 */
#ifndef ORM_DDL_DDL_H
#define ORM_DDL_DDL_H

#include "model/declaration.h"
#include "nodes/pg_list.h"

/* A column of a key that others refer to. */
typedef struct OrmKeyColumn
{
	char *name;
	Oid type;
	int32 typmod;
	Oid collation;
} OrmKeyColumn;

/* A table that others refer to. */
typedef struct OrmTarget
{
	char *schema;
	char *relation;
	int nkeys; /* columns of its primary key (or of the declared one); 0: none */
	OrmKeyColumn *keys;
} OrmTarget;

/* What a plan has to ask of the catalogs. */
typedef struct OrmDdlCatalog
{
	/*
	 * The table that a name (of a model, else of a table, see orm_name_split)
	 * stands for outside of this run, or NULL.  Raises for a model that is
	 * known but has no table and is not in this run.
	 */
	const OrmTarget *(*find)(const char *name, void *arg);

	/* Is there a relation of that name now? */
	bool (*exists)(const char *schema, const char *relation, void *arg);
	void *arg;
} OrmDdlCatalog;

/* A column of a table of the plan. */
typedef struct OrmDdlColumn
{
	char *name;
	Oid type;
	int32 typmod;
	Oid collation; /* InvalidOid: the type's */
	bool not_null;
	const char *identity;			   /* "always", "by default", NULL */
	const OrmDeclaredColumn *declared; /* NULL: added by belongs_to, or for the version */
	bool is_version;				   /* it counts changes */
	bool made_name;					   /* ... under a name that it made */
} OrmDdlColumn;

/* A key, index or constraint of a table of the plan, however it was declared. */
typedef struct OrmDdlConstraint
{
	OrmConstraintKind kind;
	const char *name;	/* NULL: as PostgreSQL chooses */
	List *columns;		/* of char * */
	const char *expr;	/* check */
	const char *schema; /* foreign key: its target, and the columns it refers to */
	const char *relation;
	List *referenced; /* of char * */
	const char *on_delete;
	const char *on_update;
	const char *method; /* index */
	const char *where_expr;
	bool unique;
	int position;					   /* in "elements", for messages */
	OrmDeclaredRelationship *made_for; /* added by this belongs_to; NULL: declared */
} OrmDdlConstraint;

typedef struct OrmDdlTable
{
	OrmDeclaration *declaration; /* of a join table that is made: has no model */
	char *schema;
	char *relation;
	bool exists;	   /* now, or made for another model of this run */
	List *columns;	   /* of OrmDdlColumn *, in table order */
	List *constraints; /* of OrmDdlConstraint * */
	List *statements;  /* of char *; NIL when it exists */
} OrmDdlTable;

/* A statement that waits until all tables are there. */
typedef struct OrmDdlStatement
{
	OrmDdlTable *table;
	char *sql;
} OrmDdlStatement;

typedef struct OrmDdlPlan
{
	List *tables; /* of OrmDdlTable *, each behind those it refers to, cycles apart */
	List *late;	  /* of OrmDdlStatement *: foreign keys that close a cycle */
} OrmDdlPlan;

/*
 * Plans the tables of these declarations (List of OrmDeclaration *, not
 * "mapped" ones; their "schema" is set) and of the join tables they need.
 *
 * Fills in, in the declarations, what was left to be found or made: foreign_key
 * of belongs_to, through of many_to_many (and its foreign_key where a table is
 * joined with itself).
 *
 * Raises 42704 for an unknown target, 42P10 for a target without a key, 42702
 * where two foreign keys could be meant, 42701 where an added column would
 * stand twice, 42703, 42830, 42710...
 */
extern OrmDdlPlan *orm_ddl_plan(List *declarations, const OrmDdlCatalog *catalog);

/* The rest is for the files of ddl/: the plan while it is made. */

typedef enum OrmTargetKeyState
{
	ORM_TARGET_KEY_UNKNOWN,
	ORM_TARGET_KEY_IN_WORK, /* to come here again means a circle */
	ORM_TARGET_KEY_KNOWN
} OrmTargetKeyState;

/* A table of the run. */
typedef struct OrmPlanned
{
	OrmDdlTable table;
	OrmTarget target; /* as others refer to it; keys once key_state says so */
	OrmTargetKeyState key_state;
	bool visited; /* while tables are put in order */
	bool placed;  /* it stands in the plan: others may refer to it */
} OrmPlanned;

typedef struct OrmDdlRun
{
	List *tables; /* of OrmPlanned * */
	const OrmDdlCatalog *catalog;
	OrmDdlPlan *plan;
} OrmDdlRun;

/* Adds a table to the run. */
extern OrmPlanned *orm_ddl_add_table(OrmDdlRun *run, OrmDeclaration *declaration);

/* The table of the run by its name, or NULL: the one that makes it, if several models are on it. */
extern OrmPlanned *orm_ddl_find_table(const OrmDdlRun *run, const char *schema, const char *relation);

#endif
