/*
 * table_option.h - what a table is as a whole: persistence, access method, tablespace, storage
 * parameters, partitioning.
 *
 *     {"table": {"unlogged": true, "parameters": "fillfactor='70', toast.autovacuum_enabled='false'"}}
 *     {"table": {"partition_by": "RANGE (created_at)"}}
 */
#ifndef ORM_MODEL_TABLE_OPTION_H
#define ORM_MODEL_TABLE_OPTION_H

#include "model/declaration.h"
#include "nodes/parsenodes.h"
#include "utils/relcache.h"

/* Storage parameters, parsed (List of DefElem *).  Raises 42601 for other SQL. */
extern List *orm_table_option_parameters(const char *text);

/* What follows PARTITION BY, parsed.  Raises 42601 for other SQL. */
extern PartitionSpec *orm_table_option_partition(const char *text);

/* Appends name='value' of each parameter in an array of the catalogs, as reloptions; none that begins with pg_. */
extern void orm_table_option_append(StringInfo out, Datum stored, const char *prefix);

/* The options of a relation that are not the default of the server; NULL: all are, or it is not a table. */
extern OrmDeclaredTable *orm_table_option_read(Relation relation);

#endif
