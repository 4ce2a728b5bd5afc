/*
 * version.c - the trigger function orm.count_version: the column of the
 * element orm.version counts the changes of a row, by any statement.
 *
 * The column is that of the trigger's condition:
 *
 *     CREATE TRIGGER orm_version BEFORE UPDATE ON posts
 *     FOR EACH ROW WHEN (OLD.version IS NOT NULL) EXECUTE FUNCTION orm.count_version();
 *
 * An argument would be text, and wrong after the column is renamed.  The
 * condition follows the column, is dumped with its present name, and makes the
 * trigger depend on it, so that the column cannot be dropped without the
 * trigger.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/sysattr.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "fmgr.h"
#include "nodes/bitmapset.h"
#include "nodes/primnodes.h"
#include "optimizer/optimizer.h"
#include "utils/builtins.h"
#include "utils/rel.h"

PG_FUNCTION_INFO_V1(orm_sql_count_version);

/* The types of version columns, and their largest values. */
static const struct
{
	Oid type;
	int64 maximum;
} counters[] = {
	{INT2OID, PG_INT16_MAX},
	{INT4OID, PG_INT32_MAX},
	{INT8OID, PG_INT64_MAX},
};

/* The only column of the old row that the trigger's condition names, or 0. */
static AttrNumber
column_of_condition(const Trigger *trigger)
{
	Bitmapset *columns = NULL;
	int member;

	if (trigger->tgqual == NULL)
		return InvalidAttrNumber;
	pull_varattnos((Node *) stringToNode(trigger->tgqual), PRS2_OLD_VARNO, &columns);
	if (bms_membership(columns) != BMS_SINGLETON)
		return InvalidAttrNumber;
	member = bms_singleton_member(columns) + FirstLowInvalidHeapAttributeNumber;
	return member > 0 ? member : InvalidAttrNumber;
}

/* The column, found once for a statement. */
static AttrNumber
counted_column(FunctionCallInfo fcinfo, const TriggerData *trigger)
{
	AttrNumber *column = fcinfo->flinfo->fn_extra;

	if (column == NULL)
	{
		column = MemoryContextAlloc(fcinfo->flinfo->fn_mcxt, sizeof(AttrNumber));
		*column = column_of_condition(trigger->tg_trigger);
		fcinfo->flinfo->fn_extra = column;
	}
	if (*column == InvalidAttrNumber)
		ereport(ERROR, errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				errmsg("could not determine the version column of trigger \"%s\" of table \"%s\"",
					   trigger->tg_trigger->tgname, RelationGetRelationName(trigger->tg_relation)),
				errhint("The condition of the trigger must use that column alone: WHEN (OLD.version IS NOT NULL)."));
	return *column;
}

/* The largest value of a version column of this type, or 0 for any other type. */
static int64
maximum_of(Oid type)
{
	for (int i = 0; i < (int) lengthof(counters); i++)
		if (counters[i].type == type)
			return counters[i].maximum;
	return 0;
}

/* A value of one of these types as a number. */
static int64
number_of(Oid type, Datum value)
{
	return type == INT2OID ? DatumGetInt16(value) : type == INT4OID ? DatumGetInt32(value) : DatumGetInt64(value);
}

/* A number as a value of one of these types. */
static Datum
value_of(Oid type, int64 number)
{
	return type == INT2OID ? Int16GetDatum((int16) number)
		: type == INT4OID  ? Int32GetDatum((int32) number)
						   : Int64GetDatum(number);
}

/* The next version of the old row; raises 42804 and 22003. */
static Datum
next_version(const TriggerData *trigger, AttrNumber column)
{
	TupleDesc descriptor = RelationGetDescr(trigger->tg_relation);
	Form_pg_attribute attribute = TupleDescAttr(descriptor, column - 1);
	int64 maximum = maximum_of(attribute->atttypid);
	bool isnull;
	Datum old = heap_getattr(trigger->tg_trigtuple, column, descriptor, &isnull);

	if (maximum == 0)
		ereport(ERROR, errcode(ERRCODE_DATATYPE_MISMATCH),
				errmsg("column \"%s\" of table \"%s\" cannot be a version column", NameStr(attribute->attname),
					   RelationGetRelationName(trigger->tg_relation)),
				errdetail("Its type is %s.", format_type_be(attribute->atttypid)));
	if (isnull)
		return value_of(attribute->atttypid, 1);
	if (number_of(attribute->atttypid, old) == maximum)
		ereport(
			ERROR, errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
			errmsg("version of a row of table \"%s\" is out of range", RelationGetRelationName(trigger->tg_relation)),
			errdetail("Column \"%s\" of type %s has reached its maximum.", NameStr(attribute->attname),
					  format_type_be(attribute->atttypid)));
	return value_of(attribute->atttypid, number_of(attribute->atttypid, old) + 1);
}

/* orm.count_version(): sets the column to its old value plus one, whatever the statement sets. */
Datum
orm_sql_count_version(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = (TriggerData *) fcinfo->context;
	bool isnull = false;
	int column;
	Datum next;

	if (!CALLED_AS_TRIGGER(fcinfo) || !TRIGGER_FIRED_BEFORE(trigger->tg_event) ||
		!TRIGGER_FIRED_FOR_ROW(trigger->tg_event) || !TRIGGER_FIRED_BY_UPDATE(trigger->tg_event))
		ereport(ERROR, errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				errmsg("function \"%s\" must be called by a trigger BEFORE UPDATE FOR EACH ROW", "orm.count_version"));
	column = counted_column(fcinfo, trigger);
	next = next_version(trigger, column);
	return PointerGetDatum(heap_modify_tuple_by_cols(trigger->tg_newtuple, RelationGetDescr(trigger->tg_relation), 1,
													 &column, &next, &isnull));
}
