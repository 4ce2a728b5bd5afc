/*
 * constraint_check.c - checks of the constraints and indexes of a declaration.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_am.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_opclass.h"
#include "commands/defrem.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "base/error.h"
#include "base/names.h"
#include "base/nearest.h"
#include "base/sql.h"
#include "model/constraint_check.h"
#include "model/definition.h"
#include "model/element.h"
#include "model/index_element.h"
#include "model/message.h"
#include "model/validation.h"
#include "model/relationship.h"

const OrmPath *
orm_constraint_place(OrmElementPlace *place, const OrmDeclaredConstraint *constraint, const char *key)
{
	const char *builder = orm_element_constraint_name(orm_element_constraint_kind(constraint));

	return orm_declaration_place(place, constraint->position, builder, constraint->definition ? "definition" : key);
}

void
orm_constraint_read_definitions(const OrmDeclaration *declaration)
{
	MemoryContext caller = CurrentMemoryContext;
	ListCell *cell;

	foreach(cell, declaration->constraints)
	{
		OrmDeclaredConstraint *constraint = lfirst(cell);
		OrmElementPlace place;

		if (constraint->definition == NULL)
			continue;
		PG_TRY();
		{
			if (constraint->kind == ORM_CONSTRAINT_INDEX)
				orm_definition_read_index(declaration, constraint);
			else
				orm_definition_read_constraint(constraint);
		}
		PG_CATCH();
		{
			orm_error_rethrow_at(orm_constraint_place(&place, constraint, "definition"), caller);
		}
		PG_END_TRY();
	}
}

/* Is this a column, or possibly one added by belongs_to?  The names of the latter depend on other models. */
static bool
may_be_column(const OrmDeclaration *declaration, const char *name)
{
	ListCell *cell;
	ListCell *key;

	if (orm_declaration_column(declaration, name) != NULL ||
		(declaration->versions != NIL && strcmp(orm_declaration_version(declaration), name) == 0))
		return true;
	foreach(cell, declaration->relationships)
	{
		OrmDeclaredRelationship *relationship = lfirst(cell);
		int length = strlen(relationship->name);

		if (relationship->kind != ORM_BELONGS_TO)
			continue;
		foreach(key, relationship->foreign_key)
			if (strcmp(lfirst(key), name) == 0)
				return true;
		if (relationship->foreign_key == NIL && strncmp(name, relationship->name, length) == 0 &&
			(name[length] == '_' || length == NAMEDATALEN - 1))
			return true;
	}
	return false;
}

/* Raises 42703 with the nearest column. */
static void
no_such_column(const OrmDeclaration *declaration, const char *name, const OrmPath *path)
{
	const char **names = palloc(sizeof(char *) * Max(list_length(declaration->columns), 1));
	ListCell *cell;

	foreach(cell, declaration->columns)
		names[foreach_current_index(cell)] = ((OrmDeclaredColumn *) lfirst(cell))->name;
	ereport(ERROR, errcode(ERRCODE_UNDEFINED_COLUMN),
			errmsg("column \"%s\" of model \"%s\" does not exist", name, declaration->model), orm_error_place(path),
			orm_nearest_hint("column", name, names, list_length(declaration->columns)));
}

/* Walker: finds a subquery. */
static bool
find_subquery(Node *node, void *context)
{
	check_stack_depth();
	if (node == NULL)
		return false;
	return IsA(node, SubLink) || raw_expression_tree_walker(node, find_subquery, context);
}

/* Raises 0A000 for a check with a subquery. */
static void
refuse_subquery(const char *expr, const OrmPath *path)
{
	if (find_subquery(orm_sql_parse_spliced("SELECT (", expr, "\n)", NULL), NULL))
		ereport(ERROR, errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				errmsg("subqueries are not allowed in check constraints"), orm_error_place(path));
}

