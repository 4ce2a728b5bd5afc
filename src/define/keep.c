/*
 * keep.c - making and dropping the trigger that keeps what models say of
 * attributes; see keep.h.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/sysattr.h"
#include "access/table.h"
#include "catalog/partition.h"
#include "catalog/pg_class.h"
#include "catalog/pg_trigger.h"
#include "commands/trigger.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/syscache.h"

#include "base/error.h"
#include "base/sql.h"
#include "define/compute.h"
#include "define/hooking.h"
#include "define/keep.h"
#include "define/owner.h"
#include "define/register.h"
#include "define/report.h"
#include "define/rule.h"
#include "define/version.h"
#include "exec/execute.h"
#include "model/kept.h"
#include "model/normalize.h"
#include "model/row_expression.h"
#include "model/stamp.h"

/* The trigger of a relation. */
typedef struct Keeping
{
	Oid relid;
	bool exists;
	bool enabled;
	bool inherited; /* from a partitioned table: not to be changed here */
	List *kept;		/* of OrmKept * */
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
		keeping.kept = orm_kept_read(isnull ? NULL : TextDatumGetCString(condition));
	}
	systable_endscan(scan);
	table_close(triggers, AccessShareLock);
	return keeping;
}

/* Do two records mean the same? */
static bool
same_record(Oid relid, const OrmKept *a, const OrmKept *b)
{
	if (a == NULL || a->kind != b->kind || a->column != b->column || (a->expression == NULL) != (b->expression == NULL))
		return false;
	return a->expression == NULL ||
		strcmp(orm_row_expression_print(a->expression, relid, NULL),
			   orm_row_expression_print(b->expression, relid, NULL)) == 0;
}

/* Are two lists the same? */
static bool
same_kept(Oid relid, const List *a, const List *b)
{
	ListCell *cell;

	foreach(cell, a)
	{
		const OrmKept *kept = lfirst(cell);

		if (!same_record(relid, orm_kept_find(b, kept->kind, kept->column), kept))
			return false;
	}
	return list_length(a) == list_length(b);
}

/* Does the column, or one of its name in a table that this one is a partition of, belong to a partition key? */
static bool
is_partition_key(Oid relid, const char *column)
{
	List *tables = list_make1_oid(relid);
	ListCell *cell;
	bool is = false;

	if (get_rel_relispartition(relid))
		tables = list_concat(tables, get_partition_ancestors(relid));
	foreach(cell, tables)
	{
		Relation relation = table_open(lfirst_oid(cell), AccessShareLock);
		AttrNumber attnum = get_attnum(lfirst_oid(cell), column);

		is = is || has_partition_attrs(relation, bms_make_singleton(attnum - FirstLowInvalidHeapAttributeNumber), NULL);
		table_close(relation, AccessShareLock);
	}
	return is;
}

/* What a declaration says of a column. */
typedef struct Wish
{
	OrmKeptKind kind;
	AttrNumber attnum;
	const char *name;				 /* of the column */
	const char *word;				 /* the key or element that says so */
	const OrmPath *path;			 /* its place */
	const OrmDeclaredColumn *column; /* NORMALIZED */
	const OrmStampRule *rule;		 /* CREATED, UPDATED */
} Wish;

/* Raises for a relation or column that the trigger cannot keep. */
static void
check_kept(Oid relid, const Wish *wish)
{
	char relkind = get_rel_relkind(relid);

	if (relkind != RELKIND_RELATION && relkind != RELKIND_PARTITIONED_TABLE)
		ereport(ERROR, errcode(ERRCODE_WRONG_OBJECT_TYPE),
				errmsg("\"%s\" cannot be given for \"%s\"", wish->word, get_rel_name(relid)),
				errdetail("At %s. It is kept by a trigger, and \"%s\" is not a table.", orm_path_text(wish->path),
						  get_rel_name(relid)));
	if (get_attgenerated(relid, wish->attnum) != '\0')
		ereport(ERROR, errcode(ERRCODE_INVALID_TABLE_DEFINITION),
				errmsg("column \"%s\" cannot have \"%s\"", wish->name, wish->word),
				errdetail("At %s. It is a generated column.", orm_path_text(wish->path)));
	if (wish->kind != ORM_KEPT_ONCE && is_partition_key(relid, wish->name))
		ereport(ERROR, errcode(ERRCODE_INVALID_TABLE_DEFINITION),
				errmsg("column \"%s\" cannot have \"%s\"", wish->name, wish->word),
				errdetail("At %s. It belongs to a partition key.", orm_path_text(wish->path)));
}

