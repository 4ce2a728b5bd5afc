/*
 * proc.c - direct changes of pg_proc and pg_depend.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/heaptoast.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/xact.h"
#include "catalog/dependency.h"
#include "catalog/indexing.h"
#include "catalog/pg_class.h"
#include "catalog/pg_depend.h"
#include "catalog/pg_extension.h"
#include "catalog/pg_proc.h"
#include "commands/alter.h"
#include "commands/extension.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/syscache.h"

#include "registry/proc.h"

/* A copy of a row of pg_proc that needs no look at its toast table. */
static HeapTuple
copy_row(HeapTuple tuple, TupleDesc descriptor)
{
	return HeapTupleHasExternal(tuple) ? toast_flatten_tuple(tuple, descriptor) : heap_copytuple(tuple);
}

List *
orm_proc_named(const char *name, Oid argument)
{
	Relation procedures = table_open(ProcedureRelationId, AccessShareLock);
	List *found = NIL;
	NameData key;
	ScanKeyData keys[2];
	SysScanDesc scan;
	HeapTuple tuple;

	namestrcpy(&key, name);
	ScanKeyInit(&keys[0], Anum_pg_proc_proname, BTEqualStrategyNumber, F_NAMEEQ, NameGetDatum(&key));
	ScanKeyInit(&keys[1], Anum_pg_proc_proargtypes, BTEqualStrategyNumber, F_OIDVECTOREQ,
				PointerGetDatum(buildoidvector(&argument, 1)));
	scan = systable_beginscan(procedures, ProcedureNameArgsNspIndexId, true, NULL, OidIsValid(argument) ? 2 : 1, keys);
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
		found = lappend(found, copy_row(tuple, RelationGetDescr(procedures)));
	systable_endscan(scan);
	table_close(procedures, AccessShareLock);
	return found;
}

Oid
orm_proc_exact(Oid schema, const char *name, int nargs, const Oid *types)
{
	return GetSysCacheOid3(PROCNAMEARGSNSP, Anum_pg_proc_oid, CStringGetDatum(name),
						   PointerGetDatum(buildoidvector(types, nargs)), ObjectIdGetDatum(schema));
}

List *
orm_proc_depend_rows(Oid class_id, Oid object, int part)
{
	Relation depend = table_open(DependRelationId, AccessShareLock);
	List *rows = NIL;
	ScanKeyData keys[3];
	SysScanDesc scan;
	HeapTuple tuple;

	Assert(OidIsValid(object));
	ScanKeyInit(&keys[0], Anum_pg_depend_refclassid, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(class_id));
	ScanKeyInit(&keys[1], Anum_pg_depend_refobjid, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(object));
	ScanKeyInit(&keys[2], Anum_pg_depend_refobjsubid, BTEqualStrategyNumber, F_INT4EQ, Int32GetDatum(part));
	scan = systable_beginscan(depend, DependReferenceIndexId, true, NULL, part != 0 ? 3 : 2, keys);
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		FormData_pg_depend *row = palloc(sizeof(FormData_pg_depend));

		memcpy(row, GETSTRUCT(tuple), sizeof(FormData_pg_depend));
		rows = lappend(rows, row);
	}
	systable_endscan(scan);
	table_close(depend, AccessShareLock);
	return rows;
}

List *
orm_proc_dependents(Oid class_id, Oid object, Oid dependent_class, char kind)
{
	List *dependents = NIL;
	ListCell *cell;

	foreach(cell, orm_proc_depend_rows(class_id, object, 0))
	{
		const FormData_pg_depend *row = lfirst(cell);

		if (row->classid == dependent_class && (kind == '\0' || row->deptype == kind))
			dependents = lappend_oid(dependents, row->objid);
	}
	return dependents;
}

List *
orm_proc_depending_on(Oid class_id, Oid object, char kind)
{
	return orm_proc_dependents(class_id, object, ProcedureRelationId, kind);
}

Oid
orm_proc_table_of_argument(Oid function, Oid row_type)
{
	HeapTuple tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(function));
	Form_pg_proc form;
	Oid table = InvalidOid;

	if (!HeapTupleIsValid(tuple))
		return InvalidOid;
	form = (Form_pg_proc) GETSTRUCT(tuple);
	if (form->prorettype == row_type && form->pronargs == 1)
		table = get_typ_typrelid(form->proargtypes.values[0]);
	ReleaseSysCache(tuple);
	return table;
}

bool
orm_proc_takes(Oid function, Oid type)
{
	HeapTuple tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(function));
	bool takes = false;

	if (!HeapTupleIsValid(tuple))
		return false;
	for (int i = 0; i < ((Form_pg_proc) GETSTRUCT(tuple))->pronargs; i++)
		takes = takes || ((Form_pg_proc) GETSTRUCT(tuple))->proargtypes.values[i] == type;
	ReleaseSysCache(tuple);
	return takes;
}

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

