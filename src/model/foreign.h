/*
 * foreign.h - tables whose rows are on foreign servers.
 */
#ifndef ORM_MODEL_FOREIGN_H
#define ORM_MODEL_FOREIGN_H

#include "nodes/pg_list.h"

/*
 * Is a relation a foreign table, a table with a foreign partition or child
 * table, or a view of one?  The OIDs of the relations visited are added to
 * *depends.
 */
extern bool orm_foreign_rows(Oid relid, List **depends);

#endif
