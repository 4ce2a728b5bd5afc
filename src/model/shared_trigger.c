/*
 * shared_trigger.c - triggers that see all rows of a statement; see shared_trigger.h.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/dependency.h"
#include "catalog/indexing.h"
#include "catalog/pg_inherits.h"
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
#include "model/shared_trigger.h"
#include "registry/proc.h"

/* What is said of an event. */
static const struct
{
	const char *word;
	const char *sql;
	int16 type;
	bool has_old; /* transition tables */
	bool has_new;
} events[] = {
	[ORM_SHARED_CREATE] = {"create", "AFTER INSERT", TRIGGER_TYPE_INSERT, false, true},
	[ORM_SHARED_UPDATE] = {"update", "AFTER UPDATE", TRIGGER_TYPE_UPDATE, true, true},
	[ORM_SHARED_DELETE] = {"delete", "AFTER DELETE", TRIGGER_TYPE_DELETE, true, false},
	[ORM_SHARED_TRUNCATE] = {"truncate", "AFTER TRUNCATE", TRIGGER_TYPE_TRUNCATE, false, false},
	[ORM_SHARED_KEY] = {"key", "AFTER UPDATE OF ", TRIGGER_TYPE_UPDATE | TRIGGER_TYPE_ROW, false, false},
	[ORM_SHARED_BEFORE] = {"before", "BEFORE INSERT OR DELETE OR UPDATE OF ",
						   TRIGGER_TYPE_BEFORE | TRIGGER_TYPE_INSERT | TRIGGER_TYPE_DELETE | TRIGGER_TYPE_UPDATE, false,
						   false},
};

#define BIT(event) (1 << (event))

/* What is said of what is kept. */
static const struct
{
	const char *function; /* of schema orm */
	const char *prefix;	  /* of names of triggers */
	int events;			  /* of a table */
	int others;			  /* of tables beside it */
} keepings[] = {
	[ORM_KEEPS_COUNTERS] = {"keep_counters", "orm_counter",
							BIT(ORM_SHARED_CREATE) | BIT(ORM_SHARED_UPDATE) | BIT(ORM_SHARED_DELETE) |
								BIT(ORM_SHARED_TRUNCATE),
							BIT(ORM_SHARED_KEY)},
	[ORM_KEEPS_POSITIONS] = {"keep_positions", "orm_position",
							 BIT(ORM_SHARED_CREATE) | BIT(ORM_SHARED_UPDATE) | BIT(ORM_SHARED_DELETE) |
								 BIT(ORM_SHARED_BEFORE),
							 0},
};

int
orm_shared_trigger_events(OrmKeeping keeping)
{
	return keepings[keeping].events;
}

