/*
 * function.h - a function in LANGUAGE orm, compiled: its verb, its model, the
 * verb's documents, and which argument is which attribute.
 */
#ifndef ORM_ACCESSOR_FUNCTION_H
#define ORM_ACCESSOR_FUNCTION_H

#include "access/htup.h"
#include "fmgr.h"
#include "nodes/primnodes.h"

#include "accessor/body.h"
#include "accessor/verb.h"
#include "model/model.h"

typedef struct OrmParameter
{
	char *name;
	Oid type;
	int attribute; /* index, or -1: the model has no such attribute any more */
	bool usable;   /* it is one, and the verb takes it */
	bool optional; /* its default is orm.unset(...) */
	bool cast;	   /* its type is not the attribute's, nor stored as that is */
} OrmParameter;

typedef struct OrmFunction
{
	MemoryContext context; /* all of this */
	uint64 epoch;		   /* of the model it was compiled for */
	char *model;		   /* NULL: the verb has none */
	char *name;			   /* of the function, for messages */
	const OrmLanguageVerb *verb;
	OrmResult result;
	Oid result_type;
	const OrmDocument *query; /* NULL: the verb takes none */
	const OrmDocument *patch; /* NULL: the verb takes none */
	const OrmDocument *object;
	const OrmDocument *conflict_on; /* NULL: not given */
	const OrmDocument *options;		/* NULL: not given; of a verb with a query they have been read */
	int64 expect;
	Oid unset; /* the function orm.unset */
	bool is_volatile;
	bool row; /* the only argument is the whole row */
	int nparameters;
	OrmParameter *parameters;
	bool *all; /* by attribute: true */
} OrmFunction;

/*
 * Compiles a function from its pg_proc row, in a new context below "parent".
 * Opens (and locks) the model.  Raises 42P13 for a function that cannot be in
 * this language, 42601, 42704, 42703, 42804...  "created" is what the
 * validator sets: every argument must be an attribute that the verb takes.
 * Later, when the table may have changed, one that is not is an error only in
 * a call that gives it.
 */
extern OrmFunction *orm_function_compile(HeapTuple tuple, bool created, MemoryContext parent, const OrmModel **model);

/* What can be checked of a body when nothing else is known: 42601, 22P02. */
extern void orm_function_check_syntax(const char *source);

/* Raises why an argument that is not usable cannot be given: 42703, 42883, 428C9, 42P13. */
extern void orm_function_refuse(const OrmFunction *function, const OrmModel *model, const OrmParameter *parameter)
	pg_attribute_noreturn();

/* The lock that a verb takes on its model's table. */
extern LOCKMODE orm_function_lock(const OrmLanguageVerb *verb);

/* Which arguments have the default orm.unset(...); "optional" has room for all. */
extern void orm_function_optional(HeapTuple tuple, bool *optional);

/* Is this expression a call of orm.unset, as it was written or as the planner left it? */
extern bool orm_function_is_unset(Node *expression, Oid unset);

/* What the planner is to leave of such a call: the marker as a constant. */
extern Node *orm_function_unset_constant(const FuncExpr *call);

/*
 * The expression that makes of a value of the argument's type, a CaseTestExpr,
 * one of the attribute's: the cast of an assignment, else, of strings, what the
 * type's input function reads.  Raises 42804 when there is neither.
 */
extern Expr *orm_function_cast(const char *function, const OrmParameter *parameter, const OrmAttribute *attribute);

#endif
