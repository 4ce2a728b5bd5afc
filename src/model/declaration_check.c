/*
 * declaration_check.c - checks across the keys and elements of a model document.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/heap.h"
#include "catalog/pg_type_d.h"
#include "parser/parse_coerce.h"
#include "parser/parse_type.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "base/members.h"
#include "base/names.h"
#include "base/time_word.h"
#include "model/counter.h"
#include "model/position.h"
#include "model/computed.h"
#include "model/constraint_check.h"
#include "model/data_step.h"
#include "model/declaration_check.h"
#include "model/naming.h"
#include "model/soft_delete.h"
#include "model/enum.h"
#include "model/hook.h"
#include "model/publish.h"
#include "model/renaming.h"
#include "model/element.h"
#include "model/relationship.h"
#include "model/scope.h"
#include "model/stamp.h"
#include "model/validation.h"
#include "model/table_statement.h"

/* A name and its place. */
typedef struct NamePlace
{
	const char *name;
	int position;
	const char *builder;
	const char *key;
} NamePlace;

/* qsort comparator: by name, then by position in the document. */
static int
compare_names(const void *a, const void *b)
{
	const NamePlace *left = a;
	const NamePlace *right = b;
	int order = strcmp(left->name, right->name);

	return order != 0 ? order : left->position - right->position;
}

/* Raises an error for a duplicate name, with the place of the second. */
static void
check_distinct(NamePlace *names, int n, const char *what, int sqlstate)
{
	OrmElementPlace place;

	qsort(names, n, sizeof(NamePlace), compare_names);
	for (int i = 1; i < n; i++)
		if (strcmp(names[i - 1].name, names[i].name) == 0)
			ereport(ERROR, errcode(sqlstate), errmsg("%s \"%s\" is declared more than once", what, names[i].name),
					orm_error_place(orm_declaration_place(&place, names[i].position, names[i].builder, names[i].key)));
}

/* Column names: unique, not of system columns, and within the server's limit. */
static void
check_column_names(const OrmDeclaration *declaration)
{
	NamePlace *names = palloc(sizeof(NamePlace) * Max(list_length(declaration->columns), 1));
	ListCell *cell;

	if (list_length(declaration->columns) > MaxHeapAttributeNumber)
		ereport(ERROR, errcode(ERRCODE_TOO_MANY_COLUMNS),
				errmsg("tables can have at most %d columns", MaxHeapAttributeNumber));
	foreach(cell, declaration->columns)
	{
		OrmDeclaredColumn *column = lfirst(cell);
		NamePlace name = {column->name, column->position, "column", "name"};
		OrmElementPlace place;

		names[foreach_current_index(cell)] = name;
		if (SystemAttributeByName(column->name) != NULL)
			ereport(ERROR, errcode(ERRCODE_DUPLICATE_COLUMN),
					errmsg("column name \"%s\" conflicts with a system column name", column->name),
					orm_error_place(orm_declaration_place(&place, column->position, "column", "name")));
	}
	check_distinct(names, list_length(declaration->columns), "column", ERRCODE_DUPLICATE_COLUMN);
}

/* Raises 42602 for a name reserved by query documents. */
static void
check_not_reserved(const NamePlace *name, bool is_column)
{
	char *possible = orm_declaration_attribute_name(name->name);
	OrmElementPlace place;

	if (strcmp(possible, name->name) != 0)
		ereport(ERROR, errcode(ERRCODE_INVALID_NAME),
				errmsg("\"%s\" cannot be the name of an attribute or relationship", name->name),
				orm_error_place(orm_declaration_place(&place, name->position, name->builder, name->key)),
				is_column ? errhint("Give the attribute a name of its own: attribute => '%s'.", possible) : 0);
}

/* A path has no key of its own: raises 22023 for keys that are about one. */
static void
check_path(const OrmDeclaredRelationship *relationship)
{
	const struct
	{
		const char *key;
		bool given;
	} keys[] = {
		{"foreign_key", relationship->foreign_key != NIL},
		{"back_populates", relationship->back_populates != NULL},
		{"cascade", relationship->cascade != NULL},
		{"has_constraint", relationship->has_constraint != ORM_NOT_GIVEN},
	};
	OrmElementPlace place;

	for (int i = 0; i < (int) lengthof(keys) && relationship->path != NULL; i++)
		if (keys[i].given)
			orm_members_raise_not_allowed(
				"key", keys[i].key, orm_declaration_place(&place, relationship->position, "has_many", keys[i].key),
				"A relationship over a path has no key of its own.");
}

