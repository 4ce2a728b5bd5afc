/*
 * reflect_index.c - making elements from the indexes of a relation.
 *
 * An index on one column with the default name and options becomes a key of the column
 * ("indexed": true).  All others become elements; those with storage parameters, a
 * tablespace or parameters of an operator class are given as SQL.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "catalog/dependency.h"
#include "catalog/pg_am.h"
#include "catalog/pg_class.h"
#include "catalog/pg_index.h"
#include "commands/comment.h"
#include "commands/defrem.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/ruleutils.h"
#include "utils/syscache.h"

#include "model/definition.h"
#include "model/index_element.h"
#include "model/reflect_index.h"

/* Has the index properties that can only be given as SQL? */
static bool
needs_definition(Relation index)
{
	for (int i = 0; i < index->rd_index->indnkeyatts; i++)
		if (get_attoptions(RelationGetRelid(index), i + 1) != (Datum) 0)
			return true;
	return orm_reflect_state_has_storage(index);
}

/* The condition of a partial index, or NULL. */
static char *
index_condition(const OrmReflectState *r, Relation index)
{
	bool isnull;
	Datum stored = SysCacheGetAttr(INDEXRELID, index->rd_indextuple, Anum_pg_index_indpred, &isnull);

	return isnull ? NULL : orm_reflect_state_print(r, TextDatumGetCString(stored));
}

/* A column of an index, or NULL for an expression. */
static char *
column_of(Relation index, int i)
{
	AttrNumber attnum = index->rd_index->indkey.values[i];

	return attnum != 0 ? get_attname(index->rd_index->indrelid, attnum, false) : NULL;
}

/*
 * Are all elements columns with the same operator class (or the default), without a
 * collation, and with the same placement of nulls?  Then these are keys of the index.
 */
static bool
is_uniform(Relation index)
{
	Form_pg_index form = index->rd_index;

	for (int i = 0; i < form->indnkeyatts; i++)
	{
		char *options = orm_reflect_state_index_options(index, i, false);

		if (form->indkey.values[i] == 0 || strstr(options, " COLLATE ") != NULL ||
			strcmp(options, orm_reflect_state_index_options(index, 0, false)) != 0 ||
			((index->rd_indoption[i] ^ index->rd_indoption[0]) & INDOPTION_NULLS_FIRST) != 0)
			return false;
	}
	return true;
}

/* Sets the operator class and the placement of nulls, where they are not the default. */
static void
set_uniform(Relation index, OrmDeclaredConstraint *constraint)
{
	bool nulls_first = (index->rd_indoption[0] & INDOPTION_NULLS_FIRST) != 0;

	if (orm_reflect_state_index_options(index, 0, false)[0] != '\0')
		constraint->opclass = orm_index_element_opclass_name(get_index_column_opclass(RelationGetRelid(index), 1));
	for (int i = 0; i < index->rd_index->indnkeyatts; i++)
		if (((index->rd_indoption[i] & INDOPTION_DESC) != 0) != nulls_first)
			constraint->nulls = nulls_first ? "first" : "last";
}

/* The elements of an index. */
static List *
index_elements(const OrmReflectState *r, Relation index, bool uniform)
{
	List *elements = NIL;

	for (int i = 0; i < index->rd_index->indnkeyatts; i++)
	{
		char *options = uniform ? "" : orm_reflect_state_index_options(index, i, true);
		bool descending = (index->rd_indoption[i] & INDOPTION_DESC) != 0;
		char *column = column_of(index, i);

		if (column != NULL && (uniform || options[0] == '\0' || strcmp(options, " DESC") == 0))
			elements = lappend(elements, orm_index_element_column(r->declaration, column, descending));
		else
			elements = lappend(elements, orm_index_element_sql(orm_reflect_state_index_expression(index, i), options));
	}
	return elements;
}

/* The plain columns of an index, NIL when it has expressions. */
static List *
plain_columns(Relation index)
{
	List *columns = NIL;

	for (int i = 0; i < index->rd_index->indnkeyatts; i++)
	{
		char *column = column_of(index, i);

		if (column == NULL)
			return NIL;
		columns = lappend(columns, column);
	}
	return columns;
}

/* Is "indexed": true of the column the same index? */
static bool
is_indexed_column(const OrmDeclaredColumn *column, const OrmDeclaredConstraint *index)
{
	return column != NULL && index->name == NULL && index->method == NULL && index->where_expr == NULL &&
		index->opclass == NULL && index->nulls == NULL && index->include == NIL && index->is_unique == ORM_NOT_GIVEN &&
		strcmp(linitial(index->columns), column->name) == 0 && column->is_unique != ORM_YES &&
		column->primary_key != ORM_YES;
}

/* Adds an index. */
static void
reflect_index(OrmReflectState *r, Relation index)
{
	char *name = pstrdup(RelationGetRelationName(index));
	List *include = orm_reflect_state_include(index);
	List *columns = plain_columns(index);
	bool uniform = is_uniform(index);
	OrmDeclaredConstraint *constraint = orm_reflect_state_add_constraint(r, ORM_CONSTRAINT_INDEX, name, columns);
	OrmDeclaredColumn *only = orm_reflect_state_only_column(r, columns);

	constraint->is_unique = index->rd_index->indisunique ? ORM_YES : ORM_NOT_GIVEN;
	constraint->where_expr = index_condition(r, index);
	constraint->comment = GetComment(RelationGetRelid(index), RelationRelationId, 0);
	if (needs_definition(index))
	{
		constraint->definition = orm_definition_without_schema(pg_get_indexdef_string(RelationGetRelid(index)));
		return;
	}
	constraint->method = index->rd_rel->relam == BTREE_AM_OID ? NULL : get_am_name(index->rd_rel->relam);
	constraint->include = include;
	constraint->nulls_not_distinct = index->rd_index->indnullsnotdistinct ? ORM_YES : ORM_NOT_GIVEN;
	constraint->columns = index_elements(r, index, uniform);
	if (uniform)
		set_uniform(index, constraint);
	if (columns != NIL && constraint->comment == NULL)
		constraint->name = orm_reflect_state_own_name(r, name, list_concat_copy(columns, include), "idx");
	if (!is_indexed_column(only, constraint))
		return;
	only->indexed = ORM_YES;
	r->declaration->constraints = list_delete_last(r->declaration->constraints);
	r->position--;
}

void
orm_reflect_index_all(OrmReflectState *r)
{
	ListCell *cell;

	foreach(cell, RelationGetIndexList(r->relation))
	{
		Relation index = index_open(lfirst_oid(cell), AccessShareLock);

		if (!OidIsValid(get_index_constraint(RelationGetRelid(index))) && index->rd_index->indisvalid)
			reflect_index(r, index);
		index_close(index, AccessShareLock);
	}
}
