/*
 * keep.c - making and dropping the trigger that keeps what models say of
 * attributes; see keep.h.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/pg_class.h"
#include "catalog/pg_trigger.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/syscache.h"

#include "base/error.h"
#include "base/sql.h"
#include "define/compute.h"
#include "define/keep.h"
#include "define/owner.h"
#include "define/register.h"
#include "define/report.h"
#include "define/version.h"
#include "exec/execute.h"
#include "model/kept.h"

/* The trigger of a relation. */
typedef struct Keeping
{
	Oid relid;
	bool exists;
	bool enabled;
	bool inherited; /* from a partitioned table: not to be changed here */
	List *columns;	/* numbers */
} Keeping;

/* Reads the trigger of a relation. */
static Keeping
read_keeping(Oid relid)
{
	Keeping keeping = {.relid = relid};
	Relation triggers = table_open(TriggerRelationId, AccessShareLock);
	Oid function = orm_kept_function();
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple tuple;

	ScanKeyInit(&key, Anum_pg_trigger_tgrelid, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(relid));
	scan = systable_beginscan(triggers, TriggerRelidNameIndexId, true, NULL, 1, &key);
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		Form_pg_trigger form = (Form_pg_trigger) GETSTRUCT(tuple);
		bool isnull;
		Datum condition = heap_getattr(tuple, Anum_pg_trigger_tgqual, RelationGetDescr(triggers), &isnull);

		if (form->tgfoid != function || strcmp(NameStr(form->tgname), ORM_KEPT_TRIGGER) != 0)
			continue;
		keeping.exists = true;
		keeping.enabled = form->tgenabled != TRIGGER_DISABLED;
		keeping.inherited = OidIsValid(form->tgparentid);
		keeping.columns = orm_kept_read(isnull ? NULL : TextDatumGetCString(condition));
	}
	systable_endscan(scan);
	table_close(triggers, AccessShareLock);
	return keeping;
}

/* Are two lists the same? */
static bool
same_columns(const List *a, const List *b)
{
	return list_length(a) == list_length(b) && list_difference_int(a, b) == NIL;
}

/* Raises for a relation or column that the trigger cannot keep. */
static void
check_kept(Oid relid, AttrNumber attnum, const OrmDeclaredColumn *column)
{
	char relkind = get_rel_relkind(relid);
	OrmElementPlace place;
	const OrmPath *path = orm_declaration_place(&place, column->position, "column", "write_once");

	if (relkind != RELKIND_RELATION && relkind != RELKIND_PARTITIONED_TABLE)
		ereport(ERROR, errcode(ERRCODE_WRONG_OBJECT_TYPE),
				errmsg("\"%s\" cannot be given for \"%s\"", "write_once", get_rel_name(relid)),
				errdetail("At %s. It is kept by a trigger, and \"%s\" is not a table.", orm_path_text(path),
						  get_rel_name(relid)));
	if (get_attgenerated(relid, attnum) != '\0')
		ereport(ERROR, errcode(ERRCODE_INVALID_TABLE_DEFINITION),
				errmsg("column \"%s\" cannot have \"%s\"", column->name, "write_once"),
				errdetail("At %s. It is a generated column.", orm_path_text(path)));
}

/* Adds the columns of a relation that a declaration wants kept. */
static List *
add_wanted(List *columns, Oid relid, const OrmDeclaration *declaration)
{
	ListCell *cell;

	foreach(cell, declaration->columns)
	{
		const OrmDeclaredColumn *column = lfirst(cell);
		AttrNumber attnum = get_attnum(relid, column->name);

		if (attnum <= 0 || column->write_once != ORM_YES)
			continue;
		check_kept(relid, attnum, column);
		columns = list_append_unique_int(columns, attnum);
	}
	return columns;
}

/* What all models of a relation want kept. */
static List *
wanted_columns(Oid relid, const char *model, const OrmDeclaration *declaration)
{
	List *columns = NIL;
	ListCell *cell;

	foreach(cell, orm_registry_of_relation(relid))
	{
		OrmRegistered *row = lfirst(cell);

		if (strcmp(row->name, model) != 0)
			columns = add_wanted(columns, relid, orm_register_declaration(row));
	}
	return declaration != NULL ? add_wanted(columns, relid, declaration) : columns;
}

/* Appends the condition of the trigger. */
static void
append_condition(StringInfo sql, Oid relid, List *columns)
{
	ListCell *cell;

	list_sort(columns, list_int_cmp);
	foreach(cell, columns)
	{
		appendStringInfo(sql, "%sorm.write_once(NEW.", foreach_current_index(cell) > 0 ? " OR " : "");
		orm_sql_name(sql, get_attname(relid, lfirst_int(cell), false));
		appendStringInfoChar(sql, ')');
	}
}

/* Makes the trigger anew for these columns, or drops it where there are none. */
static void
replace(const Keeping *keeping, List *columns, const char *model, List **changes)
{
	const char *action = columns == NIL ? "dropped" : keeping->exists ? "replaced" : "created";
	StringInfoData relation;
	StringInfoData sql;

	initStringInfo(&relation);
	orm_sql_relation(&relation, keeping->relid);
	if (keeping->exists)
		orm_execute_statement(psprintf("DROP TRIGGER \"%s\" ON %s", ORM_KEPT_TRIGGER, relation.data));
	if (columns != NIL)
	{
		initStringInfo(&sql);
		appendStringInfo(&sql, "CREATE TRIGGER \"%s\" BEFORE INSERT OR UPDATE ON %s FOR EACH ROW WHEN (",
						 ORM_KEPT_TRIGGER, relation.data);
		append_condition(&sql, keeping->relid, columns);
		appendStringInfoString(&sql, ") EXECUTE FUNCTION orm.keep_attributes()");
		orm_execute_statement(sql.data);
	}
	orm_report_add(changes, model, action, "trigger",
				   psprintf("\"%s\" on %s", ORM_KEPT_TRIGGER, orm_report_relation(keeping->relid)));
}

void
orm_keep_reconcile(Oid relid, const char *model, const OrmDeclaration *declaration, bool make, List **changes)
{
	Oid owner = orm_registry_table_owner(relid);
	OrmIdentity identity;
	Keeping keeping;
	List *wanted;

	orm_version_reconcile(relid, model, declaration, make && declaration != NULL && declaration->versions != NIL,
						  changes);
	if (!OidIsValid(owner))
		return;
	identity = orm_owner_begin(owner);
	orm_compute_reconcile(relid, model, declaration, make, changes);
	keeping = read_keeping(relid);
	wanted = wanted_columns(relid, model, declaration);
	if (!make)
		wanted = list_intersection_int(wanted, keeping.columns);
	if (!keeping.inherited && (!same_columns(wanted, keeping.columns) || (make && wanted != NIL && !keeping.enabled)))
		replace(&keeping, wanted, model, changes);
	orm_owner_end(identity);
}
