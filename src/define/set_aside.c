/*
 * set_aside.c - see set_aside.h.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/dependency.h"
#include "catalog/pg_class.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_depend.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/syscache.h"

#include "base/compat.h"
#include "base/kept_name.h"
#include "base/sql.h"
#include "define/migrate_lock.h"
#include "define/owner.h"
#include "define/set_aside.h"
#include "differ/differ.h"
#include "exec/execute.h"
#include "registry/proc.h"

/* A step about the column of another one, in its place. */
static OrmStep *
add_step(List **steps, const OrmStep *drop, const char *action, char *sql, char *reverse)
{
	OrmStep *step = orm_step_add(steps, ORM_PHASE_DROP, drop->model, action, drop->object, sql, reverse);

	step->about = drop->about;
	step->lock = drop->lock;
	step->relid = drop->relid;
	step->owner = drop->owner;
	step->schema = drop->schema;
	step->seconds = 0;
	return step;
}

/* The name of a constraint; NULL: it is gone, or a NOT NULL, which is dropped as the column's. */
static char *
constraint_name(Oid constraint)
{
	HeapTuple tuple = SearchSysCache1(CONSTROID, ObjectIdGetDatum(constraint));
	char *name = NULL;

	if (!HeapTupleIsValid(tuple))
		return NULL;
	if (((Form_pg_constraint) GETSTRUCT(tuple))->contype != ORM_CONTYPE_NOT_NULL)
		name = pstrdup(NameStr(((Form_pg_constraint) GETSTRUCT(tuple))->conname));
	ReleaseSysCache(tuple);
	return name;
}

/* The statement that drops what goes with a column: a constraint or an index; NULL: it does not go with it. */
static char *
print_drop(Form_pg_depend depend, const char *table, Oid relid)
{
	StringInfoData sql;

	initStringInfo(&sql);
	if (depend->classid == ConstraintRelationId)
	{
		char *name = constraint_name(depend->objid);

		if (name == NULL)
			return NULL;
		appendStringInfo(&sql, "ALTER TABLE %s DROP CONSTRAINT IF EXISTS %s", table, orm_sql_quoted(name));
		return sql.data;
	}
	if (depend->classid != RelationRelationId || depend->objsubid != 0 ||
		(get_rel_relkind(depend->objid) != RELKIND_INDEX &&
		 get_rel_relkind(depend->objid) != RELKIND_PARTITIONED_INDEX))
		return NULL;
	appendStringInfoString(&sql, "DROP INDEX IF EXISTS ");
	orm_sql_relation(&sql, depend->objid);
	return sql.data;
}

/* Appends steps that drop what DROP COLUMN would: constraints and indexes of the table over the column. */
static void
add_drops(List **steps, const OrmStep *drop, const char *table)
{
	AttrNumber number = get_attnum(drop->relid, drop->column);
	ListCell *cell;

	foreach(cell, orm_proc_depend_rows(RelationRelationId, drop->relid, number))
	{
		Form_pg_depend depend = lfirst(cell);
		char *sql = depend->deptype == DEPENDENCY_AUTO ? print_drop(depend, table, drop->relid) : NULL;

		if (sql != NULL)
			add_step(steps, drop, "drop", sql, NULL);
	}
}

/* The column of a table; its tuple is a copy. */
static Form_pg_attribute
read_column(Oid relid, const char *name)
{
	HeapTuple tuple = SearchSysCacheCopyAttName(relid, name);

	if (!HeapTupleIsValid(tuple))
		ereport(ERROR, errcode(ERRCODE_UNDEFINED_COLUMN), errmsg("column \"%s\" does not exist", name));
	return (Form_pg_attribute) GETSTRUCT(tuple);
}

/* Appends the steps that keep a column. */
static void
keep_column(List **steps, const OrmStep *drop, DateADT until)
{
	Form_pg_attribute column = read_column(drop->relid, drop->column);
	char *kept = orm_kept_name_make(drop->column, until);
	StringInfoData table;
	char *alter;

	initStringInfo(&table);
	orm_sql_relation(&table, drop->relid);
	add_drops(steps, drop, table.data);
	alter = psprintf("ALTER TABLE %s ALTER COLUMN %s", table.data, orm_sql_quoted(drop->column));
	if (column->attidentity != '\0')
		add_step(steps, drop, "alter", psprintf("%s DROP IDENTITY", alter), NULL);
	if (column->atthasdef)
		add_step(steps, drop, "alter", psprintf("%s DROP DEFAULT", alter), NULL);
	if (column->attnotnull)
		add_step(steps, drop, "alter", psprintf("%s DROP NOT NULL", alter), psprintf("%s SET NOT NULL", alter));
	add_step(steps, drop, "keep",
			 psprintf("ALTER TABLE %s RENAME COLUMN %s TO %s", table.data, orm_sql_quoted(drop->column),
					  orm_sql_quoted(kept)),
			 psprintf("ALTER TABLE %s RENAME COLUMN %s TO %s", table.data, orm_sql_quoted(kept),
					  orm_sql_quoted(drop->column)))
		->note = "the column is kept; orm.purge_dropped() drops it when it is due";
}

