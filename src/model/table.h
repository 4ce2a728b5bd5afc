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

#endif
