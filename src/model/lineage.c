/*
 * lineage.c - see lineage.h.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/pg_inherits.h"
#include "utils/fmgroids.h"

#include "model/lineage.h"

/* Adds the direct parents of a relation, in their order. */
static List *
add_parents(List *lineage, Relation inherits, Oid relid)
{
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple tuple;

	ScanKeyInit(&key, Anum_pg_inherits_inhrelid, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(relid));
	scan = systable_beginscan(inherits, InheritsRelidSeqnoIndexId, true, NULL, 1, &key);
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
		lineage = list_append_unique_oid(lineage, ((Form_pg_inherits) GETSTRUCT(tuple))->inhparent);
	systable_endscan(scan);
	return lineage;
}

List *
orm_lineage_of(Oid relid)
{
	Relation inherits = table_open(InheritsRelationId, AccessShareLock);
	List *lineage = list_make1_oid(relid);

	Assert(OidIsValid(relid));
	for (int i = 0; i < list_length(lineage); i++) /* grows behind i */
		lineage = add_parents(lineage, inherits, list_nth_oid(lineage, i));
	table_close(inherits, AccessShareLock);
	return lineage;
}
