/*
 * concerned.c - see concerned.h.
 */
#include "postgres.h"

#include "catalog/dependency.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#include "define/concerned.h"
#include "model/cache.h"
#include "registry/proc.h"

/* What a model function names. */
typedef struct NamedTables
{
	Oid function;
	char *table; /* its name */
	bool bound;
	List *relations; /* OIDs: of its table and of bound columns */
} NamedTables;

static MemoryContext context = NULL; /* of the list */
static List *list = NIL;			 /* of NamedTables * */
static uint64 generation;			 /* orm_cache_generation when it was made */

/* What a row names, in the current context. */
static NamedTables *
read_named(const OrmRegistered *row)
{
	NamedTables *named = palloc0(sizeof(NamedTables));

	named->function = row->function;
	named->table = pstrdup(row->relation);
	named->bound = row->bound;
	if (row->mapped)
		named->relations = list_make1_oid(row->relid);
	for (int i = 0; i < row->nrefs; i++)
		named->relations = list_append_unique_oid(named->relations, row->refs[i].relation);
	return named;
}

/* Makes the list anew unless it is current. */
static void
refresh(void)
{
	uint64 now = orm_cache_generation();
	MemoryContext fresh;
	MemoryContext caller;
	List *rows;
	List *names = NIL;
	ListCell *cell;

	if (context != NULL && generation == now)
		return;
	rows = orm_registry_functions();
	fresh = AllocSetContextCreate(CurrentMemoryContext, "orm relations of models", ALLOCSET_SMALL_SIZES);
	caller = MemoryContextSwitchTo(fresh);
	foreach(cell, rows)
		names = lappend(names, read_named(lfirst(cell)));
	MemoryContextSwitchTo(caller);
	MemoryContextSetParent(fresh, CacheMemoryContext);
	if (context != NULL)
		MemoryContextDelete(context);
	context = fresh;
	list = names;
	generation = now;
}

/* The tables whose relationship functions return rows of these relations (List of Oid). */
static List *
tables_leading_to(const List *relations)
{
	List *tables = NIL;
	ListCell *cell;
	ListCell *inner;

	foreach(cell, relations)
	{
		Oid row_type = get_rel_type_id(lfirst_oid(cell));

		foreach(inner, OidIsValid(row_type) ? orm_proc_depending_on(TypeRelationId, row_type, DEPENDENCY_NORMAL) : NIL)
		{
			Oid table = orm_proc_table_of_argument(lfirst_oid(inner), row_type);

			if (OidIsValid(table))
				tables = list_append_unique_oid(tables, table);
		}
	}
	return tables;
}

/* Have two lists of OIDs one in common? */
static bool
overlap(const List *some, const List *others)
{
	ListCell *cell;

	foreach(cell, some)
		if (list_member_oid(others, lfirst_oid(cell)))
			return true;
	return false;
}

List *
orm_concerned_by(const List *relations)
{
	List *tables = list_concat_copy(relations, tables_leading_to(relations));
	List *functions = NIL;
	List *rows = NIL;
	ListCell *cell;

	refresh();
	foreach(cell, list)
	{
		const NamedTables *named = lfirst(cell);

		if (!named->bound || overlap(named->relations, tables))
			functions = lappend_oid(functions, named->function);
	}
	foreach(cell, functions)
	{
		OrmRegistered *row = orm_registry_read(lfirst_oid(cell));

		CHECK_FOR_INTERRUPTS();
		if (row != NULL && orm_registry_is_in_force(row))
			rows = lappend(rows, row);
	}
	return rows;
}

List *
orm_concerned_untied(Oid relid)
{
	const char *name = get_rel_name(relid);
	List *functions = NIL;
	List *rows = NIL;
	ListCell *cell;

	refresh();
	foreach(cell, name != NULL ? list : NIL)
		if (strcmp(((NamedTables *) lfirst(cell))->table, name) == 0)
			functions = lappend_oid(functions, ((NamedTables *) lfirst(cell))->function);
	foreach(cell, functions)
	{
		OrmRegistered *row = orm_registry_read(lfirst_oid(cell));

		if (row != NULL && row->relid == relid && !row->tied && orm_registry_is_well_named(row))
			rows = lappend(rows, row);
	}
	return rows;
}
