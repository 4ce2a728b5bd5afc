/*
 * trigger.c - the triggers that keep the registry up to date; see define/events.c.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "commands/event_trigger.h"
#include "commands/trigger.h"
#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/rel.h"

#include "define/events.h"
#include "define/replan.h"
#include "registry/registry.h"

PG_FUNCTION_INFO_V1(orm_sql_registry_row);
PG_FUNCTION_INFO_V1(orm_sql_registry_rows);
PG_FUNCTION_INFO_V1(orm_sql_binding_row);
PG_FUNCTION_INFO_V1(orm_sql_follow_ddl);
PG_FUNCTION_INFO_V1(orm_sql_follow_drop);

/* Raises unless a trigger function is called by its trigger. */
static void
check_called_by(bool right, const char *function)
{
	if (!right)
		ereport(ERROR, errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				errmsg("function \"%s\" was not called by its trigger", function));
}

/*
 * orm.registry_row(): a row of orm.model that the extension has not written
 * itself, but a restore's COPY, an apply worker, or a superuser.  It is checked
 * before it is stored and bound afterwards: ON CONFLICT may store none.
 */
Datum
orm_sql_registry_row(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = (TriggerData *) fcinfo->context;
	HeapTuple tuple;

	check_called_by(CALLED_AS_TRIGGER(fcinfo) && TRIGGER_FIRED_FOR_ROW(trigger->tg_event) &&
						RelationGetRelid(trigger->tg_relation) == orm_registry_relid(),
					"orm.registry_row");
	tuple = TRIGGER_FIRED_BY_UPDATE(trigger->tg_event) ? trigger->tg_newtuple : trigger->tg_trigtuple;
	if (TRIGGER_FIRED_AFTER(trigger->tg_event))
	{
		orm_events_bind(tuple, RelationGetDescr(trigger->tg_relation));
		return PointerGetDatum(NULL);
	}
	if (TRIGGER_FIRED_BY_DELETE(trigger->tg_event))
	{
		orm_registry_unbind(orm_registry_row(tuple, RelationGetDescr(trigger->tg_relation))->name);
		return PointerGetDatum(tuple);
	}
	tuple = orm_events_restore(tuple, RelationGetDescr(trigger->tg_relation));
	return PointerGetDatum(tuple);
}

/* orm.registry_rows(): after all rows of such a statement. */
Datum
orm_sql_registry_rows(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = (TriggerData *) fcinfo->context;

	check_called_by(CALLED_AS_TRIGGER(fcinfo) && TRIGGER_FIRED_AFTER(trigger->tg_event) &&
						TRIGGER_FIRED_FOR_STATEMENT(trigger->tg_event) &&
						RelationGetRelid(trigger->tg_relation) == orm_registry_relid(),
					"orm.registry_rows");
	orm_events_restored();
	return PointerGetDatum(NULL);
}

/*
 * orm.binding_row(): skips a row of orm.binding that the extension has not
 * written itself.  OIDs of a publisher mean nothing here; its rows of orm.model
 * are bound to tables of this database.
 */
Datum
orm_sql_binding_row(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = (TriggerData *) fcinfo->context;

	check_called_by(CALLED_AS_TRIGGER(fcinfo) && TRIGGER_FIRED_BEFORE(trigger->tg_event) &&
						TRIGGER_FIRED_FOR_ROW(trigger->tg_event),
					"orm.binding_row");
	return PointerGetDatum(NULL);
}

/* orm.follow_ddl() */
Datum
orm_sql_follow_ddl(PG_FUNCTION_ARGS)
{
	Node *statement;

	check_called_by(CALLED_AS_EVENT_TRIGGER(fcinfo), "orm.follow_ddl");
	statement = ((EventTriggerData *) fcinfo->context)->parsetree;
	orm_events_follow_ddl(statement);
	if (IsA(statement, AlterTableStmt))
		orm_replan_functions();
	PG_RETURN_NULL();
}

/* orm.follow_drop() */
Datum
orm_sql_follow_drop(PG_FUNCTION_ARGS)
{
	check_called_by(CALLED_AS_EVENT_TRIGGER(fcinfo), "orm.follow_drop");
	orm_events_follow_drop();
	PG_RETURN_NULL();
}
