/*
 * index.c - by which columns of a relation its rows can be looked up.
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

/* The first item of one of an index's vectors of OIDs. */
static Oid
first_oid(HeapTuple index, AttrNumber attnum)
{
	bool		isnull;
	Datum		vector = SysCacheGetAttr(INDEXRELID, index, attnum, &isnull);

	return isnull ? InvalidOid : ((oidvector *) DatumGetPointer(vector))->values[0];
}

/* Is the equality of values of the type one that an index with this operator class searches by? */
static bool
searches_by_equality(Oid opclass, Oid type)
{
	HeapTuple	tuple = SearchSysCache1(CLAOID, ObjectIdGetDatum(opclass));
	Form_pg_opclass form;
	Oid			method;
	Oid			family;
	Oid			equality;

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

/* The column that leads the index, if rows can be looked up by it; else InvalidAttrNumber. */
static AttrNumber
leader_of(HeapTuple index, TupleDesc descriptor)
{
	Form_pg_index form = (Form_pg_index) GETSTRUCT(index);
	AttrNumber	attnum = form->indkey.values[0];
	Form_pg_attribute column;
	Oid			collation = first_oid(index, Anum_pg_index_indcollation);

	if (!form->indisvalid || !form->indisready || !form->indislive || attnum <= 0 ||
		!heap_attisnull(index, Anum_pg_index_indpred, NULL))
		return InvalidAttrNumber;
	column = TupleDescAttr(descriptor, attnum - 1);
	if ((OidIsValid(collation) && collation != column->attcollation) ||
		!searches_by_equality(first_oid(index, Anum_pg_index_indclass), column->atttypid))
		return InvalidAttrNumber;
	return attnum;
}

Bitmapset *
orm_index_leaders(Relation relation)
{
	Bitmapset  *leaders = NULL;
	ListCell   *cell;

	if (relation->rd_rel->relkind == RELKIND_RELATION && relation->rd_rel->relhassubclass)
		return NULL;
	foreach(cell, RelationGetIndexList(relation))
	{
		HeapTuple	index = SearchSysCache1(INDEXRELID, ObjectIdGetDatum(lfirst_oid(cell)));
		AttrNumber	leader;

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
	Relation	relation = RelationIdGetRelation(relid);
	bool		leads;

	if (!RelationIsValid(relation))
		return false;
	leads = bms_is_member(column, orm_index_leaders(relation));
	RelationClose(relation);
	return leads;
}
