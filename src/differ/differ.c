/*
 * differ.c - see differ.h.
 */
#include "postgres.h"

#include "access/relation.h"
#include "catalog/pg_class.h"
#include "commands/comment.h"
#include "nodes/value.h"
#include "utils/rel.h"

#include "base/error.h"
#include "base/sql.h"
#include "ddl/print.h"
#include "differ/column_steps.h"
#include "differ/differ.h"
#include "differ/keys.h"
#include "differ/statement_steps.h"
#include "differ/table_steps.h"
#include "model/reflect.h"

/* The number of a column by its name after renames. */
AttrNumber
orm_differ_number(const OrmDiffer *differ, const char *name)
{
	ListCell *cell;

	foreach(cell, differ->names)
		if (name[0] != '\0' && strcmp(strVal(lfirst(cell)), name) == 0)
			return foreach_current_index(cell) + 1;
	return InvalidAttrNumber;
}

OrmStep *
orm_differ_step(const OrmDiffer *differ, OrmStepPhase phase, const char *action, char *object, char *sql, char *reverse,
				const char *lock)
{
	OrmStep *step = orm_step_add(differ->steps, phase, differ->model, action, object, sql, reverse);

	step->lock = lock;
	step->relid = RelationGetRelid(differ->relation);
	step->owner = differ->relation->rd_rel->relowner;
	step->schema = differ->table->schema;
	step->table = differ->name;
	return step;
}

void
orm_differ_unmanaged(const OrmDiffer *differ, char *object)
{
	if (differ->strict)
		orm_differ_step(differ, ORM_PHASE_UNMANAGED, "unmanaged", object, NULL, NULL, NULL);
}

/* The names of the columns. */
static List *
column_names(Relation relation)
{
	TupleDesc descriptor = RelationGetDescr(relation);
	List *names = NIL;

	for (int i = 0; i < descriptor->natts; i++)
	{
		Form_pg_attribute column = TupleDescAttr(descriptor, i);

		names = lappend(names, makeString(column->attisdropped ? "" : pstrdup(NameStr(column->attname))));
	}
	return names;
}

/* Raises for a rename that cannot be: it is of two columns, or of none. */
static void
check_rename(const OrmDiffer *differ, const OrmDeclaredColumn *column, AttrNumber from, AttrNumber to)
{
	OrmElementPlace place;
	const OrmPath *path = orm_declaration_place(&place, column->position, "column", "renamed_from");
	const char *relation = RelationGetRelationName(differ->relation);

	if (from == InvalidAttrNumber && to == InvalidAttrNumber)
		ereport(ERROR, errcode(ERRCODE_UNDEFINED_COLUMN),
				errmsg("column \"%s\" of relation \"%s\", to be renamed \"%s\", does not exist", column->renamed_from,
					   relation, column->name),
				orm_error_place(path), errhint("Leave out renamed_from to add a new column."));
	if (to != InvalidAttrNumber)
		ereport(ERROR, errcode(ERRCODE_DUPLICATE_COLUMN),
				errmsg("column \"%s\" of relation \"%s\" cannot be renamed \"%s\": that column already exists",
					   column->renamed_from, relation, column->name),
				orm_error_place(path), errhint("Leave out renamed_from, and remove one of the two columns."));
	if (orm_declaration_column(differ->table->declaration, column->renamed_from) != NULL)
		ereport(ERROR, errcode(ERRCODE_DUPLICATE_COLUMN),
				errmsg("column \"%s\" of relation \"%s\" cannot be renamed: it is declared", column->renamed_from,
					   relation),
				orm_error_place(path));
}

/* The table by a name, quoted and qualified. */
static char *
qualified(const OrmDiffer *differ, const char *relation)
{
	StringInfoData name;

	initStringInfo(&name);
	orm_sql_qualified(&name, differ->table->schema, relation);
	return name.data;
}

