/*
 * function.h - compiled functions in LANGUAGE orm.
 */
#ifndef ORM_ACCESSOR_FUNCTION_H
#define ORM_ACCESSOR_FUNCTION_H

#include "access/htup.h"
#include "fmgr.h"
#include "nodes/primnodes.h"

#include "base/body.h"
#include "accessor/verb.h"
#include "model/model.h"
#include "store/options.h"

typedef struct OrmParameter
{
	char *name;
	Oid type;
	int attribute; /* index, or -1: not an attribute of the model */
	bool usable;   /* the verb takes this attribute */
	bool optional; /* its default is orm.unset(...) */
	bool cast;	   /* its type is not binary coercible to the attribute's */
	Oid converter; /* orm_cast_function() of that cast, found once; InvalidOid: found in each call */
} OrmParameter;

typedef struct OrmFunction
{
	MemoryContext context; /* holds the compiled function */
	uint64 epoch;		   /* of the model when compiled */
	char *model;		   /* NULL: the verb has no model */
	char *name;			   /* name of the function, for messages */
	char *declaration;	   /* of a model function: the model document */
	const OrmLanguageVerb *verb;
	OrmResult result;
	Oid result_type;
	const OrmDocument *query; /* NULL: not a verb with this document */
	const OrmDocument *patch; /* NULL: not a verb with this document */
	const OrmDocument *object;
	const OrmDocument *conflict_on; /* NULL: not given */
	const OrmDocument *options;		/* NULL: not given; of a verb with a query they are already read into "given" */
	OrmWriteOptions given;
	Oid unset; /* OID of orm.unset */
	bool is_volatile;
	bool row; /* the only argument is a row of the table */
	int nparameters;
	OrmParameter *parameters;
	bool *all; /* by attribute: true */
} OrmFunction;

/*
 * Compiles a function from its pg_proc row, in a new context below "parent".
 * Opens the model with orm_function_lock(); *model receives it, NULL if the
 * verb has none.  Raises 42P13 for a function that is not allowed in this
 * language, 42601 for its body, and the errors of its model, attributes and
 * documents. "created" is set by the validator: every argument must be an
 * attribute that the verb takes.  Otherwise, as the table may have changed, an
 * unusable argument is an error only in a call that gives it.
 */
extern OrmFunction *orm_function_compile(HeapTuple tuple, bool created, MemoryContext parent, const OrmModel **model);

/* Checks a body without the catalogs: 42601, 22P02. */
extern void orm_function_check_syntax(const char *source);

/* Raises the error for an argument that is not usable: 42703, 42883, 428C9, 42P13. */
extern void orm_function_refuse(const OrmFunction *function, const OrmModel *model, const OrmParameter *parameter)
	pg_attribute_noreturn();

/* The lock of a verb on its model's table. */
extern LOCKMODE orm_function_lock(const OrmLanguageVerb *verb);

/* Stores which arguments have the default orm.unset(...); optional[] has room for all. */
extern void orm_function_optional(HeapTuple tuple, bool *optional);

/* Is this expression a call of orm.unset, or the constant that the planner made of it? */
extern bool orm_function_is_unset(Node *expression, Oid unset);

/* The constant that replaces such a call in plans. */
extern Node *orm_function_unset_constant(const FuncExpr *call);

/*
 * The expression that casts a CaseTestExpr of the argument's type to the
 * attribute's type: an assignment cast, else, for strings, conversion by the
 * type's input function.  Raises 42804 if there is neither.
 */
extern Expr *orm_function_cast(const char *function, const OrmParameter *parameter, const OrmAttribute *attribute);

#endif