void
orm_proc_tie_model(Oid function, Oid table)
{
	Relation depend = table_open(DependRelationId, RowExclusiveLock);
	ObjectAddress procedure;
	ObjectAddress relation;
	bool tied = false;
	ScanKeyData keys[2];
	SysScanDesc scan;
	HeapTuple tuple;

	ScanKeyInit(&keys[0], Anum_pg_depend_classid, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(ProcedureRelationId));
	ScanKeyInit(&keys[1], Anum_pg_depend_objid, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(function));
	scan = systable_beginscan(depend, DependDependerIndexId, true, NULL, 2, keys);
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		Form_pg_depend form = (Form_pg_depend) GETSTRUCT(tuple);

		if (form->refclassid != RelationRelationId || form->deptype != DEPENDENCY_AUTO)
			continue;
		if (form->refobjid == table)
			tied = true;
		else
			CatalogTupleDelete(depend, &tuple->t_self);
	}
	systable_endscan(scan);
	table_close(depend, RowExclusiveLock);
	ObjectAddressSet(procedure, ProcedureRelationId, function);
	ObjectAddressSet(relation, RelationRelationId, table);
	if (OidIsValid(table) && !tied)
		recordDependencyOn(&procedure, &relation, DEPENDENCY_AUTO);
	CommandCounterIncrement();
}

/* Is a function written in that language? */
static bool
is_written_in(Oid function, Oid language)
{
	HeapTuple tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(function));
	bool is = HeapTupleIsValid(tuple) && ((Form_pg_proc) GETSTRUCT(tuple))->prolang == language;

	if (HeapTupleIsValid(tuple))
		ReleaseSysCache(tuple);
	return is;
}

/* Removes the dependencies of a function on functions of a language. */
static void
untie_mixins(Oid function, Oid language)
{
	Relation depend = table_open(DependRelationId, RowExclusiveLock);
	ScanKeyData keys[2];
	SysScanDesc scan;
	HeapTuple tuple;

	ScanKeyInit(&keys[0], Anum_pg_depend_classid, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(ProcedureRelationId));
	ScanKeyInit(&keys[1], Anum_pg_depend_objid, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(function));
	scan = systable_beginscan(depend, DependDependerIndexId, true, NULL, 2, keys);
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		Form_pg_depend form = (Form_pg_depend) GETSTRUCT(tuple);

		if (form->refclassid == ProcedureRelationId && form->deptype == DEPENDENCY_NORMAL &&
			is_written_in(form->refobjid, language))
			CatalogTupleDelete(depend, &tuple->t_self);
	}
	systable_endscan(scan);
	table_close(depend, RowExclusiveLock);
}

void
orm_proc_tie_mixins(Oid function, const List *mixins, Oid language)
{
	ObjectAddress procedure;
	ListCell *cell;

	untie_mixins(function, language);
	ObjectAddressSet(procedure, ProcedureRelationId, function);
	foreach(cell, mixins)
	{
		ObjectAddress mixin;

		ObjectAddressSet(mixin, ProcedureRelationId, lfirst_oid(cell));
		recordDependencyOn(&procedure, &mixin, DEPENDENCY_NORMAL);
	}
	CommandCounterIncrement();
}

/* Updates columns of a function's row. */
static void
update_row(HeapTuple tuple, Datum *values, bool *nulls, bool *replaces)
{
	Relation procedures = table_open(ProcedureRelationId, RowExclusiveLock);
	HeapTuple fresh = heap_modify_tuple(tuple, RelationGetDescr(procedures), values, nulls, replaces);

	CatalogTupleUpdate(procedures, &fresh->t_self, fresh);
	table_close(procedures, RowExclusiveLock);
	CommandCounterIncrement();
}

void
orm_proc_set_owner(Oid function, Oid owner)
{
	HeapTuple tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(function));
	Datum values[Natts_pg_proc] = {0};
	bool nulls[Natts_pg_proc] = {0};
	bool replaces[Natts_pg_proc] = {0};
	Oid before;
	Datum acl;
	bool isnull;

	if (!HeapTupleIsValid(tuple))
		return;
	before = ((Form_pg_proc) GETSTRUCT(tuple))->proowner;
	if (before != owner)
	{
		values[Anum_pg_proc_proowner - 1] = ObjectIdGetDatum(owner);
		replaces[Anum_pg_proc_proowner - 1] = true;
		acl = SysCacheGetAttr(PROCOID, tuple, Anum_pg_proc_proacl, &isnull);
		if (!isnull)
		{
			values[Anum_pg_proc_proacl - 1] = PointerGetDatum(aclnewowner(DatumGetAclP(acl), before, owner));
			replaces[Anum_pg_proc_proacl - 1] = true;
		}
		update_row(tuple, values, nulls, replaces);
		changeDependencyOnOwner(ProcedureRelationId, function, owner);
		CommandCounterIncrement();
	}
	ReleaseSysCache(tuple);
}

void
orm_proc_set_schema(Oid function, Oid schema)
{
	ObjectAddresses *moved = new_object_addresses();

	AlterObjectNamespace_oid(ProcedureRelationId, function, schema, moved);
	free_object_addresses(moved);
	CommandCounterIncrement();
}

bool
orm_proc_set_body(Oid function, const char *body)
{
	HeapTuple tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(function));
	Datum values[Natts_pg_proc] = {0};
	bool nulls[Natts_pg_proc] = {0};
	bool replaces[Natts_pg_proc] = {0};
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
		values[Anum_pg_proc_prosrc - 1] = CStringGetTextDatum(body);
		replaces[Anum_pg_proc_prosrc - 1] = true;
		update_row(tuple, values, nulls, replaces);
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