void
orm_set_aside_steps(OrmDifference *difference, const OrmMigrateOptions *options)
{
	List *steps = NIL;
	ListCell *cell;

	if (options->keep == 0)
		return;
	foreach(cell, difference->steps)
	{
		OrmStep *step = lfirst(cell);

		if (step->column != NULL && get_attgenerated(step->relid, get_attnum(step->relid, step->column)) == '\0')
			keep_column(&steps, step, orm_set_aside_today() + options->keep);
		else
			steps = lappend(steps, step);
	}
	difference->steps = steps;
}

/* The kept columns of a table (List of char *), the latest first. */
static List *
kept_columns(Oid relid)
{
	Relation relation = table_open(relid, AccessShareLock);
	TupleDesc descriptor = RelationGetDescr(relation);
	List *names = NIL;

	for (int i = descriptor->natts - 1; i >= 0; i--)
	{
		Form_pg_attribute column = TupleDescAttr(descriptor, i);

		if (!column->attisdropped && orm_kept_name_read(NameStr(column->attname), NULL))
			names = lappend(names, pstrdup(NameStr(column->attname)));
	}
	table_close(relation, NoLock);
	return names;
}

char *
orm_set_aside_find(Oid relid, const char *name)
{
	ListCell *cell;

	foreach(cell, kept_columns(relid))
		if (orm_kept_name_is_of(lfirst(cell), name))
			return lfirst(cell);
	return NULL;
}

DateADT
orm_set_aside_today(void)
{
	return GetSQLCurrentDate();
}

/* Appends the steps that drop the kept columns of a model's table that are due. */
static void
add_due(List **steps, const OrmRegistered *row, DateADT day)
{
	StringInfoData table;
	ListCell *cell;

	initStringInfo(&table);
	orm_sql_relation(&table, row->relid);
	foreach(cell, kept_columns(row->relid))
	{
		char *quoted = orm_sql_quoted(lfirst(cell));
		DateADT until;
		OrmStep *step;

		if (!orm_kept_name_read(lfirst(cell), &until) || until > day)
			continue;
		step = orm_step_add(steps, ORM_PHASE_DROP, row->name, "drop", psprintf("column %s.%s", table.data, quoted),
							psprintf("ALTER TABLE %s DROP COLUMN %s", table.data, quoted), NULL);
		step->about = row->name;
		step->lock = ORM_LOCK_FULL;
		step->relid = row->relid;
		step->owner = orm_registry_table_owner(row->relid);
		step->lost = psprintf("SELECT pg_catalog.count(t.%s) FROM %s t", quoted, table.data);
		step->lost_name = psprintf("%s.%s", row->name, (char *) lfirst(cell));
	}
}

/* Is a table among those of the steps? */
static bool
has_table(const List *steps, Oid relid)
{
	ListCell *cell;

	foreach(cell, steps)
		if (((const OrmStep *) lfirst(cell))->relid == relid)
			return true;
	return false;
}

List *
orm_set_aside_purge(DateADT day, const OrmMigrateOptions *options)
{
	OrmDifference difference = {NIL, NIL, NIL};
	ListCell *cell;

	orm_registry_check_writable();
	foreach(cell, orm_registry_all())
	{
		const OrmRegistered *row = lfirst(cell);

		CHECK_FOR_INTERRUPTS();
		if (row->mapped && !row->by_map && has_privs_of_role(GetUserId(), orm_registry_owner(row)) &&
			!has_table(difference.steps, row->relid))
			add_due(&difference.steps, row, day);
	}
	if (difference.steps == NIL)
		return NIL;
	orm_migrate_lock_all(&difference, options);
	orm_difference_count(difference.steps);
	foreach(cell, difference.steps)
	{
		const OrmStep *step = lfirst(cell);
		OrmIdentity identity = orm_owner_begin(step->owner);

		orm_execute_statement(step->sql);
		orm_owner_end(identity);
	}
	return difference.steps;
}
