/*
 * version.c - making and dropping the triggers that count versions; see
 * version.h.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/sysattr.h"
#include "access/table.h"
#include "catalog/pg_class.h"
#include "catalog/pg_trigger.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "nodes/bitmapset.h"
#include "nodes/primnodes.h"
#include "optimizer/optimizer.h"
#include "parser/parse_func.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/syscache.h"

#include "base/sql.h"
#include "define/owner.h"
#include "define/reconcile.h"
#include "define/register.h"
#include "define/report.h"
#include "define/version.h"
#include "exec/execute.h"
#include "exec/plan.h"

/* The first name that is tried for a trigger. */
#define TRIGGER_NAME "orm_version"

/* A trigger of a table that counts. */
typedef struct Counter
{
	char *name;
	Bitmapset *columns; /* that its condition names, as pull_varattnos has them */
	bool inherited;		/* from a partitioned table: not to be dropped here */
	bool enabled;
} Counter;

/* Reads a trigger. */
static Counter *
read_counter(HeapTuple tuple, TupleDesc descriptor)
{
	Form_pg_trigger form = (Form_pg_trigger) GETSTRUCT(tuple);
	Counter *counter = palloc0(sizeof(Counter));
	bool isnull;
	Datum condition = heap_getattr(tuple, Anum_pg_trigger_tgqual, descriptor, &isnull);

	counter->name = pstrdup(NameStr(form->tgname));
	counter->inherited = OidIsValid(form->tgparentid);
	counter->enabled = form->tgenabled != TRIGGER_DISABLED;
	if (!isnull)
		pull_varattnos((Node *) stringToNode(TextDatumGetCString(condition)), PRS2_OLD_VARNO, &counter->columns);
	return counter;
}

/* The triggers of a relation that count (List of Counter *). */
static List *
read_counters(Oid relid)
{
	Oid function = LookupFuncName(list_make2(makeString("orm"), makeString("count_version")), 0, NULL, true);
	Relation triggers = table_open(TriggerRelationId, AccessShareLock);
	List *counters = NIL;
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple tuple;

	ScanKeyInit(&key, Anum_pg_trigger_tgrelid, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(relid));
	scan = systable_beginscan(triggers, TriggerRelidNameIndexId, true, NULL, 1, &key);
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
		if (((Form_pg_trigger) GETSTRUCT(tuple))->tgfoid == function)
			counters = lappend(counters, read_counter(tuple, RelationGetDescr(triggers)));
	systable_endscan(scan);
	table_close(triggers, AccessShareLock);
	return counters;
}

/* Adds the column that a declaration wants counted, where there is one. */
static Bitmapset *
add_wanted(Bitmapset *wanted, Oid relid, const OrmDeclaration *declaration)
{
	char *column = orm_declaration_version(declaration);
	AttrNumber attnum = column != NULL ? get_attnum(relid, column) : InvalidAttrNumber;

	return attnum > 0 ? bms_add_member(wanted, attnum - FirstLowInvalidHeapAttributeNumber) : wanted;
}

/* The columns that models of a relation want counted, but for one model. */
static Bitmapset *
wanted_by_others(Oid relid, const char *model)
{
	Bitmapset *wanted = NULL;
	ListCell *cell;

	foreach(cell, orm_registry_of_relation(relid))
	{
		OrmRegistered *row = lfirst(cell);

		if (strcmp(row->name, model) != 0)
			wanted = add_wanted(wanted, relid, orm_register_declaration(row));
	}
	return wanted;
}

/* A relation's kind, owner and names. */
typedef struct Table
{
	Oid relid;
	char relkind;
	Oid owner;
	char *text; /* quoted and qualified */
} Table;

/* Reads these; false when there is no such relation any more. */
static bool
read_table(Oid relid, Table *table)
{
	HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relid));
	StringInfoData text;

	if (!HeapTupleIsValid(tuple))
		return false;
	table->relid = relid;
	table->relkind = ((Form_pg_class) GETSTRUCT(tuple))->relkind;
	table->owner = ((Form_pg_class) GETSTRUCT(tuple))->relowner;
	ReleaseSysCache(tuple);
	initStringInfo(&text);
	orm_sql_relation(&text, relid);
	table->text = text.data;
	return true;
}

/* What a change of a trigger is called in results. */
static char *
change_name(const char *trigger, Oid relid)
{
	StringInfoData text;

	initStringInfo(&text);
	orm_sql_name(&text, trigger);
	appendStringInfo(&text, " on %s", orm_report_relation(relid));
	return text.data;
}

/* Drops a trigger. */
static void
drop_counter(const Table *table, const Counter *counter, const char *model, List **changes)
{
	StringInfoData sql;

	initStringInfo(&sql);
	appendStringInfoString(&sql, "DROP TRIGGER ");
	orm_sql_name(&sql, counter->name);
	appendStringInfo(&sql, " ON %s", table->text);
	orm_execute_statement(sql.data);
	orm_report_add(changes, model, "dropped", "trigger", change_name(counter->name, table->relid));
}

/* Drops the triggers of unwanted columns, and disabled ones where others are created. */
static void
drop_unwanted(const Table *table, const List *counters, const Bitmapset *wanted, bool make, const char *model,
			  List **changes)
{
	ListCell *cell;

	foreach(cell, counters)
	{
		Counter *counter = lfirst(cell);

		if (!counter->inherited && (!bms_overlap(counter->columns, wanted) || (make && !counter->enabled)))
			drop_counter(table, counter, model, changes);
	}
}

/* Is there a trigger for a column that is not disabled? */
static bool
is_counted(const List *counters, AttrNumber column)
{
	ListCell *cell;

	foreach(cell, counters)
	{
		const Counter *counter = lfirst(cell);

		if (counter->enabled && bms_is_member(column - FirstLowInvalidHeapAttributeNumber, counter->columns))
			return true;
	}
	return false;
}

