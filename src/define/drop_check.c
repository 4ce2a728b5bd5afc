/*
 * drop_check.c - see drop_check.h.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/relation.h"
#include "access/table.h"
#include "catalog/dependency.h"
#include "catalog/pg_attribute.h"
#include "catalog/pg_class.h"
#include "catalog/pg_inherits.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/syscache.h"

#include "define/drop_check.h"
#include "model/reflect.h"

/* Is it neither a table nor a partitioned table? */
static bool
is_no_table(Oid relid)
{
	char relkind = get_rel_relkind(relid);

	return relkind != RELKIND_RELATION && relkind != RELKIND_PARTITIONED_TABLE;
}

/* Is it a partition? */
static bool
is_partition(Oid relid)
{
	return get_rel_relispartition(relid);
}

/* Has it partitions? */
static bool
has_partitions(Oid relid)
{
	return get_rel_relkind(relid) == RELKIND_PARTITIONED_TABLE && has_subclass(relid) &&
		find_inheritance_children(relid, NoLock) != NIL;
}

/* Does it inherit from another table? */
static bool
is_child(Oid relid)
{
	return !get_rel_relispartition(relid) && has_superclass(relid);
}

/* Has somebody other than the owner granted a privilege of an ACL? */
static bool
has_other_grantor(Datum stored, Oid owner)
{
	const Acl *acl = DatumGetAclP(stored);
	const AclItem *items = ACL_DAT(acl);

	for (int i = 0; i < ACL_NUM(acl); i++)
		if (items[i].ai_grantor != owner)
			return true;
	return false;
}

/* The same of a column. */
static bool
has_column_grantor(Oid relid, Oid owner)
{
	Relation attributes = table_open(AttributeRelationId, AccessShareLock);
	bool found = false;
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple tuple;

	ScanKeyInit(&key, Anum_pg_attribute_attrelid, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(relid));
	scan = systable_beginscan(attributes, AttributeRelidNumIndexId, true, NULL, 1, &key);
	while (!found && HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		bool isnull;
		Datum acl = heap_getattr(tuple, Anum_pg_attribute_attacl, RelationGetDescr(attributes), &isnull);

		found = !isnull && has_other_grantor(acl, owner);
	}
	systable_endscan(scan);
	table_close(attributes, AccessShareLock);
	return found;
}

/* Has somebody other than the owner granted privileges of it? */
static bool
is_granted_by_others(Oid relid)
{
	HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relid));
	bool isnull;
	bool found;
	Datum acl;
	Oid owner;

	if (!HeapTupleIsValid(tuple))
		return false;
	owner = ((Form_pg_class) GETSTRUCT(tuple))->relowner;
	acl = SysCacheGetAttr(RELOID, tuple, Anum_pg_class_relacl, &isnull);
	found = (!isnull && has_other_grantor(acl, owner)) || has_column_grantor(relid, owner);
	ReleaseSysCache(tuple);
	return found;
}

/* Owns a column a sequence that neither an identity nor a serial column has made? */
static bool
owns_sequence(Oid relid)
{
	Relation relation = relation_open(relid, NoLock);
	const OrmDeclaration *columns = orm_reflect_columns(relation);
	int n = list_length(getOwnedSequences(relid));
	ListCell *cell;

	relation_close(relation, NoLock);
	foreach(cell, columns->columns)
		if (((const OrmDeclaredColumn *) lfirst(cell))->identity != NULL)
			n--;
	return n != 0;
}

/* What a declaration does not say. */
static const struct
{
	bool (*is)(Oid relid);
	const char *detail;
	const char *hint;
} obstacles[] = {
	{is_no_table, "It is not a table.", "Drop it by DROP, and forget the model with orm.unmap."},
	{is_partition, "It is a partition.", "Detach it, or drop it by DROP TABLE and forget the model with orm.unmap."},
	{has_partitions, "It has partitions.", "Detach or drop the partitions."},
	{is_child, "It inherits from another table.",
	 "Use ALTER TABLE ... NO INHERIT, or drop it by DROP TABLE and forget the model with orm.unmap."},
	{owns_sequence, "A column of it owns a sequence that is not its default.", "Use ALTER SEQUENCE ... OWNED BY NONE."},
	{is_granted_by_others, "Privileges of it were granted by another role than its owner.",
	 "Let the owner grant these privileges."},
};

void
orm_drop_check_model(const OrmModel *model)
{
	for (int i = 0; i < (int) lengthof(obstacles); i++)
		if (obstacles[i].is(model->relid))
			ereport(ERROR, errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
					errmsg("could not drop \"%s\" of model \"%s\": it could not be made again as it is",
						   get_rel_name(model->relid), model->name),
					errdetail_internal("%s", obstacles[i].detail), errhint("%s", obstacles[i].hint));
}
