/*
 * migration.c - orm.schema_hash and orm.migration; see model/canonical.h and define/saved.h.
 */
#include "postgres.h"

#include "fmgr.h"
#include "miscadmin.h"
#include "utils/builtins.h"

#include "api/argument.h"
#include "define/register.h"
#include "define/saved.h"
#include "model/cache.h"
#include "model/canonical.h"

PG_FUNCTION_INFO_V1(orm_sql_schema_hash);
PG_FUNCTION_INFO_V1(orm_sql_migration);

/* Adds a model, once. */
static List *
add_row(List *rows, OrmRegistered *row)
{
	ListCell *cell;

	foreach(cell, rows)
		if (strcmp(((OrmRegistered *) lfirst(cell))->name, row->name) == 0)
			return rows;
	return lappend(rows, row);
}

/* orm.schema_hash(models) */
Datum
orm_sql_schema_hash(PG_FUNCTION_ARGS)
{
	List *rows = NIL;
	List *declarations = NIL;
	ListCell *cell;
	int n;
	char **models = orm_argument_names(fcinfo, 0, "models", &n);

	if (PG_ARGISNULL(0))
		rows = orm_registry_all();
	for (int i = 0; i < n; i++)
	{
		OrmRegistered *row = orm_registry_find(models[i]);

		if (row == NULL)
			orm_cache_raise_unknown(models[i]);
		rows = add_row(rows, row);
	}
	foreach(cell, rows)
	{
		CHECK_FOR_INTERRUPTS();
		declarations = lappend(declarations, orm_register_declaration(lfirst(cell)));
	}
	PG_RETURN_TEXT_P(cstring_to_text(orm_canonical_hash(declarations)));
}

/* orm.migration(name) */
Datum
orm_sql_migration(PG_FUNCTION_ARGS)
{
	PG_RETURN_TEXT_P(cstring_to_text(orm_saved_print(orm_argument_text(fcinfo, 0, "name"))));
}
