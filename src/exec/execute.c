/*
 * execute.c - running statements through SPI; see execute.h.
 */
#include "postgres.h"

#include "nodes/params.h"
#include "storage/proc.h"
#include "tcop/pquery.h"
#include "utils/guc.h"
#include "utils/plancache.h"
#include "utils/portal.h"
#include "utils/snapmgr.h"

#include "base/compat.h"
#include "base/error.h"
#include "exec/conceal.h"
#include "exec/reword.h"
#include "exec/execute.h"
#include "exec/plan_entry.h"
#include "exec/receiver.h"
#include "exec/watch.h"

/* The transaction and command ID after the last write; see orm_execute_snapshot_begin. */
static LocalTransactionId wrote_in = InvalidLocalTransactionId;
static CommandId wrote_until = 0;

/* Will the server use the generic plan?  Same as choose_custom_plan; a wrong answer only affects JIT. */
static bool
prefers_generic(const CachedPlanSource *source)
{
	if ((source->cursor_options & CURSOR_OPT_GENERIC_PLAN) != 0)
		return true;
	return source->num_custom_plans > 0 && source->generic_cost < source->total_custom_cost / source->num_custom_plans;
}

/* Does the plan have a valid generic plan that will be used? */
static bool
is_planned(SPIPlanPtr plan)
{
	CachedPlanSource *source = linitial(SPI_plan_get_plan_sources(plan));

	return source->is_valid && source->gplan != NULL && source->gplan->is_valid && prefers_generic(source);
}

/* Values as a parameter list for the executor. */
static ParamListInfo
make_params(const OrmPlan *plan, const Datum *values, const bool *isnull)
{
	CachedPlanSource *source = linitial(SPI_plan_get_plan_sources(plan->plan));
	ParamListInfo params;

	if (plan->nparams == 0)
		return NULL;
	params = makeParamList(plan->nparams);
	for (int i = 0; i < plan->nparams; i++)
	{
		params->params[i].value = values[i];
		params->params[i].isnull = isnull != NULL && isnull[i];
		params->params[i].pflags = PARAM_FLAG_CONST;
		params->params[i].ptype = source->param_types[i];
	}
	return params;
}

/* Notes a write of this transaction, so that later reads do not use an older snapshot. */
static void
note_write(void)
{
	wrote_in = orm_local_transaction();
	wrote_until = GetCurrentCommandId(false);
}

