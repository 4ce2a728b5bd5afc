/*
 * statement.c - the text of the statements of writes; see statement.h.
 *
 * Values are parameters, names are quoted and qualified, and operators are
 * OPERATOR(schema.op).
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "base/sql.h"
#include "model/key.h"
#include "store/arbiter.h"
#include "store/assignment.h"
#include "store/stale.h"
#include "store/statement.h"
#include "store/unnest.h"

bool
orm_statement_unnests(const OrmType *type)
{
	return type->class != ORM_TYPE_ARRAY && type->class != ORM_TYPE_COMPOSITE && OidIsValid(get_array_type(type->oid));
}

int
orm_statement_nassigned(const OrmStatement *statement)
{
	int n = statement->where != NULL ? statement->where->n : 0;

	Assert(statement->where == NULL || statement->assigned == NULL);
	for (int i = 0; statement->assigned != NULL && i < statement->model->nattributes; i++)
		n += statement->assigned[i] != NULL ? statement->assigned[i]->n : 0;
	return n;
}

bool
orm_statement_by_row(const OrmStatement *statement)
{
	const OrmModel *model = statement->model;

	for (int i = 0; i < model->nattributes; i++)
		if (statement->bound[i] && !orm_statement_unnests(model->attributes[i].type))
			return true;
	return false;
}

/* Appends the names of the bound columns: "a", "b" */
static void
append_bound_names(StringInfo sql, const OrmStatement *statement)
{
	bool first = true;

	for (int i = 0; i < statement->model->nattributes; i++)
		if (statement->bound[i])
		{
			orm_sql_comma(sql, &first);
			orm_sql_name(sql, statement->model->attributes[i].column);
		}
}

/* Appends the records' values: $1, $2 or u."a", u."b" */
static void
append_bound_values(StringInfo sql, const OrmStatement *statement)
{
	bool first = true;

	for (int i = 0; i < statement->model->nattributes; i++)
		if (statement->bound[i])
		{
			orm_sql_comma(sql, &first);
			orm_assignment_value(sql, statement, i);
		}
}

/* Does the model have a column of this name? */
static bool
has_column(const OrmModel *model, const char *name)
{
	for (int i = 0; i < model->nattributes; i++)
		if (strcmp(model->attributes[i].column, name) == 0)
			return true;
	return false;
}

/* Appends the name of the column for the record's number: "n", with underscores to make it unique. */
static void
append_number_name(StringInfo sql, const OrmModel *model)
{
	char *name = "n";

	while (has_column(model, name))
		name = psprintf("%s_", name);
	appendStringInfoString(sql, name);
}

/* Appends the column names of the unnested arrays: all columns of the table if row values are unnested. */
static void
append_source_names(StringInfo sql, const OrmStatement *statement)
{
	bool first = true;

	if (!orm_statement_by_row(statement))
	{
		append_bound_names(sql, statement);
		return;
	}
	for (int i = 0; i < statement->model->nattributes; i++)
	{
		orm_sql_comma(sql, &first);
		orm_sql_name(sql, statement->model->attributes[i].column);
	}
}

/* The number of attributes with a parameter. */
static int
count_bound(const OrmStatement *statement)
{
	int n = 0;

	for (int i = 0; i < statement->model->nattributes; i++)
		n += statement->bound[i];
	return n;
}

/* Appends the unnested arrays: ROWS FROM (pg_catalog.unnest($1), ...) WITH ORDINALITY AS u("a", ..., n) */
static void
append_source(StringInfo sql, const OrmStatement *statement)
{
	orm_unnest_rows(sql, 1 + orm_statement_nassigned(statement),
					orm_statement_by_row(statement) ? 1 : count_bound(statement), statement->numbered);
	appendStringInfoString(sql, " AS u(");
	append_source_names(sql, statement);
	if (statement->numbered)
	{
		appendStringInfoString(sql, ", ");
		append_number_name(sql, statement->model);
	}
	appendStringInfoChar(sql, ')');
}

/* Appends OR (t."id" IS NULL AND $1 IS NULL)), for a key that is NULLS NOT DISTINCT. */
static void
append_both_null(StringInfo sql, const char *column, const char *value)
{
	appendStringInfo(sql, " OR (%s IS NULL AND %s IS NULL))", column, value);
}

