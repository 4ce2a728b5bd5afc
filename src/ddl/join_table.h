/*
 * join_table.h - the join tables of many_to_many.
 */
#ifndef ORM_DDL_JOIN_TABLE_H
#define ORM_DDL_JOIN_TABLE_H

#include "ddl/ddl.h"

/* Adds the join tables to the run. */
extern void orm_join_table_add_all(OrmDdlRun *run);

#endif
