/*
 * belongs_to.h - columns, foreign keys and indexes added by belongs_to.
 */
#ifndef ORM_DDL_BELONGS_TO_H
#define ORM_DDL_BELONGS_TO_H

#include "ddl/ddl.h"

/*
 * Chooses the foreign key columns of a belongs_to, and adds the undeclared ones to the
 * table.  Sets relationship->foreign_key.  Raises 42704, 42P10, 42701, 42702, 42830.
 */
extern void orm_belongs_to_add_columns(OrmDdlRun *run, OrmPlanned *planned, OrmDeclaredRelationship *relationship);

/*
 * Adds the foreign keys and indexes of all belongs_to, once the table has all its
 * columns.  Raises 42P16 or 42601 when a belongs_to contradicts declared elements.
 */
extern void orm_belongs_to_add_keys(OrmDdlRun *run, OrmPlanned *planned);

#endif
