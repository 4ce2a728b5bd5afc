/*
 * cast.h - values of one type as values of another, by the server's casts.
 */
#ifndef ORM_MODEL_CAST_H
#define ORM_MODEL_CAST_H

#include "nodes/primnodes.h"

/*
 * The expression that makes a value of type "from" (a CaseTestExpr in it) one
 * of type "to" with its modifiers (-1: none): the cast of an assignment, else, of
 * strings, what the type's input function makes of them.  NULL: there is none.
 */
extern Expr *orm_cast_find(Oid from, Oid to, int32 typmod);

/* Evaluates such an expression.  The result, of type "to", is palloc'd where it is by reference. */
extern Datum orm_cast_run(Expr *cast, Oid to, Datum value, bool *isnull);

#endif
