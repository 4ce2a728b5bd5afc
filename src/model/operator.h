/*
 * operator.h - resolving the operators named in documents.
 *
 * Operators are not looked up by search_path: a role with CREATE on a schema of
 * the path could otherwise run code with the caller's privileges.  The candidates
 * for a name (spelled as in SQL: "@>") are the trusted operators, which are
 *
 *     in pg_catalog, or
 *     in the operator family of a default operator class of the type (creating
 *         these requires superuser, and indexes and ORDER BY rely on them), or
 *     members of an extension, with operator and function owned by superusers
 *         (objects installed by a trusted extension or by a superuser: citext,
 *         ltree, pg_trgm, ...; not objects added by the extension's owner), or
 *     members of the type's own extension, with operator and function owned by
 *         the owner of the type.
 *
 * Outside pg_catalog the operand types must be neither polymorphic nor domains,
 * so that the qualified name is unambiguous.  Operators created by ordinary users
 * are never run.
 *
 * The choice among the candidates follows the server's rules, with the value as
 * an unknown-type literal: the left type on both sides is preferred, then an exact
 * left type over a polymorphic one or a cast, then a string over other values.
 * So varchar uses the operators of text, `range @> value` takes a range ("[5,5]",
 * not 5; between two attributes it can be range @> element), `point <-> value` a
 * point, and `jsonb -> value` a key.
 *
 * Results are part of statement texts in the plan cache, so there is no separate
 * cache.  Texts contain only qualified operator names; exec/plan.c discards
 * them when a name could resolve to another operator.
 */
#ifndef ORM_MODEL_OPERATOR_H
#define ORM_MODEL_OPERATOR_H

#include "base/error.h"
#include "model/type.h"

typedef struct OrmOperator
{
	Oid oid;
	Oid left;  /* operand types of the call: base types, */
	Oid right; /* with polymorphic types resolved */
	Oid result;
} OrmOperator;

/*
 * The operator of that name between a value of a type and a value of a document.
 * "result" is its result type: BOOLOID for a condition, InvalidOid for any type
 * with an order (order_by).  "what" describes the left operand in messages
 * (attribute "x" of model "y").  Raises 42883 when the type has no such operator
 * (the hint lists the existing ones), 42725 when it is ambiguous (the detail lists
 * the candidates), with the place.
 */
extern OrmOperator orm_operator_find(const char *name, const OrmType *type, Oid result, const char *what,
									 const OrmPath *path);

/*
 * The operator of a btree strategy (access/stratnum.h) in the default operator
 * class of a type; for equality, of the default btree or else hash class.  Raises
 * 42883 when the type has none.
 */
extern OrmOperator orm_operator_order(const OrmType *type, int strategy, const char *what, const OrmPath *path);

/*
 * Like orm_operator_order, between two attributes: for different types, a
 * cross-type member of the operator family, or else the operator of one type to
 * which the other casts implicitly.  The caller must cast operands to the types
 * "left" and "right" of the result, as the server does not do so for polymorphic
 * operators (varchar[] = text[]).  Raises 42804 when there is none.
 */
extern OrmOperator orm_operator_between(const OrmType *left, const OrmType *right, int strategy, const char *what,
										const OrmPath *path);

/* Like orm_operator_find, between two attributes. */
extern OrmOperator orm_operator_find_between(const char *name, const OrmType *left, const OrmType *right, Oid result,
											 const char *what, const OrmPath *path);

/*
 * The operator of an expression, of any result type, for operands of these base
 * types (UNKNOWNOID: a literal).  A prefix operator is one of pg_catalog, and
 * only "right" and "result" are set.  Raise 42883 and 42725 as orm_operator_find.
 */
extern OrmOperator orm_operator_resolve(const char *name, Oid left, Oid right, const OrmPath *path);
extern OrmOperator orm_operator_resolve_prefix(const char *name, Oid type, const OrmPath *path);

/* Does the type have an order (a default btree operator class)? */
extern bool orm_operator_has_order(const OrmType *type);

/*
 * The result type of an aggregate of pg_catalog with one argument, of a base type.
 * Raises 42883 with the place when there is none.
 */
extern Oid orm_operator_aggregate_result(const char *aggregate, Oid argument, const char *what, const OrmPath *path);

#endif
