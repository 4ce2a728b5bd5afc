/*
 * distributed.c - relations that Citus distributes; see distributed.h.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/pg_class.h"
#include "catalog/pg_namespace.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

#include "exec/distributed.h"

/* Does a table have a row whose column is one of the relations? */
static bool
lists_any(Oid table, AttrNumber column, const List *relids)
{
	Relation relation = table_open(table, AccessShareLock);
	SysScanDesc scan = systable_beginscan(relation, InvalidOid, false, NULL, 0, NULL);
	bool found = false;
	HeapTuple tuple;

	while (!found && HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		bool isnull;
		Datum relid = heap_getattr(tuple, column, RelationGetDescr(relation), &isnull);

		found = !isnull && list_member_oid(relids, DatumGetObjectId(relid));
	}
	systable_endscan(scan);
	table_close(relation, AccessShareLock);
	return found;
}

bool
orm_distributed_any(const List *relids)
{
	Oid table = get_relname_relid("pg_dist_partition", PG_CATALOG_NAMESPACE);
	AttrNumber column = OidIsValid(table) ? get_attnum(table, "logicalrelid") : InvalidAttrNumber;

	return column != InvalidAttrNumber && get_rel_relkind(table) == RELKIND_RELATION && relids != NIL &&
		lists_any(table, column, relids);
}
