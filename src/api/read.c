/*
 * read.c - SQL functions that read objects as JSON.
 *
 * orm.get without a query has a way of its own: one statement, no document, no
 * shape.  It is the call that programs make most.
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/acl.h"

#include "api/argument.h"
#include "api/object.h"
#include "api/request.h"
#include "exec/json.h"
#include "exec/plan.h"
#include "exec/receiver.h"
#include "query/select.h"
#include "store/write.h"

PG_FUNCTION_INFO_V1(orm_sql_all);
PG_FUNCTION_INFO_V1(orm_sql_first);
PG_FUNCTION_INFO_V1(orm_sql_one);
PG_FUNCTION_INFO_V1(orm_sql_one_or_none);
PG_FUNCTION_INFO_V1(orm_sql_aggregate);
PG_FUNCTION_INFO_V1(orm_sql_page);
PG_FUNCTION_INFO_V1(orm_sql_get_text);
PG_FUNCTION_INFO_V1(orm_sql_get_any);

/* The form of a model's objects with all attributes. */
static OrmJsonShape *
make_shape(const OrmModel *model)
{
	OrmJsonShape *shape = orm_json_shape_make(model->nattributes);

	for (int i = 0; i < model->nattributes; i++)
		orm_json_shape_add(shape, model->attributes[i].name, model->attributes[i].type, i);
	return shape;
}

/* Makes the plan that reads an object by primary key; its payload is the object's form. */
static OrmPlan *
add_plan(const OrmPlanKey *key, const OrmModel *model)
{
	bool *where = palloc0(sizeof(bool) * Max(model->nattributes, 1));
	Oid *types = palloc(sizeof(Oid) * Max(model->nattributes, 1));
	OrmSelect select = {.model = model, .where = where};
	OrmPlan *plan;
	int nparams;
	StringInfoData sql;

	for (int i = 0; i < model->primary_key->nattributes; i++)
		where[model->primary_key->attributes[i]] = true;
	initStringInfo(&sql);
	nparams = orm_select_text(&sql, &select, types);
	plan = orm_plan_add(key, sql.data, nparams, types, ORM_PLAN_GENERIC);
	orm_plan_expect(plan, types, orm_select_results(&select, types));
	return plan;
}

/* The plan that reads an object by primary key, pinned. */
static OrmPlan *
open_plan(const OrmModel *model)
{
	OrmPlanKey key;
	OrmPlan *plan;
	MemoryContext caller;

	orm_plan_key_begin(&key, ORM_KIND_GET, model->epoch);
	plan = orm_plan_find(&key);
	if (plan == NULL)
		plan = add_plan(&key, model);
	if (orm_plan_payload(plan) == NULL)
	{
		caller = MemoryContextSwitchTo(orm_plan_context(plan));
		orm_plan_set_payload(plan, make_shape(model));
		MemoryContextSwitchTo(caller);
	}
	return plan;
}

/* Raises 42501 naming a column, when some may be read and it may not. */
static void
check_columns(const OrmModel *model)
{
	bool *readable = orm_write_readable(model);

	if (readable == NULL || memchr(readable, 1, model->nattributes) == NULL)
		return;
	for (int i = 0; i < model->nattributes; i++)
		if (!readable[i])
			aclcheck_error_col(ACLCHECK_NO_PRIV, OBJECT_COLUMN, model->relation, model->attributes[i].column);
}

/* What is made of the row that is found. */
typedef struct Result
{
	StringInfoData json;
	const OrmJsonShape *shape;
	bool found;
} Result;

/* Writes the row. */
static void
take_row(void *argument, TupleTableSlot *slot)
{
	Result *result = argument;

	orm_json_write_slot(&result->json, result->shape, slot);
	result->found = true;
}

/* The values of a key as parameters, which stand in table order. */
static Datum *
order_key(const OrmModel *model, const Datum *key)
{
	const OrmKey *primary_key = model->primary_key;
	Datum *values = palloc(sizeof(Datum) * primary_key->nattributes);

	for (int i = 0; i < primary_key->nattributes; i++)
	{
		int before = 0;

		for (int j = 0; j < primary_key->nattributes; j++)
			if (primary_key->attributes[j] < primary_key->attributes[i])
				before++;
		values[before] = key[i];
	}
	return values;
}

