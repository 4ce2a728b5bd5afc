/*
 * expression.h - expressions.  Private to this folder.
 *
 *     expr = path | number | true | false | null | {"$value": json} | {"$": parameter}
 *          | {function or operator: [expr, ...]} | a form with a word of its own (form.c) | agg | window
 *
 * An expression is read into a term.  A literal is a term without a type: what
 * takes it as an argument gives it one, as the parser does with a literal of
 * type unknown.  Functions and operators are resolved by the types of their
 * terms (model/callable.h, model/operator.h).
 *
 *     {"+": ["price", 1]}            (t0."price" OPERATOR(pg_catalog.+) '1'::pg_catalog.int4)
 *     {"round": ["price", 1]}        pg_catalog.round(t0."price", '1'::pg_catalog.int4)
 *     {"coalesce": ["nick", {"$value": "?"}]}
 *                                    COALESCE(t0."nick", $1)
 *
 * A call of a function has an array; without one the word is ours, of an
 * aggregate or of a form.
 */
#ifndef ORM_QUERY_EXPRESSION_H
#define ORM_QUERY_EXPRESSION_H

#include "query/compile.h"

typedef struct OrmTerm
{
	const OrmExpression *expression; /* NULL: a literal */
	OrmOperand operand;				 /* ... which is this value, or NULL */
	const OrmPath *place;
} OrmTerm;

/* Reads an expression into a term. */
extern OrmTerm orm_expression_term(OrmScope *scope, OrmJson json, const OrmPath *place);

/* Reads an array of expressions; "least" and "most" how many there must be (most 0: any number). */
extern OrmTerm *orm_expression_terms(OrmScope *scope, OrmJson json, const char *word, int least, int most, int *n,
									 const OrmPath *place);

/* The type of a term without domains; UNKNOWNOID: a literal. */
extern Oid orm_expression_type(const OrmTerm *term);

/* The text of a term as a value of the type (an operand that needs no parentheses); "any" is its own type. */
extern const char *orm_expression_as(OrmScope *scope, const OrmTerm *term, Oid type);

/* The text of a term that must be a condition; raises 42804. */
extern const char *orm_expression_boolean(OrmScope *scope, const OrmTerm *term);

/* A term as an expression; a literal takes the type that its JSON has. */
extern const OrmExpression *orm_expression_value(OrmScope *scope, const OrmTerm *term, const char *name);

/* An expression of that text and type; its collation is the first one among the terms. */
extern OrmExpression *orm_expression_make(const char *sql, Oid type, const OrmTerm *terms, int n);

/* Reads an expression, under a name. */
extern const OrmExpression *orm_expression_read(OrmScope *scope, const char *name, OrmJson json, const OrmPath *place);

/* Reads an expression to be assigned to a column of the type, which a literal takes. */
extern const OrmExpression *orm_expression_assigned(OrmScope *scope, OrmJson json, Oid type, const OrmPath *place);

#endif
