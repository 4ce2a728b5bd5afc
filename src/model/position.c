/*
 * position.c - the element "position"; see position.h.
 */
#include "postgres.h"

#include "utils/json.h"
#include "utils/lsyscache.h"

#include "base/error.h"
#include "base/names.h"
#include "base/sql.h"
#include "model/element.h"
#include "model/join.h"
#include "model/position.h"
#include "model/soft_delete.h"

const OrmPath *
orm_position_place(OrmElementPlace *place, const OrmDeclaredPosition *position, const char *key)
{
	return orm_declaration_place(place, position->position, "position", key);
}

const char *
orm_position_list(const OrmDeclaredPosition *position)
{
	return position->relationship != NULL ? position->relationship : "";
}

const OrmDeclaredPosition *
orm_position_find(const OrmDeclaration *declaration, const char *list)
{
	ListCell *cell;

	foreach(cell, declaration->positions)
		if (strcmp(orm_position_list(lfirst(cell)), list) == 0)
			return lfirst(cell);
	return NULL;
}

bool
orm_position_is_same(const OrmDeclaration *one, const OrmDeclaration *other, const char *list)
{
	const OrmDeclaredPosition *a = orm_position_find(one, list);
	const OrmDeclaredPosition *b = orm_position_find(other, list);

	return a != NULL && b != NULL && strcmp(a->column, b->column) == 0;
}

void
orm_position_imply(OrmDeclaration *declaration)
{
	ListCell *cell;

	foreach(cell, declaration->positions)
	{
		const OrmDeclaredPosition *position = lfirst(cell);
		StringInfoData text;

		if (orm_declaration_column(declaration, position->column) != NULL)
			continue;
		initStringInfo(&text);
		appendStringInfoString(&text, "{\"column\": {\"name\": ");
		escape_json(&text, position->column);
		appendStringInfoString(&text, ", \"type\": \"integer\"}}");
		orm_element_read(declaration, orm_document_root(orm_document_parse(text.data, text.len)), position->position,
						 false);
		((OrmDeclaredColumn *) llast(declaration->columns))->implied = true;
	}
}

/* Checks the relationship of a position. */
static void
check_relationship(const OrmDeclaration *declaration, const OrmDeclaredPosition *position)
{
	const OrmDeclaredRelationship *relationship = orm_declaration_relationship(declaration, position->relationship);
	OrmElementPlace place;

	if (relationship == NULL)
		ereport(
			ERROR, errcode(ERRCODE_UNDEFINED_COLUMN),
			errmsg("relationship \"%s\" of model \"%s\" does not exist", position->relationship, declaration->model),
			orm_error_place(orm_position_place(&place, position, "relationship")));
	if (relationship->kind != ORM_BELONGS_TO)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("relationship \"%s\" does not make a list", relationship->name),
				orm_error_place(orm_position_place(&place, position, "relationship")),
				errhint("Declare the position on the other model, over its belongs_to."));
}

void
orm_position_check(const OrmDeclaration *declaration)
{
	OrmElementPlace place;
	ListCell *cell;
	ListCell *other;

	foreach(cell, declaration->positions)
	{
		const OrmDeclaredPosition *position = lfirst(cell);

		foreach(other, declaration->positions)
		{
			const OrmDeclaredPosition *earlier = lfirst(other);

			if (earlier == position)
				break;
			if (strcmp(earlier->column, position->column) == 0 ||
				strcmp(orm_position_list(earlier), orm_position_list(position)) == 0)
				ereport(ERROR, errcode(ERRCODE_DUPLICATE_COLUMN),
						errmsg("position \"%s\" is declared more than once", position->column),
						orm_error_place(orm_position_place(&place, position, NULL)));
		}
		if (position->relationship != NULL)
			check_relationship(declaration, position);
	}
}

char *
orm_position_label(const OrmDeclaredPosition *position)
{
	return psprintf("position: %s", position->column);
}