/* Checks the expression and the message of a check. */
static void
check_check(const OrmDeclaredConstraint *check)
{
	OrmElementPlace place;

	refuse_subquery(check->expr, orm_constraint_place(&place, check, "expr"));
	if (check->message != NULL)
		orm_message_check(check->message, false, orm_constraint_place(&place, check, "message"));
}

/* Checks of columns, and the columns of "validates". */
static void
check_values(const OrmDeclaration *declaration, bool mapped)
{
	ListCell *cell;

	foreach(cell, declaration->columns)
	{
		const OrmDeclaredColumn *column = lfirst(cell);
		OrmElementPlace place;

		if (column->check_expr != NULL)
			refuse_subquery(column->check_expr,
							orm_declaration_place(&place, column->position, "column", "check_expr"));
	}
	foreach(cell, declaration->validations)
		if (!mapped && !may_be_column(declaration, orm_validation_column(declaration, lfirst(cell), InvalidOid)))
			orm_validation_raise_column(declaration, lfirst(cell));
}

/* A list of key columns: no duplicates, and within the server's limit. */
static void
check_list(List *columns, const OrmPath *path)
{
	ListCell *cell;

	if (list_length(columns) > INDEX_MAX_KEYS)
		ereport(ERROR, errcode(ERRCODE_TOO_MANY_COLUMNS),
				errmsg("a key cannot have more than %d columns", INDEX_MAX_KEYS), orm_error_place(path));
	foreach(cell, columns)
		for (int i = 0; i < foreach_current_index(cell); i++)
			if (strcmp(list_nth(columns, i), lfirst(cell)) == 0)
				ereport(ERROR, errcode(ERRCODE_DUPLICATE_COLUMN),
						errmsg("column \"%s\" appears twice in a key", (char *) lfirst(cell)), orm_error_place(path));
}

/* The columns of keys and foreign keys.  In a mapped document their existence is not checked. */
static void
check_columns(const OrmDeclaration *declaration, bool mapped)
{
	ListCell *cell;
	ListCell *item;

	foreach(cell, declaration->constraints)
	{
		OrmDeclaredConstraint *constraint = lfirst(cell);
		OrmElementPlace place;
		const OrmPath *path = orm_constraint_place(&place, constraint, "columns");

		if (constraint->kind == ORM_CONSTRAINT_INDEX)
			continue;
		check_list(constraint->columns, path);
		foreach(item, constraint->columns)
			if (!mapped && !may_be_column(declaration, lfirst(item)))
				no_such_column(declaration, lfirst(item), path);
		if (constraint->target_columns != NIL &&
			list_length(constraint->target_columns) != list_length(constraint->columns))
			ereport(ERROR, errcode(ERRCODE_INVALID_FOREIGN_KEY),
					errmsg("number of referencing and referenced columns for foreign key disagree"),
					orm_error_place(orm_declaration_place(&place, constraint->position, "foreign_key", "referenced")));
	}
	foreach(cell, declaration->relationships)
	{
		OrmDeclaredRelationship *relationship = lfirst(cell);
		OrmElementPlace place;

		check_list(relationship->foreign_key,
				   orm_declaration_place(&place, relationship->position, orm_relationship_kind_name(relationship->kind),
										 "foreign_key"));
	}
}

/* State of checking the columns of a raw expression. */
typedef struct ColumnWalk
{
	const OrmDeclaration *declaration;
	const OrmPath *path;
} ColumnWalk;

/* Walker: raises 42703 for an unqualified reference that is neither a column nor the whole row. */
static bool
check_column_references(Node *node, void *context)
{
	const ColumnWalk *walk = context;

	check_stack_depth();
	if (node == NULL)
		return false;
	if (IsA(node, ColumnRef) && list_length(((ColumnRef *) node)->fields) == 1 &&
		IsA(linitial(((ColumnRef *) node)->fields), String))
	{
		const char *name = strVal(linitial(((ColumnRef *) node)->fields));

		if (strcmp(name, walk->declaration->relation) != 0 && !may_be_column(walk->declaration, name))
			no_such_column(walk->declaration, name, walk->path);
	}
	return raw_expression_tree_walker(node, check_column_references, context);
}

