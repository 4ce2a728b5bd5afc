/*
 * assigned.h - expressions that objects give as new values of attributes: their SQL and
 * the values of their parameters.
 */
#ifndef ORM_EXEC_ASSIGNED_H
#define ORM_EXEC_ASSIGNED_H

#include "base/document.h"
#include "model/model.h"

typedef struct OrmAssigned
{
	const char *text; /* the expression in the document: equal texts have equal values */
	const char *sql;  /* over row t (query/assign.h) */
	int first;		  /* its parameters are $first + 1 to $first + n */
	int n;
	Oid *types;
	Datum *values;
	bool *isnull;
} OrmAssigned;

/* The same of conditions that existing rows must satisfy; its text is not set. */
extern const OrmAssigned *orm_assigned_condition(const OrmModel *model, OrmJson json, const OrmPath *place);

/* The same of {"$merge": {...}} of a composite attribute, whose operand has been checked. */
extern const OrmAssigned *orm_assigned_members(const OrmAttribute *attribute, OrmJson json, int first,
											   const OrmPath *place);

/* Compiles an expression and reads its values, in the current context; raises as orm_assign_compile. */
extern const OrmAssigned *orm_assigned_read(const OrmModel *model, const OrmAttribute *attribute, OrmJson json,
											int first, const OrmPath *place);

#endif
