/*
 * distributed.h - relations that Citus distributes over other servers.
 */
#ifndef ORM_EXEC_DISTRIBUTED_H
#define ORM_EXEC_DISTRIBUTED_H

#include "nodes/pg_list.h"

/*
 * Is any of the relations distributed?  Citus lists them in
 * pg_catalog.pg_dist_partition, where only a superuser can create a table.
 */
extern bool orm_distributed_any(const List *relids);

#endif
