/*
 * lineage.h - the tables above a table: its partitioned table, its inheritance parents, and so on.
 */
#ifndef ORM_MODEL_LINEAGE_H
#define ORM_MODEL_LINEAGE_H

#include "nodes/pg_list.h"

/* A relation and all tables above it (List of Oid), each once, near ones first.  No lock is taken. */
extern List *orm_lineage_of(Oid relid);

#endif
