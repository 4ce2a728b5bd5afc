/*
 * adopt.h - comparing a table of a plan with an existing relation.
 */
#ifndef ORM_DDL_ADOPT_H
#define ORM_DDL_ADOPT_H

#include "ddl/ddl.h"

/*
 * Checks that an existing relation has all columns and keys of the table; raises 42P07
 * with the first missing one.  "reflected" is its declaration from orm_reflect_relation
 * without a namer.  "keys" is false for views and foreign tables, which have no keys.
 *
 * A belongs_to whose default columns do not exist uses the only foreign key of the
 * relation to its target: its foreign_key and the table's columns are changed.
 */
extern void orm_adopt_table(OrmDdlTable *table, const OrmDeclaration *reflected, bool keys);

/*
 * For each belongs_to whose default columns are missing: uses the only foreign key of
 * the relation to its target, if there is one, and removes the default columns from the
 * table.  A part of orm_adopt_table.
 */
extern void orm_adopt_follow(OrmDdlTable *table, const OrmDeclaration *reflected);

#endif
