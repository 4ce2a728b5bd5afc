/*
 * keep.c - the trigger function orm.keep_attributes, and the functions of its
 * condition; see model/kept.h.
 *
 * A column is normalized first, then rows are stamped, and the result is what is written once.  Values
 * are compared as they are stored: 1.0 and 1.00 are not the same.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "commands/trigger.h"
#include "fmgr.h"
#include "utils/datum.h"
#include "utils/rel.h"

#include "base/compat.h"
#include "model/kept.h"
#include "model/normalize.h"

PG_FUNCTION_INFO_V1(orm_sql_keep_word);
PG_FUNCTION_INFO_V1(orm_sql_keep_attributes);

/* orm.write_once("any"), orm.normalizes("any", "any") */
Datum
orm_sql_keep_word(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(true);
}

/* A record of the trigger's condition, ready to be used. */
typedef struct Keeper
{
	OrmKeptKind kind;
	AttrNumber column;
	OrmNormalizer *normalizer; /* not of ONCE */
} Keeper;

/* Raises 42P10 for the expression of a hand-written condition that names other columns, or the old row. */
static void
check_columns(const OrmKept *kept, Relation relation)
{
	if (kept->names_others)
		ereport(ERROR, errcode(ERRCODE_INVALID_COLUMN_REFERENCE),
				errmsg("\"%s\" of column \"%s\" must not name other columns", orm_kept_word(kept->kind),
					   NameStr(TupleDescAttr(RelationGetDescr(relation), kept->column - 1)->attname)),
				errtablecol(relation, kept->column));
}

/* The records of the trigger, read once for a statement. */
static List *
keepers(FunctionCallInfo fcinfo, const TriggerData *trigger)
{
	MemoryContext caller;
	List *list = NIL;
	ListCell *cell;

	if (fcinfo->flinfo->fn_extra != NULL)
		return fcinfo->flinfo->fn_extra;
	caller = MemoryContextSwitchTo(fcinfo->flinfo->fn_mcxt);
	foreach(cell, orm_kept_read(trigger->tg_trigger->tgqual))
	{
		const OrmKept *kept = lfirst(cell);
		Form_pg_attribute column = TupleDescAttr(RelationGetDescr(trigger->tg_relation), kept->column - 1);
		Keeper *keeper = palloc0(sizeof(Keeper));

		check_columns(kept, trigger->tg_relation);
		keeper->kind = kept->kind;
		keeper->column = kept->column;
		if (kept->expression != NULL)
			keeper->normalizer = orm_normalize_make(kept->expression, column->atttypid, column->atttypmod);
		list = lappend(list, keeper);
	}
	fcinfo->flinfo->fn_extra = list;
	MemoryContextSwitchTo(caller);
	return list;
}

/* The row with the value of a column's expression; the row itself where that is the same. */
static HeapTuple
set_value(const Keeper *keeper, Relation relation, HeapTuple row)
{
	TupleDesc descriptor = RelationGetDescr(relation);
	Form_pg_attribute column = TupleDescAttr(descriptor, keeper->column - 1);
	int number = keeper->column;
	bool was_null;
	Datum before = heap_getattr(row, number, descriptor, &was_null);
	bool isnull = was_null;
	Datum value = orm_normalize_run(keeper->normalizer, before, &isnull);

	if (isnull == was_null && (isnull || datum_image_eq(before, value, column->attbyval, column->attlen)))
		return row;
	return heap_modify_tuple_by_cols(row, descriptor, 1, &number, &value, &isnull);
}

/* The primary key of a row as the server writes it, (id)=(1); NULL: there is none that may be read. */
static char *
key_text(Relation relation, HeapTuple row)
{
	Oid index = orm_primary_key_index(relation);
	Relation key = OidIsValid(index) ? index_open(index, AccessShareLock) : NULL;
	Datum values[INDEX_MAX_KEYS];
	bool isnull[INDEX_MAX_KEYS];
	char *text;

	if (key == NULL)
		return NULL;
	for (int i = 0; i < IndexRelationGetNumberOfKeyAttributes(key); i++)
		values[i] = heap_getattr(row, key->rd_index->indkey.values[i], RelationGetDescr(relation), &isnull[i]);
	text = BuildIndexValueDescription(key, values, isnull);
	index_close(key, AccessShareLock);
	return text;
}

