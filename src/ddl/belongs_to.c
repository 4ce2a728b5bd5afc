/*
 * belongs_to.c - columns, foreign key and index added to a table by belongs_to,
 * unless they are declared; no foreign key with "has_constraint": false.
 *
 * The foreign key columns are the first of:
 *
 *   1. the columns named by "foreign_key";
 *   2. the columns with the default names, if all are declared;
 *   3. the columns of the only declared foreign key to the target, not counting
 *      columns of other belongs_to by 1 or 2; several are an error;
 *   4. new columns with the default names.
 */
#include "postgres.h"

#include "utils/lsyscache.h"

#include "ddl/belongs_to.h"
#include "ddl/ddl.h"
#include "ddl/layout.h"
#include "ddl/target.h"

/* Raises 42701 when an added column has the name of an attribute or relationship. */
static void
check_added_name(const OrmPlanned *planned, const char *name, const OrmPath *path)
{
	const OrmDeclaration *declaration = planned->table.declaration;
	bool taken = orm_declaration_relationship(declaration, name) != NULL;
	ListCell *cell;

	foreach(cell, declaration->columns)
	{
		OrmDeclaredColumn *column = lfirst(cell);

		taken = taken || (column->attribute != NULL && strcmp(column->attribute, name) == 0);
	}
	if (taken)
		ereport(ERROR, errcode(ERRCODE_DUPLICATE_COLUMN),
				errmsg("name of column \"%s\" that belongs_to adds to model \"%s\" is already in use", name,
					   declaration->model),
				errhint("Name the column: foreign_key => ..."), orm_error_place(path));
}

/* Adds a foreign key column. */
static void
add_key_column(OrmPlanned *planned, const char *name, const OrmKeyColumn *source, bool made_name, const OrmPath *path)
{
	OrmDdlColumn *column = palloc0(sizeof(OrmDdlColumn));

	check_added_name(planned, name, path);
	column->name = pstrdup(name);
	column->made_name = made_name;
	column->type = source->type;
	column->typmod = source->typmod;
	if (source->collation != get_typcollation(source->type))
		column->collation = source->collation;
	planned->table.columns = lappend(planned->table.columns, column);
}

/* Are all these columns declared? */
static bool
are_declared(const OrmPlanned *planned, const List *columns)
{
	ListCell *cell;

	foreach(cell, columns)
		if (orm_declaration_column(planned->table.declaration, lfirst(cell)) == NULL)
			return false;
	return true;
}

/* Are these the columns of another belongs_to, by its "foreign_key" or default names? */
static bool
is_taken(OrmPlanned *planned, const List *columns, const OrmTarget *target, const OrmDeclaredRelationship *relationship)
{
	ListCell *cell;

	foreach(cell, planned->table.declaration->relationships)
	{
		OrmDeclaredRelationship *other = lfirst(cell);

		if (other == relationship || other->kind != ORM_BELONGS_TO)
			continue;
		if (orm_layout_same_columns(columns,
									other->foreign_key != NIL ? other->foreign_key
															  : orm_target_default_columns(other->name, target)))
			return true;
	}
	return false;
}

/* A list of columns as the argument foreign_key takes it. */
static char *
argument_text(const List *columns)
{
	StringInfoData text;
	ListCell *cell;

	if (list_length(columns) == 1)
		return psprintf("'%s'", (char *) linitial(columns));
	initStringInfo(&text);
	foreach(cell, columns)
		appendStringInfo(&text, "%s'%s'", foreach_current_index(cell) > 0 ? ", " : "ARRAY[", (char *) lfirst(cell));
	appendStringInfoChar(&text, ']');
	return text.data;
}

/* Raises 42702 for two declared foreign keys to the target. */
static void
raise_ambiguous(const OrmPlanned *planned, const OrmDeclaredRelationship *relationship, const List *first,
				const List *second)
{
	OrmElementPlace place;

	ereport(
		ERROR, errcode(ERRCODE_AMBIGUOUS_COLUMN),
		errmsg("foreign key of relationship \"%s\" of model \"%s\" is ambiguous", relationship->name,
			   planned->table.declaration->model),
		orm_error_place(orm_declaration_place(&place, relationship->position, "belongs_to", NULL)),
		errhint("Choose one: foreign_key => %s or foreign_key => %s.", argument_text(first), argument_text(second)));
}

