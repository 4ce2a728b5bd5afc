/*
 * marked_key.c - see marked_key.h.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/relation.h"
#include "catalog/dependency.h"
#include "catalog/pg_class.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_index.h"
#include "commands/defrem.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/relcache.h"

#include "base/names.h"
#include "base/sql.h"
#include "model/index_element.h"
#include "model/marked_key.h"
#include "model/soft_delete.h"
#include "registry/proc.h"

char *
orm_marked_key_condition(const char *column, bool flag)
{
	return psprintf("%s %s", orm_sql_quoted(column), flag ? "IS NOT TRUE" : "IS NULL");
}

/* The name that PostgreSQL chooses for a key or an index. */
static char *
chosen_name(const char *relation, const List *columns, const List *include, const char *label)
{
	List *names = list_concat_copy(columns, include);
	StringInfoData joined;
	ListCell *cell;

	initStringInfo(&joined);
	foreach(cell, names)
		appendStringInfo(&joined, "%s%s", foreach_current_index(cell) > 0 ? "_" : "", (char *) lfirst(cell));
	return makeObjectName(relation, joined.data, label);
}

char *
orm_marked_key_name(const char *relation, const List *columns, const List *include)
{
	return chosen_name(relation, columns, include, "key");
}

/* Is an index of a unique constraint over these columns? */
static bool
is_over(Relation index, const List *columns)
{
	Form_pg_index form = index->rd_index;

	if (!form->indisunique || form->indnkeyatts != list_length(columns) ||
		!OidIsValid(get_index_constraint(RelationGetRelid(index))))
		return false;
	for (int i = 0; i < form->indnkeyatts; i++)
		if (form->indkey.values[i] <= 0 ||
			!orm_name_is_among(columns, get_attname(form->indrelid, form->indkey.values[i], false)))
			return false;
	return true;
}

bool
orm_marked_key_is_referenced(Oid relid, const List *columns)
{
	Relation relation = try_relation_open(relid, AccessShareLock);
	bool referenced = false;
	ListCell *cell;

	if (relation == NULL)
		return false;
	foreach(cell, RelationGetIndexList(relation))
	{
		Relation index = index_open(lfirst_oid(cell), AccessShareLock);

		/* of the constraint itself the index is a part; what depends on it are foreign keys */
		referenced = referenced ||
			(is_over(index, columns) &&
			 orm_proc_dependents(RelationRelationId, RelationGetRelid(index), ConstraintRelationId,
								 DEPENDENCY_NORMAL) != NIL);
		index_close(index, AccessShareLock);
	}
	relation_close(relation, AccessShareLock);
	return referenced;
}

/* ---- Reflected keys ---- */

/* The columns of an index, List of char *; NIL where an element is not a plain column. */
static List *
plain_columns(const OrmDeclaration *full, const OrmDeclaredConstraint *index)
{
	List *columns = NIL;
	ListCell *cell;

	foreach(cell, index->columns)
	{
		OrmIndexElement element = orm_index_element_parse(full, lfirst(cell));

		if (element.column == NULL || element.descending)
			return NIL;
		columns = lappend(columns, pstrdup(element.column));
	}
	return columns;
}

/* Is it the partial index of a unique key? */
static bool
is_key(const OrmDeclaredConstraint *index, const char *condition)
{
	return index->kind == ORM_CONSTRAINT_INDEX && index->is_unique == ORM_YES && index->definition == NULL &&
		index->method == NULL && index->opclass == NULL && index->nulls == NULL && index->where_expr != NULL &&
		strcmp(orm_sql_without_parentheses(index->where_expr), condition) == 0;
}

/* Writes an index as a unique element; true: as that of a column, so that the element goes. */
static bool
fold_index(OrmDeclaration *full, const OrmModel *model, OrmDeclaredConstraint *index, List *columns)
{
	OrmDeclaredColumn *only = list_length(columns) == 1 ? orm_declaration_column(full, linitial(columns)) : NULL;
	char *key = orm_marked_key_name(model->relation, columns, index->include);

	if (index->name == NULL)
		index->name = chosen_name(model->relation, columns, index->include, "idx");
	index->kind = ORM_CONSTRAINT_UNIQUE;
	index->columns = columns;
	index->is_unique = ORM_NOT_GIVEN;
	index->where_expr = NULL;
	if (index->comment == NULL && strcmp(index->name, key) == 0)
		index->name = NULL;
	if (only == NULL || index->name != NULL || index->include != NIL || index->nulls_not_distinct == ORM_YES ||
		index->comment != NULL)
		return false;
	only->is_unique = ORM_YES;
	return true;
}

/* Appends (a, b) */
static void
append_names(StringInfo sql, const List *names)
{
	ListCell *cell;

	foreach(cell, names)
		appendStringInfo(sql, "%s%s", foreach_current_index(cell) > 0 ? ", " : "(", orm_sql_quoted(lfirst(cell)));
	appendStringInfoChar(sql, ')');
}

/* Writes a constraint in SQL. */
static void
fold_constraint(const OrmModel *model, OrmDeclaredConstraint *constraint)
{
	StringInfoData sql;

	initStringInfo(&sql);
	appendStringInfoString(&sql, "UNIQUE ");
	if (constraint->nulls_not_distinct == ORM_YES)
		appendStringInfoString(&sql, "NULLS NOT DISTINCT ");
	append_names(&sql, constraint->columns);
	if (constraint->include != NIL)
	{
		appendStringInfoString(&sql, " INCLUDE ");
		append_names(&sql, constraint->include);
	}
	if (constraint->name == NULL)
		constraint->name = orm_marked_key_name(model->relation, constraint->columns, constraint->include);
	constraint->definition = sql.data;
}

/* Is it a constraint that is declared as a partial index would be? */
static bool
is_plain_constraint(const OrmModel *model, const OrmDeclaredConstraint *constraint)
{
	return constraint->kind == ORM_CONSTRAINT_UNIQUE && constraint->definition == NULL &&
		constraint->is_deferrable != ORM_YES && !orm_marked_key_is_referenced(model->relid, constraint->columns);
}

/* Writes the unique constraint of a column as an element of its own. */
static void
fold_column(OrmDeclaration *full, const OrmModel *model, OrmDeclaredColumn *column)
{
	OrmDeclaredConstraint *constraint = orm_declaration_make_constraint(ORM_CONSTRAINT_UNIQUE, NULL,
																		list_make1(pstrdup(column->name)));

	if (!is_plain_constraint(model, constraint))
		return;
	column->is_unique = ORM_NOT_GIVEN;
	constraint->position = column->position;
	fold_constraint(model, constraint);
	full->constraints = lappend(full->constraints, constraint);
}

void
orm_marked_key_fold(OrmDeclaration *full, const OrmModel *model)
{
	char *condition;
	ListCell *cell;

	if (!orm_soft_delete_any(model))
		return;
	condition = orm_marked_key_condition(model->attributes[model->soft_delete].column, orm_soft_delete_is_flag(model));
	foreach(cell, full->constraints)
		if (is_plain_constraint(model, lfirst(cell)))
			fold_constraint(model, lfirst(cell));
	foreach(cell, full->columns)
		if (((OrmDeclaredColumn *) lfirst(cell))->is_unique == ORM_YES)
			fold_column(full, model, lfirst(cell));
	foreach(cell, full->constraints)
	{
		List *columns = is_key(lfirst(cell), condition) ? plain_columns(full, lfirst(cell)) : NIL;

		if (columns != NIL && fold_index(full, model, lfirst(cell), columns))
			full->constraints = foreach_delete_current(full->constraints, cell);
	}
}