/* Renames the table: from here on it has its new name. */
static void
rename_table(OrmDiffer *differ)
{
	const OrmDdlTable *table = differ->table;
	const char *statement = "ALTER TABLE %s RENAME TO %s";

	if (table->former == NULL)
		return;
	orm_differ_step(differ, ORM_PHASE_RENAME, "rename", psprintf("table %s", differ->present),
					psprintf(statement, differ->present, orm_sql_quoted(table->relation)),
					psprintf(statement, differ->name, orm_sql_quoted(table->former)), ORM_LOCK_FULL)
		->seconds = 0;
}

/* Renames columns: from here on they have their new names. */
static void
rename_columns(OrmDiffer *differ)
{
	ListCell *cell;

	foreach(cell, differ->table->declaration->columns)
	{
		const OrmDeclaredColumn *column = lfirst(cell);
		AttrNumber to = orm_differ_number(differ, column->name);
		AttrNumber from;
		const char *statement = "ALTER TABLE %s RENAME COLUMN %s TO %s";

		if (column->renamed_from == NULL)
			continue;
		from = orm_differ_number(differ, column->renamed_from);
		if (from == InvalidAttrNumber && to != InvalidAttrNumber)
			continue;
		check_rename(differ, column, from, to);
		lfirst(list_nth_cell(differ->names, from - 1)) = makeString(column->name);
		orm_differ_step(
			differ, ORM_PHASE_RENAME, "rename",
			psprintf("column %s.%s", differ->name, orm_sql_quoted(column->renamed_from)),
			psprintf(statement, differ->name, orm_sql_quoted(column->renamed_from), orm_sql_quoted(column->name)),
			psprintf(statement, differ->name, orm_sql_quoted(column->name), orm_sql_quoted(column->renamed_from)),
			ORM_LOCK_FULL)
			->seconds = 0;
	}
}

/* The comment on the table. */
static void
compare_comment(OrmDiffer *differ)
{
	const char *declared = differ->table->declaration->comment;
	char *actual = GetComment(RelationGetRelid(differ->relation), RelationRelationId, 0);

	if (differ->model == NULL ||
		((declared == NULL) == (actual == NULL) && (declared == NULL || strcmp(declared, actual) == 0)))
		return;
	orm_differ_step(differ, ORM_PHASE_COMMENT, "alter", psprintf("table %s", differ->name),
					orm_print_table_comment(differ->table, declared), orm_print_table_comment(differ->table, actual),
					ORM_LOCK_LIGHT);
}

/* The kinds of elements of a table. */
static void (*const kinds[])(OrmDiffer *differ) = {
	orm_column_steps_compare, orm_keys_compare, orm_table_steps_compare, orm_statement_steps_compare, compare_comment,
};

void
orm_differ_table(const OrmDdlTable *table, const char *model, Oid relid, bool strict, List **steps)
{
	OrmDiffer differ = {.table = table, .model = model, .strict = strict, .steps = steps};

	differ.relation = relation_open(relid, NoLock);
	differ.name = qualified(&differ, table->relation);
	differ.present = qualified(&differ, RelationGetRelationName(differ.relation));
	differ.actual = orm_reflect_columns(differ.relation);
	differ.names = column_names(differ.relation);
	rename_table(&differ);
	rename_columns(&differ);
	for (int i = 0; i < (int) lengthof(kinds); i++)
		kinds[i](&differ);
	relation_close(differ.relation, NoLock);
}

/* "table s.t", for the first statement that names it; the others are about parts of it. */
void
orm_differ_new_table(const OrmDdlTable *table, const char *model, List **steps)
{
	StringInfoData name;
	ListCell *cell;

	initStringInfo(&name);
	orm_sql_qualified(&name, table->schema, table->relation);
	foreach(cell, table->statements)
	{
		char *sql = lfirst(cell);
		bool create = strncmp(sql, "CREATE TABLE ", strlen("CREATE TABLE ")) == 0 ||
			strncmp(sql, "CREATE UNLOGGED TABLE ", strlen("CREATE UNLOGGED TABLE ")) == 0;

		orm_step_add(steps, ORM_PHASE_TABLE, model, create ? "create" : "add", psprintf("table %s", name.data), sql,
					 create ? psprintf("DROP TABLE %s", name.data) : NULL)
			->schema = table->schema;
	}
}
