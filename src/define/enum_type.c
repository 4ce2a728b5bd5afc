/*
 * enum_type.c - creating the enum types of declarations.
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "base/error.h"
#include "ddl/print_enum.h"
#include "define/enum_type.h"
#include "define/report.h"
#include "exec/execute.h"
#include "model/enum.h"

/* Raises 42710 unless the existing type is an enum with the declared labels. */
static void
check_same(const OrmDeclaration *declaration, const OrmDeclaredEnum *enumeration, Oid type)
{
	List *labels = get_typtype(type) == TYPTYPE_ENUM ? orm_enum_labels(type) : NIL;
	bool same = list_length(labels) == list_length(enumeration->labels);
	OrmElementPlace place;

	for (int i = 0; same && i < list_length(labels); i++)
		same = strcmp(list_nth(labels, i), list_nth(enumeration->labels, i)) == 0;
	if (!same)
		ereport(ERROR, errcode(ERRCODE_DUPLICATE_OBJECT),
				errmsg("enum \"%s\" of model \"%s\" already exists with other labels", enumeration->name,
					   declaration->model),
				orm_error_place(orm_declaration_place(&place, enumeration->position, "enum", "labels")),
				errhint("An enum of several models has the same labels in each of them."));
}

/* CREATE TYPE ... AS ENUM */
static void
create_type(const OrmDeclaration *declaration, const OrmDeclaredEnum *enumeration, List **changes)
{
	char *name = orm_print_enum_name(declaration, enumeration);

	orm_execute_statement(orm_print_enum(name, enumeration->labels));
	orm_report_add(changes, declaration->model, "created", "type", name);
}

void
orm_enum_type_create(const OrmDeclaration *declaration, List **changes)
{
	ListCell *cell;

	foreach(cell, declaration->enums)
	{
		const OrmDeclaredEnum *enumeration = lfirst(cell);
		Oid namespace_id = get_namespace_oid(declaration->schema, false);
		Oid type = GetSysCacheOid2(TYPENAMENSP, Anum_pg_type_oid, CStringGetDatum(enumeration->name),
								   ObjectIdGetDatum(namespace_id));

		if (OidIsValid(type))
			check_same(declaration, enumeration, type);
		else
			create_type(declaration, enumeration, changes);
	}
	foreach(cell, declaration->columns)
		orm_enum_resolve(declaration, lfirst(cell));
}