/* Actions are those of a foreign key constraint. */
static void
check_relationships(const OrmDeclaration *declaration)
{
	ListCell *cell;

	foreach(cell, declaration->relationships)
	{
		const OrmDeclaredRelationship *relationship = lfirst(cell);
		const char *key = relationship->on_delete != NULL ? "on_delete" : "on_update";
		OrmElementPlace place;

		check_path(relationship);
		if (relationship->has_constraint == ORM_NO &&
			(relationship->on_delete != NULL || relationship->on_update != NULL))
			orm_members_raise_not_allowed("key", key,
										  orm_declaration_place(&place, relationship->position, "belongs_to", key),
										  "A relationship without a foreign key constraint has no actions.");
	}
}

/* Attributes and relationships share one namespace. */
static void
check_attributes(const OrmDeclaration *declaration, bool mapped)
{
	int n = list_length(declaration->columns) + list_length(declaration->relationships) +
		list_length(declaration->computed);
	NamePlace *names = palloc(sizeof(NamePlace) * (n + list_length(declaration->versions)));
	ListCell *cell;

	n = 0;
	foreach(cell, declaration->columns)
	{
		OrmDeclaredColumn *column = lfirst(cell);
		NamePlace name = {column->name, column->position, "column", "name"};

		if (column->attribute != NULL)
		{
			name.name = column->attribute;
			name.key = "attribute";
		}
		check_not_reserved(&name, true);
		names[n++] = name;
	}
	foreach(cell, declaration->relationships)
	{
		OrmDeclaredRelationship *relationship = lfirst(cell);
		NamePlace name = {relationship->name, relationship->position, orm_relationship_kind_name(relationship->kind),
						  "name"};

		check_not_reserved(&name, false);
		names[n++] = name;
	}
	foreach(cell, declaration->computed)
	{
		const OrmDeclaredColumn *computed = lfirst(cell);
		NamePlace name = {computed->name, computed->position, "computed", "name"};

		check_not_reserved(&name, false);
		names[n++] = name;
	}
	foreach(cell, declaration->versions)
	{
		OrmDeclaredVersion *version = lfirst(cell);
		NamePlace name = {orm_naming_attribute(declaration, version->column), version->position, "version",
						  "column_name"};

		if (!mapped && orm_declaration_column(declaration, version->column) == NULL)
			names[n++] = name;
	}
	orm_naming_check(declaration);
	check_distinct(names, n, "attribute or relationship", ERRCODE_DUPLICATE_COLUMN);
}

/* Is it a type of dates or times, or of arrays, ranges or domains over one? */
static bool
is_of_time(Oid type)
{
	Oid base = getBaseType(type);
	Oid inner = get_element_type(base);

	if (!OidIsValid(inner))
		inner = get_range_subtype(OidIsValid(get_multirange_range(base)) ? get_multirange_range(base) : base);
	return TypeCategory(OidIsValid(inner) ? getBaseType(inner) : base) == TYPCATEGORY_DATETIME;
}

/* Raises 22023 for the default 'now' of a date or time. */
static void
check_default(const OrmDeclaredColumn *column)
{
	const char *function = NULL;
	OrmElementPlace place;

	if (column->server_default != NULL && OidIsValid(column->type_oid) && is_of_time(column->type_oid))
		function = orm_time_word_function(column->server_default);
	if (function != NULL)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("constant %s is not allowed in a declaration", column->server_default),
				orm_error_place(orm_declaration_place(&place, column->position, "column", "server_default")),
				errhint("It means the moment at which it is read, which is once. Write %s.", function));
}