/* The number of the parameter of an attribute. */
static int
parameter_of(const OrmStatement *statement, int attribute)
{
	int number = 1 + orm_statement_nassigned(statement);

	for (int i = 0; i < attribute; i++)
		number += statement->bound[i];
	return number;
}

/*
 * Appends AND t."id" OPERATOR(pg_catalog.=) ANY ($1): a join with unnest is not
 * sent to a foreign server, which would return, and lock, all rows.
 */
static void
append_foreign_condition(StringInfo sql, const OrmStatement *statement)
{
	const OrmModel *model = statement->model;

	if (!statement->many || !model->has_foreign_rows || orm_statement_by_row(statement))
		return;
	for (int i = 0; i < statement->key->nattributes; i++)
	{
		int number = statement->key->attributes[i];
		const OrmAttribute *attribute = &model->attributes[number];

		if (statement->key->nulls_equal && !attribute->not_null)
			continue;
		appendStringInfoString(sql, " AND ");
		orm_assignment_column(sql, "t", attribute);
		appendStringInfoChar(sql, ' ');
		orm_sql_operator(sql, orm_key_equality(model, number));
		appendStringInfo(sql, " ANY ($%d)", parameter_of(statement, number));
	}
}

/* Appends the condition on the key: t."id" OPERATOR(pg_catalog.=) $1 */
static void
append_key_condition(StringInfo sql, const OrmStatement *statement)
{
	const OrmModel *model = statement->model;

	for (int i = 0; i < statement->key->nattributes - statement->key->nexpressed; i++)
	{
		const OrmAttribute *attribute = &model->attributes[statement->key->attributes[i]];
		StringInfoData column;
		StringInfoData value;

		if (i > 0)
			appendStringInfoString(sql, " AND ");
		initStringInfo(&column);
		orm_assignment_column(&column, "t", attribute);
		initStringInfo(&value);
		orm_assignment_value(&value, statement, statement->key->attributes[i]);
		if (statement->key->nulls_equal && !attribute->not_null)
			appendStringInfoChar(sql, '(');
		orm_sql_comparison(sql, orm_key_equality(model, statement->key->attributes[i]), column.data,
						   attribute->type->oid, value.data, attribute->type->oid);
		if (statement->key->nulls_equal && !attribute->not_null)
			append_both_null(sql, column.data, value.data);
	}
	if (statement->key->terms != NULL)
		orm_arbiter_condition(sql, model, statement->key);
	append_foreign_condition(sql, statement);
}

/* Appends the returned columns, or a constant if there are none. */
static void
append_returned(StringInfo sql, const OrmStatement *statement)
{
	const OrmModel *model = statement->model;
	bool first = true;

	for (int i = 0; statement->returning != NULL && i < model->nattributes; i++)
		if (statement->returning[i])
		{
			orm_sql_comma(sql, &first);
			orm_assignment_column(sql, "t", &model->attributes[i]);
		}
	for (int i = 0; statement->key_back != NULL && i < statement->key_back->nattributes; i++)
	{
		orm_sql_comma(sql, &first);
		orm_assignment_column(sql, "t", &model->attributes[statement->key_back->attributes[i]]);
	}
	if (statement->numbered)
	{
		orm_sql_comma(sql, &first);
		appendStringInfoString(sql, "u.");
		append_number_name(sql, model);
	}
	if (first)
		appendStringInfoString(sql, "true");
}

/* Appends RETURNING, unless nothing is returned. */
static void
append_returning(StringInfo sql, const OrmStatement *statement)
{
	if (statement->returning == NULL && statement->key_back == NULL && !statement->numbered)
		return;
	appendStringInfoString(sql, " RETURNING ");
	append_returned(sql, statement);
	if (statement->action)
		appendStringInfoString(sql, ", t.xmax OPERATOR(pg_catalog.=) '0'::pg_catalog.xid");
}