List *
orm_position_pending(const OrmModel *model)
{
	List *pending = NIL;
	ListCell *cell;

	foreach(cell, model->declaration->positions)
		if (!orm_shared_trigger_is_kept(ORM_KEEPS_POSITIONS, model->relid, model->name,
										orm_position_list(lfirst(cell))))
			pending = lappend(pending, orm_position_label(lfirst(cell)));
	return pending;
}

bool
orm_position_is_in_key(const OrmModel *model, const OrmKey *key)
{
	ListCell *cell;

	foreach(cell, model->declaration->positions)
		for (int i = 0; i < key->nattributes; i++)
			if (strcmp(model->attributes[key->attributes[i]].column, ((OrmDeclaredPosition *) lfirst(cell))->column) ==
				0)
				return true;
	return false;
}

bool
orm_position_open(const OrmModel *model, const char *list, OrmPositioning *positioning)
{
	const OrmRelationship *relationship = list[0] != '\0' ? orm_model_relationship(model, list) : NULL;

	memset(positioning, 0, sizeof(*positioning));
	positioning->model = model;
	positioning->position = orm_position_find(model->declaration, list);
	if (positioning->position == NULL || model->primary_key == NULL)
		return false;
	positioning->column = get_attnum(model->relid, positioning->position->column);
	if (positioning->column <= 0 || (list[0] != '\0' && (relationship == NULL || !relationship->resolved)))
		return false;
	positioning->nlist = relationship != NULL ? relationship->nkeys : 0;
	for (int i = 0; i < positioning->nlist; i++)
		positioning->list[i] = relationship->local[i];
	return true;
}

/* SQL */

/* A column of an alias. */
static char *
column_of(const OrmPositioning *positioning, const char *alias, AttrNumber column)
{
	return psprintf("%s.%s", alias, orm_sql_quoted(orm_join_column_name(positioning->model->relid, column)));
}

/* The i-th column of the primary key. */
static AttrNumber
key_column(const OrmPositioning *positioning, int i)
{
	return positioning->model->attributes[positioning->model->primary_key->attributes[i]].attnum;
}

static int
count_keys(const OrmPositioning *positioning)
{
	return positioning->model->primary_key->nattributes;
}

/* Appends an equality of a column of one alias and an expression of its type. */
static void
append_equal(StringInfo sql, const OrmPositioning *positioning, AttrNumber column, const char *alias, const char *other)
{
	Oid relid = positioning->model->relid;
	Oid type = get_atttype(relid, column);

	orm_join_compare(sql, orm_join_operator(type, type), orm_join_column(alias, relid, column),
					 orm_join_value(other, relid, column));
}

/* Appends an equality of the primary keys of an alias and of rows of k0, k1... */
static void
append_same_key(StringInfo sql, const OrmPositioning *positioning, const char *alias, const char *rows)
{
	for (int i = 0; i < count_keys(positioning); i++)
	{
		appendStringInfoString(sql, i > 0 ? " AND " : "");
		append_equal(sql, positioning, key_column(positioning, i), alias, psprintf("%s.k%d", rows, i));
	}
}

/* Appends the primary key of an alias as k0, k1... */
static void
append_key(StringInfo sql, const OrmPositioning *positioning, const char *alias)
{
	for (int i = 0; i < count_keys(positioning); i++)
		appendStringInfo(sql, "%s%s AS k%d", i > 0 ? ", " : "",
						 column_of(positioning, alias, key_column(positioning, i)), i);
}

/* Appends the list of an alias as l0, l1... */
static void
append_list(StringInfo sql, const OrmPositioning *positioning, const char *alias)
{
	for (int i = 0; i < positioning->nlist; i++)
		appendStringInfo(sql, "%s%s AS l%d", i > 0 ? ", " : "", column_of(positioning, alias, positioning->list[i]), i);
	if (positioning->nlist == 0)
		appendStringInfoString(sql, "1 AS l0");
}

