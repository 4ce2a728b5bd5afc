/*
 * target.h - referenced tables of a plan, and their keys.
 */
#ifndef ORM_DDL_TARGET_H
#define ORM_DDL_TARGET_H

#include "ddl/ddl.h"

/* The table that a name stands for, seen from a table; or NULL. */
extern const OrmTarget *orm_target_find(OrmDdlRun *run, const OrmPlanned *from, const char *name);

/* The same with its key known; raises 42704 and 42P10 at the place. */
extern const OrmTarget *orm_target_need(OrmDdlRun *run, OrmPlanned *from, const char *name, const OrmPath *path);

/* Finds the columns of the key of a target of the run; others know theirs. */
extern void orm_target_resolve_key(OrmDdlRun *run, const OrmTarget *target);

/* The names of the columns that belongs_to makes for a key of the target. */
extern List *orm_target_default_columns(const char *relationship, const OrmTarget *target);

#endif