/* Appends the conflict target: ("a", (lower("b"))) WHERE ("c") */
static void
append_conflict_key(StringInfo sql, const OrmStatement *statement)
{
	const OrmKey *key = statement->key;
	bool first = true;

	appendStringInfoString(sql, " (");
	for (int i = 0; i < key->nattributes - key->nexpressed; i++)
	{
		orm_sql_comma(sql, &first);
		orm_sql_name(sql, statement->model->attributes[key->attributes[i]].column);
	}
	if (key->terms != NULL)
		orm_arbiter_expressions(sql, statement->model, key, &first);
	appendStringInfoChar(sql, ')');
	if (key->terms != NULL)
		orm_arbiter_predicate(sql, statement->model, key);
}

/* Appends ON CONFLICT ... */
static void
append_on_conflict(StringInfo sql, const OrmStatement *statement)
{
	if (statement->on_conflict == ORM_CONFLICT_ERROR)
		return;
	appendStringInfoString(sql, " ON CONFLICT");
	if (statement->key != NULL)
		append_conflict_key(sql, statement);
	if (statement->on_conflict == ORM_CONFLICT_IGNORE || !orm_assignment_any(statement))
	{
		appendStringInfoString(sql, " DO NOTHING");
		return;
	}
	appendStringInfoString(sql, " DO UPDATE SET ");
	orm_assignment_list(sql, statement, "excluded");
	if (statement->changed_only)
	{
		appendStringInfoString(sql, " WHERE ");
		orm_assignment_changes(sql, statement, "excluded");
	}
}

/* Does the statement set a column that is GENERATED ALWAYS AS IDENTITY? */
static bool
overrides_identity(const OrmStatement *statement)
{
	for (int i = 0; i < statement->model->nattributes; i++)
		if (statement->bound[i] && statement->model->attributes[i].identity_always)
			return true;
	return false;
}

bool
orm_statement_binds_any(const OrmStatement *statement)
{
	return memchr(statement->bound, 1, statement->model->nattributes) != NULL;
}

/*
 * Appends the rows of an INSERT of many records.  unnest in the SELECT list
 * returns row by row; in FROM all rows would be materialized first.
 */
static void
append_selected_rows(StringInfo sql, const OrmStatement *statement)
{
	appendStringInfoString(sql, " SELECT ");
	if (orm_statement_by_row(statement))
	{
		append_bound_values(sql, statement);
		appendStringInfoString(sql, " FROM ");
		append_source(sql, statement);
		return;
	}
	orm_unnest_list(sql, 1, count_bound(statement));
}

/* Appends the rows of an INSERT. */
static void
append_new_rows(StringInfo sql, const OrmStatement *statement)
{
	if (!orm_statement_binds_any(statement))
	{
		appendStringInfoString(sql, " DEFAULT VALUES");
		return;
	}
	appendStringInfoString(sql, " (");
	append_bound_names(sql, statement);
	appendStringInfoChar(sql, ')');
	if (overrides_identity(statement))
		appendStringInfoString(sql, " OVERRIDING SYSTEM VALUE");
	if (statement->many)
		append_selected_rows(sql, statement);
	else
	{
		appendStringInfoString(sql, " VALUES (");
		append_bound_values(sql, statement);
		appendStringInfoChar(sql, ')');
	}
}

/* INSERT INTO "s"."t" AS t ("a") VALUES ($1) ON CONFLICT ("k") DO UPDATE SET ... RETURNING ... */
static void
append_insert(StringInfo sql, const OrmStatement *statement)
{
	appendStringInfoString(sql, "INSERT INTO ");
	orm_sql_qualified(sql, statement->model->schema, statement->model->relation);
	appendStringInfoString(sql, " AS t");
	append_new_rows(sql, statement);
	append_on_conflict(sql, statement);
	append_returning(sql, statement);
}

/* UPDATE "s"."t" AS t SET "a" = $2 WHERE t."id" OPERATOR(pg_catalog.=) $1 AND ... RETURNING ... */
static void
append_update(StringInfo sql, const OrmStatement *statement)
{
	appendStringInfoString(sql, "UPDATE ");
	orm_sql_qualified(sql, statement->model->schema, statement->model->relation);
	appendStringInfoString(sql, " AS t SET ");
	orm_assignment_list(sql, statement, NULL);
	if (statement->many)
	{
		appendStringInfoString(sql, " FROM ");
		append_source(sql, statement);
	}
	appendStringInfoString(sql, " WHERE ");
	append_key_condition(sql, statement);
	if (statement->changed_only)
	{
		appendStringInfoString(sql, " AND ");
		orm_assignment_changes(sql, statement, NULL);
	}
	append_returning(sql, statement);
}

