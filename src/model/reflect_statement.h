/*
 * reflect_statement.h - making statements from what a table has beside its columns, constraints
 * and indexes; see table_statement.h.
 *
 *     reflect_statement.c    options of columns, indexes and the table, statistics, sequences
 *     reflect_trigger.c      triggers, rules and policies
 *     reflect_privilege.c    owner and privileges
 */
#ifndef ORM_MODEL_REFLECT_STATEMENT_H
#define ORM_MODEL_REFLECT_STATEMENT_H

#include "model/reflect_state.h"

/* Adds all statements, in an order in which they can be run; see orm_reflect_statements. */
extern void orm_reflect_statement_all(OrmReflectState *r, Oid owner);

/* COMMENT ON ... of an object, if it has one; "object" is its name in the statement. */
extern void orm_reflect_statement_comment(OrmReflectState *r, Oid catalog, Oid oid, const char *object);

#endif