void
orm_position_append_condition(StringInfo sql, const OrmPositioning *positioning, const char *alias)
{
	for (int i = 0; i < positioning->nlist; i++)
		appendStringInfo(sql, "%s%s IS NOT NULL", i > 0 ? " AND " : "",
						 column_of(positioning, alias, positioning->list[i]));
	if (positioning->nlist == 0)
		appendStringInfoString(sql, "true");
	if (orm_soft_delete_any(positioning->model))
		appendStringInfo(sql, " AND %s", orm_soft_delete_condition(positioning->model, alias, ORM_DELETED_NO));
}

/* Appends OR whether one of the rows "n" and "o" is marked as deleted, and the other is not. */
static void
append_marked(StringInfo sql, const OrmPositioning *positioning)
{
	if (orm_soft_delete_any(positioning->model))
		appendStringInfo(sql, " OR (%s) IS DISTINCT FROM (%s)",
						 orm_soft_delete_condition(positioning->model, "n", ORM_DELETED_NO),
						 orm_soft_delete_condition(positioning->model, "o", ORM_DELETED_NO));
}

/* Appends whether the rows "n" and "o" are in another list. */
static void
append_other_list(StringInfo sql, const OrmPositioning *positioning)
{
	appendStringInfoString(sql, "(");
	for (int i = 0; i < positioning->nlist; i++)
	{
		appendStringInfoString(sql, i > 0 ? " AND " : "");
		append_equal(sql, positioning, positioning->list[i], "n", column_of(positioning, "o", positioning->list[i]));
	}
	appendStringInfoString(sql, positioning->nlist == 0 ? "true) IS NOT TRUE" : ") IS NOT TRUE");
}

/* Appends whether the rows "n" and "o" have another position. */
static void
append_other_position(StringInfo sql, const OrmPositioning *positioning)
{
	char *now = column_of(positioning, "n", positioning->column);
	char *before = column_of(positioning, "o", positioning->column);

	appendStringInfo(sql, "((%s OPERATOR(pg_catalog.=) %s) IS NOT TRUE AND (%s IS NOT NULL OR %s IS NOT NULL))", now,
					 before, now, before);
}

/* Appends the rows "n" and "o" of an UPDATE that have changed their place; "kind" is of the join. */
static void
append_moves(StringInfo sql, const OrmPositioning *positioning, const char *kind)
{
	appendStringInfo(sql, " FROM " ORM_SHARED_NEW " n %s JOIN " ORM_SHARED_OLD " o ON ", kind);
	for (int i = 0; i < count_keys(positioning); i++)
	{
		AttrNumber column = key_column(positioning, i);

		appendStringInfoString(sql, i > 0 ? " AND " : "");
		append_equal(sql, positioning, column, "n", column_of(positioning, "o", column));
	}
	appendStringInfoString(sql, " WHERE ");
	append_other_position(sql, positioning);
	appendStringInfoString(sql, " OR ");
	append_other_list(sql, positioning);
	append_marked(sql, positioning);
}

/*
 * Appends the rows that an event has put somewhere: their keys, whether they go to the end, and whether they stand
 * before (0) or behind (2) a row that has the position.
 */
static void
append_moved(StringInfo sql, const OrmPositioning *positioning, OrmSharedEvent event)
{
	char *now = column_of(positioning, "n", positioning->column);
	char *before = column_of(positioning, "o", positioning->column);

	appendStringInfoString(sql, "SELECT ");
	append_key(sql, positioning, "n");
	if (event == ORM_SHARED_CREATE)
	{
		appendStringInfo(sql, ", %s IS NULL AS last, 0 AS turn FROM " ORM_SHARED_NEW " n", now);
		return;
	}
	appendStringInfo(sql, ", %s IS NULL OR (%s OPERATOR(pg_catalog.=) %s AND ", now, now, before);
	append_other_list(sql, positioning);
	appendStringInfoString(sql, ") AS last, CASE WHEN ");
	append_other_list(sql, positioning);
	appendStringInfo(sql, " OR %s OPERATOR(pg_catalog.<) %s THEN 0 ELSE 2 END AS turn", now, before);
	append_moves(sql, positioning, "LEFT");
}

