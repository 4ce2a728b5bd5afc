/*
 * reflect_state.h - the state of reflecting a relation, and its common functions.
 */
#ifndef ORM_MODEL_REFLECT_STATE_H
#define ORM_MODEL_REFLECT_STATE_H

#include "access/htup.h"
#include "access/tupdesc.h"
#include "model/declaration.h"
#include "model/reflect.h"
#include "utils/relcache.h"

typedef struct OrmReflectState
{
	Relation relation;
	OrmDeclaration *declaration;
	List *context; /* of deparse_expression */
	OrmTargetNamer namer;
	void *arg;
	int position;				 /* of the next element */
	const OrmDeclaration *model; /* of statements: whose elements make the rest; NULL: none */
} OrmReflectState;

/* Deparses a stored expression. */
extern char *orm_reflect_state_print(const OrmReflectState *r, char *stored);

/* Adds a constraint to the declaration. */
extern OrmDeclaredConstraint *orm_reflect_state_add_constraint(OrmReflectState *r, OrmConstraintKind kind, char *name,
															   List *columns);

/* Adds a statement about the table, with its table unqualified. */
extern void orm_reflect_state_add_statement(OrmReflectState *r, char *definition);

/* Calls a function for each row of a catalog whose attribute, the first of that index, is this OID. */
extern void orm_reflect_state_scan(OrmReflectState *r, Oid catalog, Oid index, AttrNumber attribute, Oid value,
								   void (*row)(OrmReflectState *r, HeapTuple tuple, TupleDesc descriptor));

/* The name, or NULL when it is the default name of PostgreSQL for these columns. */
extern char *orm_reflect_state_own_name(const OrmReflectState *r, const char *name, List *columns, const char *label);

/* The only column in the list, or NULL. */
extern OrmDeclaredColumn *orm_reflect_state_only_column(const OrmReflectState *r, List *columns);

/* The names of the INCLUDE columns of an index. */
extern List *orm_reflect_state_include(Relation index);

/* Has an index storage parameters or a tablespace of its own? */
extern bool orm_reflect_state_has_storage(Relation index);

/* The options of a column of an index in SQL, as far as they are not the default. */
extern char *orm_reflect_state_index_options(Relation index, int column, bool with_order);

/* A column or an expression of an index in SQL; expressions other than function calls are in parentheses. */
extern char *orm_reflect_state_index_expression(Relation index, int column);

#endif
