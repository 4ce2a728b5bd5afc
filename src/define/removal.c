/*
 * removal.c - see removal.h.
 */
#include "postgres.h"

#include "base/names.h"
#include "define/removal.h"
#include "model/managed.h"

/* Is a name given, and the same? */
static bool
same_name(const char *a, const char *b)
{
	return a != NULL && b != NULL && strcmp(a, b) == 0;
}

/* Is it removed already? */
static bool
is_removed(const OrmDeclaration *declaration, const OrmDeclaredRemoval *removal)
{
	ListCell *cell;

	foreach(cell, declaration->removals)
	{
		const OrmDeclaredRemoval *other = lfirst(cell);

		if (same_name(other->column, removal->column) || same_name(other->constraint, removal->constraint) ||
			same_name(other->index, removal->index))
			return true;
	}
	return false;
}

/* Is a column removed? */
static bool
is_column_removed(const OrmDeclaration *declaration, char *column)
{
	OrmDeclaredRemoval removal = {.column = column};

	return is_removed(declaration, &removal);
}

/* Will a belongs_to whose columns are not known yet have this one? */
static bool
will_be_key(const OrmDeclaration *declaration, const char *column)
{
	ListCell *cell;

	foreach(cell, declaration->relationships)
	{
		const OrmDeclaredRelationship *relationship = lfirst(cell);
		size_t length = strlen(relationship->name);

		if (relationship->kind == ORM_BELONGS_TO && relationship->foreign_key == NIL &&
			strncmp(relationship->name, column, length) == 0 && column[length] == '_')
			return true;
	}
	return false;
}

/* Does a thing go with a column? */
static bool
goes_along(const OrmDeclaration *now, const OrmManaged *thing)
{
	ListCell *cell;

	foreach(cell, thing->columns)
	{
		char *column = lfirst(cell);

		if (is_column_removed(now, column) || (column[0] == '-' && is_column_removed(now, column + 1)))
			return true;
	}
	return false;
}

/* Is a column to be renamed? */
static bool
is_renamed(const OrmDeclaration *now, const char *column)
{
	ListCell *cell;

	foreach(cell, now->columns)
		if (same_name(((const OrmDeclaredColumn *) lfirst(cell))->renamed_from, column))
			return true;
	return false;
}

/* Is a constraint or index to be renamed? */
static bool
is_key_renamed(const OrmDeclaration *now, const char *name)
{
	ListCell *cell;

	foreach(cell, now->constraints)
		if (same_name(((const OrmDeclaredConstraint *) lfirst(cell))->renamed_from, name))
			return true;
	return false;
}

/* Writes down that a thing of the declaration before is removed, if it is, and stands. */
static void
remove_thing(OrmDeclaration *now, const List *things, const OrmManaged *thing, Oid relid)
{
	OrmDeclaredRemoval *removal;
	char *name;

	if (thing->is_column ? will_be_key(now, thing->name) || is_renamed(now, thing->name) : goes_along(now, thing))
		return;
	name = orm_managed_find(relid, thing);
	if (name == NULL || orm_managed_is_named(things, thing, name, relid) ||
		(!thing->is_column && is_key_renamed(now, name)))
		return;
	removal = palloc0(sizeof(OrmDeclaredRemoval));
	if (thing->is_column)
		removal->column = name;
	else if (orm_managed_is_index(relid, thing, name))
		removal->index = name;
	else
		removal->constraint = name;
	if (!is_removed(now, removal))
		now->removals = lappend(now->removals, removal);
}

/* Is what was removed declared again? */
static bool
is_back(const List *things, const OrmDeclaredRemoval *removal, Oid relid)
{
	OrmManaged thing = {.is_column = removal->column != NULL};

	if (thing.is_column)
		thing.name = removal->column;
	else
	{
		thing.name = removal->index ? removal->index : removal->constraint;
		thing.kind = removal->index ? ORM_CONSTRAINT_INDEX : ORM_CONSTRAINT_VERBATIM;
	}
	return orm_managed_is_named(things, &thing, thing.name, relid);
}

void
orm_removal_complete(OrmDeclaration *now, const OrmDeclaration *before, Oid relid)
{
	List *things = orm_managed_of(now);
	ListCell *cell;

	Assert(OidIsValid(relid));
	foreach(cell, before->removals)
	{
		OrmDeclaredRemoval *removal = lfirst(cell);

		if (!is_removed(now, removal) && !is_back(things, removal, relid))
			now->removals = lappend(now->removals, removal);
	}
	foreach(cell, before->by_map ? NIL : orm_managed_of(before))
		remove_thing(now, things, lfirst(cell), relid);
	orm_removal_sweep(now, relid);
}

void
orm_removal_sweep(OrmDeclaration *declaration, Oid relid)
{
	ListCell *cell;

	foreach(cell, declaration->removals)
		if (!orm_managed_stands(declaration, relid, lfirst(cell)))
			declaration->removals = foreach_delete_current(declaration->removals, cell);
}