/* The columns of the only declared foreign key to the target not used by another belongs_to; NIL: none. */
static List *
find_declared_key(OrmPlanned *planned, const OrmTarget *target, const OrmDeclaredRelationship *relationship)
{
	List *found = NIL;
	ListCell *cell;

	foreach(cell, planned->table.constraints)
	{
		OrmDdlConstraint *constraint = lfirst(cell);

		if (constraint->kind != ORM_CONSTRAINT_FOREIGN_KEY || constraint->made_for != NULL ||
			strcmp(constraint->relation, target->relation) != 0 || strcmp(constraint->schema, target->schema) != 0 ||
			is_taken(planned, constraint->columns, target, relationship))
			continue;
		if (found != NIL)
			raise_ambiguous(planned, relationship, found, constraint->columns);
		found = constraint->columns;
	}
	return found;
}

/* Steps 1 to 4. */
static List *
choose_columns(OrmPlanned *planned, const OrmTarget *target, const OrmDeclaredRelationship *relationship)
{
	List *names = orm_target_default_columns(relationship->name, target);
	List *declared;

	if (relationship->foreign_key != NIL)
		return relationship->foreign_key;
	if (are_declared(planned, names))
		return names;
	declared = find_declared_key(planned, target, relationship);
	return declared != NIL ? declared : names;
}

void
orm_belongs_to_add_columns(OrmDdlRun *run, OrmPlanned *planned, OrmDeclaredRelationship *relationship)
{
	OrmElementPlace place;
	OrmElementPlace at_key;
	const OrmPath *path = orm_declaration_place(&at_key, relationship->position, "belongs_to", NULL);
	const OrmTarget *target = orm_target_need(
		run, planned, relationship->model,
		orm_declaration_place(&place, relationship->position, "belongs_to", "model"));
	List *columns = choose_columns(planned, target, relationship);
	ListCell *cell;

	if (!are_declared(planned, columns) && list_length(columns) != target->nkeys)
		ereport(ERROR, errcode(ERRCODE_INVALID_FOREIGN_KEY),
				errmsg("number of referencing and referenced columns for foreign key disagree"), orm_error_place(path));
	foreach(cell, columns)
		if (orm_declaration_column(planned->table.declaration, lfirst(cell)) == NULL &&
			orm_layout_column(&planned->table, lfirst(cell)) == NULL)
			add_key_column(planned, lfirst(cell), &target->keys[foreach_current_index(cell)],
						   relationship->foreign_key == NIL, path);
	relationship->foreign_key = columns;
}

/* The foreign key over these columns, to the target where there are several, or NULL. */
static OrmDdlConstraint *
find_foreign_key(const OrmPlanned *planned, const List *columns, const OrmTarget *target)
{
	OrmDdlConstraint *found = NULL;
	ListCell *cell;

	foreach(cell, planned->table.constraints)
	{
		OrmDdlConstraint *constraint = lfirst(cell);

		if (constraint->kind != ORM_CONSTRAINT_FOREIGN_KEY || !orm_layout_same_columns(constraint->columns, columns))
			continue;
		if (strcmp(constraint->relation, target->relation) == 0 && strcmp(constraint->schema, target->schema) == 0)
			return constraint;
		found = found != NULL ? found : constraint;
	}
	return found;
}

/* The action of a belongs_to or of its foreign key; raises 42601 when both are given and differ. */
static const char *
agree(const OrmPlanned *planned, const OrmDeclaredRelationship *relationship, const char *key, const char *ours,
	  const char *theirs)
{
	OrmElementPlace place;

	if (ours != NULL && theirs != NULL && strcmp(ours, theirs) != 0)
		ereport(ERROR, errcode(ERRCODE_SYNTAX_ERROR),
				errmsg("relationship \"%s\" of model \"%s\" and its foreign key have different values of \"%s\"",
					   relationship->name, planned->table.declaration->model, key),
				orm_error_place(orm_declaration_place(&place, relationship->position, "belongs_to", key)));
	return ours != NULL ? ours : theirs;
}

/* Raises 42P16 when the foreign key references another table than the target. */
static void
check_same_target(const OrmPlanned *planned, const OrmDeclaredRelationship *relationship,
				  const OrmDdlConstraint *constraint, const OrmTarget *target)
{
	OrmElementPlace place;

	if (strcmp(constraint->relation, target->relation) != 0 || strcmp(constraint->schema, target->schema) != 0)
		ereport(ERROR, errcode(ERRCODE_INVALID_TABLE_DEFINITION),
				errmsg("foreign key of relationship \"%s\" of model \"%s\" refers to \"%s\", not to \"%s\"",
					   relationship->name, planned->table.declaration->model, constraint->relation, target->relation),
				orm_error_place(orm_declaration_place(&place, relationship->position, "belongs_to", NULL)));
}

