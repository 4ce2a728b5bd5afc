/*
 * adopt.h - comparing a table of a plan with an existing relation.
 */
#ifndef ORM_DDL_ADOPT_H
#define ORM_DDL_ADOPT_H

#include "ddl/ddl.h"

/*
 * Checks that a relation that exists (as orm_reflect_relation says, without a
 * namer) has every column and key of the table; raises 42P07 naming the first
 * one it lacks.  "keys" is false for views and foreign tables, which can have none.  A
 * belongs_to whose columns were to be added follows the relation's own foreign
 * key to that target, if it has just one.
 */
extern void orm_adopt_table(OrmDdlTable *table, const OrmDeclaration *reflected, bool keys);

#endif
