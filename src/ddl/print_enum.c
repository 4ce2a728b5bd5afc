/*
 * print_enum.c - see print_enum.h.
 */
#include "postgres.h"

#include "base/sql.h"
#include "ddl/print_enum.h"

char *
orm_print_enum_name(const OrmDeclaration *declaration, const OrmDeclaredEnum *enumeration)
{
	StringInfoData name;

	initStringInfo(&name);
	orm_sql_qualified(&name, declaration->schema, enumeration->name);
	return name.data;
}

char *
orm_print_enum(const char *name, const List *labels)
{
	StringInfoData sql;
	bool first = true;
	ListCell *cell;

	initStringInfo(&sql);
	appendStringInfo(&sql, "CREATE TYPE %s AS ENUM (", name);
	foreach(cell, labels)
	{
		orm_sql_comma(&sql, &first);
		orm_sql_literal(&sql, lfirst(cell));
	}
	appendStringInfoChar(&sql, ')');
	return sql.data;
}
