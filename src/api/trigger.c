/*
 * trigger.c - the triggers that follow DDL; see define/events.c.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "commands/event_trigger.h"
#include "commands/trigger.h"
#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/rel.h"

#include "define/events.h"
#include "registry/registry.h"

PG_FUNCTION_INFO_V1(orm_sql_binding_row);
PG_FUNCTION_INFO_V1(orm_sql_follow_ddl);

/* Raises unless a trigger function is called by its trigger. */
static void
check_called_by(bool right, const char *function)
{
	if (!right)
		ereport(ERROR, errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				errmsg("function \"%s\" was not called by its trigger", function));
}

/*
 * orm.binding_row(): skips a row of orm.binding that the extension has not
 * written itself.  OIDs of a publisher mean nothing here.
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
	EventTriggerData *trigger = (EventTriggerData *) fcinfo->context;

	check_called_by(CALLED_AS_EVENT_TRIGGER(fcinfo), "orm.follow_ddl");
	if (strcmp(trigger->event, "ddl_command_start") == 0)
		orm_events_precede_ddl(trigger->parsetree);
	else
		orm_events_follow_ddl(trigger->parsetree);
	PG_RETURN_NULL();
}
