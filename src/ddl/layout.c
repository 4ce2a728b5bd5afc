/*
 * layout.c - columns and constraints of a table of a plan.
 *
 * Constraints declared on a column, as an element, or by belongs_to all become an
 * OrmDdlConstraint.  Those of belongs_to are added last, and only if missing
 * (belongs_to.c).
 */
#include "postgres.h"

#include "catalog/pg_type_d.h"

#include "base/names.h"
#include "ddl/belongs_to.h"
#include "ddl/ddl.h"
#include "ddl/layout.h"
#include "ddl/target.h"
#include "base/sql.h"
#include "model/cache.h"
#include "model/constraint_check.h"
#include "model/element.h"
#include "model/validation.h"

OrmDdlColumn *
orm_layout_column(const OrmDdlTable *table, const char *name)
{
	ListCell *cell;

	foreach(cell, table->columns)
	{
		OrmDdlColumn *column = lfirst(cell);

		if (strcmp(column->name, name) == 0)
			return column;
	}
	return NULL;
}

bool
orm_layout_same_columns(const List *a, const List *b)
{
	ListCell *cell;

	if (list_length(a) != list_length(b))
		return false;
	foreach(cell, a)
		if (!orm_name_is_among(b, lfirst(cell)))
			return false;
	return true;
}

OrmDdlConstraint *
orm_layout_add_constraint(OrmPlanned *planned, OrmConstraintKind kind, List *columns, int position)
{
	OrmDdlConstraint *constraint = palloc0(sizeof(OrmDdlConstraint));

	constraint->kind = kind;
	constraint->columns = columns;
	constraint->position = position;
	planned->table.constraints = lappend(planned->table.constraints, constraint);
	return constraint;
}

/* The key column names of a target. */
static List *
key_names(const OrmTarget *target)
{
	List *names = NIL;

	for (int i = 0; i < target->nkeys; i++)
		names = lappend(names, target->keys[i].name);
	return names;
}

void
orm_layout_set_target(OrmDdlRun *run, OrmDdlConstraint *constraint, const OrmTarget *target, List *referenced,
					  const OrmPath *path)
{
	constraint->schema = target->schema;
	constraint->relation = target->relation;
	constraint->former = target->former;
	if (referenced == NIL)
	{
		orm_target_resolve_key(run, target);
		referenced = key_names(target);
	}
	constraint->referenced = referenced;
	if (referenced == NIL)
		ereport(ERROR, errcode(ERRCODE_INVALID_COLUMN_REFERENCE),
				errmsg("there is no primary key for referenced table \"%s\"", target->relation), orm_error_place(path));
	if (list_length(referenced) != list_length(constraint->columns))
		ereport(ERROR, errcode(ERRCODE_INVALID_FOREIGN_KEY),
				errmsg("number of referencing and referenced columns for foreign key disagree"), orm_error_place(path));
}

/* Raises 42704 for a foreign key's target. */
static void
no_such_target(const OrmPlanned *planned, const char *name, const OrmPath *path)
{
	ereport(ERROR, errcode(ERRCODE_UNDEFINED_OBJECT),
			errmsg("model or table \"%s\" referenced by a foreign key of model \"%s\" does not exist", name,
				   planned->table.declaration->model),
			orm_error_place(path), orm_cache_nearest(name));
}

/* Adds the foreign key of a column: "target", or else "target.column". */
static void
add_column_foreign_key(OrmDdlRun *run, OrmPlanned *planned, const OrmDeclaredColumn *column)
{
	OrmElementPlace place;
	const OrmPath *path = orm_declaration_place(&place, column->position, "column", "foreign_key");
	const OrmTarget *target = orm_target_find(run, planned, column->foreign_key);
	const char *dot = strrchr(column->foreign_key, '.');
	List *referenced = NIL;
	OrmDdlConstraint *constraint;

	if (target == NULL && dot != NULL)
	{
		target = orm_target_find(run, planned, pnstrdup(column->foreign_key, dot - column->foreign_key));
		referenced = list_make1(pstrdup(dot + 1));
	}
	if (target == NULL)
		no_such_target(planned, column->foreign_key, path);
	constraint = orm_layout_add_constraint(planned, ORM_CONSTRAINT_FOREIGN_KEY, list_make1(column->name),
										   column->position);
	constraint->on_delete = column->on_delete;
	constraint->on_update = column->on_update;
	orm_layout_set_target(run, constraint, target, referenced, path);
}