/* Disables JIT until the end of the returned GUC nest level. */
static int
begin_without_jit(void)
{
	int nest_level = NewGUCNestLevel();

	set_config_option("jit", "off", PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
	return nest_level;
}

/*
 * Disables JIT for a statement to be planned, until the end of the returned GUC nest level
 * (0: it has a plan already).  The server decides on JIT during planning; it is not worth
 * its cost for these statements.
 */
static int
begin_planning(OrmPlan *plan)
{
	return is_planned(plan->plan) ? 0 : begin_without_jit();
}

/* Restores the setting. */
static void
end_planning(int nest_level)
{
	if (nest_level > 0)
		AtEOXact_GUC(true, nest_level);
}

/* Runs a plan. */
static void
run_plan(OrmPlan *plan, const SPIExecuteOptions *options)
{
	int nest_level = begin_planning(plan);

	orm_plan_check_spi(SPI_execute_plan_extended(plan->plan, options), "SPI_execute_plan_extended");
	end_planning(nest_level);
}

/* In a PG_CATCH block: raises an error again in the words of models, without the values of hidden attributes. */
static void
rethrow(MemoryContext caller)
{
	ErrorData *error;

	if (!orm_conceal_takes(geterrcode()))
		PG_RE_THROW();
	error = orm_error_take(caller);
	orm_reword_error(error);
	orm_conceal_error(error);
	ReThrowError(error);
}

/* Runs a plan; errors are shown as models want them. */
static void
run_reworded(OrmPlan *plan, const SPIExecuteOptions *options)
{
	MemoryContext caller = CurrentMemoryContext;

	PG_TRY();
	{
		run_plan(plan, options);
	}
	PG_CATCH();
	{
		rethrow(caller);
	}
	PG_END_TRY();
}

/* Runs a statement that nobody watches; "trigger" has its transition tables, or is NULL. */
static uint64
execute(OrmPlan *plan, const TriggerData *trigger, const Datum *values, const bool *isnull, OrmExecution access,
		uint64 limit, DestReceiver *receiver)
{
	SPIExecuteOptions options = {0};
	ParamListInfo params = make_params(plan, values, isnull);
	uint64 processed;

	options.params = params;
	options.read_only = access == ORM_READ;
	options.tcount = limit;
	options.dest = receiver ? receiver : None_Receiver;
	if (receiver != NULL)
		orm_receiver_expect(receiver, plan->results, plan->nresults);
	orm_plan_check_spi(SPI_connect(), "SPI_connect");
	orm_plan_register(trigger);
	run_reworded(plan, &options);
	processed = SPI_processed;
	SPI_finish();
	if (access == ORM_WRITE)
		note_write();
	if (params != NULL)
		pfree(params);
	return processed;
}

double
orm_execute_cost(const OrmPlan *plan, const Datum *values, const bool *isnull)
{
	CachedPlanSource *source = linitial(SPI_plan_get_plan_sources(plan->plan));
	int nest_level = begin_without_jit();
	CachedPlan *planned = GetCachedPlan(source, make_params(plan, values, isnull), CurrentResourceOwner, NULL);
	double cost = 0;
	ListCell *cell;

	foreach(cell, planned->stmt_list)
	{
		const PlannedStmt *statement = lfirst(cell);

		cost += statement->planTree != NULL ? statement->planTree->total_cost : 0;
	}
	ReleaseCachedPlan(planned, CurrentResourceOwner);
	AtEOXact_GUC(true, nest_level);
	return cost;
}

uint64
orm_execute_plan(OrmPlan *plan, const Datum *values, const bool *isnull, OrmExecution access, uint64 limit,
				 DestReceiver *receiver)
{
	CachedPlanSource *source = linitial(SPI_plan_get_plan_sources(plan->plan));
	OrmWatched *watched;
	uint64 processed;

	if (!orm_watch_is_on())
		return execute(plan, NULL, values, isnull, access, limit, receiver);
	watched = orm_watch_before(source->query_string,
							   orm_watch_explains() ? orm_execute_explain(plan, values, isnull) : NULL);
	processed = execute(plan, NULL, values, isnull, access, limit, receiver);
	orm_watch_after(watched, processed);
	return processed;
}

uint64
orm_execute_trigger_plan(OrmPlan *plan, const TriggerData *trigger, const Datum *values)
{
	return execute(plan, trigger, values, NULL, ORM_WRITE, 0, NULL);
}

char *
orm_execute_open_cursor(OrmPlan *plan, const Datum *values, const bool *isnull)
{
	MemoryContext caller = CurrentMemoryContext;
	ParamListInfo params = make_params(plan, values, isnull);
	Portal portal;
	int nest_level;

	orm_plan_check_spi(SPI_connect(), "SPI_connect");
	nest_level = begin_planning(plan);
	portal = SPI_cursor_open_with_paramlist(NULL, plan->plan, params, true);
	end_planning(nest_level);
	portal->visible = false;
	SPI_finish();
	return MemoryContextStrdup(caller, portal->name);
}

uint64
orm_execute_fetch(const char *cursor, uint64 limit, DestReceiver *receiver)
{
	Portal portal = GetPortalByName(cursor);

	if (portal == NULL)
		ereport(ERROR, errcode(ERRCODE_UNDEFINED_CURSOR),
				errmsg("transaction of the query has ended, or its cursors were closed"),
				errhint("Read a cursor WITH HOLD to its end in the transaction that declares it."));
	return PortalRunFetch(portal, FETCH_FORWARD, (long) limit, receiver);
}

void
orm_execute_close_cursor(const char *cursor)
{
	Portal portal = GetPortalByName(cursor);

	if (portal != NULL)
		PortalDrop(portal, false);
}

char *
orm_execute_explain(OrmPlan *plan, const Datum *values, const bool *isnull)
{
	CachedPlanSource *source = linitial(SPI_plan_get_plan_sources(plan->plan));
	SPIExecuteOptions options = {0};
	StringInfoData text;
	StringInfoData sql;
	int nest_level;

	initStringInfo(&text);
	initStringInfo(&sql);
	appendStringInfo(&sql, "EXPLAIN %s", source->query_string);
	options.params = make_params(plan, values, isnull);
	nest_level = begin_without_jit();
	orm_plan_check_spi(SPI_connect(), "SPI_connect");
	orm_plan_check_spi(SPI_execute_extended(sql.data, &options), "SPI_execute_extended");
	for (uint64 i = 0; i < SPI_processed; i++)
		appendStringInfo(&text, "%s%s", i > 0 ? "\n" : "",
						 SPI_getvalue(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1));
	SPI_finish();
	AtEOXact_GUC(true, nest_level);
	return text.data;
}

uint64
orm_execute_statement(const char *sql)
{
	uint64 processed;

	orm_plan_check_spi(SPI_connect(), "SPI_connect");
	orm_plan_check_spi(SPI_execute(sql, false, 0), "SPI_execute");
	processed = SPI_processed;
	SPI_finish();
	note_write();
	return processed;
}

List *
orm_execute_oids(OrmOidQuery *query)
{
	MemoryContext caller = CurrentMemoryContext;
	List *oids = NIL;

	orm_plan_check_spi(SPI_connect(), "SPI_connect");
	if (query->plan == NULL)
	{
		query->plan = SPI_prepare(query->sql, 0, NULL);
		orm_plan_check_spi(query->plan != NULL ? SPI_keepplan(query->plan) : SPI_result, "SPI_prepare");
	}
	orm_plan_check_spi(SPI_execute_plan(query->plan, NULL, NULL, true, 0), "SPI_execute_plan");
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		bool isnull;
		Datum value = SPI_getbinval(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1, &isnull);
		MemoryContext spi = MemoryContextSwitchTo(caller);

		if (!isnull)
			oids = lappend_oid(oids, DatumGetObjectId(value));
		MemoryContextSwitchTo(spi);
	}
	SPI_finish();
	return oids;
}

int64
orm_execute_count(const char *sql, char **text)
{
	MemoryContext caller = CurrentMemoryContext;
	int64 count = 0;
	bool pushed;

	pushed = orm_execute_snapshot_begin();
	orm_plan_check_spi(SPI_connect(), "SPI_connect");
	orm_plan_check_spi(SPI_execute(sql, true, 0), "SPI_execute");
	if (SPI_processed == 1)
	{
		bool isnull;
		Datum value = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull);

		count = isnull ? 0 : DatumGetInt64(value);
		if (text != NULL)
		{
			char *second = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 2);

			*text = second != NULL ? MemoryContextStrdup(caller, second) : NULL;
		}
	}
	SPI_finish();
	orm_execute_snapshot_end(pushed);
	return count;
}

bool
orm_execute_snapshot_begin(void)
{
	if (ActiveSnapshotSet() && (wrote_in != orm_local_transaction() || GetActiveSnapshot()->curcid >= wrote_until))
		return false;
	PushActiveSnapshot(GetTransactionSnapshot());
	return true;
}

void
orm_execute_snapshot_end(bool pushed)
{
	if (pushed)
		PopActiveSnapshot();
}
