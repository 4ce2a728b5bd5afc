/*
 * join_statement.c - see join_statement.h.
 *
 * Existing rows stay.  If the join table has a unique key over its two foreign
 * keys, rows are inserted with ON CONFLICT DO NOTHING, which is safe under
 * concurrent inserts.  Without such a key, or if it compares values differently
 * from the foreign keys, rows are inserted with NOT EXISTS.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/pg_index.h"
#include "catalog/pg_type.h"
#include "utils/rel.h"
#include "utils/relcache.h"
#include "utils/syscache.h"

#include "base/sql.h"
#include "graph/join_statement.h"
#include "graph/shared_key.h"
#include "query/filter.h"
#include "query/named_scope.h"

OrmJoinColumns
orm_join_statement_columns(const OrmEdge *edge)
{
	const OrmRelationship *relationship = edge->relationship;
	OrmJoinColumns columns = {0};

	orm_columns_add_table(&columns, relationship->join_relid, relationship->remote, relationship->nkeys);
	for (int i = 0; i < relationship->njoin; i++)
		if (orm_shared_key_position(relationship, relationship->join_target[i]) < 0)
			orm_columns_add_table(&columns, relationship->join_relid, &relationship->join_target[i], 1);
	return columns;
}

OrmJoinColumns
orm_join_statement_keys(const OrmEdge *edge, bool both)
{
	OrmJoinColumns columns = {0};

	orm_columns_add_attributes(&columns, edge->source->model, edge->referenced_key, edge->n);
	if (both)
		orm_columns_add_attributes(&columns, edge->target->model, edge->target_key, edge->ntarget);
	return columns;
}

/* Appends the join conditions between join table rows, t, and keys passed as arrays. */
static void
append_match(StringInfo sql, const OrmEdge *edge, const char *alias)
{
	orm_join_append(sql, &edge->join, orm_join_values_end(alias, 0), orm_join_table_end("t"));
	appendStringInfoString(sql, " AND ");
	orm_join_append(sql, &edge->target_join, orm_join_values_end(alias, edge->n), orm_join_table_end("t"));
}

/* Repeats these conditions for rows on a foreign server; "first" is the parameter of the first key. */
static void
repeat_match(StringInfo sql, const OrmEdge *edge, int first)
{
	if (!edge->relationship->join_foreign)
		return;
	orm_join_repeat_all(sql, &edge->join, "t", first);
	orm_join_repeat_all(sql, &edge->target_join, "t", first + edge->n);
}

/* Is this column of the join table in one of the edge's foreign keys? */
static bool
is_joining(const OrmRelationship *relationship, AttrNumber column)
{
	for (int i = 0; i < relationship->njoin; i++)
		if (relationship->join_target[i] == column)
			return true;
	return orm_shared_key_position(relationship, column) >= 0;
}

/* Is this a unique index on exactly the columns of both foreign keys? */
static bool
is_link_key(const OrmRelationship *relationship, int ncolumns, Oid index)
{
	HeapTuple tuple = SearchSysCache1(INDEXRELID, ObjectIdGetDatum(index));
	Form_pg_index form;
	bool is;

	if (!HeapTupleIsValid(tuple))
		return false;
	form = (Form_pg_index) GETSTRUCT(tuple);
	is = form->indisunique && form->indimmediate && form->indisvalid && form->indnkeyatts == ncolumns &&
		heap_attisnull(tuple, Anum_pg_index_indpred, NULL) && heap_attisnull(tuple, Anum_pg_index_indexprs, NULL);
	for (int i = 0; is && i < form->indnkeyatts; i++)
		is = is_joining(relationship, form->indkey.values[i]);
	ReleaseSysCache(tuple);
	return is;
}

