/*
 * delete_sql.c - the text of the statements that collect and delete rows; see
 * delete_sql.h.
 */
#include "postgres.h"

#include "utils/lsyscache.h"
#include "utils/typcache.h"

#include "base/sql.h"
#include "model/key.h"
#include "model/join.h"
#include "query/filter.h"
#include "remove/delete_sql.h"

/* The column of the key arrays for a column of the model's table, or -1. */
static int
key_column(const OrmModel *model, AttrNumber attnum)
{
	for (int i = 0; i < model->primary_key->nattributes; i++)
		if (model->attributes[model->primary_key->attributes[i]].attnum == attnum)
			return i;
	return -1;
}

/*
 * Does the primary key contain all columns of a relationship's key, so that the
 * model's table need not be read?  Not for types with a collation, since a
 * given key may be equal to the row's without being identical.
 */
static bool
is_direct(const OrmDeleteSet *set, const OrmRelationship *relationship)
{
	for (int i = 0; i < relationship->nkeys; i++)
	{
		int column = key_column(set->model, relationship->local[i]);

		if (column < 0 || OidIsValid(set->columns.columns[column].type->collation))
			return false;
	}
	return true;
}

/* The local column of a relationship, of table t or of the key arrays. */
static OrmJoinSide
local_side(const OrmDeleteSet *set, const OrmRelationship *relationship, int i, bool direct)
{
	AttrNumber column = relationship->local[i];

	if (!direct)
		return orm_join_column("t", set->model->relid, column);
	return orm_join_value(psprintf("k.k%d", key_column(set->model, column)), set->model->relid, column);
}

/* Appends the keys of a set, starting at a number: ROWS FROM (...) AS k(k0), or (SELECT $1 AS k0) AS k */
static void
append_keys(StringInfo sql, const OrmDeleteSet *set, int from, int first, bool numbered)
{
	if (!orm_collect_is_single(set, from))
	{
		if (numbered)
			orm_columns_numbered_source(sql, &set->columns, first, "k");
		else
			orm_columns_source(sql, &set->columns, first, "k");
		return;
	}
	for (int i = 0; i < set->columns.n; i++)
		appendStringInfo(sql, "%s$%d AS k%d", i ? ", " : "(SELECT ", first + i, i);
	appendStringInfoString(sql, numbered ? ", 1::pg_catalog.int8 AS n) AS k" : ") AS k");
}

/* Repeats the condition on the keys for rows on a foreign server, unless there is a single key, which is sent. */
static void
repeat_keys(StringInfo sql, const OrmDeleteSet *set, int first)
{
	if (set->model->has_foreign_rows && !orm_collect_is_single(set, 0))
		orm_columns_repeat(sql, &set->columns, 0, first);
}

/* Repeats the conditions of append_step() for rows on a foreign server. */
static void
repeat_step(StringInfo sql, const OrmDeleteSet *set, int from, const OrmRelationship *relationship, const char *alias,
			Oid relation, int first)
{
	if (orm_collect_is_single(set, from) || !is_direct(set, relationship))
		return;
	for (int i = 0; i < relationship->nkeys; i++)
	{
		int column = key_column(set->model, relationship->local[i]);

		orm_join_repeat(sql, relationship->operators[i], orm_join_column(alias, relation, relationship->remote[i]),
						set->columns.columns[column].type->oid, first + column);
	}
}

/* Appends , "s"."t" AS t */
static void
append_table(StringInfo sql, const OrmModel *model, const char *alias)
{
	appendStringInfoString(sql, ", ");
	orm_sql_qualified(sql, model->schema, model->relation);
	appendStringInfo(sql, " AS %s", alias);
}

/* Appends the join conditions from the keys to the relationship's target or join table. */
static void
append_step(StringInfo sql, const OrmDeleteSet *set, const OrmRelationship *relationship, const char *alias,
			Oid relation)
{
	bool direct = is_direct(set, relationship);

	if (!direct)
	{
		orm_columns_equal(sql, &set->columns, "k");
		appendStringInfoString(sql, " AND ");
	}
	for (int i = 0; i < relationship->nkeys; i++)
	{
		OrmJoinSide local = local_side(set, relationship, i, direct);
		OrmJoinSide remote = orm_join_column(alias, relation, relationship->remote[i]);

		if (i > 0)
			appendStringInfoString(sql, " AND ");
		if (relationship->key_is_local)
			orm_join_compare(sql, relationship->operators[i], remote, local);
		else
			orm_join_compare(sql, relationship->operators[i], local, remote);
	}
}

