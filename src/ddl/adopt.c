/*
 * adopt.c - comparing a table of a plan with an existing relation.
 *
 * Columns are compared by name and type, and keys by their columns.  Additional
 * columns and keys, defaults, checks, plain indexes and referential actions are not
 * compared.
 */
#include "postgres.h"

#include "base/names.h"
#include "ddl/adopt.h"
#include "ddl/ddl.h"
#include "ddl/layout.h"
#include "model/type.h"

/* Raises 42P07 with the missing column or key as detail. */
static void
raise_lacks(const OrmDdlTable *table, char *lacks)
{
	const char *model = table->declaration->model;

	ereport(ERROR, errcode(ERRCODE_DUPLICATE_TABLE),
			model != NULL
				? errmsg("relation \"%s\" does not match the declaration of model \"%s\"", table->relation, model)
				: errmsg("relation \"%s\" does not match the required join table", table->relation),
			errdetail("%s", lacks),
			errhint("An existing table is used as it is. Alter the table or change the declaration."),
			err_generic_string(PG_DIAG_SCHEMA_NAME, table->schema),
			err_generic_string(PG_DIAG_TABLE_NAME, table->relation));
}

/* Column names for a message: "a", "b" */
static char *
list_names(const List *names)
{
	StringInfoData text;
	ListCell *cell;

	initStringInfo(&text);
	foreach(cell, names)
		appendStringInfo(&text, "%s\"%s\"", foreach_current_index(cell) > 0 ? ", " : "", (char *) lfirst(cell));
	return text.data;
}

/* A foreign key of the relation. */
typedef struct ForeignKey
{
	List *columns;
	const char *target; /* schema.table, see orm_name_compose */
	List *referenced;	/* NIL: primary key of the target */
} ForeignKey;

/* All foreign keys of the relation (List of ForeignKey *). */
static List *
foreign_keys(const OrmDeclaration *reflected)
{
	List *found = NIL;
	ListCell *cell;

	foreach(cell, reflected->columns)
	{
		OrmDeclaredColumn *column = lfirst(cell);
		ForeignKey *key = palloc0(sizeof(ForeignKey));

		if (column->foreign_key == NULL)
			continue;
		key->columns = list_make1(column->name);
		key->target = column->foreign_key;
		found = lappend(found, key);
	}
	foreach(cell, reflected->constraints)
	{
		OrmDeclaredConstraint *constraint = lfirst(cell);
		ForeignKey *key = palloc0(sizeof(ForeignKey));

		if (constraint->kind != ORM_CONSTRAINT_FOREIGN_KEY)
			continue;
		key->columns = constraint->columns;
		key->target = constraint->target;
		key->referenced = constraint->target_columns;
		found = lappend(found, key);
	}
	return found;
}

/* Do two foreign keys have equal pairs of columns? */
static bool
same_pairs(const OrmDdlConstraint *wanted, const ForeignKey *key)
{
	ListCell *cell;
	ListCell *other;

	if (!orm_layout_same_columns(wanted->columns, key->columns))
		return false;
	foreach(cell, wanted->columns)
		foreach(other, key->columns)
			if (key->referenced != NIL && strcmp(lfirst(cell), lfirst(other)) == 0 &&
				strcmp(list_nth(wanted->referenced, foreach_current_index(cell)),
					   list_nth(key->referenced, foreach_current_index(other))) != 0)
				return false;
	return true;
}

/* Does the relation have this foreign key? */
static bool
has_foreign_key(const OrmDdlConstraint *wanted, const OrmDeclaration *reflected)
{
	char *target = orm_name_compose(wanted->schema, wanted->relation);
	ListCell *cell;

	foreach(cell, foreign_keys(reflected))
	{
		ForeignKey *key = lfirst(cell);

		if (strcmp(key->target, target) == 0 && same_pairs(wanted, key))
			return true;
	}
	return false;
}

/* Does the relation have a unique key of these columns? */
static bool
has_unique(const List *columns, const OrmDeclaration *reflected)
{
	ListCell *cell;

	if (orm_layout_same_columns(columns, orm_declaration_key(reflected)))
		return true;
	foreach(cell, reflected->columns)
	{
		OrmDeclaredColumn *column = lfirst(cell);

		if (column->is_unique == ORM_YES && orm_layout_same_columns(columns, list_make1(column->name)))
			return true;
	}
	foreach(cell, reflected->constraints)
	{
		OrmDeclaredConstraint *constraint = lfirst(cell);

		if ((constraint->kind == ORM_CONSTRAINT_UNIQUE ||
			 (constraint->is_unique == ORM_YES && constraint->where_expr == NULL)) &&
			orm_layout_same_columns(columns, constraint->columns))
			return true;
	}
	return false;
}