/* Adds the foreign key of a belongs_to, unless declared, and its actions. */
static void
add_foreign_key(OrmDdlRun *run, OrmPlanned *planned, OrmDeclaredRelationship *relationship)
{
	OrmElementPlace place;
	const OrmPath *path = orm_declaration_place(&place, relationship->position, "belongs_to", NULL);
	const OrmTarget *target = orm_target_find(run, planned, relationship->model);
	OrmDdlConstraint *constraint = find_foreign_key(planned, relationship->foreign_key, target);

	if (constraint == NULL)
	{
		constraint = orm_layout_add_constraint(planned, ORM_CONSTRAINT_FOREIGN_KEY, relationship->foreign_key,
											   relationship->position);
		constraint->made_for = relationship;
		orm_layout_set_target(run, constraint, target, NIL, path);
	}
	check_same_target(planned, relationship, constraint, target);
	constraint->on_delete = agree(planned, relationship, "on_delete", relationship->on_delete, constraint->on_delete);
	constraint->on_update = agree(planned, relationship, "on_update", relationship->on_update, constraint->on_update);
}

/* Applies "nullable": false of a belongs_to to its columns. */
static void
set_not_null(OrmPlanned *planned, const OrmDeclaredRelationship *relationship)
{
	OrmElementPlace place;
	ListCell *cell;

	if (relationship->nullable != ORM_NO)
		return;
	foreach(cell, relationship->foreign_key)
	{
		OrmDdlColumn *column = orm_layout_column(&planned->table, lfirst(cell));

		if (column->declared != NULL && column->declared->nullable == ORM_YES)
			ereport(
				ERROR, errcode(ERRCODE_SYNTAX_ERROR),
				errmsg(
					"relationship \"%s\" of model \"%s\" and its column \"%s\" have different values of \"nullable\"",
					relationship->name, planned->table.declaration->model, column->name),
				orm_error_place(orm_declaration_place(&place, relationship->position, "belongs_to", "nullable")));
		column->not_null = true;
	}
}

/* Can lookups by these columns use the key or index? */
static bool
serves(const OrmDdlConstraint *constraint, const List *columns)
{
	bool is_partial = constraint->declared != NULL && constraint->declared->is_partial;

	if (constraint->kind == ORM_CONSTRAINT_CHECK || constraint->kind == ORM_CONSTRAINT_FOREIGN_KEY ||
		constraint->kind == ORM_CONSTRAINT_EXCLUDE || is_partial ||
		list_length(constraint->columns) < list_length(columns))
		return false;
	if (constraint->method != NULL && strcmp(constraint->method, "btree") != 0)
		return list_length(columns) == 1 && strcmp(constraint->method, "hash") == 0 &&
			orm_layout_same_columns(columns, constraint->columns);
	return orm_layout_same_columns(columns, list_truncate(list_copy(constraint->columns), list_length(columns)));
}

/* Adds an index for a belongs_to, unless a key or index serves, or its first column is declared without one. */
static void
add_index(OrmPlanned *planned, OrmDeclaredRelationship *relationship)
{
	const OrmDdlColumn *first = orm_layout_column(&planned->table, linitial(relationship->foreign_key));
	ListCell *cell;

	if (first->declared != NULL && first->declared->indexed == ORM_NO)
		return;
	foreach(cell, planned->table.constraints)
		if (serves(lfirst(cell), relationship->foreign_key))
			return;
	orm_layout_add_constraint(planned, ORM_CONSTRAINT_INDEX, relationship->foreign_key, relationship->position)
		->made_for = relationship;
}

void
orm_belongs_to_add_keys(OrmDdlRun *run, OrmPlanned *planned)
{
	ListCell *cell;

	foreach(cell, planned->table.declaration->relationships)
	{
		OrmDeclaredRelationship *relationship = lfirst(cell);

		if (relationship->kind != ORM_BELONGS_TO)
			continue;
		if (relationship->has_constraint != ORM_NO)
			add_foreign_key(run, planned, relationship);
		set_not_null(planned, relationship);
		add_index(planned, relationship);
	}
}