/* A name that no trigger of the table has. */
static char *
free_name(Oid relid)
{
	char *name = TRIGGER_NAME;

	for (int i = 1; OidIsValid(get_trigger_oid(relid, name, true)); i++)
		name = psprintf("%s_%d", TRIGGER_NAME, i);
	return name;
}

/* Raises 42P16: the column cannot count. */
static void
refuse(const char *column, const OrmPath *path, const char *detail)
{
	ereport(ERROR, errcode(ERRCODE_INVALID_TABLE_DEFINITION),
			errmsg("column \"%s\" cannot be a version column", column),
			errdetail("At %s. %s", orm_path_text(path), detail));
}

/* The number of the column, if it can count; raises 42703 and 42P16. */
static AttrNumber
check_column(const Table *table, const char *name, const OrmPath *path)
{
	HeapTuple tuple = SearchSysCacheAttName(table->relid, name);
	FormData_pg_attribute column;

	if (HeapTupleIsValid(tuple))
	{
		memcpy(&column, GETSTRUCT(tuple), ATTRIBUTE_FIXED_PART_SIZE);
		ReleaseSysCache(tuple);
	}
	if (!HeapTupleIsValid(tuple) || column.attnum <= 0)
		ereport(ERROR, errcode(ERRCODE_UNDEFINED_COLUMN),
				errmsg("column \"%s\" of relation \"%s\" does not exist", name, get_rel_name(table->relid)),
				orm_error_place(path));
	if (column.atttypid != INT2OID && column.atttypid != INT4OID && column.atttypid != INT8OID)
		refuse(name, path, "Its type must be smallint, integer or bigint.");
	if (column.attgenerated != '\0')
		refuse(name, path, "It must not be generated.");
	if (column.attidentity != '\0')
		refuse(name, path, "It must not be an identity.");
	if (!column.attnotnull)
		refuse(name, path, "It must be NOT NULL.");
	return column.attnum;
}

/* Raises for a primary key of which the column is a part. */
static void
check_not_in_key(const Table *table, const char *name, AttrNumber column, const OrmPath *path)
{
	Relation relation = table_open(table->relid, AccessShareLock);
	Bitmapset *key = RelationGetIndexAttrBitmap(relation, INDEX_ATTR_BITMAP_PRIMARY_KEY);

	table_close(relation, NoLock);
	if (bms_is_member(column - FirstLowInvalidHeapAttributeNumber, key))
		refuse(name, path, "It is part of the primary key.");
}

/* CREATE TRIGGER; "table" is quoted and qualified. */
static char *
print_trigger(const char *table, const char *name, const char *column)
{
	StringInfoData sql;

	initStringInfo(&sql);
	appendStringInfoString(&sql, "CREATE TRIGGER ");
	orm_sql_name(&sql, name);
	appendStringInfo(&sql, " BEFORE UPDATE ON %s FOR EACH ROW WHEN (OLD.", table);
	orm_sql_name(&sql, column);
	appendStringInfoString(&sql, " IS NOT NULL) EXECUTE FUNCTION orm.count_version()");
	return sql.data;
}

char *
orm_version_missing(Oid relid, const OrmDeclaration *declaration, const char *table)
{
	char *column = orm_declaration_version(declaration);
	AttrNumber number = column != NULL && OidIsValid(relid) ? get_attnum(relid, column) : InvalidAttrNumber;

	if (column == NULL || (number > 0 && is_counted(read_counters(relid), number)))
		return NULL;
	return print_trigger(table, OidIsValid(relid) ? free_name(relid) : TRIGGER_NAME, column);
}

/* Makes the trigger of a declaration's version unless it is there. */
static void
make_counter(const Table *table, const List *counters, const char *model, const OrmDeclaration *declaration,
			 List **changes)
{
	const OrmDeclaredVersion *version = linitial(declaration->versions);
	OrmElementPlace place;
	const OrmPath *path = orm_declaration_place(&place, version->position, "version", "column_name");
	AttrNumber column;
	char *name;

	if (table->relkind != RELKIND_RELATION && table->relkind != RELKIND_PARTITIONED_TABLE)
		ereport(ERROR, errcode(ERRCODE_WRONG_OBJECT_TYPE), errmsg("model \"%s\" cannot have a version column", model),
				errdetail("At %s. \"%s\" is not a table.", orm_path_text(path), get_rel_name(table->relid)),
				errhint("An etag needs no column: \"etag\": true."));
	column = check_column(table, version->column, path);
	check_not_in_key(table, version->column, column, path);
	if (is_counted(counters, column))
		return;
	name = free_name(table->relid);
	orm_execute_statement(print_trigger(table->text, name, version->column));
	orm_report_add(changes, model, "created", "trigger", change_name(name, table->relid));
}

void
orm_version_reconcile(Oid relid, const char *model, const OrmDeclaration *declaration, bool make, List **changes)
{
	List *counters = read_counters(relid);
	bool declared = declaration != NULL && declaration->versions != NIL;
	Bitmapset *wanted;
	OrmIdentity identity;
	Table table;

	Assert(OidIsValid(relid) && model != NULL);
	if ((counters == NIL && !(declared && make)) || !read_table(relid, &table))
		return;
	wanted = wanted_by_others(relid, model);
	if (declared)
		wanted = add_wanted(wanted, relid, declaration);
	identity = orm_owner_begin(table.owner);
	drop_unwanted(&table, counters, wanted, declared && make, model, changes);
	if (declared && make)
		make_counter(&table, counters, model, declaration, changes);
	orm_owner_end(identity);
}