/* Does the join table have a unique index on exactly the columns of both foreign keys? */
static bool
has_link_key(const OrmRelationship *relationship, int ncolumns)
{
	Relation relation = try_table_open(relationship->join_relid, AccessShareLock);
	bool has = false;
	ListCell *cell;

	if (relation == NULL)
		return false;
	if (relation->rd_rel->relkind == RELKIND_RELATION || relation->rd_rel->relkind == RELKIND_PARTITIONED_TABLE)
		foreach(cell, RelationGetIndexList(relation))
			has = has || is_link_key(relationship, ncolumns, lfirst_oid(cell));
	table_close(relation, NoLock);
	return has;
}

/* Do both foreign keys compare values as a unique index on their columns does? */
static bool
is_plain(const OrmEdge *edge)
{
	bool plain = true;

	for (int i = 0; i < edge->n; i++)
		plain = plain && orm_join_key_is_plain(edge->keys[i]);
	for (int i = 0; i < edge->ntarget; i++)
		plain = plain && orm_join_key_is_plain(edge->target_keys[i]);
	return plain;
}

/*
 * INSERT INTO "s"."j" ("a", "b") SELECT k.k0, k.k1 FROM <rows> AS k, <keys> AS m
 *     WHERE m.n = k.n AND NOT EXISTS (SELECT FROM "s"."j" AS t WHERE ...) ON CONFLICT ("a", "b") DO NOTHING
 */
static void
append_insert(StringInfo sql, const OrmEdge *edge, const OrmJoinColumns *columns, const OrmJoinColumns *keys,
			  bool unscoped)
{
	const OrmRelationship *relationship = edge->relationship;
	bool keyed = has_link_key(relationship, columns->n);

	appendStringInfoString(sql, "INSERT INTO ");
	orm_sql_relation(sql, relationship->join_relid);
	appendStringInfoString(sql, " (");
	orm_columns_names(sql, columns);
	appendStringInfoString(sql, keyed ? ") SELECT " : ") SELECT DISTINCT ");
	for (int i = 0; i < columns->n; i++)
		appendStringInfo(sql, "%sk.k%d", i ? ", " : "", i);
	appendStringInfoString(sql, " FROM ");
	orm_columns_numbered_source(sql, columns, 1, "k");
	if (!keyed || !is_plain(edge))
	{
		appendStringInfoString(sql, ", ");
		orm_columns_numbered_source(sql, keys, 1 + columns->n, "m");
		appendStringInfoString(sql, " WHERE m.n OPERATOR(pg_catalog.=) k.n AND NOT EXISTS (SELECT FROM ");
		orm_sql_relation(sql, relationship->join_relid);
		appendStringInfoString(sql, " AS t WHERE ");
		append_match(sql, edge, "m");
		repeat_match(sql, edge, 1 + columns->n);
		appendStringInfoChar(sql, ')');
	}
	if (keyed)
	{
		appendStringInfoString(sql, " ON CONFLICT (");
		orm_columns_names(sql, columns);
		appendStringInfoString(sql, ") DO NOTHING");
	}
}

/* Appends AND EXISTS (SELECT FROM "s"."target" AS u WHERE ...): links to targets that are not seen are left out. */
static void
append_target(StringInfo sql, const OrmEdge *edge, bool unscoped)
{
	appendStringInfoString(sql, " AND EXISTS (SELECT FROM ");
	orm_sql_relation(sql, edge->relationship->target_relid);
	appendStringInfoString(sql, " AS u WHERE ");
	orm_join_append(sql, &edge->target_join, orm_join_table_end("u"), orm_join_table_end("t"));
	appendStringInfo(sql, "%s%s)", orm_filter_text(edge->source->model->name, edge->relationship, "u").condition,
					 orm_named_scope_and(edge->target->model, "u", unscoped ? ORM_SCOPE_LIFTS_DEFAULTS : 0));
}

/* Appends <head> "s"."j" AS t<joint><keys> AS k WHERE ...: the links of named objects in the collection. */
static void
append_named(StringInfo sql, const OrmEdge *edge, const OrmJoinColumns *keys, bool unscoped, const char *head,
			 const char *joint)
{
	appendStringInfoString(sql, head);
	orm_sql_relation(sql, edge->relationship->join_relid);
	appendStringInfo(sql, " AS t%s", joint);
	orm_columns_numbered_source(sql, keys, 1, "k");
	appendStringInfoString(sql, " WHERE ");
	append_match(sql, edge, "k");
	repeat_match(sql, edge, 1);
	if (edge->relationship->filter != NULL || (edge->target->model->default_scoped && !unscoped) ||
		orm_soft_delete_any(edge->target->model))
		append_target(sql, edge, unscoped);
}

