/*
 * target.h - referenced tables of a plan, and their keys.
 */
#ifndef ORM_DDL_TARGET_H
#define ORM_DDL_TARGET_H

#include "ddl/ddl.h"

/* The table referenced by the name of a model or table in the declaration of "from", or NULL. */
extern const OrmTarget *orm_target_find(OrmDdlRun *run, const OrmPlanned *from, const char *name);

/* Like orm_target_find, with its key resolved; raises 42704, or 42P10 without a primary key, with the place. */
extern const OrmTarget *orm_target_need(OrmDdlRun *run, OrmPlanned *from, const char *name, const OrmPath *path);

/* Fills in the key columns of a target in the run; other targets have theirs.  Raises 42P16 for a cycle, 42703. */
extern void orm_target_resolve_key(OrmDdlRun *run, const OrmTarget *target);

/* Default column names of a belongs_to of that name; raises 42622 when truncation makes two of them equal. */
extern List *orm_target_default_columns(const char *relationship, const OrmTarget *target);

#endif
