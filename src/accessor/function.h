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
#include "model/model.h"
#include "query/query.h"

/* What a function may return; flags, as a verb takes several. */
typedef enum OrmResult
{
	ORM_RESULT_ROW = 1,	 /* the row type of the model's table */
	ORM_RESULT_ROWS = 2, /* SETOF it */
	ORM_RESULT_JSON = 4,
	ORM_RESULT_VOID = 8,
	ORM_RESULT_BOOLEAN = 16,
	ORM_RESULT_JSONS = 32, /* SETOF json */
	ORM_RESULT_BIGINT = 64,
	ORM_RESULT_SCALAR = 128, /* the type of the one attribute that "select" names */
	ORM_RESULT_SCALARS = 256 /* SETOF it */
} OrmResult;

/* What an attribute must be to be an argument. */
typedef enum OrmArgumentRule
{
	ORM_ARGUMENTS_TO_STORE,	 /* what can be stored */
	ORM_ARGUMENTS_TO_CHANGE, /* the key, and what can be stored */
	ORM_ARGUMENTS_TO_MATCH,	 /* what has an equality */
	ORM_ARGUMENTS_KEY,		 /* the key alone */
	ORM_ARGUMENTS_PARAMETERS /* they are no attributes, but parameters of the documents; except the key, where
								 * it is to be given */
} OrmArgumentRule;

/* What a verb does with the primary key. */
typedef enum OrmKeyRule
{
	ORM_KEY_UNUSED,
	ORM_KEY_KNOWN, /* the model must have one */
	ORM_KEY_GIVEN  /* ... and each call says all of it */
} OrmKeyRule;

struct OrmCall;

/* A verb of the language; the table of them is in verb.c. */
typedef struct OrmLanguageVerb
{
	const char *name;
	bool writes;
	int results; /* OrmResult flags */
	OrmArgumentRule arguments;
	OrmKeyRule key;
	bool takes_row;							   /* a single argument may be the whole row */
	const char *documents[ORM_BODY_DOCUMENTS]; /* "query", "patch", "options": what it takes, in this order */
	int required;							   /* how many of them must be given */
	OrmQueryVerb query;						   /* with documents: what the query is read for */
	Datum (*run)(struct OrmCall *call);
} OrmLanguageVerb;

/* The verbs with documents; in query_verb.c. */
extern const OrmLanguageVerb orm_language_query_verbs[];
extern const int orm_language_nquery_verbs;

extern const OrmLanguageVerb *orm_language_verb(const char *name);

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
	char *model;
	char *name; /* of the function, for messages */
	const OrmLanguageVerb *verb;
	OrmResult result;
	Oid result_type;
	const OrmDocument *query; /* NULL: the verb takes no documents */
	const OrmDocument *patch; /* NULL: the verb takes none */
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

/*
 * The rest is in query_function.c: takes the documents of a body into a
 * function whose verb is known (42601, 22023);
 */
extern void orm_function_take_documents(OrmFunction *function, const OrmBody *body);

/* does its query lock rows?; */
extern bool orm_function_locks(const OrmFunction *function);

/* what the query is read for, with the result that the function has; */
extern OrmQueryVerb orm_function_query_verb(const OrmFunction *function);

/* the name of the one attribute that it selects, palloc'd; NULL: it is not one; */
extern const char *orm_function_selected(const OrmFunction *function);

/* raises 42P13 for a query that cannot have the function's result; */
extern void orm_function_check_result(const OrmFunction *function, const OrmModel *model);

/* and compiles the query as a call would, and reads its values, with all parameters and without the optional ones. */
extern void orm_function_check_query(const OrmFunction *function, const OrmModel *model);

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