/* Adds the constraints declared on a column. */
static void
add_column_constraints(OrmDdlRun *run, OrmPlanned *planned, const OrmDeclaredColumn *column)
{
	if (column->primary_key == ORM_YES)
		orm_layout_add_constraint(planned, ORM_CONSTRAINT_PRIMARY_KEY, list_make1(column->name), column->position);
	if (column->is_unique == ORM_YES)
		orm_layout_add_constraint(planned, ORM_CONSTRAINT_UNIQUE, list_make1(column->name), column->position);
	if (column->indexed == ORM_YES && column->is_unique != ORM_YES && column->primary_key != ORM_YES)
		orm_layout_add_constraint(planned, ORM_CONSTRAINT_INDEX, list_make1(column->name), column->position);
	if (column->foreign_key != NULL)
		add_column_foreign_key(run, planned, column);
}

/* Adds a constraint declared as an element. */
static void
add_declared_constraint(OrmDdlRun *run, OrmPlanned *planned, const OrmDeclaredConstraint *declared)
{
	List *columns = declared->kind == ORM_CONSTRAINT_INDEX ? declared->leading : declared->columns;
	OrmDdlConstraint *constraint = orm_layout_add_constraint(planned, declared->kind, columns, declared->position);
	const OrmTarget *target;
	OrmElementPlace place;
	const OrmPath *path = orm_constraint_place(&place, declared, "model");

	constraint->declared = declared;
	constraint->name = declared->name;
	constraint->expr = declared->expr;
	constraint->comment = declared->comment != NULL ? declared->comment : declared->message;
	constraint->on_delete = declared->on_delete;
	constraint->on_update = declared->on_update;
	constraint->method = declared->method;
	constraint->where_expr = declared->where_expr;
	constraint->unique = declared->is_unique == ORM_YES;
	if (declared->kind != ORM_CONSTRAINT_FOREIGN_KEY)
		return;
	target = orm_target_find(run, planned, declared->target);
	if (target == NULL)
		no_such_target(planned, declared->target, path);
	orm_layout_set_target(run, constraint, target, declared->target_columns, path);
}

/* Adds the constraints of the rules about an attribute. */
static void
add_rules(OrmPlanned *planned, const OrmDeclaredValidation *validation)
{
	const OrmDeclaration *declaration = planned->table.declaration;
	char *name = orm_validation_column(declaration, validation, InvalidOid);
	const OrmDdlColumn *column = orm_layout_column(&planned->table, name);
	OrmRuleColumn about = {name, column != NULL ? column->type : InvalidOid, NULL, NIL};
	ListCell *cell;

	if (column == NULL)
		orm_validation_raise_column(declaration, validation);
	if (column->declared != NULL && column->declared->enumeration != NULL)
	{
		about.type_name = psprintf("%s.%s", orm_sql_quoted(planned->table.schema), column->declared->type);
		about.labels = column->declared->enumeration->labels;
	}
	foreach(cell, orm_validation_rules(validation))
	{
		const OrmRule *rule = lfirst(cell);
		OrmDdlConstraint *constraint = orm_layout_add_constraint(planned, ORM_CONSTRAINT_CHECK, list_make1(name),
																 validation->position);

		constraint->name = orm_validation_name(planned->table.relation, name, rule->name);
		constraint->rule = rule->name;
		constraint->comment = rule->message;
		constraint->expr = orm_validation_expression(rule, &about);
	}
}

/* Adds a declared column. */
static void
add_declared_column(OrmPlanned *planned, const OrmDeclaredColumn *declared)
{
	OrmDdlColumn *column = palloc0(sizeof(OrmDdlColumn));

	column->name = declared->name;
	column->type = declared->type_oid;
	column->typmod = declared->typmod;
	column->collation = declared->collation_oid;
	column->not_null = declared->nullable == ORM_NO;
	if (declared->identity != NULL && strcmp(declared->identity, "none") != 0)
		column->identity = declared->identity;
	if (declared->identity != NULL && strcmp(declared->identity, "serial") == 0)
		column->not_null = declared->nullable != ORM_YES;
	column->declared = declared;
	planned->table.columns = lappend(planned->table.columns, column);
}

