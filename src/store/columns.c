/*
 * columns.c - columns whose values are passed as arrays; see columns.h.
 */
#include "postgres.h"

#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "base/sql.h"
#include "model/join.h"
#include "store/columns.h"
#include "store/statement.h"
#include "store/unnest.h"

bool
orm_columns_can_add(const OrmType *type, Oid equality)
{
	return orm_statement_unnests(type) && OidIsValid(equality);
}

static void
add(OrmJoinColumns *columns, char *name, const OrmType *type, Oid equality)
{
	OrmJoinColumn *column = &columns->columns[columns->n++];

	column->name = name;
	column->type = type;
	column->equality = equality;
}

/* Raises 0A000 for a column without a usable array or equality, starting at a number. */
static void
require_arrays(const OrmJoinColumns *columns, int from)
{
	for (int i = from; i < columns->n; i++)
	{
		const OrmJoinColumn *column = &columns->columns[i];

		if (!orm_columns_can_add(column->type, column->equality))
			ereport(ERROR, errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
					errmsg("column \"%s\" cannot join objects that are nested", column->name),
					errdetail("It is of type %s.", format_type_be(column->type->oid)));
	}
}

void
orm_columns_add_attributes(OrmJoinColumns *columns, const OrmModel *model, const int *attributes, int n)
{
	for (int i = 0; i < n; i++)
	{
		const OrmAttribute *attribute = &model->attributes[attributes[i]];

		add(columns, attribute->column, attribute->type, attribute->equality);
	}
	require_arrays(columns, columns->n - n);
}

bool
orm_columns_add_any(OrmJoinColumns *columns, Oid relation, const AttrNumber *attnums, int n)
{
	bool arrays = true;

	for (int i = 0; i < n; i++)
	{
		char *name = orm_join_column_name(relation, attnums[i]);
		Oid type;
		int32 typmod;
		Oid collation;

		get_atttypetypmodcoll(relation, attnums[i], &type, &typmod, &collation);
		add(columns, name, orm_type_make(type, typmod, collation), orm_type_equality(type));
		arrays = arrays &&
			orm_columns_can_add(columns->columns[columns->n - 1].type, columns->columns[columns->n - 1].equality);
	}
	return arrays;
}

void
orm_columns_add_table(OrmJoinColumns *columns, Oid relation, const AttrNumber *attnums, int n)
{
	(void) orm_columns_add_any(columns, relation, attnums, n);
	require_arrays(columns, columns->n - n);
}

static void
append_source(StringInfo sql, const OrmJoinColumns *columns, int first, const char *alias, bool numbered)
{
	orm_unnest_rows(sql, first, columns->n, numbered);
	appendStringInfo(sql, " AS %s(", alias);
	for (int i = 0; i < columns->n; i++)
		appendStringInfo(sql, "%sk%d", i ? ", " : "", i);
	appendStringInfoString(sql, numbered ? ", n)" : ")");
}

void
orm_columns_source(StringInfo sql, const OrmJoinColumns *columns, int first, const char *alias)
{
	append_source(sql, columns, first, alias, false);
}

void
orm_columns_numbered_source(StringInfo sql, const OrmJoinColumns *columns, int first, const char *alias)
{
	append_source(sql, columns, first, alias, true);
}

void
orm_columns_equal(StringInfo sql, const OrmJoinColumns *columns, const char *alias)
{
	for (int i = 0; i < columns->n; i++)
	{
		const OrmJoinColumn *column = &columns->columns[i];
		StringInfoData left;

		initStringInfo(&left);
		appendStringInfoString(&left, "t.");
		orm_sql_name(&left, column->name);
		if (i > 0)
			appendStringInfoString(sql, " AND ");
		orm_sql_comparison(sql, column->equality, left.data, column->type->oid, psprintf("%s.k%d", alias, i),
						   column->type->oid);
	}
}

void
orm_columns_repeat(StringInfo sql, const OrmJoinColumns *columns, int from, int first)
{
	for (int i = from; i < columns->n; i++)
	{
		appendStringInfoString(sql, " AND t.");
		orm_sql_name(sql, columns->columns[i].name);
		appendStringInfoChar(sql, ' ');
		orm_sql_operator(sql, columns->columns[i].equality);
		appendStringInfo(sql, " ANY ($%d)", first + i - from);
	}
}

void
orm_columns_not_among(StringInfo sql, const OrmJoinColumns *columns, int first)
{
	appendStringInfoString(sql, " AND NOT EXISTS (SELECT FROM ");
	orm_columns_source(sql, columns, first, "k");
	appendStringInfoString(sql, " WHERE ");
	orm_columns_equal(sql, columns, "k");
	appendStringInfoChar(sql, ')');
}

void
orm_columns_names(StringInfo sql, const OrmJoinColumns *columns)
{
	bool first = true;

	for (int i = 0; i < columns->n; i++)
	{
		orm_sql_comma(sql, &first);
		orm_sql_name(sql, columns->columns[i].name);
	}
}

int
orm_columns_types(const OrmJoinColumns *columns, Oid *types)
{
	for (int i = 0; i < columns->n; i++)
		types[i] = get_array_type(columns->columns[i].type->oid);
	return columns->n;
}
