/*
 * keep.c - the trigger function orm.keep_attributes, and the function of its
 * condition; see model/kept.h.
 *
 * Values are compared as they are stored: 1.0 and 1.00 are not the same.
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

PG_FUNCTION_INFO_V1(orm_sql_write_once);
PG_FUNCTION_INFO_V1(orm_sql_keep_attributes);

/* orm.write_once("any") */
Datum
orm_sql_write_once(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(true);
}

/* The columns that the trigger keeps, read once for a statement. */
static List *
kept_columns(FunctionCallInfo fcinfo, const TriggerData *trigger)
{
	if (fcinfo->flinfo->fn_extra == NULL)
	{
		MemoryContext caller = MemoryContextSwitchTo(fcinfo->flinfo->fn_mcxt);

		fcinfo->flinfo->fn_extra = orm_kept_read(trigger->tg_trigger->tgqual);
		MemoryContextSwitchTo(caller);
	}
	return fcinfo->flinfo->fn_extra;
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
check_once(const List *columns, Relation relation, HeapTuple old, HeapTuple row)
{
	TupleDesc descriptor = RelationGetDescr(relation);
	ListCell *cell;

	foreach(cell, columns)
	{
		AttrNumber number = lfirst_int(cell);
		Form_pg_attribute column = TupleDescAttr(descriptor, number - 1);
		bool was_null;
		bool isnull;
		Datum before = heap_getattr(old, number, descriptor, &was_null);
		Datum after = heap_getattr(row, number, descriptor, &isnull);
		char *key;

		if (was_null || (!isnull && datum_image_eq(before, after, column->attbyval, column->attlen)))
			continue;
		key = key_text(relation, old);
		ereport(ERROR, errcode(ERRCODE_GENERATED_ALWAYS),
				errmsg("column \"%s\" of relation \"%s\" cannot be changed", NameStr(column->attname),
					   RelationGetRelationName(relation)),
				key != NULL ? errdetail("It is written once, and row %s has a value for it.", key)
							: errdetail("It is written once, and the row has a value for it."),
				errtablecol(relation, number));
	}
}

/* orm.keep_attributes() */
Datum
orm_sql_keep_attributes(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = (TriggerData *) fcinfo->context;

	if (!CALLED_AS_TRIGGER(fcinfo) || !TRIGGER_FIRED_BEFORE(trigger->tg_event) ||
		!TRIGGER_FIRED_FOR_ROW(trigger->tg_event) || TRIGGER_FIRED_BY_DELETE(trigger->tg_event))
		ereport(ERROR, errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				errmsg("function \"%s\" must be called by a trigger BEFORE INSERT OR UPDATE FOR EACH ROW",
					   "orm.keep_attributes"));
	if (!TRIGGER_FIRED_BY_UPDATE(trigger->tg_event))
		return PointerGetDatum(trigger->tg_trigtuple);
	check_once(kept_columns(fcinfo, trigger), trigger->tg_relation, trigger->tg_trigtuple, trigger->tg_newtuple);
	return PointerGetDatum(trigger->tg_newtuple);
}