/* Checks the columns of an element in SQL. */
static void
check_parsed(const OrmDeclaration *declaration, const IndexElem *parsed, const OrmPath *path)
{
	ColumnWalk walk = {declaration, path};

	if (parsed->name != NULL && !may_be_column(declaration, parsed->name))
		no_such_column(declaration, parsed->name, path);
	check_column_references(parsed->expr, &walk);
}

/* The column of an element in SQL that is a column, or NULL. */
static char *
plain_column(const IndexElem *parsed)
{
	ColumnRef *reference = parsed->expr != NULL && IsA(parsed->expr, ColumnRef) ? (ColumnRef *) parsed->expr : NULL;

	if (parsed->name != NULL)
		return parsed->name;
	return reference != NULL && list_length(reference->fields) == 1 && IsA(linitial(reference->fields), String)
		? strVal(linitial(reference->fields))
		: NULL;
}

/* Checks an element of an index in any form; returns its column, or NULL for an expression. */
static char *
check_element(const OrmDeclaration *declaration, const char *text, const OrmPath *path)
{
	MemoryContext caller = CurrentMemoryContext;
	OrmIndexElement element = orm_index_element_parse(declaration, text);
	IndexElem *parsed = NULL;

	PG_TRY();
	{
		if (element.sql != NULL)
			parsed = orm_index_element_check(element.sql);
		else
			orm_name_check(element.column, "column");
	}
	PG_CATCH();
	{
		orm_error_rethrow_at(path, caller);
	}
	PG_END_TRY();
	if (parsed != NULL)
	{
		check_parsed(declaration, parsed, path);
		return plain_column(parsed);
	}
	if (!may_be_column(declaration, element.column))
		no_such_column(declaration, element.column, path);
	return unconstify(char *, element.column);
}

/* Checks the columns of an index; fills in "leading". */
static void
check_index_columns(const OrmDeclaration *declaration, OrmDeclaredConstraint *index)
{
	bool leads = true;
	OrmElementPlace place;
	const OrmPath *path = orm_constraint_place(&place, index, "columns");
	ListCell *cell;

	if (list_length(index->columns) + list_length(index->include) > INDEX_MAX_KEYS)
		ereport(ERROR, errcode(ERRCODE_TOO_MANY_COLUMNS),
				errmsg("an index cannot have more than %d columns", INDEX_MAX_KEYS), orm_error_place(path));
	foreach(cell, index->columns)
	{
		OrmPath here = orm_path_index(path, foreach_current_index(cell));
		char *column = check_element(declaration, lfirst(cell), &here);

		leads = leads && column != NULL;
		if (leads)
			index->leading = lappend(index->leading, column);
	}
	index->is_partial = index->is_partial || index->where_expr != NULL;
}

/* Checks the columns of an exclusion constraint. */
static void
check_exclusion_columns(const OrmDeclaration *declaration, const OrmDeclaredConstraint *constraint)
{
	OrmElementPlace place;
	const OrmPath *path = orm_constraint_place(&place, constraint, "elements");
	ListCell *cell;

	foreach(cell, constraint->elements)
	{
		OrmPath here = orm_path_index(path, foreach_current_index(cell));

		check_parsed(declaration, orm_index_element_check_exclusion(lfirst(cell)), &here);
	}
}

/* Checks the INCLUDE columns. */
static void
check_include(const OrmDeclaration *declaration, const OrmDeclaredConstraint *constraint)
{
	OrmElementPlace place;
	const OrmPath *path = orm_constraint_place(&place, constraint, "include");
	ListCell *cell;

	check_list(constraint->include, path);
	foreach(cell, constraint->include)
		if (!may_be_column(declaration, lfirst(cell)))
			no_such_column(declaration, lfirst(cell), path);
}

