/*
 * lint.h - orm.lint: what of models is inert, slow, lossy or out of step.
 *
 * A rule is a record with a check.  Checks read catalogs and models only; they
 * lock tables as readers do, and change nothing.
 *
 *     lint.c          the run, and rules about model functions
 *     lint_model.c    rules about attributes and relationships
 *     lint_table.c    rules about constraints, indexes, sequences and policies
 */
#ifndef ORM_DEFINE_LINT_H
#define ORM_DEFINE_LINT_H

#include "model/model.h"
#include "nodes/pg_list.h"
#include "registry/registry.h"
#include "utils/relcache.h"

struct OrmLint;

typedef struct OrmLintRule
{
	const char *name;
	const char *severity; /* "error": something does not work; "warning"; "info" */
	void (*check)(struct OrmLint *lint);
} OrmLintRule;

/* What was found: a row of the result. */
typedef struct OrmLintRow
{
	const OrmLintRule *rule;
	const char *model;
	char *object;  /* function, attribute, relationship, constraint or index */
	char *message; /* a full sentence */
	char *fix;	   /* a statement that cures it; NULL: none does */
} OrmLintRow;

/* A model that is looked at. */
typedef struct OrmLint
{
	const OrmRegistered *row;
	const OrmModel *model; /* of an inert function, or while there is no table: NULL */
	Relation table;		   /* open, with the model */
	const OrmLintRule *rule;
	List *found; /* of OrmLintRow * */
} OrmLint;

/* Adds a row; the texts are palloc'd by the caller, "fix" may be NULL. */
extern void orm_lint_add(OrmLint *lint, char *object, char *message, char *fix);

/* The table in SQL: qualified and quoted, palloc'd. */
extern char *orm_lint_table_name(Oid relid);

/* Names of columns for SQL: a, "B"; and the columns of a table by number, palloc'd. */
extern char *orm_lint_column_list(Oid relid, const AttrNumber *columns, int n);

/*
 * Checks one model, in force or not, NULL: all.  Returns a List of OrmLintRow *,
 * by model and rule.  Raises 42704 for a model that does not exist.
 */
extern List *orm_lint_run(const char *name);

#endif