/* At most one of default, identity and generated; an identity is an integer. */
static void
check_value(const OrmDeclaredColumn *column)
{
	bool identity = column->identity != NULL && strcmp(column->identity, "none") != 0;
	OrmElementPlace place;

	check_default(column);
	if ((column->server_default != NULL) + (column->generated != NULL) + identity > 1)
		ereport(ERROR, errcode(ERRCODE_SYNTAX_ERROR),
				errmsg("column \"%s\" can have only one of \"server_default\", \"identity\" and \"generated\"",
					   column->name),
				orm_error_place(orm_declaration_place(&place, column->position, "column", NULL)));
	if (identity && column->type_oid != INT2OID && column->type_oid != INT4OID && column->type_oid != INT8OID)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("identity column type must be smallint, integer, or bigint"),
				orm_error_place(orm_declaration_place(&place, column->position, "column", "identity")));
	if (!identity && (column->sequence_name != NULL || column->sequence_options != NULL))
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("\"%s\" of column \"%s\" requires \"identity\"",
					   column->sequence_name ? "sequence_name" : "sequence_options", column->name),
				orm_error_place(orm_declaration_place(&place, column->position, "column",
													  column->sequence_name ? "sequence_name" : "sequence_options")));
	if (identity && strcmp(column->identity, "serial") != 0 && column->nullable == ORM_YES)
		ereport(ERROR, errcode(ERRCODE_SYNTAX_ERROR), errmsg("identity column \"%s\" cannot be nullable", column->name),
				orm_error_place(orm_declaration_place(&place, column->position, "column", "nullable")));
}

/* "on_delete" and "on_update" require a foreign key. */
static void
check_actions(const OrmDeclaredColumn *column)
{
	const char *action = column->on_delete ? "on_delete" : "on_update";
	OrmElementPlace place;

	if (column->foreign_key == NULL && (column->on_delete != NULL || column->on_update != NULL))
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("\"%s\" of column \"%s\" requires \"foreign_key\"", action, column->name),
				orm_error_place(orm_declaration_place(&place, column->position, "column", action)));
}

/* The type is allowed for a column, and is collatable if a collation is given. */
static void
check_type(const OrmDeclaredColumn *column)
{
	MemoryContext caller = CurrentMemoryContext;
	OrmElementPlace place;

	if (column->enumeration != NULL && !OidIsValid(column->type_oid))
		return;
	if (OidIsValid(column->collation_oid) && !type_is_collatable(column->type_oid))
		ereport(ERROR, errcode(ERRCODE_DATATYPE_MISMATCH),
				errmsg("collations are not supported by type %s", format_type_be(column->type_oid)),
				orm_error_place(orm_declaration_place(&place, column->position, "column", "collation")));
	PG_TRY();
	{
		if (!OidIsValid(column->type_oid))
			typenameType(NULL, column->type_name, NULL); /* raises that it does not exist */
		CheckAttributeType(
			column->name, column->type_oid,
			OidIsValid(column->collation_oid) ? column->collation_oid : get_typcollation(column->type_oid), NIL, 0);
	}
	PG_CATCH();
	{
		orm_error_rethrow_at(orm_declaration_place(&place, column->position, "column", "type"), caller);
	}
	PG_END_TRY();
}

/* Consistency of the keys of each column. */
static void
check_columns(const OrmDeclaration *declaration)
{
	ListCell *cell;

	foreach(cell, declaration->columns)
	{
		OrmDeclaredColumn *column = lfirst(cell);

		orm_enum_resolve(declaration, column);
		check_type(column);
		check_value(column);
		check_actions(column);
	}
}

/* Enum names: no duplicates. */
static void
check_enum_names(const OrmDeclaration *declaration)
{
	NamePlace *names = palloc(sizeof(NamePlace) * Max(list_length(declaration->enums), 1));
	ListCell *cell;

	foreach(cell, declaration->enums)
	{
		const OrmDeclaredEnum *enumeration = lfirst(cell);
		NamePlace name = {enumeration->name, enumeration->position, "enum", "name"};

		names[foreach_current_index(cell)] = name;
	}
	check_distinct(names, list_length(declaration->enums), "enum", ERRCODE_DUPLICATE_OBJECT);
}

/* A model has at most one version. */
static void
check_version_once(const OrmDeclaration *declaration)
{
	OrmElementPlace place;

	if (list_length(declaration->versions) > 1)
		ereport(ERROR, errcode(ERRCODE_DUPLICATE_COLUMN), errmsg("element \"%s\" is given twice", "version"),
				orm_error_place(orm_declaration_place(
					&place, ((OrmDeclaredVersion *) lsecond(declaration->versions))->position, "version", NULL)));
}

/* A model has at most one table. */
static void
check_table_once(const OrmDeclaration *declaration)
{
	OrmElementPlace place;

	if (list_length(declaration->tables) > 1)
		ereport(ERROR, errcode(ERRCODE_DUPLICATE_OBJECT), errmsg("element \"%s\" is given twice", "table"),
				orm_error_place(orm_declaration_place(
					&place, ((OrmDeclaredTable *) lsecond(declaration->tables))->position, "table", NULL)));
}

