/*
 * reflect_privilege.h - making statements from the owner and the privileges of a relation, and
 * whether such a statement holds.
 */
#ifndef ORM_MODEL_REFLECT_PRIVILEGE_H
#define ORM_MODEL_REFLECT_PRIVILEGE_H

#include "model/reflect_state.h"
#include "nodes/parsenodes.h"

/* Adds the owner, unless the table would be his. */
extern void orm_reflect_privilege_owner(OrmReflectState *r, Oid owner);

/*
 * Adds what a table or sequence has of privileges beside what a new one of "owner" gets by
 * default privileges, and what it lacks of these.
 */
extern void orm_reflect_privilege_relation(OrmReflectState *r, Oid relid, ObjectType type, Oid owner);

/* The same of the columns. */
extern void orm_reflect_privilege_columns(OrmReflectState *r);

/*
 * Are the privileges on a relation what a GRANT or REVOKE says, which the owner runs?  What is
 * revoked and granted again by "others" (List of GrantStmt *) counts as granted.
 */
extern bool orm_reflect_privilege_holds(const GrantStmt *statement, const List *others, Oid relid);

#endif
