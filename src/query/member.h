/*
 * member.h - members of composite values: "address.zip" in paths, {"address": {"zip": cond}}
 * in conditions.  Private to this folder.
 *
 *     (t0."address")."zip"
 */
#ifndef ORM_QUERY_MEMBER_H
#define ORM_QUERY_MEMBER_H

#include "query/compile.h"

/* Has the expression members? */
extern bool orm_member_has(const OrmExpression *expression);

/* A member of a composite value; raises 42703 with the nearest name, 42501 for a member of a hidden attribute. */
extern const OrmExpression *orm_member_of(const OrmExpression *composite, const char *name, const OrmPath *place);

#endif
