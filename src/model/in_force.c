/*
 * in_force.c - see in_force.h.
 */
#include "postgres.h"

#include "catalog/pg_class.h"
#include "utils/lsyscache.h"

#include "model/in_force.h"

bool
orm_in_force_needs_key(char relkind)
{
	return relkind == RELKIND_VIEW || relkind == RELKIND_FOREIGN_TABLE || relkind == RELKIND_MATVIEW;
}

/* Has the relation all of these columns (List of char *)? */
static bool
has_columns(Oid relid, const List *names)
{
	ListCell *cell;

	foreach(cell, names)
		if (get_attnum(relid, lfirst(cell)) <= 0)
			return false;
	return true;
}

/* Takes out the columns that are not there. */
static void
reduce_columns(OrmDeclaration *declaration, Oid relid, List **pending)
{
	ListCell *cell;

	foreach(cell, declaration->columns)
	{
		const OrmDeclaredColumn *column = lfirst(cell);

		if (get_attnum(relid, column->name) > 0)
			continue;
		*pending = lappend(*pending, column->attribute ? column->attribute : column->name);
		declaration->columns = foreach_delete_current(declaration->columns, cell);
	}
}

/* Takes out the relationships over columns of the table that are not there. */
static void
reduce_relationships(OrmDeclaration *declaration, Oid relid, List **pending)
{
	ListCell *cell;

	foreach(cell, declaration->relationships)
	{
		const OrmDeclaredRelationship *relationship = lfirst(cell);

		if (relationship->kind != ORM_BELONGS_TO || has_columns(relid, relationship->foreign_key))
			continue;
		*pending = lappend(*pending, relationship->name);
		declaration->relationships = foreach_delete_current(declaration->relationships, cell);
	}
}

/* Takes out a version whose column is not there. */
static void
reduce_version(OrmDeclaration *declaration, Oid relid, List **pending)
{
	char *column = orm_declaration_version(declaration);

	if (column == NULL || get_attnum(relid, column) > 0)
		return;
	*pending = lappend(*pending, column);
	declaration->versions = NIL;
}

void
orm_in_force_reduce(OrmDeclaration *declaration, Oid relid, List **pending)
{
	*pending = NIL;
	reduce_columns(declaration, relid, pending);
	if (!declaration->by_map)
		reduce_relationships(declaration, relid, pending);
	reduce_version(declaration, relid, pending);
	orm_declaration_strip(declaration, declaration->by_map || orm_in_force_needs_key(get_rel_relkind(relid)));
}