/* Does a column want to be kept so? */
static bool
wants(const OrmDeclaredColumn *column, OrmKeptKind kind)
{
	switch (kind)
	{
		case ORM_KEPT_NORMALIZED:
			return column->normalizes != NULL;
		case ORM_KEPT_ONCE:
			return column->write_once == ORM_YES;
		default:
			return false;
	}
}

/* Raises 42P17 for an expression that another model of the table has in another way. */
static void
refuse_other(Oid relid, const OrmKept *kept, const OrmKept *other, const Wish *wish)
{
	if (!same_record(relid, kept, other))
		ereport(ERROR, errcode(ERRCODE_INVALID_OBJECT_DEFINITION),
				errmsg("column \"%s\" has another \"%s\" in another model of its table", wish->name, wish->word),
				orm_error_place(wish->path));
}

/* The expression of a wish over the rows of the relation; NULL: it has none. */
static Node *
analyze(Oid relid, const Wish *wish)
{
	MemoryContext caller = CurrentMemoryContext;
	Node *volatile node = NULL;
	Oid type;
	int32 typmod;
	Oid collation;

	if (wish->kind == ORM_KEPT_NORMALIZED)
		return orm_normalize_analyze(relid, wish->attnum, wish->column);
	if (wish->rule == NULL)
		return NULL;
	get_atttypetypmodcoll(relid, wish->attnum, &type, &typmod, &collation);
	PG_TRY();
	{
		node = orm_row_expression_analyze(relid, orm_stamp_expression(wish->rule, type, typmod), type, typmod,
										  COERCE_IMPLICIT_CAST, EXPR_KIND_TRIGGER_WHEN, NULL, NULL);
	}
	PG_CATCH();
	{
		orm_error_rethrow_at(wish->path, caller);
	}
	PG_END_TRY();
	return node;
}

/* What of a relation is wanted; with "make" false only what is there. */
typedef struct WantedKept
{
	const Keeping *keeping;
	bool make;
	List *kept; /* of OrmKept * */
} WantedKept;

/* Adds what a declaration wants kept of a column in one way. */
static void
add_record(WantedKept *wanted, const Wish *wish)
{
	Oid relid = wanted->keeping->relid;
	const OrmKept *present = orm_kept_find(wanted->keeping->kept, wish->kind, wish->attnum);
	const OrmKept *other = orm_kept_find(wanted->kept, wish->kind, wish->attnum);
	OrmKept *kept = palloc0(sizeof(OrmKept));

	check_kept(relid, wish);
	if (!wanted->make)
	{
		if (present != NULL && other == NULL)
			wanted->kept = lappend(wanted->kept, unconstify(OrmKept *, present));
		return;
	}
	kept->kind = wish->kind;
	kept->column = wish->attnum;
	kept->expression = analyze(relid, wish);
	if (other != NULL)
		refuse_other(relid, kept, other, wish);
	else
		wanted->kept = lappend(wanted->kept, kept);
}

/* Adds what a declaration wants stamped. */
static void
add_stamps(WantedKept *wanted, const OrmDeclaration *declaration)
{
	ListCell *cell;

	foreach(cell, orm_stamp_rules(declaration))
	{
		const OrmStampRule *rule = lfirst(cell);
		OrmElementPlace place;
		Wish wish = {.name = rule->column, .word = rule->builder, .rule = rule};

		wish.path = orm_declaration_place(&place, rule->position, rule->builder, rule->key);
		wish.attnum = get_attnum(wanted->keeping->relid, rule->column);
		wish.kind = ORM_KEPT_CREATED;
		if (wish.attnum > 0 && rule->created)
			add_record(wanted, &wish);
		wish.kind = ORM_KEPT_UPDATED;
		if (wish.attnum > 0 && rule->updated)
			add_record(wanted, &wish);
	}
}

