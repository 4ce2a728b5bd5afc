/*
 * counter_sql.c - the statements that keep counters; see counter_sql.h.
 */
#include "postgres.h"

#include "access/sysattr.h"
#include "access/table.h"
#include "catalog/pg_attribute.h"
#include "catalog/pg_type.h"
#include "utils/json.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/syscache.h"

#include "base/error.h"
#include "base/sql.h"
#include "model/cache.h"
#include "model/counter.h"
#include "model/counter_sql.h"
#include "model/join.h"
#include "model/row_expression.h"
#include "model/soft_delete.h"

#define COUNTING "p" /* the counting table */
#define COUNTED "d"	 /* the holder, or a transition table */

bool
orm_counter_sql_open(const OrmModel *model, const char *relationship, OrmCounting *counting)
{
	ListCell *cell;

	counting->model = model;
	counting->relationship = orm_counter_relationship(model, relationship);
	counting->target = counting->relationship != NULL && counting->relationship->kind != ORM_MANY_TO_MANY
		? orm_cache_open_if_any(counting->relationship->target, AccessShareLock)
		: NULL;
	counting->counters = NIL;
	foreach(cell, orm_counter_over(model->declaration, relationship))
		if (get_attnum(model->relid, ((OrmDeclaredCounter *) lfirst(cell))->column) > 0)
			counting->counters = lappend(counting->counters, lfirst(cell));
	return counting->relationship != NULL && counting->counters != NIL;
}

/* Expressions */

/* The text of an expression over a row of the holder; errors have the place. */
static char *
print_expression(const OrmCounting *counting, const OrmDeclaredCounter *counter, const char *key, const char *text,
				 Oid type)
{
	Oid holder = orm_counter_holder(counting->relationship);
	MemoryContext caller = CurrentMemoryContext;
	Node *volatile node = NULL;
	OrmElementPlace place;

	PG_TRY();
	{
		node = orm_row_expression_analyze(holder, text, type, -1, COERCE_EXPLICIT_CAST, EXPR_KIND_WHERE, NULL, NULL);
	}
	PG_CATCH();
	{
		orm_error_rethrow_at(orm_counter_place(&place, counter, key), caller);
	}
	PG_END_TRY();
	return orm_row_expression_print(node, holder, COUNTED);
}

/* That a row of the holder is not marked as deleted; NULL: its rows have no marks. */
static char *
undeleted(const OrmCounting *counting)
{
	return counting->target != NULL ? orm_soft_delete_condition(counting->target, COUNTED, ORM_DELETED_NO) : NULL;
}

char *
orm_counter_sql_condition(const OrmCounting *counting, const OrmDeclaredCounter *counter)
{
	char *condition = undeleted(counting);
	char *given;

	if (counter->where_expr == NULL)
		return condition;
	given = print_expression(counting, counter, "where_expr", counter->where_expr, BOOLOID);
	return condition != NULL ? psprintf("%s AND (%s)", condition, given) : given;
}

/* Is the column of a counter a numeric? */
static bool
is_numeric(const OrmCounting *counting, const OrmDeclaredCounter *counter)
{
	Oid relid = counting->model->relid;

	return getBaseType(get_atttype(relid, get_attnum(relid, counter->column))) == NUMERICOID;
}

/* Appends what a row adds to a counter. */
static void
append_worth(StringInfo sql, const OrmCounting *counting, const OrmDeclaredCounter *counter)
{
	char *condition = orm_counter_sql_condition(counting, counter);
	Oid type = is_numeric(counting, counter) ? NUMERICOID : INT8OID;

	if (condition != NULL)
		appendStringInfo(sql, "CASE WHEN %s THEN ", condition);
	if (counter->sum_of != NULL)
		appendStringInfo(sql, "coalesce(%s, 0)", print_expression(counting, counter, "sum_of", counter->sum_of, type));
	else
		appendStringInfoChar(sql, '1');
	if (condition != NULL)
		appendStringInfoString(sql, " ELSE 0 END");
}

/* Columns */

