/*
 * keep.c - making and dropping the trigger that keeps what models say of
 * attributes; see keep.h.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/partition.h"
#include "catalog/pg_class.h"
#include "catalog/pg_trigger.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/partcache.h"
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
#include "model/row_expression.h"

/* An item of the trigger's condition. */
typedef struct KeptItem
{
	AttrNumber column;
	bool write_once;
	char *expression; /* what is stored, over NEW; NULL: write_once */
} KeptItem;

/* The trigger of a relation. */
typedef struct Keeping
{
	Oid relid;
	bool exists;
	bool enabled;
	bool inherited; /* from a partitioned table: not to be changed here */
	List *items;	/* of KeptItem * */
} Keeping;

/* Adds the items of a condition. */
static void
read_items(Keeping *keeping, char *condition)
{
	ListCell *cell;

	foreach(cell, orm_kept_read(condition))
	{
		const OrmKept *kept = lfirst(cell);
		KeptItem *item = palloc0(sizeof(KeptItem));

		item->column = kept->column;
		item->write_once = kept->write_once;
		if (kept->normalizes != NULL)
			item->expression = orm_row_expression_print(kept->normalizes, keeping->relid, "new");
		keeping->items = lappend(keeping->items, item);
	}
}

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
		read_items(&keeping, isnull ? NULL : TextDatumGetCString(condition));
	}
	systable_endscan(scan);
	table_close(triggers, AccessShareLock);
	return keeping;
}

/* The item of a list for that column, or NULL. */
static KeptItem *
find_item(const List *items, AttrNumber column, bool write_once)
{
	ListCell *cell;

	foreach(cell, items)
	{
		KeptItem *item = lfirst(cell);

		if (item->column == column && item->write_once == write_once)
			return item;
	}
	return NULL;
}

/* Are two lists the same? */
static bool
same_items(const List *a, const List *b)
{
	ListCell *cell;

	if (list_length(a) != list_length(b))
		return false;
	foreach(cell, a)
	{
		const KeptItem *item = lfirst(cell);
		const KeptItem *other = find_item(b, item->column, item->write_once);

		if (other == NULL || (item->expression != NULL && strcmp(item->expression, other->expression) != 0))
			return false;
	}
	return true;
}

/* A column of a declaration that is kept. */
typedef struct KeptColumn
{
	const Keeping *keeping;
	const OrmDeclaredColumn *column;
	AttrNumber attnum;
	char *expression; /* the result */
} KeptColumn;

/* Raises 42P16: what is asked of a column cannot be. */
static void
refuse(const KeptColumn *wanted, const char *key, const char *detail)
{
	OrmElementPlace place;

	ereport(ERROR, errcode(ERRCODE_INVALID_TABLE_DEFINITION),
			errmsg("column \"%s\" cannot have \"%s\"", wanted->column->name, key),
			errdetail("At %s. %s",
					  orm_path_text(orm_declaration_place(&place, wanted->column->position, "column", key)), detail));
}

/* Is the column a part of the relation's partition key? */
static bool
is_partition_key(Oid relid, AttrNumber column)
{
	Relation relation = table_open(relid, AccessShareLock);
	Bitmapset *columns = bms_make_singleton(column - FirstLowInvalidHeapAttributeNumber);
	bool expressions;
	bool is = has_partition_attrs(relation, columns, &expressions);

	table_close(relation, NoLock);
	return is;
}

/* Raises for a relation or column that the trigger cannot keep. */
static void
check_kept(const KeptColumn *wanted, const char *key)
{
	Oid relid = wanted->keeping->relid;
	char relkind = get_rel_relkind(relid);
	OrmElementPlace place;

	if (relkind != RELKIND_RELATION && relkind != RELKIND_PARTITIONED_TABLE)
		ereport(ERROR, errcode(ERRCODE_WRONG_OBJECT_TYPE),
				errmsg("\"%s\" cannot be given for \"%s\"", key, get_rel_name(relid)),
				errdetail("At %s. It is kept by a trigger, and \"%s\" is not a table.",
						  orm_path_text(orm_declaration_place(&place, wanted->column->position, "column", key)),
						  get_rel_name(relid)));
	if (get_attgenerated(relid, wanted->attnum) != '\0')
		refuse(wanted, key, "It is a generated column.");
}

/* Reads and prints the expression of "normalizes". */
static void
analyze(KeptColumn *wanted)
{
	Oid relid = wanted->keeping->relid;
	MemoryContext caller = CurrentMemoryContext;
	OrmElementPlace place;
	Oid type;
	int32 typmod;
	Oid collation;

	get_atttypetypmodcoll(relid, wanted->attnum, &type, &typmod, &collation);
	PG_TRY();
	{
		Node *node = orm_row_expression_analyze(relid, wanted->column->normalizes, type, typmod, COERCE_IMPLICIT_CAST,
												EXPR_KIND_TRIGGER_WHEN, NULL, NULL);

		wanted->expression = orm_row_expression_print(node, relid, "new");
	}
	PG_CATCH();
	{
		orm_error_rethrow_at(orm_declaration_place(&place, wanted->column->position, "column", "normalizes"), caller);
	}
	PG_END_TRY();
}

