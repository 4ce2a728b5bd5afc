/*
 * table.h - from a table to its model, and back.
 */
#ifndef ORM_MODEL_TABLE_H
#define ORM_MODEL_TABLE_H

#include "model/model.h"

/*
 * The model whose objects are the rows of a table, opened as by orm_cache_open: of several
 * the one with accessors.  Raises 42704 where there is none, 42702 listing
 * them where none of several has accessors.
 */
extern const OrmModel *orm_table_open(Oid relid, LOCKMODE lockmode);

/*
 * The table of a model, or InvalidOid when it has none or is not known; its
 * declaration, names as they are now, as well when "declaration" is not NULL.
 */
extern Oid orm_table_find(const char *name, OrmDeclaration **declaration);

/* The name of a table as documents have it, "schema.table"; raises 42P01 when it is gone. */
extern char *orm_table_name(Oid relation);

#endif