/* Raises 42P16 for a version column. */
static void
refuse_version(const OrmDeclaredColumn *column, const char *key, const char *detail)
{
	OrmElementPlace place;

	ereport(
		ERROR, errcode(ERRCODE_INVALID_TABLE_DEFINITION),
		errmsg("column \"%s\" cannot be a version column", column->name),
		errdetail("At %s. %s", orm_path_text(orm_declaration_place(&place, column->position, "column", key)), detail));
}

/* A declared version column is a NOT NULL integer, not generated, no identity and not part of the primary key. */
static void
check_version_column(const OrmDeclaration *declaration)
{
	char *name = orm_declaration_version(declaration);
	OrmDeclaredColumn *column = name != NULL ? orm_declaration_column(declaration, name) : NULL;
	ListCell *cell;

	if (column == NULL)
		return;
	if (column->type_oid != INT2OID && column->type_oid != INT4OID && column->type_oid != INT8OID)
		refuse_version(column, "type", "Its type must be smallint, integer or bigint.");
	if (column->generated != NULL)
		refuse_version(column, "generated", "It must not be generated.");
	if (column->identity != NULL && strcmp(column->identity, "none") != 0)
		refuse_version(column, "identity", "It must not be an identity.");
	foreach(cell, orm_declaration_key(declaration))
		if (strcmp(lfirst(cell), name) == 0)
			refuse_version(column, NULL, "It is part of the primary key.");
	if (column->nullable != ORM_NO)
		refuse_version(column, column->nullable == ORM_YES ? "nullable" : NULL,
					   "It must not be nullable: nullable => false.");
}

/* Raises 42P16 for a second primary key. */
static void
second_primary_key(const OrmDeclaration *declaration, int position, const char *builder)
{
	OrmElementPlace place;

	ereport(ERROR, errcode(ERRCODE_INVALID_TABLE_DEFINITION),
			errmsg("model \"%s\" cannot have more than one primary key", declaration->model),
			orm_error_place(orm_declaration_place(&place, position, builder, NULL)),
			errhint("One key of several columns is orm.primary_key('a', 'b')."));
}

/* At most one primary key, without nullable columns. */
static void
check_primary_key(const OrmDeclaration *declaration)
{
	bool found = false;
	ListCell *cell;

	foreach(cell, declaration->columns)
	{
		OrmDeclaredColumn *column = lfirst(cell);

		if (column->primary_key == ORM_YES && found)
			second_primary_key(declaration, column->position, "column");
		found = found || column->primary_key == ORM_YES;
	}
	foreach(cell, declaration->constraints)
	{
		OrmDeclaredConstraint *constraint = lfirst(cell);
		bool primary = constraint->kind == ORM_CONSTRAINT_PRIMARY_KEY;

		if (primary && found)
			second_primary_key(declaration, constraint->position, "primary_key");
		found = found || primary;
	}
	foreach(cell, orm_declaration_key(declaration))
	{
		OrmDeclaredColumn *column = orm_declaration_column(declaration, lfirst(cell));
		OrmElementPlace place;

		if (column != NULL && (column->deferred == ORM_YES || column->hidden == ORM_YES))
			ereport(ERROR, errcode(ERRCODE_INVALID_TABLE_DEFINITION),
					errmsg("primary key column \"%s\" cannot be %s", column->name,
						   column->hidden == ORM_YES ? "hidden" : "deferred"),
					orm_error_place(orm_declaration_place(&place, column->position, "column",
														  column->hidden == ORM_YES ? "hidden" : "deferred")),
					errhint("The key says which object it is."));
		if (column != NULL && column->nullable == ORM_YES)
			ereport(ERROR, errcode(ERRCODE_SYNTAX_ERROR),
					errmsg("primary key column \"%s\" cannot be nullable", column->name),
					orm_error_place(orm_declaration_place(&place, column->position, "column", "nullable")));
	}
}