/* Raises 42804 and 42P16 for a column that cannot count. */
static void
check_column(const OrmCounting *counting, const OrmDeclaredCounter *counter)
{
	Oid relid = counting->model->relid;
	AttrNumber number = get_attnum(relid, counter->column);
	Oid type = getBaseType(get_atttype(relid, number));
	Relation relation = table_open(relid, AccessShareLock);
	Bitmapset *key = RelationGetIndexAttrBitmap(relation, INDEX_ATTR_BITMAP_PRIMARY_KEY);
	Form_pg_attribute column = TupleDescAttr(RelationGetDescr(relation), number - 1);
	bool made = column->attgenerated != '\0' || column->attidentity != '\0';
	OrmElementPlace place;
	const OrmPath *path = orm_counter_place(&place, counter, "column_name");

	table_close(relation, NoLock);
	if (type != INT2OID && type != INT4OID && type != INT8OID && type != NUMERICOID)
		ereport(ERROR, errcode(ERRCODE_DATATYPE_MISMATCH), errmsg("column \"%s\" cannot be a counter", counter->column),
				errdetail("At %s. Its type must be smallint, integer, bigint or numeric.", orm_path_text(path)));
	if (made || bms_is_member(number - FirstLowInvalidHeapAttributeNumber, key))
		ereport(ERROR, errcode(ERRCODE_INVALID_TABLE_DEFINITION),
				errmsg("column \"%s\" cannot be a counter", counter->column),
				errdetail("At %s. %s", orm_path_text(path),
						  made ? "It must not be generated or an identity." : "It is part of the primary key."));
}

void
orm_counter_sql_check(const OrmCounting *counting)
{
	StringInfoData sql;
	ListCell *cell;

	initStringInfo(&sql);
	foreach(cell, counting->counters)
	{
		check_column(counting, lfirst(cell));
		append_worth(&sql, counting, lfirst(cell));
	}
}

/* A column of the counting table, with an alias. */
static char *
counting_column(const char *alias, const char *column)
{
	return psprintf("%s.%s", alias, orm_sql_quoted(column));
}

/* A column of the counter's key in the counting table. */
static char *
key_column(const OrmCounting *counting, const char *alias, int i)
{
	return counting_column(alias, orm_join_column_name(counting->model->relid, counting->relationship->local[i]));
}

/* Rows */

/* Appends SELECT of the keys and worths of the rows of a source, negated where they are taken away. */
static void
append_rows(StringInfo sql, const OrmCounting *counting, const char *source, bool taken)
{
	const OrmRelationship *relationship = counting->relationship;
	Oid holder = orm_counter_holder(relationship);
	ListCell *cell;

	appendStringInfoString(sql, "SELECT ");
	for (int i = 0; i < relationship->nkeys; i++)
		appendStringInfo(sql, COUNTED ".%s AS k%d, ",
						 orm_sql_quoted(orm_join_column_name(holder, relationship->remote[i])), i);
	foreach(cell, counting->counters)
	{
		int n = foreach_current_index(cell);

		appendStringInfoString(sql, n > 0 ? ", " : "");
		if (taken)
			appendStringInfoString(sql, "OPERATOR(pg_catalog.-) (");
		append_worth(sql, counting, lfirst(cell));
		appendStringInfo(sql, "%s AS n%d", taken ? ")" : "", n);
	}
	appendStringInfo(sql, " FROM %s " COUNTED, source);
	for (int i = 0; i < relationship->nkeys; i++)
		appendStringInfo(sql, "%s " COUNTED ".%s IS NOT NULL", i > 0 ? " AND" : " WHERE",
						 orm_sql_quoted(orm_join_column_name(holder, relationship->remote[i])));
}

/* Appends the columns of a list, r.k0, r.k1..., of as many as the key has. */
static void
append_keys(StringInfo sql, const OrmCounting *counting, const char *alias)
{
	for (int i = 0; i < counting->relationship->nkeys; i++)
		appendStringInfo(sql, "%s%s.k%d", i > 0 ? ", " : "", alias, i);
}

/* Appends "SELECT keys, sums FROM (" and its end: rows summed by key. */
static void
begin_sums(StringInfo sql, const OrmCounting *counting)
{
	appendStringInfoString(sql, "SELECT ");
	append_keys(sql, counting, "r");
	for (int n = 0; n < list_length(counting->counters); n++)
		appendStringInfo(sql, ", pg_catalog.sum(r.n%d) AS n%d", n, n);
	appendStringInfoString(sql, " FROM (");
}

static void
end_sums(StringInfo sql, const OrmCounting *counting)
{
	appendStringInfoString(sql, ") r GROUP BY ");
	append_keys(sql, counting, "r");
}

/* Appends the sums of what an event has changed, without the keys where it has changed nothing. */
static void
append_changes(StringInfo sql, const OrmCounting *counting, OrmSharedEvent event)
{
	begin_sums(sql, counting);
	if (event != ORM_SHARED_DELETE)
		append_rows(sql, counting, ORM_SHARED_NEW, false);
	if (event == ORM_SHARED_UPDATE)
		appendStringInfoString(sql, " UNION ALL ");
	if (event != ORM_SHARED_CREATE)
		append_rows(sql, counting, ORM_SHARED_OLD, true);
	end_sums(sql, counting);
	for (int n = 0; n < list_length(counting->counters); n++)
		appendStringInfo(sql, "%s pg_catalog.sum(r.n%d) OPERATOR(pg_catalog.<>) 0", n > 0 ? " OR" : " HAVING", n);
}

