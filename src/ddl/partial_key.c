/*
 * partial_key.c - see partial_key.h.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/lsyscache.h"

#include "ddl/layout.h"
#include "ddl/partial_key.h"
#include "model/index_element.h"
#include "model/marked_key.h"
#include "model/soft_delete.h"

/* Does a foreign key of the run refer to these columns of a table? */
static bool
is_referenced_in_run(const OrmDdlRun *run, const OrmDdlTable *table, const List *columns)
{
	ListCell *cell;
	ListCell *inner;

	foreach(cell, run->tables)
		foreach(inner, ((const OrmPlanned *) lfirst(cell))->table.constraints)
		{
			const OrmDdlConstraint *key = lfirst(inner);

			if (key->kind == ORM_CONSTRAINT_FOREIGN_KEY && key->relation != NULL &&
				strcmp(key->relation, table->relation) == 0 && strcmp(key->schema, table->schema) == 0 &&
				orm_layout_same_columns(key->referenced, columns))
				return true;
		}
	return false;
}

/* Columns as the database has them, until they are renamed. */
static List *
former_columns(const OrmDdlTable *table, const List *columns)
{
	List *former = NIL;
	ListCell *cell;

	foreach(cell, columns)
	{
		const OrmDdlColumn *column = orm_layout_column(table, lfirst(cell));
		bool renamed = column != NULL && column->declared != NULL && column->declared->renamed_from != NULL;

		former = lappend(former, renamed ? column->declared->renamed_from : lfirst(cell));
	}
	return former;
}

/* Does a foreign key of the database refer to these columns of a table? */
static bool
is_referenced(const OrmDdlRun *run, const OrmDdlTable *table, const List *columns)
{
	const char *relation = table->former != NULL ? table->former : table->relation;

	return run->catalog->is_referenced(table->schema, relation, columns, run->catalog->arg) ||
		run->catalog->is_referenced(table->schema, relation, former_columns(table, columns), run->catalog->arg);
}

/* Does a constraint stay one? */
static bool
stays(const OrmDdlRun *run, const OrmDdlTable *table, const OrmDdlConstraint *constraint)
{
	const OrmDeclaredConstraint *declared = constraint->declared;

	if (declared != NULL && (declared->definition != NULL || declared->is_deferrable == ORM_YES))
		return true;
	return is_referenced_in_run(run, table, constraint->columns) || is_referenced(run, table, constraint->columns);
}

/* The same as a declared index. */
static OrmDeclaredConstraint *
declared_index(const OrmDeclaration *declaration, const OrmDeclaredConstraint *declared, char *condition)
{
	OrmDeclaredConstraint *index = palloc(sizeof(OrmDeclaredConstraint));
	ListCell *cell;

	*index = *declared;
	index->kind = ORM_CONSTRAINT_INDEX;
	index->is_unique = ORM_YES;
	index->where_expr = condition;
	index->columns = NIL;
	foreach(cell, declared->columns)
		index->columns = lappend(index->columns, orm_index_element_column(declaration, lfirst(cell), false));
	return index;
}

void
orm_partial_key_make(const OrmDdlRun *run, OrmPlanned *planned)
{
	const OrmDeclaration *declaration = planned->table.declaration;
	const OrmDeclaredSoftDelete *element = orm_soft_delete_of(declaration);
	const OrmDdlColumn *column = element != NULL ? orm_layout_column(&planned->table, element->column) : NULL;
	char *condition;
	ListCell *cell;

	if (column == NULL)
		return;
	condition = orm_marked_key_condition(column->name, getBaseType(column->type) == BOOLOID);
	foreach(cell, planned->table.constraints)
	{
		OrmDdlConstraint *constraint = lfirst(cell);

		if (constraint->kind != ORM_CONSTRAINT_UNIQUE || stays(run, &planned->table, constraint))
			continue;
		constraint->named = constraint->name == NULL;
		if (constraint->named)
			constraint->name = orm_marked_key_name(planned->table.relation, constraint->columns,
												   constraint->declared != NULL ? constraint->declared->include : NIL);
		constraint->kind = ORM_CONSTRAINT_INDEX;
		constraint->unique = true;
		constraint->where_expr = condition;
		if (constraint->declared != NULL)
			constraint->declared = declared_index(declaration, constraint->declared, condition);
	}
}