/* Raises 428C9 for a column of the old row that has a value, and another one in the new row. */
static void
check_once(AttrNumber number, Relation relation, HeapTuple old, HeapTuple row)
{
	TupleDesc descriptor = RelationGetDescr(relation);
	Form_pg_attribute column = TupleDescAttr(descriptor, number - 1);
	bool was_null;
	bool isnull;
	Datum before = heap_getattr(old, number, descriptor, &was_null);
	Datum after = heap_getattr(row, number, descriptor, &isnull);
	char *key;

	if (was_null || (!isnull && datum_image_eq(before, after, column->attbyval, column->attlen)))
		return;
	key = key_text(relation, old);
	ereport(ERROR, errcode(ERRCODE_GENERATED_ALWAYS),
			errmsg("column \"%s\" of relation \"%s\" cannot be changed", NameStr(column->attname),
				   RelationGetRelationName(relation)),
			key != NULL ? errdetail("It is written once, and row %s has a value for it.", key)
						: errdetail("It is written once, and the row has a value for it."),
			errtablecol(relation, number));
}

/* Is the value of a column the same in two rows? */
static bool
is_same(Relation relation, AttrNumber number, HeapTuple old, HeapTuple row)
{
	TupleDesc descriptor = RelationGetDescr(relation);
	Form_pg_attribute column = TupleDescAttr(descriptor, number - 1);
	bool was_null;
	bool isnull;
	Datum before = heap_getattr(old, number, descriptor, &was_null);
	Datum after = heap_getattr(row, number, descriptor, &isnull);

	return was_null == isnull && (isnull || datum_image_eq(before, after, column->attbyval, column->attlen));
}

/* Does an UPDATE change the row?  Generated columns are not there yet, and follow the others. */
static bool
changes(const TriggerData *trigger, HeapTuple row)
{
	TupleDesc descriptor = RelationGetDescr(trigger->tg_relation);

	for (int i = 1; i <= descriptor->natts; i++)
		if (!TupleDescAttr(descriptor, i - 1)->attisdropped && TupleDescAttr(descriptor, i - 1)->attgenerated == '\0' &&
			!is_same(trigger->tg_relation, i, trigger->tg_trigtuple, row))
			return true;
	return false;
}

/* The row as a record of the trigger has it; *changed: whether the UPDATE changes it, -1: not known. */
static HeapTuple
keep(const Keeper *keeper, const TriggerData *trigger, HeapTuple row, int *changed)
{
	bool update = TRIGGER_FIRED_BY_UPDATE(trigger->tg_event);

	switch (keeper->kind)
	{
		case ORM_KEPT_NORMALIZED:
			return set_value(keeper, trigger->tg_relation, row);
		case ORM_KEPT_CREATED:
			return update || !heap_attisnull(row, keeper->column, RelationGetDescr(trigger->tg_relation))
				? row
				: set_value(keeper, trigger->tg_relation, row);
		case ORM_KEPT_UPDATED:
			if (update && *changed < 0)
				*changed = changes(trigger, row);
			return update && *changed && is_same(trigger->tg_relation, keeper->column, trigger->tg_trigtuple, row)
				? set_value(keeper, trigger->tg_relation, row)
				: row;
		case ORM_KEPT_ONCE:
			if (update)
				check_once(keeper->column, trigger->tg_relation, trigger->tg_trigtuple, row);
			return row;
	}
	return row;
}

/* orm.keep_attributes() */
Datum
orm_sql_keep_attributes(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = (TriggerData *) fcinfo->context;
	HeapTuple row;
	ListCell *cell;
	int changed = -1;

	if (!CALLED_AS_TRIGGER(fcinfo) || !TRIGGER_FIRED_BEFORE(trigger->tg_event) ||
		!TRIGGER_FIRED_FOR_ROW(trigger->tg_event) || TRIGGER_FIRED_BY_DELETE(trigger->tg_event))
		ereport(ERROR, errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				errmsg("function \"%s\" must be called by a trigger BEFORE INSERT OR UPDATE FOR EACH ROW",
					   "orm.keep_attributes"));
	row = TRIGGER_FIRED_BY_UPDATE(trigger->tg_event) ? trigger->tg_newtuple : trigger->tg_trigtuple;
	foreach(cell, keepers(fcinfo, trigger))
		row = keep(lfirst(cell), trigger, row, &changed);
	return PointerGetDatum(row);
}
