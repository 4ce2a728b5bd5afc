/*
 * drop_check.h - whether a table can be made again from its declaration.
 */
#ifndef ORM_DEFINE_DROP_CHECK_H
#define ORM_DEFINE_DROP_CHECK_H

#include "model/model.h"

/*
 * Raises 0A000 for the relation of a model, which is locked, when the declaration cannot say all
 * that it is: a view or a foreign table, a partition, a partitioned table with partitions, a child
 * of another table, one with privileges that somebody else has granted, or with a sequence that is
 * not the default of its column.
 */
extern void orm_drop_check_model(const OrmModel *model);

#endif
