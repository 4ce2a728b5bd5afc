/*
 * reflection.h - the state of reflecting a relation, and its common functions.
 */
#ifndef ORM_MODEL_REFLECTION_H
#define ORM_MODEL_REFLECTION_H

#include "model/declaration.h"
#include "model/reflect.h"
#include "utils/relcache.h"

typedef struct OrmReflection
{
	Relation relation;
	OrmDeclaration *declaration;
	List *context; /* of deparse_expression */
	OrmTargetNamer namer;
	void *arg;
	int position; /* of the next element */
} OrmReflection;

/* Deparses a stored expression. */
extern char *orm_reflection_print(const OrmReflection *r, char *stored);

/* Adds a constraint to the declaration. */
extern OrmDeclaredConstraint *orm_reflection_add_constraint(OrmReflection *r, OrmConstraintKind kind, char *name,
															List *columns);

/* The name, or NULL when it is the default name of PostgreSQL for these columns. */
extern char *orm_reflection_own_name(const OrmReflection *r, const char *name, List *columns, const char *label);

/* The only column in the list, or NULL. */
extern OrmDeclaredColumn *orm_reflection_only_column(const OrmReflection *r, List *columns);

/* The names of the INCLUDE columns of an index. */
extern List *orm_reflection_include(Relation index);

/* Has an index storage parameters or a tablespace of its own? */
extern bool orm_reflection_has_storage(Relation index);

/* The options of a column of an index in SQL, as far as they are not the default. */
extern char *orm_reflection_index_options(Relation index, int column, bool with_order);

/* A column or an expression of an index in SQL; expressions other than function calls are in parentheses. */
extern char *orm_reflection_index_expression(Relation index, int column);

#endif
