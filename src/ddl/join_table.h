/*
 * join_table.h - join tables of many_to_many.
 */
#ifndef ORM_DDL_JOIN_TABLE_H
#define ORM_DDL_JOIN_TABLE_H

#include "ddl/ddl.h"

/*
 * Adds the join tables of all many_to_many to the run, and sets "through" and "made" of
 * the relationships, with "foreign_key" for self-references.  Raises 42704, 42P10,
 * 42710, 42830 with the place.
 */
extern void orm_join_table_add_all(OrmDdlRun *run);

#endif
