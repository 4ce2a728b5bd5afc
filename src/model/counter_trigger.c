/*
 * counter_trigger.c - the triggers that keep counters; see counter_trigger.h.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/dependency.h"
#include "catalog/indexing.h"
#include "catalog/pg_depend.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_trigger.h"
#include "commands/defrem.h"
#include "commands/trigger.h"
#include "nodes/value.h"
#include "parser/parse_func.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/rel.h"

#include "base/names.h"
#include "base/sql.h"
#include "model/counter_trigger.h"

/* What is said of an event. */
static const struct
{
	const char *word;
	const char *sql;
	int16 type;
	const char *tables;
} events[] = {
	[ORM_COUNTER_CREATE] = {"create", "INSERT", TRIGGER_TYPE_INSERT, " REFERENCING NEW TABLE AS " ORM_COUNTER_NEW},
	[ORM_COUNTER_UPDATE] = {"update", "UPDATE", TRIGGER_TYPE_UPDATE,
							" REFERENCING OLD TABLE AS " ORM_COUNTER_OLD " NEW TABLE AS " ORM_COUNTER_NEW},
	[ORM_COUNTER_DELETE] = {"delete", "DELETE", TRIGGER_TYPE_DELETE, " REFERENCING OLD TABLE AS " ORM_COUNTER_OLD},
	[ORM_COUNTER_TRUNCATE] = {"truncate", "TRUNCATE", TRIGGER_TYPE_TRUNCATE, ""},
	[ORM_COUNTER_KEY] = {"key", "UPDATE OF ", TRIGGER_TYPE_UPDATE | TRIGGER_TYPE_ROW, ""},
};

Oid
orm_counter_trigger_function(void)
{
	return LookupFuncName(list_make2(makeString("orm"), makeString("keep_counters")), 0, NULL, true);
}

/* The arguments of a trigger: List of char *. */
static List *
read_arguments(HeapTuple tuple, TupleDesc descriptor)
{
	bool isnull;
	Datum value = heap_getattr(tuple, Anum_pg_trigger_tgargs, descriptor, &isnull);
	int n = ((Form_pg_trigger) GETSTRUCT(tuple))->tgnargs;
	List *arguments = NIL;
	char *text;

	if (isnull || n == 0)
		return NIL;
	text = VARDATA_ANY(DatumGetByteaPP(value));
	for (int i = 0; i < n; i++)
	{
		arguments = lappend(arguments, pstrdup(text));
		text += strlen(text) + 1;
	}
	return arguments;
}

/* Reads a trigger; NULL: it does not keep counters. */
static OrmCounterTrigger *
read_trigger(HeapTuple tuple, TupleDesc descriptor, Oid function)
{
	Form_pg_trigger form = (Form_pg_trigger) GETSTRUCT(tuple);
	List *arguments = form->tgfoid == function ? read_arguments(tuple, descriptor) : NIL;
	OrmCounterTrigger *trigger;

	if (list_length(arguments) != 2)
		return NULL;
	for (int event = 0; event <= ORM_COUNTER_KEY; event++)
	{
		if (form->tgtype != events[event].type)
			continue;
		trigger = palloc(sizeof(OrmCounterTrigger));
		trigger->oid = form->oid;
		trigger->relid = form->tgrelid;
		trigger->name = pstrdup(NameStr(form->tgname));
		trigger->model = linitial(arguments);
		trigger->relationship = lsecond(arguments);
		trigger->event = event;
		trigger->enabled = form->tgenabled != TRIGGER_DISABLED;
		return OidIsValid(form->tgparentid) ? NULL : trigger;
	}
	return NULL;
}

/* The triggers that a scan key of pg_trigger finds by an index. */
static List *
find_triggers(AttrNumber column, Oid index, Oid value)
{
	Relation triggers = table_open(TriggerRelationId, AccessShareLock);
	Oid function = orm_counter_trigger_function();
	List *found = NIL;
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple tuple;

	ScanKeyInit(&key, column, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(value));
	scan = systable_beginscan(triggers, index, true, NULL, 1, &key);
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		OrmCounterTrigger *trigger = read_trigger(tuple, RelationGetDescr(triggers), function);

		if (trigger != NULL)
			found = lappend(found, trigger);
	}
	systable_endscan(scan);
	table_close(triggers, AccessShareLock);
	return found;
}

