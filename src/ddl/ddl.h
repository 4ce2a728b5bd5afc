/*
 * ddl.h - making CREATE statements from declarations.
 *
 * Nothing is executed or locked, and relations are looked up only by the functions
 * of OrmDdlCatalog.  All tables of a run are planned together, because they
 * reference each other: key columns added by belongs_to have the types of the
 * target's key, tables are created after the tables they reference, and foreign
 * keys that close a cycle are added last.
 *
 *     plan = orm_ddl_plan(declarations, &catalog);
 *     for each table of plan->tables, in order:
 *         if it exists:  orm_adopt_table(table, the relation's declaration, ...)
 *         else:          run table->statements, in order
 *     run plan->late, in order
 *
 *     ddl.c          the run: its tables and their order
 *     target.c       referenced tables and their keys
 *     layout.c       columns and constraints of a table
 *     belongs_to.c   columns, foreign keys and indexes added by belongs_to
 *     join_table.c   join tables of many_to_many
 *     print.c        statements
 *     print_column.c  statements about columns
 *     partial_key.c  unique keys of tables that mark deleted rows
 *     adopt.c        comparison with an existing relation
 */
#ifndef ORM_DDL_DDL_H
#define ORM_DDL_DDL_H

#include "model/declaration.h"
#include "model/table_statement.h"
#include "nodes/pg_list.h"

/* A column of a referenced key. */
typedef struct OrmKeyColumn
{
	char *name;
	Oid type;
	int32 typmod;
	Oid collation;
} OrmKeyColumn;

/* A referenced table. */
typedef struct OrmTarget
{
	char *schema;
	char *relation;
	char *former; /* its name until it is renamed; NULL: it is not */
	int nkeys;	  /* columns of its primary key, or of the declared one; 0: none */
	OrmKeyColumn *keys;
} OrmTarget;

/* Lookups in the catalogs and the registry. */
typedef struct OrmDdlCatalog
{
	/*
	 * The table of a model or else the table of that name (see orm_name_split), for
	 * tables not in this run; or NULL.  Raises an error for a declared model without
	 * a table.
	 */
	const OrmTarget *(*find)(const char *name, void *arg);

	/* Does a relation of that name exist? */
	bool (*exists)(const char *schema, const char *relation, void *arg);

	/* Does a foreign key refer to the unique constraint of a relation over these columns?  Not, if there is none. */
	bool (*is_referenced)(const char *schema, const char *relation, const List *columns, void *arg);
	void *arg;
} OrmDdlCatalog;

/* A column of a table of the plan. */
typedef struct OrmDdlColumn
{
	char *name;
	Oid type;
	int32 typmod;
	Oid collation; /* InvalidOid: that of the type */
	bool not_null;
	const char *identity;			   /* "always", "by default", "serial", or NULL */
	const OrmDeclaredColumn *declared; /* NULL: added by belongs_to, or for the version */
	bool is_version;				   /* version column */
	bool made_name;					   /* added by belongs_to under the default name */
} OrmDdlColumn;

/* A key, index or constraint of a table of the plan. */
typedef struct OrmDdlConstraint
{
	OrmConstraintKind kind;
	const char *name; /* NULL: chosen by PostgreSQL */
	bool named;		  /* by us: one of this form has any name */
	List *columns;	  /* of char * */
	const char *expr; /* check */
	const char *rule; /* check: the rule of "validates", or NULL */
	const char *comment;
	const char *schema; /* foreign key: referenced table and columns */
	const char *relation;
	const char *former; /* see OrmTarget */
	List *referenced;	/* of char * */
	const char *on_delete;
	const char *on_update;
	const char *method; /* index */
	const char *where_expr;
	bool unique;
	int position;						   /* index in "elements" */
	const OrmDeclaredConstraint *declared; /* NULL: declared at a column, or added by belongs_to */
	OrmDeclaredRelationship *made_for;	   /* belongs_to that added it; NULL: declared */
} OrmDdlConstraint;

typedef struct OrmDdlTable
{
	OrmDeclaration *declaration; /* a created join table's has no model */
	char *schema;
	char *relation;
	char *former;	   /* its name until it is renamed; NULL: it is not */
	bool exists;	   /* in the database, or as the table of another model of this run */
	List *columns;	   /* of OrmDdlColumn *, in table order */
	List *constraints; /* of OrmDdlConstraint * */
	List *statements;  /* of char *; NIL for an existing table */
} OrmDdlTable;

/* A statement to be run after all tables are created. */
typedef struct OrmDdlStatement
{
	OrmDdlTable *table;
	const OrmTableStatement *declared; /* NULL: a foreign key or a comment on one */
	char *sql;
} OrmDdlStatement;

typedef struct OrmDdlPlan
{
	List *tables; /* of OrmDdlTable *, referenced tables first, except in cycles */
	List *late;	  /* of OrmDdlStatement *: foreign keys that close a cycle, then declared statements */
} OrmDdlPlan;

/*
 * Plans the tables of these declarations (List of OrmDeclaration *, not mapped, with
 * "schema" set) and their join tables.  The plan is allocated in the current memory
 * context and references the declarations.
 *
 * Sets members of the declarations that are not given: "foreign_key" of belongs_to,
 * and "through" and "made" of many_to_many, with "foreign_key" for self-references.
 *
 * Raises 42704 for a target that does not exist, 42P10 for a target without a primary
 * key, 42702 for an ambiguous foreign key, 42701 for an added column whose name is in
 * use, and 42703, 42830, 42710, 42P16 and others, with the place.
 */
extern OrmDdlPlan *orm_ddl_plan(List *declarations, const OrmDdlCatalog *catalog);

/* For the files of ddl/ only: the state of planning. */

typedef enum OrmTargetKeyState
{
	ORM_TARGET_KEY_UNKNOWN,
	ORM_TARGET_KEY_IN_WORK, /* being resolved; reached again in a cycle */
	ORM_TARGET_KEY_KNOWN
} OrmTargetKeyState;

/* A table of the run. */
typedef struct OrmPlanned
{
	OrmDdlTable table;
	OrmTarget target; /* the table as a referenced one; keys are valid if key_state is KNOWN */
	OrmTargetKeyState key_state;
	bool visited; /* by the depth-first ordering */
	bool placed;  /* in plan->tables: later tables can reference it */
} OrmPlanned;

typedef struct OrmDdlRun
{
	List *tables; /* of OrmPlanned * */
	const OrmDdlCatalog *catalog;
	OrmDdlPlan *plan;
} OrmDdlRun;

/* Adds the table of a declaration to the run. */
extern OrmPlanned *orm_ddl_add_table(OrmDdlRun *run, OrmDeclaration *declaration);

/* The table of that name in the run, or until it is renamed, or NULL; of several models on one table, the first. */
extern OrmPlanned *orm_ddl_find_table(const OrmDdlRun *run, const char *schema, const char *relation);

#endif
