/*
 * differ.c - see differ.h.
 */
#include "postgres.h"

#include "access/relation.h"
#include "catalog/pg_class.h"
#include "commands/comment.h"
#include "nodes/value.h"
#include "utils/rel.h"

#include "base/sql.h"
#include "ddl/print.h"
#include "differ/column_steps.h"
#include "differ/differ.h"
#include "differ/keys.h"
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
	orm_column_steps_compare,
	orm_keys_compare,
	compare_comment,
};

void
orm_differ_table(const OrmDdlTable *table, const char *model, Oid relid, bool strict, List **steps)
{
	OrmDiffer differ = {.table = table, .model = model, .strict = strict, .steps = steps};
	StringInfoData name;

	differ.relation = relation_open(relid, NoLock);
	initStringInfo(&name);
	orm_sql_qualified(&name, table->schema, table->relation);
	differ.name = name.data;
	differ.actual = orm_reflect_columns(differ.relation);
	differ.names = column_names(differ.relation);
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
		bool create = strncmp(sql, "CREATE TABLE ", strlen("CREATE TABLE ")) == 0;

		orm_step_add(steps, ORM_PHASE_TABLE, model, create ? "create" : "add", psprintf("table %s", name.data), sql,
					 create ? psprintf("DROP TABLE %s", name.data) : NULL);
	}
}
