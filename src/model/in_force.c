/*
 * in_force.c - see in_force.h.
 */
#include "postgres.h"

#include "catalog/pg_class.h"
#include "utils/lsyscache.h"

#include "base/names.h"
#include "model/follow.h"
#include "model/data_step.h"
#include "model/foreign_key.h"
#include "model/in_force.h"
#include "model/managed.h"
#include "model/renaming.h"
#include "model/soft_delete.h"

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

/*
 * Is the key of a belongs_to that names no columns yet to be made: is there
 * neither a foreign key to the target nor a column that the belongs_to would add?
 */
static bool
lacks_key(const OrmDeclaredRelationship *relationship, Oid relid)
{
	OrmForeignKey key = {.holder = relid, .referenced = orm_follow_table(relationship->model, NULL)};
	ListCell *cell;

	if (!OidIsValid(key.referenced))
		return false;
	key.n = orm_foreign_key_primary(key.referenced, key.referenced_columns);
	if (key.n == 0 || orm_foreign_key_read(relid, key.referenced) != NIL)
		return false;
	foreach(cell, orm_foreign_key_default_columns(&key, relationship->name))
		if (get_attnum(relid, lfirst(cell)) > 0)
			return false;
	return true;
}

/* Is the key of a belongs_to of this table to be made? */
static bool
is_key_pending(const OrmDeclaredRelationship *relationship, Oid relid)
{
	return relationship->foreign_key != NIL ? !has_columns(relid, relationship->foreign_key)
											: lacks_key(relationship, relid);
}

/* Is the key of a has_many or has_one, which the target has, to be made?  Both sides are pending together. */
static bool
is_inverse_pending(const OrmDeclaredRelationship *relationship, List **depends)
{
	OrmDeclaration *declaration = NULL;
	bool named = relationship->foreign_key != NIL;
	Oid target = orm_follow_table(relationship->model, named ? NULL : &declaration);
	const OrmDeclaredRelationship *inverse;

	if (!OidIsValid(target))
		return false;
	*depends = list_append_unique_oid(*depends, target);
	if (named)
		return !has_columns(target, relationship->foreign_key);
	if (relationship->back_populates == NULL || declaration->by_map)
		return false;
	inverse = orm_declaration_relationship(declaration, relationship->back_populates);
	return inverse != NULL && inverse->kind == ORM_BELONGS_TO && is_key_pending(inverse, target);
}

/* Takes out the relationships over columns of the table, or of the target's, that are not there. */
static void
reduce_relationships(OrmDeclaration *declaration, Oid relid, List **pending, List **depends)
{
	ListCell *cell;

	foreach(cell, declaration->relationships)
	{
		const OrmDeclaredRelationship *relationship = lfirst(cell);

		if (relationship->kind == ORM_MANY_TO_MANY ||
			!(relationship->kind == ORM_BELONGS_TO ? is_key_pending(relationship, relid)
												   : is_inverse_pending(relationship, depends)))
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

/* Takes out a mark of deleted rows whose column is not there. */
static void
reduce_soft_delete(OrmDeclaration *declaration, Oid relid, List **pending)
{
	const OrmDeclaredSoftDelete *element = orm_soft_delete_of(declaration);

	if (element == NULL || get_attnum(relid, element->column) > 0)
		return;
	if (!orm_name_is_among(*pending, element->column))
		*pending = lappend(*pending, element->column);
	declaration->soft_deletes = NIL;
}

/* Takes out what is removed and gone. */
static void
reduce_removals(OrmDeclaration *declaration, Oid relid)
{
	ListCell *cell;

	foreach(cell, declaration->removals)
		if (!orm_managed_stands(declaration, relid, lfirst(cell)))
			declaration->removals = foreach_delete_current(declaration->removals, cell);
}

int
orm_in_force_count_pending(const OrmRegistered *row, const OrmModel *model)
{
	OrmDeclaration *declaration = orm_follow_declaration(row);

	Assert(row->mapped);
	return list_length(model->pending) + list_length(model->declaration->removals) +
		(declaration->becomes != NULL ? 1 : 0) + (orm_renaming_model_is_there(declaration, row->relid) ? 1 : 0) +
		list_length(orm_data_step_pending(declaration)) + orm_managed_count_missing(declaration, row->relid);
}

void
orm_in_force_reduce(OrmDeclaration *declaration, Oid relid, List **pending, List **depends)
{
	*pending = NIL;
	reduce_columns(declaration, relid, pending);
	if (!declaration->by_map)
		reduce_relationships(declaration, relid, pending, depends);
	reduce_version(declaration, relid, pending);
	reduce_soft_delete(declaration, relid, pending);
	reduce_removals(declaration, relid);
	orm_declaration_strip(declaration, declaration->by_map || orm_in_force_needs_key(get_rel_relkind(relid)));
}
