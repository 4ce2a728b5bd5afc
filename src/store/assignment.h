/*
 * assignment.h - the columns that a statement sets, their new values, and the
 * test for a row that they change.
 */
#ifndef ORM_STORE_ASSIGNMENT_H
#define ORM_STORE_ASSIGNMENT_H

#include "store/statement.h"

/* Does the statement set this attribute?  (An INSERT: in an existing row, by ON CONFLICT DO UPDATE.) */
extern bool orm_assignment_has(const OrmStatement *statement, int attribute);

/* Does the statement set any attribute? */
extern bool orm_assignment_any(const OrmStatement *statement);

/* Appends alias."column" */
extern void orm_assignment_column(StringInfo sql, const char *alias, const OrmAttribute *attribute);

/* Appends the record's value of an attribute: a parameter, or a column of the unnested arrays. */
extern void orm_assignment_value(StringInfo sql, const OrmStatement *statement, int attribute);

/* Appends "a" = <value>, ...; given values are taken from the record (alias NULL) or from the alias's columns. */
extern void orm_assignment_list(StringInfo sql, const OrmStatement *statement, const char *alias);

/* Does the statement compute an attribute's new value from row t? */
extern bool orm_assignment_is_patched(const OrmStatement *statement, int attribute);

/* Appends , <value>::<type> for each of these, with "alias" NULL. */
extern void orm_assignment_patched(StringInfo sql, const OrmStatement *statement);

/* Appends the condition that the statement changes row t; "alias" as above. */
extern void orm_assignment_changes(StringInfo sql, const OrmStatement *statement, const char *alias);

/* Can the statement skip rows that it would not change?  This needs SELECT on the attributes it sets. */
extern bool orm_assignment_compares(const OrmWrite *write, const OrmStatement *statement);

#endif
