/*
 * row_key.c - the columns that tell the rows of a table apart; see row_key.h.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/relation.h"
#include "access/sysattr.h"
#include "catalog/partition.h"
#include "catalog/pg_class.h"
#include "catalog/pg_index.h"
#include "catalog/pg_inherits.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/syscache.h"

#include "base/sql.h"
#include "model/index.h"
#include "model/join.h"
#include "remove/row_key.h"

/* The identity of a row on this server. */
static const AttrNumber place[] = {TableOidAttributeNumber, SelfItemPointerAttributeNumber};

Oid
orm_row_key_tree(Oid relid)
{
	while (get_rel_relispartition(relid))
		relid = get_partition_parent(relid, true);
	return relid;
}

/* Is the table, no partition, an inheritance parent or child? */
static bool
inherits(Oid relid)
{
	return get_rel_relkind(relid) != RELKIND_PARTITIONED_TABLE && (has_subclass(relid) || has_superclass(relid));
}

/* Do the columns of an index tell all rows apart, at any moment? */
static bool
is_usable(Relation relation, HeapTuple index)
{
	Form_pg_index form = (Form_pg_index) GETSTRUCT(index);

	if (!form->indisunique || !form->indisvalid || !form->indimmediate ||
		!heap_attisnull(index, Anum_pg_index_indpred, NULL) || !heap_attisnull(index, Anum_pg_index_indexprs, NULL) ||
		!orm_index_tells_apart(relation, index))
		return false;
	for (int i = 0; i < form->indnkeyatts; i++)
		if (!TupleDescAttr(RelationGetDescr(relation), form->indkey.values[i] - 1)->attnotnull)
			return false;
	return true;
}

/* Stores the columns of the primary key or else of another usable index; returns their number, or 0. */
static int
index_columns(Relation relation, AttrNumber *attnums)
{
	int n = 0;
	ListCell *cell;

	foreach(cell, RelationGetIndexList(relation))
	{
		HeapTuple index = SearchSysCache1(INDEXRELID, ObjectIdGetDatum(lfirst_oid(cell)));
		Form_pg_index form;

		if (!HeapTupleIsValid(index))
			continue;
		form = (Form_pg_index) GETSTRUCT(index);
		if ((n == 0 || form->indisprimary) && is_usable(relation, index))
		{
			n = form->indnkeyatts;
			memcpy(attnums, form->indkey.values, n * sizeof(AttrNumber));
		}
		ReleaseSysCache(index);
	}
	return n;
}

/* Stores the columns of the key of a partition tree, or table; returns their number, or 0. */
static int
tree_columns(Oid tree, AttrNumber *attnums)
{
	Relation relation = try_relation_open(tree, AccessShareLock);
	int n;

	if (relation == NULL)
		return 0;
	n = index_columns(relation, attnums);
	relation_close(relation, NoLock);
	return n;
}

/* Do all columns have an equality operator? */
static bool
can_compare(Oid relid, const OrmRowKeyDeclared *declared)
{
	for (int i = 0; i < declared->n; i++)
		if (!OidIsValid(orm_type_equality(get_atttype(relid, declared->attnums[i]))))
			return false;
	return declared->n > 0;
}

void
orm_row_key_find(OrmRowKey *key, Oid relid, const OrmRowKeyDeclared *declared)
{
	int n = 0;

	memset(key, 0, sizeof(OrmRowKey));
	key->tree = orm_row_key_tree(relid);
	if (key->tree == relid && inherits(relid))
		key->tree = InvalidOid;
	else
		n = tree_columns(key->tree, key->attnums);
	for (int i = 0; key->tree != relid && i < n; i++)
		key->attnums[i] = get_attnum(relid, orm_join_column_name(key->tree, key->attnums[i]));
	if (n == 0 && key->tree == relid && can_compare(relid, declared))
	{
		key->declared = true;
		n = declared->n;
		memcpy(key->attnums, declared->attnums, n * sizeof(AttrNumber));
	}
	if (n == 0)
	{
		n = lengthof(place);
		memcpy(key->attnums, place, sizeof(place));
	}
	key->arrays = orm_columns_add_any(&key->columns, relid, key->attnums, n);
}

void
orm_row_key_append(StringInfo sql, const OrmRowKey *key, const char *alias)
{
	for (int i = 0; i < key->columns.n; i++)
	{
		appendStringInfo(sql, "%s%s.", i > 0 ? ", " : "", alias);
		orm_sql_name(sql, key->columns.columns[i].name);
	}
}