/* Appends u."a", u."b" */
static void
append_key(StringInfo sql, const OrmModel *model, const char *alias)
{
	const OrmKey *key = model->primary_key;

	for (int i = 0; i < key->nattributes; i++)
	{
		appendStringInfo(sql, "%s%s.", i ? ", " : "", alias);
		orm_sql_name(sql, model->attributes[key->attributes[i]].column);
	}
}

/* Do all types of the primary key have a btree order? */
static bool
has_order(const OrmModel *model)
{
	const OrmKey *key = model->primary_key;

	for (int i = 0; i < key->nattributes; i++)
		if (!OidIsValid(lookup_type_cache(model->attributes[key->attributes[i]].type->oid, TYPECACHE_LT_OPR)->lt_opr))
			return false;
	return true;
}

/*
 * Appends which rows are marked, without a mark yet, or restored, with a mark of the instant, which is the
 * parameter of that number.
 */
static void
append_state(StringInfo sql, OrmDeleteWay way, const OrmModel *model, const char *alias, int instant)
{
	if (way == ORM_DELETE_REMOVES)
		return;
	if (way == ORM_DELETE_RESTORES && !orm_soft_delete_is_flag(model))
		appendStringInfo(sql, " AND %s.%s OPERATOR(pg_catalog.=) $%d", alias,
						 orm_sql_quoted(model->attributes[model->soft_delete].column), instant);
	else
		appendStringInfo(
			sql, " AND %s",
			orm_soft_delete_condition(model, alias, way == ORM_DELETE_RESTORES ? ORM_DELETED_ONLY : ORM_DELETED_NO));
}

/* Appends DELETE FROM "s"."t" AS t, or UPDATE "s"."t" AS t SET "deleted_at" = $2. */
static void
append_verb(StringInfo sql, OrmDeleteWay way, const OrmModel *model, int instant)
{
	appendStringInfoString(sql, way == ORM_DELETE_REMOVES ? "DELETE FROM " : "UPDATE ");
	orm_sql_qualified(sql, model->schema, model->relation);
	appendStringInfoString(sql, " AS t");
	if (way == ORM_DELETE_REMOVES)
		return;
	appendStringInfo(sql, " SET %s = ", orm_sql_quoted(model->attributes[model->soft_delete].column));
	if (orm_soft_delete_is_flag(model))
		appendStringInfoString(sql, way == ORM_DELETE_MARKS ? "true" : "false");
	else if (way == ORM_DELETE_MARKS)
		appendStringInfo(sql, "$%d", instant);
	else
		appendStringInfoString(sql, "NULL");
}

/* Appends ORDER BY u."id" FOR UPDATE OF u */
static void
append_lock(StringInfo sql, const OrmModel *model, const char *alias)
{
	if (has_order(model))
	{
		appendStringInfoString(sql, " ORDER BY ");
		append_key(sql, model, alias);
	}
	appendStringInfo(sql, " FOR UPDATE OF %s", alias);
}

void
orm_delete_sql_named(StringInfo sql, const OrmDeleteSet *set, bool lock)
{
	appendStringInfoString(sql, "SELECT ");
	append_key(sql, set->model, "t");
	appendStringInfoString(sql, " FROM ");
	append_keys(sql, set, 0, 1, false);
	append_table(sql, set->model, "t");
	appendStringInfoString(sql, " WHERE ");
	orm_columns_equal(sql, &set->columns, "k");
	repeat_keys(sql, set, 1);
	append_state(sql, set->way, set->model, "t", set->columns.n + 1);
	if (lock)
		append_lock(sql, set->model, "t");
}

void
orm_delete_sql_along(StringInfo sql, const OrmDeleteSet *set, int from, const OrmRelationship *relationship,
					 const OrmModel *target, bool lock)
{
	bool many = relationship->kind == ORM_MANY_TO_MANY;

	appendStringInfoString(sql, "SELECT ");
	append_key(sql, target, "u");
	appendStringInfoString(sql, " FROM ");
	append_keys(sql, set, from, 1, false);
	if (!is_direct(set, relationship))
		append_table(sql, set->model, "t");
	if (many)
	{
		appendStringInfoString(sql, ", ");
		orm_sql_relation(sql, relationship->join_relid);
		appendStringInfoString(sql, " AS j");
	}
	append_table(sql, target, "u");
	appendStringInfoString(sql, " WHERE ");
	append_step(sql, set, relationship, many ? "j" : "u", many ? relationship->join_relid : target->relid);
	if (many)
	{
		OrmJoin join = orm_join_of_target(relationship);

		appendStringInfoString(sql, " AND ");
		orm_join_append(sql, &join, orm_join_table_end("u"), orm_join_table_end("j"));
	}
	if (!relationship->deleted_by_server || set->way != ORM_DELETE_REMOVES)
		appendStringInfoString(sql, orm_filter_text(set->model->name, relationship, "u").condition);
	if (many ? relationship->join_foreign : target->has_foreign_rows)
		repeat_step(sql, set, from, relationship, many ? "j" : "u", many ? relationship->join_relid : target->relid, 1);
	append_state(sql, set->way, target, "u", set->columns.n + 1);
	if (lock)
		append_lock(sql, target, "u");
}

