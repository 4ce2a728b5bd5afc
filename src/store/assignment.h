/*
 * assignment.h - what a statement sets, to which values, and how it tells that
 * a row is changed by that.
 */
#ifndef ORM_STORE_ASSIGNMENT_H
#define ORM_STORE_ASSIGNMENT_H

#include "store/statement.h"

/* Is this attribute set by the statement (an INSERT: in rows that are there)? */
extern bool orm_assignment_has(const OrmStatement *statement, int attribute);

/* Is there an attribute that it sets? */
extern bool orm_assignment_any(const OrmStatement *statement);

/* Appends alias."column" */
extern void orm_assignment_column(StringInfo sql, const char *alias, const OrmAttribute *attribute);

/* Appends the record's value of an attribute: a parameter, or the column of the unnested arrays. */
extern void orm_assignment_value(StringInfo sql, const OrmStatement *statement, int attribute);

/* Appends "a" = <value>, ...; the values are the record's, or, as far as they are given, columns of an alias. */
extern void orm_assignment_list(StringInfo sql, const OrmStatement *statement, const char *alias);

/* Appends the test for a change of any attribute that the statement sets. */
extern void orm_assignment_changes(StringInfo sql, const OrmStatement *statement, const char *alias);

/* May an update pass over rows that are as they should be?  (Comparing needs the right to read.) */
extern bool orm_assignment_compares(const OrmWrite *write, const OrmStatement *statement);

#endif
