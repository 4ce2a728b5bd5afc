/*
 * operator.h - operators that documents name, resolved by us.
 *
 * search_path never decides which operator runs: whoever may create one in a
 * schema of the path would run code as the caller.  An operator of a given
 * name (spelled as in SQL: "@>") may be meant when it is
 *
 *     in pg_catalog, or
 *     in an operator family of a default operator class of the type (only
 *         superusers make these, and every index and ORDER BY trusts them), or
 *     a member of an extension, and it and its function belong to superusers
 *         (all that a trusted extension, or one that a superuser has
 *         installed, brings along: citext, ltree, pg_trgm, ...; not what the
 *         extension's owner has added to it), or
 *     a member of the type's own extension, and it and its function belong to
 *         the owner of the type;
 *
 * outside pg_catalog only with operands of exact types, neither polymorphic
 * nor domains: its qualified name must mean no other.  An operator that an
 * ordinary user has made is never run, not even for himself.
 *
 * What is left is chosen among by the server's own rules, as if the value were
 * a string literal: the left type on both sides comes first, an exact left
 * type before a polymorphic one or a cast, a text before other values.  So
 * varchar takes the operators of text, `range @> value` means another range
 * ("[5,5]", not 5; two attributes may be range @> element), `point <-> value`
 * another point, `jsonb -> value` a key.
 *
 * All that is resolved here goes into texts that are kept by shape, so none of
 * it has a cache of its own.  A text knows an operator by its name only, so kept
 * ones are not used any more when that may mean another (exec/plan.c).
 */
#ifndef ORM_MODEL_OPERATOR_H
#define ORM_MODEL_OPERATOR_H

#include "base/error.h"
#include "model/type.h"

typedef struct OrmOperator
{
	Oid oid;
	Oid left;  /* types of the operands as the operator is to be called: concrete, */
	Oid right; /* no domains; polymorphic ones replaced by what they stand for */
	Oid result;
} OrmOperator;

/*
 * The operator of that name for values of a type.  "result": what it must
 * return (BOOLOID for a condition; InvalidOid: anything that has an order, for
 * order_by).  "what" is how the left operand is called in messages (attribute
 * "x" of model "y").  Raises 42883 for a name that no operator of the type has
 * (the hint lists the existing ones), 42725 for an ambiguous one (the detail
 * lists the candidates), each with the place.
 */
extern OrmOperator orm_operator_find(const char *name, const OrmType *type, Oid result, const char *what,
									 const OrmPath *path);

/*
 * The operator of the default btree operator class of a type (BTLess... of
 * access/stratnum.h): for eq and ne, of the btree or else the hash class.
 * Raises 42883 where the type has none.
 */
extern OrmOperator orm_operator_order(const OrmType *type, int strategy, const char *what, const OrmPath *path);

/*
 * The same between two attributes, of different types perhaps: a cross-type
 * member of the family, else over the type of one of them to which the other
 * casts implicitly.  An operand whose type is not the operator's (left and
 * right of the result) must be cast to it: the server does not by itself for
 * polymorphic operators (varchar[] = text[]).  Raises 42804 where there is none.
 */
extern OrmOperator orm_operator_between(const OrmType *left, const OrmType *right, int strategy, const char *what,
										const OrmPath *path);

/* The same for an operator by name: "arrays @> arrays" of two attributes.  Errors as orm_operator_find. */
extern OrmOperator orm_operator_find_between(const char *name, const OrmType *left, const OrmType *right, Oid result,
											 const char *what, const OrmPath *path);

/* Has the type an order (a default btree operator class)? */
extern bool orm_operator_has_order(const OrmType *type);

/*
 * The type of the result of an aggregate of pg_catalog that takes one argument,
 * of a type that is no domain.  Raises 42883 with the place where there is none
 * for that type.
 */
extern Oid orm_operator_aggregate_result(const char *aggregate, Oid argument, const char *what, const OrmPath *path);

#endif
