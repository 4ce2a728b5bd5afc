/*
 * get.c - reading rows of one table by equality; see get.h.
 */
#include "postgres.h"

#include "exec/access.h"
#include "exec/execute.h"
#include "exec/get.h"
#include "exec/object_shape.h"
#include "exec/plan.h"
#include "model/key.h"
#include "query/named_scope.h"
#include "query/select.h"

/* The description of a SELECT. */
typedef struct PlannedSelect
{
	OrmSelect select;
	OrmPlanning planning;
} PlannedSelect;

/* OrmPlanDescribe for a SELECT. */
static void
describe_select(OrmPlanText *text, const void *argument)
{
	const PlannedSelect *planned = argument;
	Oid *types = palloc(sizeof(Oid) * Max(planned->select.model->nattributes, 1));
	Oid *results = palloc(sizeof(Oid) * Max(planned->select.model->nattributes, 1));

	text->nparams = orm_select_text(&text->sql, &planned->select, types);
	text->types = types;
	text->nresults = orm_select_results(&planned->select, results);
	text->results = results;
	text->planning = planned->planning;
}

/* Runs a plan and releases it. */
static void
run_plan(OrmPlan *plan, const Datum *parameters, uint64 limit, OrmRowFunction row, void *argument)
{
	OrmReceiver receiver;
	bool pushed = orm_execute_snapshot_begin();

	orm_execute_plan(plan, parameters, NULL, ORM_READ, limit, orm_receiver_init(&receiver, row, argument));
	orm_execute_snapshot_end(pushed);
	orm_plan_release(plan);
}

/* ---- Rows ---- */

/* The plan of a condition, pinned. */
static OrmPlan *
open_rows_plan(const OrmGet *get)
{
	const OrmModel *model = get->model;
	PlannedSelect planned = {
		.select = {.model = model,
				   .where = get->where,
				   .is_null = get->isnull,
				   .first = get->first,
				   .scopes = orm_named_scope_print(model, "t", 0)},
		.planning = ORM_PLAN_AUTO,
	};
	OrmPlanKey key;

	orm_plan_key_begin(&key, ORM_KIND_SELECT, model->epoch);
	orm_plan_key_add_flags(&key, get->where, model->nattributes);
	orm_plan_key_add_flags(&key, get->isnull, model->nattributes);
	orm_plan_key_add_flags(&key, &get->first, 1);
	if (planned.select.scopes != NULL)
		orm_plan_key_add(&key, planned.select.scopes, strlen(planned.select.scopes));
	return orm_plan_get(&key, describe_select, &planned);
}

void
orm_get_rows(const OrmGet *get, OrmRowFunction row, void *argument)
{
	const OrmModel *model = get->model;
	Datum *parameters = palloc(sizeof(Datum) * Max(model->nattributes, 1));
	int n = 0;

	for (int i = 0; i < model->nattributes; i++)
	{
		Assert(get->where[i] || !get->isnull[i]);
		if (get->where[i] && !get->isnull[i])
			parameters[n++] = get->values[i];
	}
	run_plan(open_rows_plan(get), parameters, 0, row, argument);
}

/* ---- The object with a primary key ---- */

/* OrmPlanDescribe for the SELECT of an object. */
static void
describe_object(OrmPlanText *text, const void *argument)
{
	const OrmModel *model = argument;
	PlannedSelect planned = {
		.select = {.model = model, .columns = model->shown, .where = orm_key_flags(model, model->primary_key)},
		.planning = ORM_PLAN_GENERIC,
	};

	describe_select(text, &planned);
}

/* The plan of the SELECT of an object, pinned; its payload is the object's shape. */
static OrmPlan *
open_object_plan(const OrmModel *model)
{
	OrmPlanKey key;
	OrmPlan *plan;

	orm_plan_key_begin(&key, ORM_KIND_GET, model->epoch);
	plan = orm_plan_get(&key, describe_object, model);
	return orm_plan_payload(plan) != NULL ? plan : orm_object_shape_keep(plan, &key, model, model->shown);
}

/* The values of a key in table order, as parameters. */
static Datum *
order_key(const OrmModel *model, const Datum *key)
{
	const OrmKey *primary_key = model->primary_key;
	Datum *parameters = palloc(sizeof(Datum) * primary_key->nattributes);

	for (int i = 0; i < primary_key->nattributes; i++)
	{
		int before = 0;

		for (int j = 0; j < primary_key->nattributes; j++)
			if (primary_key->attributes[j] < primary_key->attributes[i])
				before++;
		parameters[before] = key[i];
	}
	return parameters;
}

/* The found object. */
typedef struct Found
{
	StringInfoData json;
	const OrmJsonShape *shape;
	bool found;
} Found;

/* Writes the row. */
static void
write_row(void *argument, TupleTableSlot *slot)
{
	Found *found = argument;

	orm_json_write_slot(&found->json, found->shape, slot);
	found->found = true;
}

bool
orm_get_object(const OrmModel *model, const Datum *key, Datum *json)
{
	Found found = {0};
	OrmPlan *plan;

	Assert(model->primary_key != NULL);
	orm_access_check(model, model->shown);
	plan = open_object_plan(model);
	found.shape = orm_plan_payload(plan);
	orm_json_begin(&found.json);
	run_plan(plan, order_key(model, key), 1, write_row, &found);
	*json = orm_json_end(&found.json);
	return found.found;
}