/* SELECT t."a", <changed> FROM "s"."t" AS t, <source> WHERE t."id" OPERATOR(pg_catalog.=) u."id" */
static void
append_stored(StringInfo sql, const OrmStatement *statement)
{
	appendStringInfoString(sql, "SELECT ");
	append_returned(sql, statement);
	if (statement->changed_only)
	{
		appendStringInfoString(sql, ", ");
		orm_assignment_changes(sql, statement, NULL);
	}
	if (statement->etag)
		orm_stale_append_etag(sql, statement->model);
	if (statement->where != NULL)
		appendStringInfo(sql, ", %s", statement->where->sql);
	if (statement->patched)
		orm_assignment_patched(sql, statement);
	appendStringInfoString(sql, " FROM ");
	orm_sql_qualified(sql, statement->model->schema, statement->model->relation);
	appendStringInfoString(sql, " AS t");
	if (statement->many)
	{
		appendStringInfoString(sql, ", ");
		append_source(sql, statement);
	}
	appendStringInfoString(sql, " WHERE ");
	append_key_condition(sql, statement);
	if (statement->hidden_by != NULL)
		appendStringInfo(sql, " AND (%s) IS NOT TRUE", statement->hidden_by);
	if (statement->lock)
		orm_stale_append_lock(sql, statement);
}

typedef void (*AppendStatement)(StringInfo sql, const OrmStatement *statement);

static const AppendStatement append_statement[] = {
	[ORM_KIND_INSERT] = append_insert,
	[ORM_KIND_UPDATE] = append_update,
	[ORM_KIND_STORED] = append_stored,
};

/* Stores the parameter types, in the order of append_bound_values() and append_source(). */
static int
parameter_types(const OrmStatement *statement, Oid *types)
{
	const OrmModel *model = statement->model;
	int nparams = orm_statement_nassigned(statement);

	for (int k = 0; statement->where != NULL && k < statement->where->n; k++)
		types[k] = statement->where->types[k];
	for (int i = 0; statement->assigned != NULL && i < model->nattributes; i++)
		for (int k = 0; statement->assigned[i] != NULL && k < statement->assigned[i]->n; k++)
			types[statement->assigned[i]->first + k] = statement->assigned[i]->types[k];
	if (statement->many && orm_statement_by_row(statement))
	{
		types[nparams++] = get_array_type(model->row_type);
		return nparams;
	}
	for (int i = 0; i < model->nattributes; i++)
		if (statement->bound[i])
			types[nparams++] = statement->many ? get_array_type(model->attributes[i].type->oid)
											   : model->attributes[i].type->oid;
	return nparams;
}

int
orm_statement_text(StringInfo sql, const OrmStatement *statement, Oid *types)
{
	append_statement[statement->kind](sql, statement);
	return parameter_types(statement, types);
}

int
orm_statement_results(const OrmStatement *statement, Oid *types)
{
	const OrmModel *model = statement->model;
	int n = 0;

	for (int i = 0; statement->returning != NULL && i < model->nattributes; i++)
		if (statement->returning[i])
			types[n++] = model->attributes[i].type->oid;
	for (int i = 0; statement->key_back != NULL && i < statement->key_back->nattributes; i++)
		types[n++] = model->attributes[statement->key_back->attributes[i]].type->oid;
	if (statement->numbered)
		types[n++] = INT8OID;
	if (n == 0)
		types[n++] = BOOLOID;
	if (statement->action || (statement->kind == ORM_KIND_STORED && statement->changed_only))
		types[n++] = BOOLOID;
	if (statement->etag)
		types[n++] = TEXTOID;
	if (statement->where != NULL)
		types[n++] = BOOLOID;
	for (int i = 0; statement->patched && i < model->nattributes; i++)
		if (orm_assignment_is_patched(statement, i))
			types[n++] = model->attributes[i].type->oid;
	return n;
}
