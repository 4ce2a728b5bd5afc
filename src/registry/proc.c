/*
 * proc.c - direct changes of pg_proc and pg_depend.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/table.h"
#include "access/xact.h"
#include "catalog/dependency.h"
#include "catalog/indexing.h"
#include "catalog/pg_class.h"
#include "catalog/pg_extension.h"
#include "catalog/pg_proc.h"
#include "commands/extension.h"
#include "utils/builtins.h"
#include "utils/inval.h"
#include "utils/rel.h"
#include "utils/syscache.h"

#include "registry/proc.h"

bool
orm_proc_is_marked(Oid function)
{
	return list_member_oid(getAutoExtensionsOfObject(ProcedureRelationId, function), get_extension_oid("orm", true));
}

void
orm_proc_mark(Oid function)
{
	ObjectAddress procedure;
	ObjectAddress extension;

	if (orm_proc_is_marked(function))
		return;
	ObjectAddressSet(procedure, ProcedureRelationId, function);
	ObjectAddressSet(extension, ExtensionRelationId, get_extension_oid("orm", false));
	recordDependencyOn(&procedure, &extension, DEPENDENCY_AUTO_EXTENSION);
	CommandCounterIncrement();
}

void
orm_proc_tie(Oid function, Oid relation)
{
	ObjectAddress procedure;
	ObjectAddress table;

	Assert(OidIsValid(function) && OidIsValid(relation));
	ObjectAddressSet(procedure, ProcedureRelationId, function);
	ObjectAddressSet(table, RelationRelationId, relation);
	deleteDependencyRecordsForSpecific(ProcedureRelationId, function, DEPENDENCY_NORMAL, RelationRelationId, relation);
	recordDependencyOn(&procedure, &table, DEPENDENCY_NORMAL);
	CommandCounterIncrement();
}

/* The tuple of a function with another body. */
static HeapTuple
with_body(HeapTuple tuple, TupleDesc descriptor, const char *body)
{
	Datum values[Natts_pg_proc] = {0};
	bool nulls[Natts_pg_proc] = {0};
	bool replaces[Natts_pg_proc] = {0};

	values[Anum_pg_proc_prosrc - 1] = CStringGetTextDatum(body);
	replaces[Anum_pg_proc_prosrc - 1] = true;
	return heap_modify_tuple(tuple, descriptor, values, nulls, replaces);
}

bool
orm_proc_set_body(Oid function, const char *body)
{
	HeapTuple tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(function));
	bool isnull;
	Datum source;
	bool differs;

	Assert(OidIsValid(function) && body != NULL);
	if (!HeapTupleIsValid(tuple))
		return false;
	source = SysCacheGetAttr(PROCOID, tuple, Anum_pg_proc_prosrc, &isnull);
	differs = isnull || strcmp(TextDatumGetCString(source), body) != 0;
	if (differs)
	{
		Relation procedures = table_open(ProcedureRelationId, RowExclusiveLock);
		HeapTuple fresh = with_body(tuple, RelationGetDescr(procedures), body);

		CatalogTupleUpdate(procedures, &fresh->t_self, fresh);
		table_close(procedures, RowExclusiveLock);
		CommandCounterIncrement();
	}
	ReleaseSysCache(tuple);
	return differs;
}

void
orm_proc_touch(Oid function)
{
	HeapTuple tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(function));
	Relation procedures;

	if (!HeapTupleIsValid(tuple))
		return;
	procedures = table_open(ProcedureRelationId, AccessShareLock);
	CacheInvalidateHeapTuple(procedures, tuple, NULL);
	table_close(procedures, AccessShareLock);
	ReleaseSysCache(tuple);
}