Oid
orm_shared_trigger_function(OrmKeeping keeping)
{
	return LookupFuncName(list_make2(makeString("orm"), makeString(pstrdup(keepings[keeping].function))), 0, NULL,
						  true);
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

/* Reads a trigger; NULL: its function is another one. */
static OrmSharedTrigger *
read_trigger(HeapTuple tuple, TupleDesc descriptor, Oid function)
{
	Form_pg_trigger form = (Form_pg_trigger) GETSTRUCT(tuple);
	List *arguments = form->tgfoid == function ? read_arguments(tuple, descriptor) : NIL;
	OrmSharedTrigger *trigger;

	if (list_length(arguments) != 2)
		return NULL;
	for (int event = 0; event < ORM_SHARED_EVENTS; event++)
	{
		if (form->tgtype != events[event].type)
			continue;
		trigger = palloc(sizeof(OrmSharedTrigger));
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
find_triggers(OrmKeeping keeping, AttrNumber column, Oid index, Oid value)
{
	Relation triggers = table_open(TriggerRelationId, AccessShareLock);
	Oid function = orm_shared_trigger_function(keeping);
	List *found = NIL;
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple tuple;

	ScanKeyInit(&key, column, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(value));
	scan = systable_beginscan(triggers, index, true, NULL, 1, &key);
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		OrmSharedTrigger *trigger = read_trigger(tuple, RelationGetDescr(triggers), function);

		if (trigger != NULL)
			found = lappend(found, trigger);
	}
	systable_endscan(scan);
	table_close(triggers, AccessShareLock);
	return found;
}

List *
orm_shared_trigger_of(OrmKeeping keeping, Oid relid)
{
	return find_triggers(keeping, Anum_pg_trigger_tgrelid, TriggerRelidNameIndexId, relid);
}

/* They depend on the function. */
List *
orm_shared_trigger_all(OrmKeeping keeping)
{
	List *found = NIL;
	ListCell *cell;

	foreach(cell,
			orm_proc_dependents(ProcedureRelationId, orm_shared_trigger_function(keeping), TriggerRelationId, '\0'))
		found = list_concat(found, find_triggers(keeping, Anum_pg_trigger_oid, TriggerOidIndexId, lfirst_oid(cell)));
	return found;
}

/* Is a transition table the one that an event has? */
static bool
is_table(const char *name, bool has, const char *wanted)
{
	return has ? name != NULL && strcmp(name, wanted) == 0 : name == NULL;
}

bool
orm_shared_trigger_event(OrmKeeping keeping, const Trigger *trigger, OrmSharedEvent *event)
{
	int kept = keepings[keeping].events | keepings[keeping].others;

	if (trigger->tgnargs != 2)
		return false;
	for (int i = 0; i < ORM_SHARED_EVENTS; i++)
		if ((kept & BIT(i)) != 0 && trigger->tgtype == events[i].type)
		{
			*event = i;
			return is_table(trigger->tgoldtable, events[i].has_old, ORM_SHARED_OLD) &&
				is_table(trigger->tgnewtable, events[i].has_new, ORM_SHARED_NEW);
		}
	return false;
}

bool
orm_shared_trigger_is_below(Oid relid, Oid table)
{
	return relid == table || list_member_oid(find_all_inheritors(table, NoLock, NULL), relid);
}

bool
orm_shared_trigger_is_of(const Trigger *trigger, Relation relation)
{
	const OrmRegistered *row = trigger->tgnargs > 0 ? orm_registry_find_if_unique(trigger->tgargs[0]) : NULL;

	return row != NULL && row->mapped && row->relid == RelationGetRelid(relation);
}

bool
orm_shared_trigger_is_kept(OrmKeeping keeping, Oid relid, const char *model, const char *relationship)
{
	int found = 0;
	ListCell *cell;

	foreach(cell, orm_shared_trigger_of(keeping, relid))
	{
		const OrmSharedTrigger *trigger = lfirst(cell);

		if (trigger->enabled && strcmp(trigger->model, model) == 0 && strcmp(trigger->relationship, relationship) == 0)
			found |= BIT(trigger->event);
	}
	return (found & keepings[keeping].events) == keepings[keeping].events;
}

char *
orm_shared_trigger_statement(OrmKeeping keeping, OrmSharedEvent event, const char *name, Oid relid, const char *model,
							 const char *relationship, const char *columns)
{
	bool takes_columns = event == ORM_SHARED_KEY || event == ORM_SHARED_BEFORE;
	StringInfoData sql;

	initStringInfo(&sql);
	appendStringInfoString(&sql, "CREATE TRIGGER ");
	orm_sql_name(&sql, name);
	appendStringInfo(&sql, " %s%s ON ", events[event].sql, takes_columns ? columns : "");
	orm_sql_relation(&sql, relid);
	appendStringInfoString(&sql, events[event].has_old || events[event].has_new ? " REFERENCING" : "");
	appendStringInfoString(&sql, events[event].has_old ? " OLD TABLE AS " ORM_SHARED_OLD : "");
	appendStringInfoString(&sql, events[event].has_new ? " NEW TABLE AS " ORM_SHARED_NEW : "");
	appendStringInfo(&sql, " FOR EACH %s EXECUTE FUNCTION orm.%s(", event == ORM_SHARED_KEY ? "ROW" : "STATEMENT",
					 keepings[keeping].function);
	orm_sql_literal(&sql, model);
	appendStringInfoString(&sql, ", ");
	orm_sql_literal(&sql, relationship);
	appendStringInfoChar(&sql, ')');
	return sql.data;
}

char *
orm_shared_trigger_name(OrmKeeping keeping, OrmSharedEvent event, Oid relid, const char *model,
						const char *relationship)
{
	char *first = psprintf("%s_%s", keepings[keeping].prefix, events[event].word);
	char *second = psprintf("%s%s%s", orm_name_snake(model), relationship[0] != '\0' ? "_" : "", relationship);
	char *name = makeObjectName(first, second, NULL);

	for (int i = 1; OidIsValid(get_trigger_oid(relid, name, true)); i++)
		name = makeObjectName(first, second, psprintf("%d", i));
	return name;
}