void
orm_delete_sql_read(StringInfo sql, const OrmDeleteSet *set, const OrmRowKey *columns)
{
	appendStringInfoString(sql, "SELECT ");
	orm_row_key_append(sql, columns, "t");
	appendStringInfoString(sql, " FROM ");
	append_keys(sql, set, 0, 1, false);
	append_table(sql, set->model, "t");
	appendStringInfoString(sql, " WHERE ");
	orm_columns_equal(sql, &set->columns, "k");
	repeat_keys(sql, set, 1);
}

void
orm_delete_sql_read_links(StringInfo sql, const OrmDeleteSet *set, const OrmRelationship *relationship,
						  const OrmRowKey *columns)
{
	appendStringInfoString(sql, "SELECT ");
	orm_row_key_append(sql, columns, "u");
	appendStringInfoString(sql, " FROM ");
	append_keys(sql, set, 0, 1, false);
	if (!is_direct(set, relationship))
		append_table(sql, set->model, "t");
	appendStringInfoString(sql, ", ");
	orm_sql_relation(sql, relationship->join_relid);
	appendStringInfoString(sql, " AS u WHERE ");
	append_step(sql, set, relationship, "u", relationship->join_relid);
	if (relationship->join_foreign)
		repeat_step(sql, set, 0, relationship, "u", relationship->join_relid, 1);
}

void
orm_delete_sql_row(StringInfo sql, const OrmModel *model, OrmDeleteWay way)
{
	const OrmKey *key = model->primary_key;
	int instant = key->nattributes + 1;

	append_verb(sql, way, model, instant);
	appendStringInfoString(sql, " WHERE ");
	for (int i = 0; i < key->nattributes; i++)
	{
		const OrmAttribute *attribute = &model->attributes[key->attributes[i]];
		StringInfoData column;

		if (i > 0)
			appendStringInfoString(sql, " AND ");
		initStringInfo(&column);
		appendStringInfoString(&column, "t.");
		orm_sql_name(&column, attribute->column);
		orm_sql_comparison(sql, orm_key_equality(model, key->attributes[i]), column.data, attribute->type->oid,
						   psprintf("$%d", i + 1), attribute->type->oid);
	}
	append_state(sql, way, model, "t", instant);
}

void
orm_delete_sql_rows(StringInfo sql, const OrmDeleteSet *set, int first, int instant)
{
	append_verb(sql, set->way, set->model, instant);
	appendStringInfoString(sql, set->way == ORM_DELETE_REMOVES ? " USING " : " FROM ");
	append_keys(sql, set, 0, first, true);
	appendStringInfoString(sql, " WHERE ");
	orm_columns_equal(sql, &set->columns, "k");
	repeat_keys(sql, set, first);
	append_state(sql, set->way, set->model, "t", instant);
	appendStringInfoString(sql, " RETURNING k.n");
}

void
orm_delete_sql_links(StringInfo sql, const OrmDeleteSet *set, const OrmRelationship *relationship, int first,
					 const char *gone)
{
	appendStringInfoString(sql, "DELETE FROM ");
	orm_sql_relation(sql, relationship->join_relid);
	appendStringInfoString(sql, " AS u USING ");
	append_keys(sql, set, 0, first, gone != NULL);
	if (!is_direct(set, relationship))
		append_table(sql, set->model, "t");
	if (gone != NULL)
		appendStringInfo(sql, ", %s AS g", gone);
	appendStringInfoString(sql, " WHERE ");
	append_step(sql, set, relationship, "u", relationship->join_relid);
	if (relationship->join_foreign)
		repeat_step(sql, set, 0, relationship, "u", relationship->join_relid, first);
	if (gone != NULL)
		appendStringInfoString(sql, " AND g.n OPERATOR(pg_catalog.=) k.n");
	appendStringInfoString(sql, " RETURNING 1");
}
