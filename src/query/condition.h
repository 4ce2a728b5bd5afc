/*
 * condition.h - what where.c, related.c, operator.c, text.c, operand.c and order.c
 * share.  Private to them.
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

/*
 * Is an object an instruction in place of a value of the type (NULL: of any)?
 * Its first key begins with "$"; of json types, where that may be data, it has
 * just one key and that is one of ours.
 */
extern bool orm_condition_is_instruction(OrmJson json, const OrmType *type);

/* Is an argument of that type good for another: by a cast in an assignment, or, of text, by its input function? */
extern bool orm_condition_fits(Oid type, Oid wanted);

/* The text of a key; raises 22P05, with the place of its object, for one that the database has no text for. */
extern char *orm_condition_key(OrmJson key, const OrmPath *place);

/* Raises 42701 when a key of an object has stood in it before. */
extern void orm_condition_check_twice(OrmJson object, const OrmJsonWalk *walk, const OrmPath *place);

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

/* ---- text.c: what the operators of text append ---- */

extern void orm_condition_pattern(OrmCondition *condition);		 /* like, regex, contains... */
extern void orm_condition_equal_folded(OrmCondition *condition); /* ieq */
extern void orm_condition_search(OrmCondition *condition);

/*
 * Conditions that are joined by AND or OR, in parentheses where there are more
 * than one.  Conditions removed by unset parameters leave no trace.
 */
typedef struct OrmSeries
{
	StringInfo sql;
	const char *joint; /* " AND " */
	int begin;		   /* where the series begins in the text, */
	int part;		   /* ... and its newest part */
	int nparts;
} OrmSeries;

extern void orm_series_begin(OrmSeries *series, StringInfo sql, const char *joint);

/* Around each part: "kept" is what the part's function returned. */
extern void orm_series_begin_part(OrmSeries *series);
extern void orm_series_end_part(OrmSeries *series, bool kept);

/* Returns false, and leaves nothing, when no part was kept. */
extern bool orm_series_end(OrmSeries *series);

#endif
