/*
 * candidate.h - operator candidates of a name, and the choice among them.
 */
#ifndef ORM_MODEL_CANDIDATE_H
#define ORM_MODEL_CANDIDATE_H

#include "catalog/namespace.h"

#include "model/operator.h"

/* Operand and result types of the operator to be found. */
typedef struct OrmOperands
{
	Oid left; /* base types; UNKNOWNOID: of a literal, or of a value that is not read yet */
	Oid right;
	Oid result; /* BOOLOID; InvalidOid: any type with an order; ANYOID: any type */
} OrmOperands;

/* The chosen operator or aggregate; InvalidOid when none fits (no rivals) or the choice is ambiguous. */
typedef struct OrmChosen
{
	Oid oid;
	List *rivals; /* OIDs of the fitting candidates */
} OrmChosen;

/*
 * Trusted operators of that name (see operator.h) for these operands and result.
 * orm_candidate_choose checks the operand types.  Palloc'd.
 */
extern FuncCandidateList orm_candidate_find(const char *name, const OrmOperands *operands);

/* The sorted names of all operators for a left operand, for a hint: "<", "<=", ... */
extern char *orm_candidate_names(const OrmOperands *operands);

/* Aggregates of that name in pg_catalog with one parameter.  Palloc'd. */
extern FuncCandidateList orm_candidate_aggregates(const char *name);

/*
 * Chooses the candidate for operands of these types by the rules of the server's
 * parser, implicit casts included.
 */
extern OrmChosen orm_candidate_choose(FuncCandidateList candidates, int n, Oid *types);

/*
 * Fills in *operator with the types of the call.  False when the operator does
 * not exist, or a polymorphic type cannot be resolved from the operands.
 */
extern bool orm_candidate_describe(Oid oid, const OrmOperands *operands, OrmOperator *operator);

/*
 * Resolves a polymorphic type from another operand, declared as "declared" and
 * of type "actual" in the call.  Other types are returned unchanged.  InvalidOid:
 * not determined by that operand, or a pseudo-type.
 */
extern Oid orm_candidate_concrete(Oid type, Oid declared, Oid actual);

/* Does the type have a "<" operator of a default btree operator class? */
extern bool orm_candidate_has_order(Oid type);

#endif
