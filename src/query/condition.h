/*
 * condition.h - the operators of conditions.  Private to this folder.
 */
#ifndef ORM_QUERY_CONDITION_H
#define ORM_QUERY_CONDITION_H

#include "model/operator.h"
#include "query/compile.h"

/*
 * Appends the condition of one operator, named ("ge") or by symbol ("@>"), on an
 * expression; returns like orm_query_where.  Raises 42883 for an unrecognized operator or
 * one not supported by the type, 22004 for null if the operator does not take it.
 */
extern bool orm_condition_operator(OrmScope *scope, const OrmExpression *left, const char *operator, OrmJson operand,
								   const OrmPath *place, StringInfo sql);

/* State of writing one operator of a condition. */
typedef struct OrmCondition
{
	OrmScope *scope;
	const OrmExpression *left;
	const char *name;						 /* of the operator in the document */
	const struct OrmNamedOperator *operator; /* NULL: an operator by symbol */
	OrmOperand operand;						 /* never ORM_OPERAND_UNSET */
	const OrmPath *place;
	StringInfo sql;
} OrmCondition;

typedef struct OrmNamedOperator
{
	const char *name;
	void (*append)(OrmCondition *condition);
	bool takes_null;
	bool takes_hidden;	 /* a hidden attribute */
	int strategy;		 /* lt...: btree strategy */
	const char *symbol;	 /* like...: operator of text */
	OrmSlotForm form;	 /* like...: conversion of a value to its pattern */
	const char *between; /* contains...: SQL for two attributes, %1$s and %2$s; NULL: by the symbol */
} OrmNamedOperator;

/* Is the right operand another attribute? */
static inline bool
orm_condition_is_between(const OrmCondition *condition)
{
	return condition->operand.kind == ORM_OPERAND_ATTRIBUTE;
}

/* Does the name consist of the characters of operator names? */
extern bool orm_condition_is_symbol(const char *name);

/* Is it an operator, by name or by symbol? */
extern bool orm_condition_is_operator(const char *name);

/* The SQL of an operand, and its type. */
typedef struct OrmSide
{
	const char *sql;
	const OrmType *type;
} OrmSide;

extern OrmSide orm_condition_side(const OrmExpression *expression);

/*
 * An operand cast to that type, unless it has the type.  Domains are cast, too, because
 * the server does not always do so for polymorphic operators.
 */
extern const char *orm_condition_cast(OrmSide side, Oid type);

/* Appends an operator expression; "right" has the right operand type. */
extern void orm_condition_append(StringInfo sql, const OrmOperator *operator, OrmSide left, const char *right);

/* Appends the condition of an operator by symbol between two attributes. */
extern void orm_condition_between(OrmCondition *condition, const char *symbol);

/*
 * A parameter for the value of the condition, of the right operand type "right" of an
 * operator whose left operand is of type "left".
 */
extern const char *orm_condition_slot(OrmCondition *condition, const OrmType *left, Oid right, OrmSlotForm form);

#endif