List *
orm_counter_trigger_of(Oid relid)
{
	return find_triggers(Anum_pg_trigger_tgrelid, TriggerRelidNameIndexId, relid);
}

/* They depend on the function. */
List *
orm_counter_trigger_all(void)
{
	Relation depend = table_open(DependRelationId, AccessShareLock);
	List *oids = NIL;
	List *found = NIL;
	ScanKeyData keys[2];
	SysScanDesc scan;
	HeapTuple tuple;
	ListCell *cell;

	ScanKeyInit(&keys[0], Anum_pg_depend_refclassid, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(ProcedureRelationId));
	ScanKeyInit(&keys[1], Anum_pg_depend_refobjid, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(orm_counter_trigger_function()));
	scan = systable_beginscan(depend, DependReferenceIndexId, true, NULL, 2, keys);
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
		if (((Form_pg_depend) GETSTRUCT(tuple))->classid == TriggerRelationId)
			oids = lappend_oid(oids, ((Form_pg_depend) GETSTRUCT(tuple))->objid);
	systable_endscan(scan);
	table_close(depend, AccessShareLock);
	foreach(cell, oids)
		found = list_concat(found, find_triggers(Anum_pg_trigger_oid, TriggerOidIndexId, lfirst_oid(cell)));
	return found;
}

bool
orm_counter_trigger_is_of(const Trigger *trigger, Relation relation)
{
	const OrmRegistered *row = trigger->tgnargs > 0 ? orm_registry_find_if_unique(trigger->tgargs[0]) : NULL;

	return row != NULL && row->mapped && row->relid == RelationGetRelid(relation);
}

bool
orm_counter_trigger_is_kept(Oid holder, const char *model, const char *relationship)
{
	int found = 0;
	ListCell *cell;

	foreach(cell, orm_counter_trigger_of(holder))
	{
		const OrmCounterTrigger *trigger = lfirst(cell);

		if (trigger->enabled && strcmp(trigger->model, model) == 0 && strcmp(trigger->relationship, relationship) == 0)
			found |= 1 << trigger->event;
	}
	return (found | 1 << ORM_COUNTER_KEY) == (1 << (ORM_COUNTER_KEY + 1)) - 1;
}

char *
orm_counter_trigger_statement(OrmCounterEvent event, const char *name, Oid relid, const char *model,
							  const char *relationship, const char *keys)
{
	StringInfoData sql;

	initStringInfo(&sql);
	appendStringInfoString(&sql, "CREATE TRIGGER ");
	orm_sql_name(&sql, name);
	appendStringInfo(&sql, " AFTER %s%s ON ", events[event].sql, event == ORM_COUNTER_KEY ? keys : "");
	orm_sql_relation(&sql, relid);
	appendStringInfo(&sql, "%s FOR EACH %s EXECUTE FUNCTION orm.keep_counters(", events[event].tables,
					 event == ORM_COUNTER_KEY ? "ROW" : "STATEMENT");
	orm_sql_literal(&sql, model);
	appendStringInfoString(&sql, ", ");
	orm_sql_literal(&sql, relationship);
	appendStringInfoChar(&sql, ')');
	return sql.data;
}

char *
orm_counter_trigger_name(OrmCounterEvent event, Oid relid, const char *model, const char *relationship)
{
	char *first = psprintf("orm_counter_%s", events[event].word);
	char *second = psprintf("%s_%s", orm_name_snake(model), relationship);
	char *name = makeObjectName(first, second, NULL);

	for (int i = 1; OidIsValid(get_trigger_oid(relid, name, true)); i++)
		name = makeObjectName(first, second, psprintf("%d", i));
	return name;
}
