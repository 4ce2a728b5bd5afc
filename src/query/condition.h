/*
 * condition.h - the operators of conditions.  Private to this folder.
 */
#ifndef ORM_QUERY_CONDITION_H
#define ORM_QUERY_CONDITION_H

#include "model/operator.h"
#include "query/compile.h"

/*
 * Appends the condition of one operator, named ("ge") or by symbol ("@>"), on
 * an expression; as orm_query_where.  Raises 42883 for an unknown operator or
 * one that the type does not have, 22004 for a null that it does not take.
 */
extern bool orm_condition_operator(OrmScope *scope, const OrmExpression *left, const char *operator, OrmJson operand,
								   const OrmPath *place, StringInfo sql);

/* One operator of a condition while it is written. */
typedef struct OrmCondition
{
	OrmScope *scope;
	const OrmExpression *left;
	const char *name;						 /* of the operator, as the document has it */
	const struct OrmNamedOperator *operator; /* NULL: one of PostgreSQL's */
	OrmOperand operand;						 /* not an unset one */
	const OrmPath *place;
	StringInfo sql;
} OrmCondition;

typedef struct OrmNamedOperator
{
	const char *name;
	void (*append)(OrmCondition *condition);
	bool takes_null;
	int strategy;		 /* lt...: of the btree operator class */
	const char *symbol;	 /* like...: the operator of text */
	OrmSlotForm form;	 /* ... and how a value becomes its pattern */
	const char *between; /* contains...: the same for two attributes, %1$s and %2$s; NULL: by the symbol */
} OrmNamedOperator;

/* Is the right operand another attribute? */
static inline bool
orm_condition_is_between(const OrmCondition *condition)
{
	return condition->operand.kind == ORM_OPERAND_ATTRIBUTE;
}

/* Is this the symbol of an operator, as the server spells them? */
extern bool orm_condition_is_symbol(const char *name);

/* An operand as text, and its type. */
typedef struct OrmSide
{
	const char *sql;
	const OrmType *type;
} OrmSide;

extern OrmSide orm_condition_side(const OrmExpression *expression);

/*
 * An operand as one of that type.  Domains and other types are cast, as the
 * server would not always do it by itself where an operator is polymorphic.
 */
extern const char *orm_condition_cast(OrmSide side, Oid type);

/* Appends the application of an operator; "right" is of its type. */
extern void orm_condition_append(StringInfo sql, const OrmOperator *operator, OrmSide left, const char *right);

/* Appends the condition of an operator by symbol between two attributes. */
extern void orm_condition_between(OrmCondition *condition, const char *symbol);

/*
 * A parameter for the value of the condition, of the type "right" that the
 * operator takes beside one of "left".
 */
extern const char *orm_condition_slot(OrmCondition *condition, const OrmType *left, Oid right, OrmSlotForm form);

#endif