/* Appends the order in which counting rows are locked. */
static void
append_lock(StringInfo sql, const OrmCounting *counting)
{
	appendStringInfoString(sql, " ORDER BY ");
	for (int i = 0; i < counting->relationship->nkeys; i++)
		appendStringInfo(sql, "%s%s", i > 0 ? ", " : "", key_column(counting, COUNTING, i));
	appendStringInfoString(sql, " FOR NO KEY UPDATE OF " COUNTING);
}

void
orm_counter_sql_lock_changed(StringInfo sql, const OrmCounting *counting, OrmSharedEvent event)
{
	OrmJoin join = orm_join_of(counting->model, counting->relationship);

	appendStringInfoString(sql, "SELECT 1 FROM ");
	orm_sql_relation(sql, counting->model->relid);
	appendStringInfoString(sql, " " COUNTING " JOIN (");
	append_changes(sql, counting, event);
	appendStringInfoString(sql, ") c ON ");
	orm_join_append(sql, &join, orm_join_table_end(COUNTING), orm_join_values_end("c", 0));
	append_lock(sql, counting);
}

/* Appends an UPDATE that adds what an event has changed. */
static void
append_additions(StringInfo sql, const OrmCounting *counting, OrmSharedEvent event)
{
	OrmJoin join = orm_join_of(counting->model, counting->relationship);
	ListCell *cell;

	appendStringInfoString(sql, "UPDATE ");
	orm_sql_relation(sql, counting->model->relid);
	appendStringInfoString(sql, " " COUNTING " SET ");
	foreach(cell, counting->counters)
	{
		const OrmDeclaredCounter *counter = lfirst(cell);
		int n = foreach_current_index(cell);

		appendStringInfo(sql, "%s%s = coalesce(%s, 0) OPERATOR(pg_catalog.+) c.n%d::pg_catalog.%s", n > 0 ? ", " : "",
						 orm_sql_quoted(counter->column), counting_column(COUNTING, counter->column), n,
						 is_numeric(counting, counter) ? "numeric" : "int8");
	}
	appendStringInfoString(sql, " FROM (");
	append_changes(sql, counting, event);
	appendStringInfoString(sql, ") c WHERE ");
	orm_join_append(sql, &join, orm_join_table_end(COUNTING), orm_join_values_end("c", 0));
}

/* Recounting */

/* Appends FROM of the counting rows "p" beside the sums "c" of their rows, where they disagree. */
static void
append_wrong(StringInfo sql, const OrmCounting *counting)
{
	OrmJoin join = orm_join_of(counting->model, counting->relationship);
	StringInfoData holder;
	ListCell *cell;

	initStringInfo(&holder);
	orm_sql_relation(&holder, orm_counter_holder(counting->relationship));
	appendStringInfoString(sql, " FROM ");
	orm_sql_relation(sql, counting->model->relid);
	appendStringInfoString(sql, " " COUNTING " LEFT JOIN (");
	begin_sums(sql, counting);
	append_rows(sql, counting, holder.data, false);
	end_sums(sql, counting);
	appendStringInfoString(sql, ") c ON ");
	orm_join_append(sql, &join, orm_join_table_end(COUNTING), orm_join_values_end("c", 0));
	foreach(cell, counting->counters)
	{
		int n = foreach_current_index(cell);

		appendStringInfo(sql, "%s (%s OPERATOR(pg_catalog.=) coalesce(c.n%d, 0)) IS NOT TRUE", n > 0 ? " OR" : " WHERE",
						 counting_column(COUNTING, ((OrmDeclaredCounter *) lfirst(cell))->column), n);
	}
}

/* Appends the key of a counting row as JSON: its value, or an object of several. */
static void
append_json_key(StringInfo sql, const OrmCounting *counting)
{
	const OrmModel *model = counting->model;
	const OrmKey *key = model->primary_key;
	int nkeys = key != NULL ? key->nattributes : counting->relationship->nkeys;

	appendStringInfoString(sql, nkeys > 1 ? "pg_catalog.jsonb_build_object(" : "pg_catalog.to_jsonb(");
	for (int i = 0; i < nkeys; i++)
	{
		int number = key != NULL ? key->attributes[i]
								 : orm_model_attribute_over(model, counting->relationship->local[i]);

		if (nkeys > 1)
		{
			appendStringInfoString(sql, i > 0 ? ", " : "");
			orm_sql_literal(sql, model->attributes[number].name);
			appendStringInfoString(sql, ", ");
		}
		appendStringInfoString(sql, counting_column(COUNTING, model->attributes[number].column));
	}
	appendStringInfoChar(sql, ')');
}

