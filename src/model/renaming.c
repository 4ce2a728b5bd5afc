/*
 * renaming.c - see renaming.h.
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "utils/lsyscache.h"

#include "base/error.h"
#include "base/members.h"
#include "base/names.h"
#include "model/element.h"
#include "model/renaming.h"
#include "registry/registry.h"

const OrmDeclaredRename *
orm_renaming_table(const OrmDeclaration *declaration)
{
	return declaration->table_renames != NIL ? linitial(declaration->table_renames) : NULL;
}

const OrmDeclaredRename *
orm_renaming_model(const OrmDeclaration *declaration)
{
	return declaration->renames != NIL ? linitial(declaration->renames) : NULL;
}

/* Raises 42710 for an element that is given twice. */
static void
check_once(const List *renames, const char *builder)
{
	OrmElementPlace place;

	if (list_length(renames) > 1)
		ereport(ERROR, errcode(ERRCODE_DUPLICATE_OBJECT), errmsg("element \"%s\" is given twice", builder),
				orm_error_place(orm_declaration_place(&place, ((const OrmDeclaredRename *) lsecond(renames))->position,
													  builder, NULL)));
}

/* Raises 42P16 for a name that is the declared one. */
static void
check_other(const OrmDeclaredRename *rename, const char *builder, const char *what, const char *name)
{
	OrmElementPlace place;

	if (strcmp(rename->name, name) == 0)
		ereport(ERROR, errcode(ERRCODE_INVALID_TABLE_DEFINITION),
				errmsg("%s \"%s\" cannot be renamed from its own name", what, name),
				orm_error_place(orm_declaration_place(&place, rename->position, builder, "name")));
}

/* Raises 42P16 for a former name in another schema; that of the declaration may not be known yet. */
static void
check_schema(const OrmDeclaration *declaration, const OrmDeclaredRename *rename)
{
	OrmElementPlace place;

	if (rename->schema != NULL && declaration->schema != NULL && strcmp(rename->schema, declaration->schema) != 0)
		ereport(ERROR, errcode(ERRCODE_INVALID_TABLE_DEFINITION),
				errmsg("table \"%s\" of another schema cannot be renamed \"%s\"",
					   orm_name_compose(rename->schema, rename->name),
					   orm_name_compose(declaration->schema, orm_renaming_declared(declaration))),
				orm_error_place(orm_declaration_place(&place, rename->position, "table_renamed_from", "name")),
				errhint("Move it first: ALTER TABLE ... SET SCHEMA ...;"));
}

/* Raises 42701 for two columns of one former name. */
static void
check_columns(const OrmDeclaration *declaration)
{
	OrmElementPlace place;

	for (int i = 0; i < list_length(declaration->columns); i++)
		for (int j = 0; j < i; j++)
		{
			const OrmDeclaredColumn *column = list_nth(declaration->columns, i);
			const OrmDeclaredColumn *other = list_nth(declaration->columns, j);

			if (column->renamed_from != NULL && orm_name_is_same(column->renamed_from, other->renamed_from))
				ereport(ERROR, errcode(ERRCODE_DUPLICATE_COLUMN),
						errmsg("columns \"%s\" and \"%s\" are both renamed from \"%s\"", other->name, column->name,
							   column->renamed_from),
						orm_error_place(orm_declaration_place(&place, column->position, "column", "renamed_from")),
						errhint("One of them is a new column."));
		}
}

/* The place of the former name of a constraint. */
static const OrmPath *
place_of_constraint(OrmElementPlace *place, const OrmDeclaredConstraint *constraint)
{
	return orm_declaration_place(place, constraint->position,
								 orm_element_constraint_name(orm_element_constraint_kind(constraint)), "renamed_from");
}

/* Raises 42P16 for a constraint without a name of its own, and 42710 for two of one former name. */
static void
check_constraints(const OrmDeclaration *declaration)
{
	OrmElementPlace place;

	for (int i = 0; i < list_length(declaration->constraints); i++)
	{
		const OrmDeclaredConstraint *constraint = list_nth(declaration->constraints, i);

		if (constraint->renamed_from == NULL)
			continue;
		if (constraint->name == NULL && constraint->definition == NULL)
			ereport(ERROR, errcode(ERRCODE_INVALID_TABLE_DEFINITION),
					errmsg("constraint or index \"%s\" is renamed to no name", constraint->renamed_from),
					orm_error_place(place_of_constraint(&place, constraint)), errhint("Give it one: name => ..."));
		for (int j = 0; j < i; j++)
		{
			const OrmDeclaredConstraint *other = list_nth(declaration->constraints, j);

			if (orm_name_is_same(constraint->renamed_from, other->renamed_from))
				ereport(ERROR, errcode(ERRCODE_DUPLICATE_OBJECT),
						errmsg("two constraints or indexes are renamed from \"%s\"", constraint->renamed_from),
						orm_error_place(place_of_constraint(&place, constraint)));
		}
	}
}