/* The operator class of an index, kept qualified unless in pg_catalog. */
static void
resolve_opclass(OrmDeclaredConstraint *index)
{
	Oid method = index->method ? get_index_am_oid(index->method, false) : BTREE_AM_OID;
	char *schema;
	char *name;
	List *names;

	orm_name_split(index->opclass, &schema, &name);
	names = schema ? list_make2(makeString(schema), makeString(name)) : list_make1(makeString(name));
	index->opclass = orm_index_element_opclass_name(get_opclass_oid(method, names, false));
}

/* Checks an index not given as SQL. */
static void
check_index(const OrmDeclaration *declaration, OrmDeclaredConstraint *index)
{
	MemoryContext caller = CurrentMemoryContext;
	OrmElementPlace place;

	check_index_columns(declaration, index);
	if (index->nulls_not_distinct == ORM_YES && index->is_unique != ORM_YES)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("\"%s\" of an index requires \"%s\"", "nulls_not_distinct", "is_unique"),
				orm_error_place(orm_constraint_place(&place, index, "nulls_not_distinct")));
	if (index->opclass == NULL)
		return;
	PG_TRY();
	{
		resolve_opclass(index);
	}
	PG_CATCH();
	{
		orm_error_rethrow_at(orm_constraint_place(&place, index, "opclass"), caller);
	}
	PG_END_TRY();
}

/* Checks the columns of ON DELETE SET NULL and SET DEFAULT. */
static void
check_set_columns(const OrmDeclaredConstraint *constraint)
{
	OrmElementPlace place;
	const OrmPath *path = orm_constraint_place(&place, constraint, "on_delete_columns");
	ListCell *cell;
	ListCell *column;

	if (constraint->on_delete_columns != NIL &&
		(constraint->on_delete == NULL || strncmp(constraint->on_delete, "set ", 4) != 0))
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("\"%s\" requires \"on_delete\" to be \"set null\" or \"set default\"", "on_delete_columns"),
				orm_error_place(path));
	foreach(cell, constraint->on_delete_columns)
	{
		foreach(column, constraint->columns)
			if (strcmp(lfirst(column), lfirst(cell)) == 0)
				break;
		if (column == NULL)
			ereport(ERROR, errcode(ERRCODE_INVALID_COLUMN_REFERENCE),
					errmsg("column \"%s\" referenced in ON DELETE SET action must be part of foreign key",
						   (char *) lfirst(cell)),
					orm_error_place(path));
	}
}

/* Checks deferrability, and that there is a name for the comment. */
static void
check_options(const OrmDeclaredConstraint *constraint)
{
	OrmElementPlace place;

	if (constraint->initially_deferred == ORM_YES && constraint->is_deferrable == ORM_NO)
		ereport(ERROR, errcode(ERRCODE_SYNTAX_ERROR),
				errmsg("constraint declared INITIALLY DEFERRED must be DEFERRABLE"),
				orm_error_place(orm_constraint_place(&place, constraint, "is_deferrable")));
	if (constraint->comment != NULL && constraint->name == NULL)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("\"%s\" of a constraint or index requires \"name\"", "comment"),
				orm_error_place(orm_constraint_place(&place, constraint, "comment")));
}

void
orm_constraint_check(const OrmDeclaration *declaration, bool mapped)
{
	ListCell *cell;

	check_columns(declaration, mapped);
	check_values(declaration, mapped);
	foreach(cell, declaration->constraints)
	{
		OrmDeclaredConstraint *constraint = lfirst(cell);

		check_options(constraint);
		if (constraint->definition != NULL)
			continue;
		check_include(declaration, constraint);
		check_set_columns(constraint);
		check_exclusion_columns(declaration, constraint);
		if (constraint->kind == ORM_CONSTRAINT_INDEX)
			check_index(declaration, constraint);
		else if (constraint->kind == ORM_CONSTRAINT_CHECK)
			check_check(constraint);
	}
}