/* Names of indexes (those of keys and exclusion constraints too) or of constraints (all but indexes) are unique. */
static void
check_constraint_names(const OrmDeclaration *declaration, bool relations)
{
	NamePlace *names = palloc(sizeof(NamePlace) * Max(list_length(declaration->constraints), 1));
	int n = 0;
	ListCell *cell;

	foreach(cell, declaration->constraints)
	{
		OrmDeclaredConstraint *constraint = lfirst(cell);
		bool key = constraint->kind == ORM_CONSTRAINT_PRIMARY_KEY || constraint->kind == ORM_CONSTRAINT_UNIQUE ||
			constraint->kind == ORM_CONSTRAINT_EXCLUDE;
		bool index = constraint->kind == ORM_CONSTRAINT_INDEX;
		NamePlace name = {constraint->name, constraint->position, orm_element_constraint_name(constraint->kind),
						  "name"};

		if (constraint->name != NULL && (key || index == relations))
			names[n++] = name;
	}
	check_distinct(names, n, relations ? "index" : "constraint", ERRCODE_DUPLICATE_OBJECT);
}

/* The key of a removal, and the name in it. */
static const char *
removal_key(const OrmDeclaredRemoval *removal, const char **name)
{
	*name = removal->column ? removal->column : removal->constraint ? removal->constraint : removal->index;
	return removal->column ? "column" : removal->constraint ? "constraint" : "index";
}

/* Is this declared as well? */
static bool
is_declared(const OrmDeclaration *declaration, const OrmDeclaredRemoval *removal)
{
	const char *version = orm_declaration_version(declaration);
	ListCell *cell;

	if (removal->column != NULL)
	{
		if (orm_declaration_column(declaration, removal->column) != NULL ||
			(version != NULL && strcmp(version, removal->column) == 0))
			return true;
		foreach(cell, declaration->relationships)
		{
			const OrmDeclaredRelationship *relationship = lfirst(cell);

			if (relationship->kind == ORM_BELONGS_TO && orm_name_is_among(relationship->foreign_key, removal->column))
				return true;
		}
		return false;
	}
	foreach(cell, declaration->constraints)
	{
		const OrmDeclaredConstraint *constraint = lfirst(cell);
		const char *name = constraint->kind == ORM_CONSTRAINT_INDEX ? removal->index : removal->constraint;

		if (name != NULL && constraint->name != NULL && strcmp(constraint->name, name) == 0)
			return true;
	}
	return false;
}

/* What is removed is not declared, and not removed twice. */
static void
check_removals(const OrmDeclaration *declaration)
{
	ListCell *cell;
	ListCell *other;

	foreach(cell, declaration->removals)
	{
		const OrmDeclaredRemoval *removal = lfirst(cell);
		int sqlstate = removal->column ? ERRCODE_DUPLICATE_COLUMN : ERRCODE_DUPLICATE_OBJECT;
		OrmElementPlace place;
		const char *name;
		const char *key = removal_key(removal, &name);

		if (is_declared(declaration, removal))
			ereport(ERROR, errcode(sqlstate), errmsg("%s \"%s\" is both declared and removed", key, name),
					orm_error_place(orm_declaration_place(&place, removal->position, "removed", key)));
		foreach(other, declaration->removals)
		{
			const char *name_there;

			if (lfirst(other) == removal)
				break;
			if (strcmp(removal_key(lfirst(other), &name_there), key) == 0 && strcmp(name_there, name) == 0)
				ereport(ERROR, errcode(sqlstate), errmsg("%s \"%s\" is removed more than once", key, name),
						orm_error_place(orm_declaration_place(&place, removal->position, "removed", key)));
		}
	}
}

void
orm_declaration_check(OrmDeclaration *declaration, bool mapped)
{
	check_column_names(declaration);
	if (!declaration->stored)
		orm_constraint_read_definitions(declaration);
	check_enum_names(declaration);
	check_version_once(declaration);
	check_table_once(declaration);
	orm_renaming_check(declaration);
	orm_data_step_check(declaration);
	check_attributes(declaration, mapped);
	check_relationships(declaration);
	if (!mapped)
	{
		check_columns(declaration);
		check_version_column(declaration);
	}
	if (!declaration->stored)
		orm_computed_check_circles(declaration);
	orm_scope_check(declaration);
	orm_stamp_check(declaration);
	orm_soft_delete_check(declaration);
	check_primary_key(declaration);
	orm_hook_check(declaration);
	orm_publish_check(declaration);
	orm_counter_check(declaration);
	orm_position_check(declaration);
	if (!declaration->stored)
	{
		orm_constraint_check(declaration, mapped);
		orm_validation_check(declaration, mapped);
	}
	check_constraint_names(declaration, true);
	check_constraint_names(declaration, false);
	check_removals(declaration);
	if (!declaration->stored)
		orm_table_statement_check(declaration);
}