/* Raises 22023 for a label that is renamed to no text or to none of the labels, and for one that is still declared. */
static void
check_labels(const OrmDeclaredEnum *enumeration)
{
	OrmElementPlace place;
	const OrmPath *path = orm_declaration_place(&place, enumeration->position, "enum", "renamed_labels");
	OrmJsonWalk walk;

	if (enumeration->renamed_labels == NULL)
		return;
	walk = orm_json_walk(orm_document_root(enumeration->renamed_labels));
	while (orm_json_next(&walk))
	{
		char *former = orm_json_string(walk.key);
		OrmPath here = orm_path_key(path, former);

		if (orm_json_kind(walk.value) != ORM_JSON_STRING)
			orm_members_raise_kind(walk.value, "a string", &here);
		if (!orm_name_is_among(enumeration->labels, orm_json_string(walk.value)))
			ereport(
				ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("label \"%s\" of enum \"%s\" is not declared", orm_json_string(walk.value), enumeration->name),
				orm_error_place(&here), errhint("renamed_labels has the new label by the former one."));
		if (orm_name_is_among(enumeration->labels, former))
			ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					errmsg("label \"%s\" of enum \"%s\" is both declared and renamed", former, enumeration->name),
					orm_error_place(&here));
	}
}

void
orm_renaming_check(OrmDeclaration *declaration)
{
	OrmDeclaredRename *rename;
	char *schema;
	ListCell *cell;

	check_columns(declaration);
	check_constraints(declaration);
	foreach(cell, declaration->enums)
		check_labels(lfirst(cell));
	check_once(declaration->renames, "renamed_from");
	check_once(declaration->table_renames, "table_renamed_from");
	if (declaration->renames != NIL)
		check_other(linitial(declaration->renames), "renamed_from", "model", declaration->model);
	if (declaration->table_renames == NIL)
		return;
	rename = linitial(declaration->table_renames);
	orm_name_split(rename->name, &schema, &rename->name);
	if (schema != NULL)
		rename->schema = schema;
	check_schema(declaration, rename);
	check_other(rename, "table_renamed_from", "table", orm_renaming_declared(declaration));
}

void
orm_renaming_follow(OrmDeclaration *declaration, char *relation)
{
	const OrmDeclaredRename *rename = orm_renaming_table(declaration);
	char *declared = orm_renaming_declared(declaration);

	declaration->becomes = NULL;
	if (rename != NULL && strcmp(rename->name, relation) == 0 && strcmp(declared, relation) != 0)
		declaration->becomes = declared;
	declaration->relation = relation;
}

/* Raises 42P07: both tables are there. */
static void
raise_both(const OrmDeclaration *declaration, const OrmDeclaredRename *rename)
{
	OrmElementPlace place;

	ereport(ERROR, errcode(ERRCODE_DUPLICATE_TABLE),
			errmsg("table \"%s\" cannot be renamed \"%s\": that table already exists", rename->name,
				   orm_renaming_declared(declaration)),
			orm_error_place(orm_declaration_place(&place, rename->position, "table_renamed_from", "name")),
			errhint("Leave out table_renamed_from, or rename or drop one of the two tables."));
}

/* Is there a relation of that name in the schema of a declaration? */
static bool
is_there(const OrmDeclaration *declaration, const char *relation)
{
	Oid schema = get_namespace_oid(declaration->schema, true);

	return OidIsValid(schema) && OidIsValid(get_relname_relid(relation, schema));
}

void
orm_renaming_apply(OrmDeclaration *declaration)
{
	const OrmDeclaredRename *rename = orm_renaming_table(declaration);

	if (rename == NULL)
		return;
	check_schema(declaration, rename);
	if (!is_there(declaration, rename->name))
		return;
	if (is_there(declaration, orm_renaming_declared(declaration)))
		raise_both(declaration, rename);
	orm_renaming_follow(declaration, rename->name);
}

void
orm_renaming_check_tables(const OrmDeclaration *declaration)
{
	const OrmDeclaredRename *rename = orm_renaming_table(declaration);
	bool former = rename != NULL && is_there(declaration, rename->name);
	OrmElementPlace place;

	if (rename == NULL || declaration->becomes != NULL)
		return;
	if (former)
		raise_both(declaration, rename);
	if (!is_there(declaration, declaration->relation))
		ereport(ERROR, errcode(ERRCODE_UNDEFINED_TABLE),
				errmsg("table \"%s\", to be renamed \"%s\", does not exist", rename->name, declaration->relation),
				orm_error_place(orm_declaration_place(&place, rename->position, "table_renamed_from", "name")),
				errhint("Leave out table_renamed_from to make a new table."));
}

bool
orm_renaming_model_is_there(const OrmDeclaration *declaration, Oid relid)
{
	const OrmDeclaredRename *rename = orm_renaming_model(declaration);
	const OrmRegistered *former = rename != NULL ? orm_registry_find_if_unique(rename->name) : NULL;

	return former != NULL && former->mapped && former->relid == relid;
}

/* A former name that no document has. */
static List *
make_rename(char *name)
{
	OrmDeclaredRename *rename = palloc0(sizeof(OrmDeclaredRename));

	rename->name = name;
	return list_make1(rename);
}

void
orm_renaming_set_model(OrmDeclaration *declaration, char *name)
{
	declaration->renames = make_rename(name);
}

void
orm_renaming_set_table(OrmDeclaration *declaration, char *relation)
{
	declaration->table_renames = make_rename(relation);
}
