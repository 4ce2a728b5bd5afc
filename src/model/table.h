/*
 * table.h - the model of a table.
 */
#ifndef ORM_MODEL_TABLE_H
#define ORM_MODEL_TABLE_H

#include "model/model.h"

/*
 * Opens the model of a table like orm_cache_open; of several models the first one
 * with accessors.  Raises 42704 when there is none, 42702 when there are several,
 * none of them with accessors.
 */
extern const OrmModel *orm_table_open(Oid relid, LOCKMODE lockmode);

/* Does the table have a model, in force? */
extern bool orm_table_has_model(Oid relid);

#endif