/* Appends the lists that an event has changed: l0, l1... */
static void
append_lists(StringInfo sql, const OrmPositioning *positioning, OrmSharedEvent event)
{
	appendStringInfoString(sql, "SELECT DISTINCT ");
	append_list(sql, positioning, event == ORM_SHARED_DELETE ? "o" : "n");
	if (event == ORM_SHARED_CREATE)
		appendStringInfoString(sql, " FROM " ORM_SHARED_NEW " n");
	else if (event == ORM_SHARED_DELETE)
		appendStringInfoString(sql, " FROM " ORM_SHARED_OLD " o");
	else
	{
		append_moves(sql, positioning, "LEFT");
		appendStringInfoString(sql, " UNION SELECT ");
		append_list(sql, positioning, "o");
		append_moves(sql, positioning, "RIGHT");
	}
}

/* Appends SELECT of keys and numbers, as n, of the rows "t" of lists. */
static void
begin_numbers(StringInfo sql, const OrmPositioning *positioning, bool moved)
{
	appendStringInfoString(sql, "SELECT ");
	append_key(sql, positioning, "t");
	appendStringInfoString(sql, ", pg_catalog.row_number() OVER (");
	for (int i = 0; i < positioning->nlist; i++)
		appendStringInfo(sql, "%s%s", i > 0 ? ", " : "PARTITION BY ",
						 column_of(positioning, "t", positioning->list[i]));
	appendStringInfo(sql,
					 moved ? " ORDER BY CASE WHEN m.last THEN NULL ELSE %s END, coalesce(m.turn, 1)" : " ORDER BY %s",
					 column_of(positioning, "t", positioning->column));
	for (int i = 0; i < count_keys(positioning); i++)
		appendStringInfo(sql, ", %s", column_of(positioning, "t", key_column(positioning, i)));
	appendStringInfoString(sql, ") AS n FROM ");
	orm_sql_relation(sql, positioning->model->relid);
	appendStringInfoString(sql, " t");
}

/* Appends the keys of rows of a source that stand in no list, but have a position. */
static void
append_outside(StringInfo sql, const OrmPositioning *positioning, const char *source)
{
	appendStringInfoString(sql, " UNION ALL SELECT ");
	append_key(sql, positioning, "n");
	appendStringInfo(sql, ", NULL AS n FROM %s n WHERE %s IS NOT NULL AND (", source,
					 column_of(positioning, "n", positioning->column));
	orm_position_append_condition(sql, positioning, "n");
	appendStringInfoString(sql, ") IS NOT TRUE");
}

/* Appends UPDATE ... FROM ( and its end: rows get the numbers that they do not have. */
static void
begin_update(StringInfo sql, const OrmPositioning *positioning)
{
	appendStringInfoString(sql, "UPDATE ");
	orm_sql_relation(sql, positioning->model->relid);
	appendStringInfo(sql, " u SET %s = r.n FROM (", orm_sql_quoted(positioning->position->column));
}

static void
end_update(StringInfo sql, const OrmPositioning *positioning)
{
	appendStringInfoString(sql, ") r WHERE ");
	append_same_key(sql, positioning, "u", "r");
	appendStringInfo(sql, " AND (%s OPERATOR(pg_catalog.=) r.n) IS NOT TRUE",
					 column_of(positioning, "u", positioning->column));
}

void
orm_position_renumber_changed(StringInfo sql, const OrmPositioning *positioning, OrmSharedEvent event)
{
	bool moved = event != ORM_SHARED_DELETE;

	begin_update(sql, positioning);
	begin_numbers(sql, positioning, moved);
	appendStringInfoString(sql, " JOIN (");
	append_lists(sql, positioning, event);
	appendStringInfoString(sql, ") l ON ");
	for (int i = 0; i < positioning->nlist; i++)
	{
		appendStringInfoString(sql, i > 0 ? " AND " : "");
		append_equal(sql, positioning, positioning->list[i], "t", psprintf("l.l%d", i));
	}
	appendStringInfoString(sql, positioning->nlist == 0 ? "true" : "");
	if (moved)
	{
		appendStringInfoString(sql, " LEFT JOIN (");
		append_moved(sql, positioning, event);
		appendStringInfoString(sql, ") m ON ");
		append_same_key(sql, positioning, "t", "m");
	}
	appendStringInfoString(sql, " WHERE ");
	orm_position_append_condition(sql, positioning, "t");
	if (moved)
		append_outside(sql, positioning, ORM_SHARED_NEW);
	end_update(sql, positioning);
}