/* The object with a primary key as JSON, or NULL. */
static Datum
get_plain(FunctionCallInfo fcinfo, const OrmModel *model, const Datum *key)
{
	OrmPlan *plan;
	OrmReceiver receiver;
	Result result = {0};
	bool pushed;

	check_columns(model);
	plan = open_plan(model);
	result.shape = orm_plan_payload(plan);
	orm_json_begin(&result.json);
	pushed = orm_exec_snapshot_begin();
	orm_plan_execute(plan, order_key(model, key), NULL, ORM_READ, 1, orm_receiver_init(&receiver, take_row, &result));
	orm_exec_snapshot_end(pushed);
	orm_plan_release(plan);
	if (!result.found)
		PG_RETURN_NULL();
	PG_RETURN_DATUM(orm_json_end(&result.json));
}

/* The result of a query that finds one object or none. */
static Datum
first_result(FunctionCallInfo fcinfo, OrmQuery *query)
{
	Datum json;
	bool found = orm_query_first(query, &json);

	orm_query_close(query);
	if (!found)
		PG_RETURN_NULL();
	PG_RETURN_DATUM(json);
}

/* The object with a primary key (NULL: the key was null) as the query in the third argument forms it, or NULL. */
static Datum
get(FunctionCallInfo fcinfo, const OrmModel *model, const Datum *key)
{
	const OrmDocument *document = orm_object_document(fcinfo, 2, "query");
	OrmJson root = orm_document_root(document);
	OrmQueryRequest request;

	if (key == NULL)
		PG_RETURN_NULL();
	if (orm_json_kind(root) == ORM_JSON_OBJECT && root.node->count == 0)
		return get_plain(fcinfo, model, key);
	orm_query_request(&request, ORM_QUERY_GET, model, document, NULL);
	request.key = key;
	return first_result(fcinfo, orm_query_open(&request));
}

/* orm.get(model, key text, query) */
Datum
orm_sql_get_text(PG_FUNCTION_ARGS)
{
	const OrmModel *model = orm_request_model(fcinfo, AccessShareLock);

	return get(fcinfo, model, orm_object_key_text(fcinfo, 1, model));
}

/* orm.get(model, key anyelement, query) */
Datum
orm_sql_get_any(PG_FUNCTION_ARGS)
{
	const OrmModel *model = orm_request_model(fcinfo, AccessShareLock);

	return get(fcinfo, model, orm_object_key_any(fcinfo, 1, model));
}

/* The result of a query that makes an array. */
static Datum
all_result(OrmQuery *query)
{
	Datum json = orm_query_all(query);

	orm_query_close(query);
	return json;
}

/* orm.all(model, query, params) */
Datum
orm_sql_all(PG_FUNCTION_ARGS)
{
	return all_result(orm_request_open(fcinfo, ORM_QUERY_ALL));
}

/* orm.aggregate(model, query, params) */
Datum
orm_sql_aggregate(PG_FUNCTION_ARGS)
{
	return all_result(orm_request_open(fcinfo, ORM_QUERY_AGGREGATE));
}

/* orm.first(model, query, params) */
Datum
orm_sql_first(PG_FUNCTION_ARGS)
{
	return first_result(fcinfo, orm_request_open(fcinfo, ORM_QUERY_FIRST));
}

/* The object that a query finds; raises for a second one and, when it is required, for none. */
static Datum
one(FunctionCallInfo fcinfo, bool required)
{
	OrmQuery *query = orm_request_open(fcinfo, ORM_QUERY_ONE);
	Datum json;
	bool found = orm_query_one(query, required, &json);

	orm_query_close(query);
	if (!found)
		PG_RETURN_NULL();
	PG_RETURN_DATUM(json);
}

/* orm.one(model, query, params) */
Datum
orm_sql_one(PG_FUNCTION_ARGS)
{
	return one(fcinfo, true);
}

/* orm.one_or_none(model, query, params) */
Datum
orm_sql_one_or_none(PG_FUNCTION_ARGS)
{
	return one(fcinfo, false);
}

/* orm.page(model, query, params) */
Datum
orm_sql_page(PG_FUNCTION_ARGS)
{
	OrmQuery *query = orm_request_open(fcinfo, ORM_QUERY_PAGE);
	Datum json = orm_query_page(query);

	orm_query_close(query);
	PG_RETURN_DATUM(json);
}
