/*
 * candidate.h - which operators a name may mean, and which of them is chosen.
 */
#ifndef ORM_MODEL_CANDIDATE_H
#define ORM_MODEL_CANDIDATE_H

#include "catalog/namespace.h"

#include "model/operator.h"

/* What an operator is wanted for. */
typedef struct OrmOperands
{
	Oid left;	/* types without domains */
	Oid right;	/* UNKNOWNOID: that of a value which is still to be read */
	Oid result; /* BOOLOID, or InvalidOid for anything that has an order */
} OrmOperands;

/* What was chosen: InvalidOid when nothing fits (no rivals), or too much does. */
typedef struct OrmChosen
{
	Oid oid;
	List *rivals; /* OIDs of what could stand there */
} OrmChosen;

/*
 * Operators of that name that may be run for these operands (see the top of
 * operator.h) and return what is wanted; whether the server lets the operands
 * stand there is left to orm_candidate_choose.
 */
extern FuncCandidateList orm_candidate_find(const char *name, const OrmOperands *operands);

/* The names of all operators for a left operand, sorted: "<", "<=", ... for a hint. */
extern char *orm_candidate_names(const OrmOperands *operands);

/* Aggregates of pg_catalog of that name with one parameter. */
extern FuncCandidateList orm_candidate_aggregates(const char *name);

/*
 * Chooses by the server's own rules for operands of these types.  Where all it
 * can do is an implicit cast, that is what it does.
 */
extern OrmChosen orm_candidate_choose(FuncCandidateList candidates, int n, Oid *types);

/*
 * The operator as it is to be called; false when it is gone, or when a
 * polymorphic type in it cannot be known from the operands.
 */
extern bool orm_candidate_describe(Oid oid, const OrmOperands *operands, OrmOperator *operator);

/*
 * What a type stands for beside one that is declared as "declared" and is
 * "actual" in the call; a type that is not polymorphic stands for itself.
 * InvalidOid: that does not say.
 */
extern Oid orm_candidate_concrete(Oid type, Oid declared, Oid actual);

/* Have values of the type an order? */
extern bool orm_candidate_has_order(Oid type);

#endif