void
orm_counter_sql_lock_wrong(StringInfo sql, const OrmCounting *counting)
{
	ListCell *cell;

	appendStringInfoString(sql, "SELECT ");
	append_json_key(sql, counting);
	foreach(cell, counting->counters)
		appendStringInfo(sql, ", %s::pg_catalog.numeric, coalesce(c.n%d, 0)::pg_catalog.numeric",
						 counting_column(COUNTING, ((OrmDeclaredCounter *) lfirst(cell))->column),
						 foreach_current_index(cell));
	append_wrong(sql, counting);
	append_lock(sql, counting);
}

void
orm_counter_sql_recount(StringInfo sql, const OrmCounting *counting)
{
	const OrmRelationship *relationship = counting->relationship;
	Oid relid = counting->model->relid;
	ListCell *cell;

	appendStringInfoString(sql, "UPDATE ");
	orm_sql_relation(sql, relid);
	appendStringInfoString(sql, " u SET ");
	foreach(cell, counting->counters)
		appendStringInfo(sql, "%s%s = w.n%d", foreach_current_index(cell) > 0 ? ", " : "",
						 orm_sql_quoted(((OrmDeclaredCounter *) lfirst(cell))->column), foreach_current_index(cell));
	appendStringInfoString(sql, " FROM (SELECT ");
	for (int i = 0; i < relationship->nkeys; i++)
		appendStringInfo(sql, "%s AS k%d, ", key_column(counting, COUNTING, i), i);
	for (int n = 0; n < list_length(counting->counters); n++)
		appendStringInfo(sql, "%scoalesce(c.n%d, 0) AS n%d", n > 0 ? ", " : "", n, n);
	append_wrong(sql, counting);
	appendStringInfoString(sql, ") w WHERE ");
	for (int i = 0; i < relationship->nkeys; i++)
	{
		Oid type = get_atttype(relid, relationship->local[i]);

		appendStringInfoString(sql, i > 0 ? " AND " : "");
		orm_join_compare(sql, orm_join_operator(type, type), orm_join_column("u", relid, relationship->local[i]),
						 orm_join_value(psprintf("w.k%d", i), relid, relationship->local[i]));
	}
}

/* Appends an UPDATE that counts anew, up to its condition. */
static void
append_recount(StringInfo sql, const OrmCounting *counting)
{
	OrmJoin join = orm_join_of(counting->model, counting->relationship);
	StringInfoData holder;

	initStringInfo(&holder);
	orm_sql_relation(&holder, orm_counter_holder(counting->relationship));
	appendStringInfoString(sql, "UPDATE ");
	orm_sql_relation(sql, counting->model->relid);
	appendStringInfoString(sql, " " COUNTING " SET (");
	for (int n = 0; n < list_length(counting->counters); n++)
		appendStringInfo(sql, "%s%s", n > 0 ? ", " : "",
						 orm_sql_quoted(((OrmDeclaredCounter *) list_nth(counting->counters, n))->column));
	appendStringInfoString(sql, ") = (SELECT ");
	for (int n = 0; n < list_length(counting->counters); n++)
		appendStringInfo(sql, "%scoalesce(pg_catalog.sum(c.n%d), 0)", n > 0 ? ", " : "", n);
	appendStringInfoString(sql, " FROM (");
	append_rows(sql, counting, holder.data, false);
	appendStringInfoString(sql, ") c WHERE ");
	orm_join_append(sql, &join, orm_join_table_end(COUNTING), orm_join_values_end("c", 0));
	appendStringInfoString(sql, ") WHERE ");
}

void
orm_counter_sql_add(StringInfo sql, const OrmCounting *counting, OrmSharedEvent event)
{
	OrmJoin join = orm_join_of(counting->model, counting->relationship);

	if (event != ORM_SHARED_UPDATE || !counting->relationship->moved_by_server)
	{
		append_additions(sql, counting, event);
		return;
	}
	append_recount(sql, counting);
	appendStringInfoString(sql, "EXISTS (SELECT 1 FROM (");
	append_changes(sql, counting, event);
	appendStringInfoString(sql, ") x WHERE ");
	orm_join_append(sql, &join, orm_join_table_end(COUNTING), orm_join_values_end("x", 0));
	appendStringInfoChar(sql, ')');
}

void
orm_counter_sql_recount_one(StringInfo sql, const OrmCounting *counting)
{
	const OrmRelationship *relationship = counting->relationship;
	Oid relid = counting->model->relid;

	append_recount(sql, counting);
	for (int i = 0; i < relationship->nkeys; i++)
	{
		Oid type = get_atttype(relid, relationship->local[i]);

		appendStringInfoString(sql, i > 0 ? " AND " : "");
		orm_join_compare(sql, orm_join_operator(type, type), orm_join_column(COUNTING, relid, relationship->local[i]),
						 orm_join_value(psprintf("$%d", i + 1), relid, relationship->local[i]));
	}
}
