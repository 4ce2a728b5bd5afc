/*
 * index.c - indexes usable for lookups, and unique indexes.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_am.h"
#include "catalog/pg_class.h"
#include "catalog/pg_index.h"
#include "catalog/pg_opclass.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/syscache.h"

#include "model/index.h"
#include "model/type.h"

/* Does the table have inheritance children?  Queries return their rows, which are not in its indexes. */
static bool
has_children(Relation relation)
{
	return relation->rd_rel->relkind == RELKIND_RELATION && relation->rd_rel->relhassubclass;
}

/* The i-th item of an oidvector attribute of pg_index. */
static Oid
vector_oid(HeapTuple index, AttrNumber attnum, int i)
{
	bool isnull;
	Datum vector = SysCacheGetAttr(INDEXRELID, index, attnum, &isnull);

	return isnull ? InvalidOid : ((oidvector *) DatumGetPointer(vector))->values[i];
}

/* Is the type's equality operator a member of the family of this btree or hash operator class? */
static bool
searches_by_equality(Oid opclass, Oid type)
{
	HeapTuple tuple = SearchSysCache1(CLAOID, ObjectIdGetDatum(opclass));
	Form_pg_opclass form;
	Oid method;
	Oid family;
	Oid equality;

	if (!HeapTupleIsValid(tuple))
		return false;
	form = (Form_pg_opclass) GETSTRUCT(tuple);
	method = form->opcmethod;
	family = form->opcfamily;
	ReleaseSysCache(tuple);
	if (method != BTREE_AM_OID && method != HASH_AM_OID)
		return false;
	equality = orm_type_equality(type);
	return OidIsValid(equality) && op_in_opfamily(equality, family);
}

/* Does the i-th column of the index, no expression, use the collation and equality of the table's column? */
static bool
agrees(HeapTuple index, TupleDesc descriptor, int i)
{
	Form_pg_index form = (Form_pg_index) GETSTRUCT(index);
	Form_pg_attribute column = TupleDescAttr(descriptor, form->indkey.values[i] - 1);
	Oid collation = vector_oid(index, Anum_pg_index_indcollation, i);

	return (!OidIsValid(collation) || collation == column->attcollation) &&
		searches_by_equality(vector_oid(index, Anum_pg_index_indclass, i), column->atttypid);
}

bool
orm_index_tells_apart(Relation relation, HeapTuple index)
{
	Form_pg_index form = (Form_pg_index) GETSTRUCT(index);

	if (has_children(relation))
		return false;
	for (int i = 0; i < form->indnkeyatts; i++)
		if (!agrees(index, RelationGetDescr(relation), i))
			return false;
	return true;
}

/* The leading column of the index, if usable for lookups; else InvalidAttrNumber. */
static AttrNumber
leader_of(HeapTuple index, TupleDesc descriptor)
{
	Form_pg_index form = (Form_pg_index) GETSTRUCT(index);
	AttrNumber attnum = form->indkey.values[0];

	if (!form->indisvalid || !form->indisready || !form->indislive || attnum <= 0 ||
		!heap_attisnull(index, Anum_pg_index_indpred, NULL) || !agrees(index, descriptor, 0))
		return InvalidAttrNumber;
	return attnum;
}

Bitmapset *
orm_index_leaders(Relation relation)
{
	Bitmapset *leaders = NULL;
	ListCell *cell;

	if (has_children(relation))
		return NULL;
	foreach(cell, RelationGetIndexList(relation))
	{
		HeapTuple index = SearchSysCache1(INDEXRELID, ObjectIdGetDatum(lfirst_oid(cell)));
		AttrNumber leader;

		if (!HeapTupleIsValid(index))
			continue;
		leader = leader_of(index, RelationGetDescr(relation));
		ReleaseSysCache(index);
		if (leader != InvalidAttrNumber)
			leaders = bms_add_member(leaders, leader);
	}
	return leaders;
}

bool
orm_index_leads(Oid relid, AttrNumber column)
{
	Relation relation = RelationIdGetRelation(relid);
	bool leads;

	if (!RelationIsValid(relation))
		return false;
	leads = bms_is_member(column, orm_index_leaders(relation));
	RelationClose(relation);
	return leads;
}