void
orm_position_reorder(StringInfo sql, const OrmPositioning *positioning)
{
	char *column = column_of(positioning, "u", positioning->column);

	appendStringInfoString(sql, "UPDATE ");
	orm_sql_relation(sql, positioning->model->relid);
	appendStringInfo(sql, " u SET %s = r.n FROM ROWS FROM (", orm_sql_quoted(positioning->position->column));
	for (int i = 0; i < count_keys(positioning); i++)
		appendStringInfo(sql, "%spg_catalog.unnest($%d)", i > 0 ? ", " : "", i + 1);
	appendStringInfoString(sql, ") WITH ORDINALITY r(");
	for (int i = 0; i < count_keys(positioning); i++)
		appendStringInfo(sql, "k%d, ", i);
	appendStringInfoString(sql, "n) WHERE ");
	append_same_key(sql, positioning, "u", "r");
	appendStringInfo(sql, " AND (%s OPERATOR(pg_catalog.=) r.n) IS NOT TRUE", column);
}

/* Appends the numbers of all rows. */
static void
append_all(StringInfo sql, const OrmPositioning *positioning)
{
	StringInfoData table;

	initStringInfo(&table);
	orm_sql_relation(&table, positioning->model->relid);
	begin_numbers(sql, positioning, false);
	appendStringInfoString(sql, " WHERE ");
	orm_position_append_condition(sql, positioning, "t");
	append_outside(sql, positioning, table.data);
}

void
orm_position_renumber(StringInfo sql, const OrmPositioning *positioning)
{
	begin_update(sql, positioning);
	append_all(sql, positioning);
	end_update(sql, positioning);
}

/* Appends the primary key of "u" as JSON: its value, or an object of several. */
static void
append_json_key(StringInfo sql, const OrmPositioning *positioning)
{
	int n = count_keys(positioning);

	appendStringInfoString(sql, n > 1 ? "pg_catalog.jsonb_build_object(" : "pg_catalog.to_jsonb(");
	for (int i = 0; i < n; i++)
	{
		const OrmAttribute *attribute = &positioning->model->attributes[positioning->model->primary_key->attributes[i]];

		if (n > 1)
		{
			appendStringInfoString(sql, i > 0 ? ", " : "");
			orm_sql_literal(sql, attribute->name);
			appendStringInfoString(sql, ", ");
		}
		appendStringInfoString(sql, column_of(positioning, "u", attribute->attnum));
	}
	appendStringInfoChar(sql, ')');
}

void
orm_position_wrong(StringInfo sql, const OrmPositioning *positioning)
{
	char *column = column_of(positioning, "u", positioning->column);

	appendStringInfoString(sql, "SELECT ");
	append_json_key(sql, positioning);
	appendStringInfo(sql, ", %s::pg_catalog.numeric, r.n::pg_catalog.numeric FROM ", column);
	orm_sql_relation(sql, positioning->model->relid);
	appendStringInfoString(sql, " u JOIN (");
	append_all(sql, positioning);
	appendStringInfoString(sql, ") r ON ");
	append_same_key(sql, positioning, "u", "r");
	appendStringInfo(sql, " WHERE (%s OPERATOR(pg_catalog.=) r.n) IS NOT TRUE ORDER BY ", column);
	for (int i = 0; i < count_keys(positioning); i++)
		appendStringInfo(sql, "%s%s", i > 0 ? ", " : "", column_of(positioning, "u", key_column(positioning, i)));
}
