/*
 * enum.c - enum types that are declared with a model.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/indexing.h"
#include "catalog/namespace.h"
#include "catalog/pg_enum.h"
#include "catalog/pg_type.h"
#include "nodes/parsenodes.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "base/sql.h"
#include "model/enum.h"

/* The declared enum with the name of a type, or NULL. */
static const OrmDeclaredEnum *
find_enum(const OrmDeclaration *declaration, const TypeName *name)
{
	ListCell *cell;

	if (name == NULL || list_length(name->names) > 2 || name->pct_type || name->setof || name->typmods != NIL)
		return NULL;
	if (list_length(name->names) == 2 &&
		(declaration->schema == NULL || strcmp(strVal(linitial(name->names)), declaration->schema) != 0))
		return NULL;
	foreach(cell, declaration->enums)
	{
		const OrmDeclaredEnum *enumeration = lfirst(cell);

		if (strcmp(enumeration->name, strVal(llast(name->names))) == 0)
			return enumeration;
	}
	return NULL;
}

void
orm_enum_resolve(const OrmDeclaration *declaration, OrmDeclaredColumn *column)
{
	const OrmDeclaredEnum *enumeration = find_enum(declaration, column->type_name);
	Oid namespace_id = declaration->schema != NULL ? get_namespace_oid(declaration->schema, true) : InvalidOid;
	StringInfoData name;

	if (enumeration == NULL)
		return;
	initStringInfo(&name);
	orm_sql_name(&name, enumeration->name);
	for (int i = 0; i < list_length(column->type_name->arrayBounds); i++)
		appendStringInfoString(&name, "[]");
	column->type = name.data;
	column->typmod = -1;
	column->enumeration = enumeration;
	column->type_oid = GetSysCacheOid2(TYPENAMENSP, Anum_pg_type_oid, CStringGetDatum(enumeration->name),
									   ObjectIdGetDatum(namespace_id));
	if (OidIsValid(column->type_oid) && column->type_name->arrayBounds != NIL)
		column->type_oid = get_array_type(column->type_oid);
}

List *
orm_enum_labels(Oid type)
{
	Relation labels = table_open(EnumRelationId, AccessShareLock);
	Relation index = index_open(EnumTypIdSortOrderIndexId, AccessShareLock);
	List *list = NIL;
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple tuple;

	ScanKeyInit(&key, Anum_pg_enum_enumtypid, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(type));
	scan = systable_beginscan_ordered(labels, index, NULL, 1, &key);
	while (HeapTupleIsValid(tuple = systable_getnext_ordered(scan, ForwardScanDirection)))
		list = lappend(list, pstrdup(NameStr(((Form_pg_enum) GETSTRUCT(tuple))->enumlabel)));
	systable_endscan_ordered(scan);
	index_close(index, AccessShareLock);
	table_close(labels, AccessShareLock);
	return list;
}

void
orm_enum_reflect(OrmDeclaration *declaration, Oid type)
{
	Oid element = get_element_type(type);
	OrmDeclaredEnum *enumeration = palloc0(sizeof(OrmDeclaredEnum));
	ListCell *cell;
	HeapTuple tuple;

	type = OidIsValid(element) ? element : type;
	tuple = SearchSysCache1(TYPEOID, ObjectIdGetDatum(type));
	if (!HeapTupleIsValid(tuple))
		return;
	if (((Form_pg_type) GETSTRUCT(tuple))->typtype == TYPTYPE_ENUM &&
		((Form_pg_type) GETSTRUCT(tuple))->typnamespace == get_namespace_oid(declaration->schema, false))
	{
		enumeration->name = pstrdup(NameStr(((Form_pg_type) GETSTRUCT(tuple))->typname));
		enumeration->labels = orm_enum_labels(type);
	}
	ReleaseSysCache(tuple);
	foreach(cell, declaration->enums)
		if (enumeration->name != NULL && strcmp(((OrmDeclaredEnum *) lfirst(cell))->name, enumeration->name) == 0)
			return;
	if (enumeration->labels != NIL)
		declaration->enums = lappend(declaration->enums, enumeration);
}