/* Adds an item, unless another model has it; raises 42710 where that says something else. */
static List *
add_item(List *items, const KeptColumn *wanted, bool write_once)
{
	KeptItem *item = find_item(items, wanted->attnum, write_once);
	OrmElementPlace place;

	if (item != NULL && item->expression != NULL && strcmp(item->expression, wanted->expression) != 0)
		ereport(ERROR, errcode(ERRCODE_DUPLICATE_OBJECT),
				errmsg("column \"%s\" of relation \"%s\" is normalized otherwise by another model",
					   wanted->column->name, get_rel_name(wanted->keeping->relid)),
				orm_error_place(orm_declaration_place(&place, wanted->column->position, "column", "normalizes")));
	if (item != NULL)
		return items;
	item = palloc0(sizeof(KeptItem));
	item->column = wanted->attnum;
	item->write_once = write_once;
	item->expression = write_once ? NULL : wanted->expression;
	return lappend(items, item);
}

/* Adds what a declaration wants kept of columns that are there. */
static List *
add_wanted(List *items, const Keeping *keeping, const OrmDeclaration *declaration)
{
	ListCell *cell;

	foreach(cell, declaration->columns)
	{
		const OrmDeclaredColumn *column = lfirst(cell);
		KeptColumn wanted = {keeping, column, get_attnum(keeping->relid, column->name), NULL};

		if (wanted.attnum <= 0)
			continue;
		if (column->write_once == ORM_YES)
		{
			check_kept(&wanted, "write_once");
			items = add_item(items, &wanted, true);
		}
		if (column->normalizes == NULL)
			continue;
		check_kept(&wanted, "normalizes");
		if (is_partition_key(keeping->relid, wanted.attnum))
			refuse(&wanted, "normalizes", "It is part of the partition key.");
		analyze(&wanted);
		items = add_item(items, &wanted, false);
	}
	return items;
}

/* What all models of a relation want kept. */
static List *
wanted_items(const Keeping *keeping, const char *model, const OrmDeclaration *declaration)
{
	List *items = NIL;
	ListCell *cell;

	foreach(cell, orm_registry_of_relation(keeping->relid))
	{
		OrmRegistered *row = lfirst(cell);

		if (strcmp(row->name, model) != 0)
			items = add_wanted(items, keeping, orm_register_declaration(row));
	}
	return declaration != NULL ? add_wanted(items, keeping, declaration) : items;
}

/* The items of the trigger that are wanted, whatever their expressions. */
static List *
still_wanted(const Keeping *keeping, const List *wanted)
{
	List *items = NIL;
	ListCell *cell;

	foreach(cell, keeping->items)
	{
		KeptItem *item = lfirst(cell);

		if (find_item(wanted, item->column, item->write_once) != NULL)
			items = lappend(items, item);
	}
	return items;
}

/* qsort comparator for list_sort(): in the order of columns. */
static int
compare_items(const ListCell *a, const ListCell *b)
{
	const KeptItem *left = lfirst(a);
	const KeptItem *right = lfirst(b);

	return left->column != right->column ? left->column - right->column : left->write_once - right->write_once;
}

/* Appends the condition of the trigger. */
static void
append_condition(StringInfo sql, Oid relid, List *items)
{
	ListCell *cell;

	list_sort(items, compare_items);
	foreach(cell, items)
	{
		const KeptItem *item = lfirst(cell);

		appendStringInfo(sql, "%sorm.%s(NEW.", foreach_current_index(cell) > 0 ? " OR " : "",
						 item->write_once ? "write_once" : "normalizes");
		orm_sql_name(sql, get_attname(relid, item->column, false));
		if (item->expression != NULL)
			appendStringInfo(sql, ", (%s)", item->expression);
		appendStringInfoChar(sql, ')');
	}
}

/* Makes the trigger anew with these items, or drops it where there are none. */
static void
replace(const Keeping *keeping, List *items, const char *model, List **changes)
{
	const char *action = items == NIL ? "dropped" : keeping->exists ? "replaced" : "created";
	StringInfoData relation;
	StringInfoData sql;

	initStringInfo(&relation);
	orm_sql_relation(&relation, keeping->relid);
	if (keeping->exists)
		orm_execute_statement(psprintf("DROP TRIGGER \"%s\" ON %s", ORM_KEPT_TRIGGER, relation.data));
	if (items != NIL)
	{
		initStringInfo(&sql);
		appendStringInfo(&sql, "CREATE TRIGGER \"%s\" BEFORE INSERT OR UPDATE ON %s FOR EACH ROW WHEN (",
						 ORM_KEPT_TRIGGER, relation.data);
		append_condition(&sql, keeping->relid, items);
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
	wanted = wanted_items(&keeping, model, declaration);
	if (!make)
		wanted = still_wanted(&keeping, wanted);
	if (!keeping.inherited && (!same_items(wanted, keeping.items) || (make && wanted != NIL && !keeping.enabled)))
		replace(&keeping, wanted, model, changes);
	orm_owner_end(identity);
}
