/*
 * cast.h - casts of values by the server's rules.
 */
#ifndef ORM_MODEL_CAST_H
#define ORM_MODEL_CAST_H

#include "nodes/primnodes.h"

/*
 * The expression that casts a value of type "from", represented by a
 * CaseTestExpr, to type "to" with its modifier (-1: none): an assignment cast, or
 * for string types an explicit one.  NULL: there is no such cast.  Palloc'd.
 */
extern Expr *orm_cast_find(Oid from, Oid to, int32 typmod);

/*
 * The server's own strict function that performs such a cast alone, which no
 * command can replace; InvalidOid: there is none, or "cast" is NULL.
 */
extern Oid orm_cast_function(const Expr *cast);

/* Evaluates such an expression.  A pass-by-reference result is palloc'd. */
extern Datum orm_cast_run(Expr *cast, Oid to, Datum value, bool *isnull);

#endif
