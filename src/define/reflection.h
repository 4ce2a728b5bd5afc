/*
 * reflection.h - orm.reflect: models of all relations of a schema.
 *
 *     reflection_options.c    what the caller says
 *     reflection_check.c      the same against the catalogs
 *     reflection_plan.c       which relations become which models
 *     reflection_ends.c       which foreign keys become which relationships
 *     reflection_names.c      how all of them are called
 *     reflection_apply.c      making them
 *     reflection.c            the verb, and its rows
 */
#ifndef ORM_DEFINE_REFLECTION_H
#define ORM_DEFINE_REFLECTION_H

#include "base/document.h"
#include "nodes/pg_list.h"

/* A row of the result. */
typedef struct OrmReflectionRow
{
	char *model; /* NULL: a join table, no model's */
	const char *action;
	const char *kind;
	char *identity;
	char *detail; /* or NULL */
} OrmReflectionRow;

/* Which relations, as the caller says it. */
typedef struct OrmReflectionRequest
{
	char *schema; /* NULL: the first of search_path */
	bool has_include;
	List *include; /* of char *: patterns */
	List *exclude;
	const OrmDocument *options;
} OrmReflectionRequest;

/*
 * Makes models of the relations of a schema that the caller owns, and
 * relationships of their foreign keys; returns what became of each (List of
 * OrmReflectionRow *).  Raises 3F000 for a schema that does not exist, 42809 for one of
 * the system, 2201B and 42602 for a pattern, and what orm_reflection_options_read and
 * orm_reflection_plan_make do.  A relation that cannot be mapped is a row.
 */
extern List *orm_reflection_run(const OrmReflectionRequest *request);

#endif