/* Raises 42P07 for a missing key. */
static void
check_constraint(const OrmDdlTable *table, const OrmDdlConstraint *wanted, const OrmDeclaration *reflected)
{
	switch (wanted->kind)
	{
		case ORM_CONSTRAINT_PRIMARY_KEY:
			if (!orm_layout_same_columns(wanted->columns, orm_declaration_key(reflected)))
				raise_lacks(table, psprintf("It has no primary key on %s.", list_names(wanted->columns)));
			break;
		case ORM_CONSTRAINT_UNIQUE:
			if (!has_unique(wanted->columns, reflected))
				raise_lacks(table, psprintf("It has no unique key on %s.", list_names(wanted->columns)));
			break;
		case ORM_CONSTRAINT_FOREIGN_KEY:
			if (!has_foreign_key(wanted, reflected))
				raise_lacks(
					table,
					psprintf("It has no foreign key on %s to \"%s\".", list_names(wanted->columns), wanted->relation));
			break;
		case ORM_CONSTRAINT_INDEX:
		case ORM_CONSTRAINT_CHECK:
		case ORM_CONSTRAINT_EXCLUDE:
		case ORM_CONSTRAINT_VERBATIM:
			break;
	}
}

/* The only foreign key of the relation to a table, or NULL. */
static ForeignKey *
only_foreign_key(const OrmDdlConstraint *wanted, const OrmDeclaration *reflected)
{
	char *target = orm_name_compose(wanted->schema, wanted->relation);
	ForeignKey *found = NULL;
	ListCell *cell;

	foreach(cell, foreign_keys(reflected))
	{
		ForeignKey *key = lfirst(cell);

		if (strcmp(key->target, target) != 0)
			continue;
		if (found != NULL)
			return NULL;
		found = key;
	}
	return found;
}

/* Are some of these columns missing in the relation, all of them with default names of a belongs_to? */
static bool
lacks_made_names(const OrmDdlTable *table, const List *columns, const OrmDeclaration *reflected)
{
	bool lacks = false;
	ListCell *cell;

	foreach(cell, columns)
	{
		OrmDdlColumn *column = orm_layout_column(table, lfirst(cell));

		if (orm_declaration_column(reflected, lfirst(cell)) != NULL)
			continue;
		if (column == NULL || !column->made_name)
			return false;
		lacks = true;
	}
	return lacks;
}

void
orm_adopt_follow(OrmDdlTable *table, const OrmDeclaration *reflected)
{
	ListCell *cell;
	ListCell *name;

	foreach(cell, table->constraints)
	{
		OrmDdlConstraint *constraint = lfirst(cell);
		ForeignKey *key;

		if (constraint->made_for == NULL || constraint->kind != ORM_CONSTRAINT_FOREIGN_KEY ||
			!lacks_made_names(table, constraint->columns, reflected))
			continue;
		key = only_foreign_key(constraint, reflected);
		if (key == NULL)
			continue;
		foreach(name, constraint->columns)
		{
			OrmDdlColumn *column = orm_layout_column(table, lfirst(name));

			if (column != NULL && column->made_name)
				table->columns = list_delete_ptr(table->columns, column);
		}
		constraint->made_for->foreign_key = constraint->columns = key->columns;
		constraint->referenced = key->referenced;
	}
}

/* Raises 42P07 for a missing column, or one of another type. */
static void
check_column(const OrmDdlTable *table, const OrmDdlColumn *wanted, const OrmDeclaration *reflected)
{
	OrmDeclaredColumn *column = orm_declaration_column(reflected, wanted->name);

	if (column == NULL)
		raise_lacks(table, psprintf("It has no column \"%s\".", wanted->name));
	if (wanted->is_version && wanted->declared == NULL)
		return; /* any integer type is accepted */
	if (column->type_oid != wanted->type || column->typmod != wanted->typmod)
		raise_lacks(table,
					psprintf("Its column \"%s\" has type %s, not %s.", wanted->name, column->type,
							 orm_type_name(wanted->type, wanted->typmod)));
}

void
orm_adopt_table(OrmDdlTable *table, const OrmDeclaration *reflected, bool keys)
{
	ListCell *cell;

	orm_adopt_follow(table, reflected);
	foreach(cell, table->columns)
		check_column(table, lfirst(cell), reflected);
	foreach(cell, table->constraints)
		if (keys)
			check_constraint(table, lfirst(cell), reflected);
}