/* Adds what a declaration wants kept. */
static void
add_wanted(WantedKept *wanted, const OrmDeclaration *declaration)
{
	ListCell *cell;

	foreach(cell, declaration->columns)
	{
		const OrmDeclaredColumn *column = lfirst(cell);
		OrmElementPlace place;
		Wish wish = {.name = column->name, .column = column};

		wish.attnum = get_attnum(wanted->keeping->relid, column->name);
		for (int kind = 0; wish.attnum > 0 && kind < ORM_KEPT_KINDS; kind++)
			if (wants(column, kind))
			{
				wish.kind = kind;
				wish.word = orm_kept_word(kind);
				wish.path = orm_declaration_place(&place, column->position, "column", wish.word);
				add_record(wanted, &wish);
			}
	}
	add_stamps(wanted, declaration);
}

/* What all models of a relation want kept. */
static List *
find_wanted(const Keeping *keeping, const char *model, const OrmDeclaration *declaration, bool make)
{
	WantedKept wanted = {keeping, make, NIL};
	ListCell *cell;

	foreach(cell, orm_registry_of_relation(keeping->relid))
	{
		OrmRegistered *row = lfirst(cell);

		if (strcmp(row->name, model) != 0)
			add_wanted(&wanted, orm_register_declaration(row));
	}
	if (declaration != NULL)
		add_wanted(&wanted, declaration);
	orm_kept_sort(wanted.kept);
	return wanted.kept;
}

/* Appends the condition of the trigger. */
static void
append_condition(StringInfo sql, Oid relid, const List *list)
{
	ListCell *cell;

	foreach(cell, list)
	{
		const OrmKept *kept = lfirst(cell);

		if (foreach_current_index(cell) > 0)
			appendStringInfoString(sql, " OR ");
		else if (kept->expression != NULL)
			appendStringInfoString(sql, "true OR ");
		appendStringInfo(sql, "orm.%s(NEW.", orm_kept_word(kept->kind));
		orm_sql_name(sql, get_attname(relid, kept->column, false));
		if (kept->expression != NULL)
			appendStringInfo(sql, ", %s", orm_row_expression_print(kept->expression, relid, "new"));
		appendStringInfoChar(sql, ')');
	}
}

/* Makes the trigger anew for these records, or drops it where there are none. */
static void
replace(const Keeping *keeping, const List *kept, const char *model, List **changes)
{
	const char *action = kept == NIL ? "dropped" : keeping->exists ? "replaced" : "created";
	StringInfoData relation;
	StringInfoData sql;

	initStringInfo(&relation);
	orm_sql_relation(&relation, keeping->relid);
	if (keeping->exists)
		orm_execute_statement(psprintf("DROP TRIGGER \"%s\" ON %s", ORM_KEPT_TRIGGER, relation.data));
	if (kept != NIL)
	{
		initStringInfo(&sql);
		appendStringInfo(&sql, "CREATE TRIGGER \"%s\" BEFORE INSERT OR UPDATE ON %s FOR EACH ROW WHEN (",
						 ORM_KEPT_TRIGGER, relation.data);
		append_condition(&sql, keeping->relid, kept);
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
	orm_rule_reconcile(relid, model, declaration, make, changes);
	orm_hooking_reconcile(relid, model, declaration, make, changes);
	keeping = read_keeping(relid);
	wanted = find_wanted(&keeping, model, declaration, make);
	if (!keeping.inherited && (!same_kept(relid, wanted, keeping.kept) || (make && wanted != NIL && !keeping.enabled)))
		replace(&keeping, wanted, model, changes);
	orm_owner_end(identity);
}