/* Adds declared columns and those of belongs_to, in the order of the elements. */
static void
add_columns(OrmDdlRun *run, OrmPlanned *planned)
{
	OrmDeclaration *declaration = planned->table.declaration;
	int next = 0;
	ListCell *cell;

	foreach(cell, declaration->relationships)
	{
		OrmDeclaredRelationship *relationship = lfirst(cell);

		if (relationship->kind != ORM_BELONGS_TO)
			continue;
		for (; next < list_length(declaration->columns); next++)
		{
			OrmDeclaredColumn *column = list_nth(declaration->columns, next);

			if (column->position > relationship->position)
				break;
			add_declared_column(planned, column);
		}
		orm_belongs_to_add_columns(run, planned, relationship);
	}
	for (; next < list_length(declaration->columns); next++)
		add_declared_column(planned, list_nth(declaration->columns, next));
}

/* Raises 42703 for a constraint column that is neither declared nor added by belongs_to. */
static void
check_constraint_columns(const OrmPlanned *planned)
{
	ListCell *cell;
	ListCell *name;

	foreach(cell, planned->table.constraints)
	{
		OrmDdlConstraint *constraint = lfirst(cell);
		OrmElementPlace place;

		foreach(name, constraint->columns)
			if (orm_layout_column(&planned->table, lfirst(name)) == NULL)
				ereport(ERROR, errcode(ERRCODE_UNDEFINED_COLUMN),
						errmsg("column \"%s\" of model \"%s\" does not exist", (char *) lfirst(name),
							   planned->table.declaration->model),
						orm_error_place(orm_declaration_place(
							&place, constraint->position, orm_element_constraint_name(constraint->kind), "columns")));
	}
}

/*
 * Makes a declared primary key of one integer column an identity, unless it has a
 * default, identity (including "none") or generation expression, or is part of a foreign
 * key.
 */
static void
make_identity(OrmPlanned *planned)
{
	List *key = orm_declaration_key(planned->table.declaration);
	OrmDdlColumn *column = list_length(key) == 1 ? orm_layout_column(&planned->table, linitial(key)) : NULL;
	const OrmDeclaredColumn *declared = column != NULL ? column->declared : NULL;
	ListCell *cell;

	if (declared == NULL || declared->identity != NULL || declared->server_default != NULL ||
		declared->generated != NULL || (column->type != INT2OID && column->type != INT4OID && column->type != INT8OID))
		return;
	foreach(cell, planned->table.constraints)
	{
		OrmDdlConstraint *constraint = lfirst(cell);

		if (constraint->kind == ORM_CONSTRAINT_FOREIGN_KEY && orm_name_is_among(constraint->columns, column->name))
			return;
	}
	column->identity = "by default";
}

/* Adds the version column, an integer, unless it is declared. */
static void
add_version(OrmPlanned *planned)
{
	char *name = orm_declaration_version(planned->table.declaration);
	OrmDdlColumn *column = name != NULL ? orm_layout_column(&planned->table, name) : NULL;

	if (name == NULL)
		return;
	if (column == NULL)
	{
		column = palloc0(sizeof(OrmDdlColumn));
		column->name = name;
		column->type = INT4OID;
		column->typmod = -1;
		column->not_null = true;
		planned->table.columns = lappend(planned->table.columns, column);
	}
	column->is_version = true;
}

void
orm_layout_fill(OrmDdlRun *run, OrmPlanned *planned)
{
	OrmDeclaration *declaration = planned->table.declaration;
	ListCell *cell;

	foreach(cell, declaration->columns)
		add_column_constraints(run, planned, lfirst(cell));
	foreach(cell, declaration->constraints)
		add_declared_constraint(run, planned, lfirst(cell));
	add_columns(run, planned);
	add_version(planned);
	foreach(cell, declaration->validations)
		add_rules(planned, lfirst(cell));
	orm_belongs_to_add_keys(run, planned);
	check_constraint_columns(planned);
	make_identity(planned);
}
