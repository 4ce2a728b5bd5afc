/*
 * callable.h - functions that documents name, resolved by us.
 *
 * search_path never decides which function runs (see operator.h for why).  A
 * name without a schema is a function of pg_catalog; "schema.name" is one that
 * its owner has exported by orm.allow_function.
 *
 * Of pg_catalog the immutable functions may be called, and those of a short
 * list that depend on the transaction's time or on settings.  Not all of them:
 * internal, cstring and reg* arguments, sets, and names of the server's own
 * business (pg_*, has_*, *_to_xml*) are refused.  An immutable function can be
 * run by the planner, and must not do what a reader of documents may not.
 *
 * An exported function is marked by a line of its comment, so that a dump
 * carries the mark along.  Only exported functions are candidates: a function
 * that somebody else makes beside it is not looked at.
 *
 * A query over a function, "from", takes an exported one that returns a set of rows of a table.
 *
 * Overloads are chosen by the parser's own rules.  A text calls the function
 * by its qualified name with every argument cast to its declared type, so that
 * the parser finds the same function again.
 */
#ifndef ORM_MODEL_CALLABLE_H
#define ORM_MODEL_CALLABLE_H

#include "base/error.h"

/* The line of a comment that exports a function. */
#define ORM_CALLABLE_MARK "@orm.allow_function"

/* What the second argument of a function counts, where the first makes a value of any size. */
typedef enum OrmCallableGrowth
{
	ORM_GROWTH_NONE,
	ORM_GROWTH_CHARACTERS, /* lpad, rpad */
	ORM_GROWTH_COPIES	   /* repeat */
} OrmCallableGrowth;

typedef struct OrmCallable
{
	Oid oid;
	Oid result;	   /* concrete */
	int nargs;	   /* as given */
	Oid *declared; /* of each argument; concrete, or "any" */
	int variadic;  /* number of the first argument of VARIADIC; -1: none */
	OrmCallableGrowth grows;
} OrmCallable;

/* What kind of function is meant. */
typedef enum OrmCallableKind
{
	ORM_CALLABLE_PLAIN,
	ORM_CALLABLE_WINDOW /* a window function, or an aggregate, of pg_catalog */
} OrmCallableKind;

/*
 * The function of that name for arguments of these types (without domains;
 * UNKNOWNOID: a literal).  Raises with the place 42883 where there is none,
 * 42725 for an ambiguous one, 42501 for one that must not be called.
 */
extern OrmCallable orm_callable_resolve(const char *name, OrmCallableKind kind, int nargs, Oid *types,
										const OrmPath *place);

/* A function that returns rows. */
typedef struct OrmRowsFunction
{
	Oid oid;
	int nargs;
	Oid *types;	  /* of its arguments */
	char **names; /* likewise */
} OrmRowsFunction;

/*
 * The exported function of that name ("schema.name") that returns a set of rows of that type
 * and has just the named arguments.  Raises with the place 42883 where there is none, 42725
 * for several, 42501 for one that must not be called, 42804 for one that returns something else.
 */
extern OrmRowsFunction orm_callable_rows(const char *name, Oid row_type, int nargs, const char **names,
										 const OrmPath *place);

/* Has pg_catalog a function of that name? */
extern bool orm_callable_exists(const char *name);

/* Is the function exported? */
extern bool orm_callable_is_exported(Oid function);

/* Raises unless the function can be exported: it must be plain, not volatile, and return one value. */
extern void orm_callable_check_exportable(Oid function);

#endif