/* DELETE FROM "s"."j" AS t USING <keys> AS k WHERE ... RETURNING k.n */
static void
append_delete(StringInfo sql, const OrmEdge *edge, const OrmJoinColumns *keys, const OrmJoinColumns *owners,
			  bool unscoped)
{
	append_named(sql, edge, keys, unscoped, "DELETE FROM ", " USING ");
	appendStringInfoString(sql, " RETURNING k.n");
}

/* SELECT k.n FROM "s"."j" AS t, <keys> AS k WHERE ... */
static void
append_find(StringInfo sql, const OrmEdge *edge, const OrmJoinColumns *keys, const OrmJoinColumns *owners,
			bool unscoped)
{
	append_named(sql, edge, keys, unscoped, "SELECT k.n FROM ", ", ");
}

/* DELETE FROM "s"."j" AS t USING <owners> AS p WHERE ... AND NOT EXISTS (SELECT FROM <kept> AS k WHERE ...) AND ... */
static void
append_delete_others(StringInfo sql, const OrmEdge *edge, const OrmJoinColumns *keys, const OrmJoinColumns *owners,
					 bool unscoped)
{
	appendStringInfoString(sql, "DELETE FROM ");
	orm_sql_relation(sql, edge->relationship->join_relid);
	appendStringInfoString(sql, " AS t USING ");
	orm_columns_source(sql, owners, 1 + keys->n, "p");
	appendStringInfoString(sql, " WHERE ");
	orm_join_append(sql, &edge->join, orm_join_values_end("p", 0), orm_join_table_end("t"));
	if (edge->relationship->join_foreign)
		orm_join_repeat_all(sql, &edge->join, "t", 1 + keys->n);
	appendStringInfoString(sql, " AND NOT EXISTS (SELECT FROM ");
	orm_columns_source(sql, keys, 1, "k");
	appendStringInfoString(sql, " WHERE ");
	append_match(sql, edge, "k");
	appendStringInfoChar(sql, ')');
	append_target(sql, edge, unscoped);
}

/* Appends the statement of an action; its parameters are the arrays of "first", then of "second". */
typedef void (*AppendAction)(StringInfo sql, const OrmEdge *edge, const OrmJoinColumns *first,
							 const OrmJoinColumns *second, bool unscoped);

static const struct
{
	AppendAction append;
	OrmPlanKind kind;
} actions[] = {
	[ORM_JOIN_INSERT] = {append_insert, ORM_KIND_LINK},
	[ORM_JOIN_DELETE] = {append_delete, ORM_KIND_UNLINK},
	[ORM_JOIN_FIND] = {append_find, ORM_KIND_UNLINK},
	[ORM_JOIN_DELETE_OTHERS] = {append_delete_others, ORM_KIND_UNLINK},
};

OrmPlan *
orm_join_statement_open(const OrmEdge *edge, OrmJoinAction action, const OrmJoinColumns *first,
						const OrmJoinColumns *second, bool unscoped, OrmPlanning planning)
{
	static const Oid number = INT8OID;
	Oid types[4 * INDEX_MAX_KEYS];
	OrmPlanText text = {.types = types, .planning = planning};

	initStringInfo(&text.sql);
	actions[action].append(&text.sql, edge, first, second, unscoped);
	text.nparams = orm_columns_types(first, types);
	if (second != NULL)
		text.nparams += orm_columns_types(second, types + text.nparams);
	if (action == ORM_JOIN_DELETE || action == ORM_JOIN_FIND)
	{
		text.nresults = 1;
		text.results = &number;
	}
	return orm_plan_get_by_text(actions[action].kind, &text);
}
