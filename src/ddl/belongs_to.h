/*
 * belongs_to.h - columns, keys and indexes added by belongs_to.
 */
#ifndef ORM_DDL_BELONGS_TO_H
#define ORM_DDL_BELONGS_TO_H

#include "ddl/ddl.h"

/* Finds the columns of the key of a belongs_to, and adds the undeclared ones. */
extern void orm_belongs_to_add_columns(OrmDdlRun *run, OrmPlanned *planned, OrmDeclaredRelationship *relationship);

/* When all columns are there: the foreign keys and indexes of every belongs_to. */
extern void orm_belongs_to_add_keys(OrmDdlRun *run, OrmPlanned *planned);

#endif
