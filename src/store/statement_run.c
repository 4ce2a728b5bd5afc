/*
 * statement_run.c - running the statements of writes; see statement_run.h.
 *
 * The plan key starts with the model's epoch and has everything else that the
 * text depends on, so a cached plan is found without building the text.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "funcapi.h"
#include "utils/array.h"
#include "utils/lsyscache.h"
#include "utils/typcache.h"

#include "exec/execute.h"
#include "exec/watch.h"
#include "store/statement_run.h"
#include "store/unnest.h"

/* At most this many parameters are kept on the stack. */
#define MANY_PARAMETERS 32

/* Adds an expression to the key of a plan. */
static void
add_expression(OrmPlanKey *key, const OrmAssigned *expression)
{
	orm_plan_key_add(key, expression->sql, strlen(expression->sql) + 1);
	orm_plan_key_add(key, expression->types, sizeof(Oid) * expression->n);
}

/* Adds the expressions of a statement to the key of its plan; the kinds of its values say for which attributes. */
static void
add_assigned(OrmPlanKey *key, const OrmStatement *statement)
{
	for (int i = 0; i < statement->model->nattributes; i++)
	{
		if (statement->assigned[i] != NULL)
			add_expression(key, statement->assigned[i]);
	}
}

/* Forms the key of a statement's plan. */
static void
make_plan_key(OrmPlanKey *key, const OrmStatement *statement)
{
	const OrmModel *model = statement->model;
	const OrmKey *keys[] = {statement->key, statement->key_back};
	uint8 flags[] = {
		statement->on_conflict,
		statement->many,
		statement->changed_only,
		statement->returning != NULL,
		statement->key ? statement->key->nattributes : 0,
		statement->key_back ? statement->key_back->nattributes : 0,
		statement->patch != NULL,
		statement->source != NULL,
		statement->assigned != NULL,
		statement->action,
		statement->lock,
		statement->etag,
		statement->patched,
		statement->numbered,
		statement->given_back,
		statement->where != NULL,
	};

	orm_plan_key_begin(key, statement->kind, model->epoch);
	orm_plan_key_add(key, flags, sizeof(flags));
	orm_plan_key_add_flags(key, statement->bound, model->nattributes);
	if (statement->hidden_by != NULL)
		orm_plan_key_add(key, statement->hidden_by, strlen(statement->hidden_by));
	if (statement->patch != NULL)
		orm_plan_key_add(key, statement->patch, model->nattributes);
	if (statement->source != NULL)
		orm_plan_key_add(key, statement->source, sizeof(int16) * model->nattributes);
	if (statement->assigned != NULL)
		add_assigned(key, statement);
	if (statement->where != NULL)
		add_expression(key, statement->where);
	if (statement->returning != NULL)
		orm_plan_key_add_flags(key, statement->returning, model->nattributes);
	for (int i = 0; i < (int) lengthof(keys); i++)
		if (keys[i] != NULL)
			orm_plan_key_add(key, keys[i]->attributes, sizeof(int) * keys[i]->nattributes);
	if (statement->key != NULL && statement->key->terms != NULL)
		orm_plan_key_add(key, &statement->key->terms->index, sizeof(Oid));
}

/* The plan's text and types, for orm_plan_get(). */
static void
describe_statement(OrmPlanText *text, const void *argument)
{
	const OrmStatement *statement = argument;
	Oid *types = palloc(sizeof(Oid) * (statement->model->nattributes + orm_statement_nassigned(statement) + 1));
	Oid *results = palloc(sizeof(Oid) * (2 * statement->model->nattributes + 3));

	text->nparams = orm_statement_text(&text->sql, statement, types);
	text->types = types;
	text->nresults = orm_statement_results(statement, results);
	text->results = results;
	text->planning = ORM_PLAN_GENERIC;
}

/* The plan of a statement, pinned. */
static OrmPlan *
open_plan(const OrmStatement *statement)
{
	OrmPlanKey key;

	make_plan_key(&key, statement);
	return orm_plan_get(&key, describe_statement, statement);
}

/* Binds the parameters of an expression. */
static void
bind_expression(const OrmAssigned *expression, Datum *values, bool *isnull)
{
	for (int k = 0; k < expression->n; k++)
	{
		values[expression->first + k] = expression->values[k];
		isnull[expression->first + k] = expression->isnull[k];
	}
}

/* Binds the parameters of the statement's expressions. */
static void
bind_assigned(const OrmStatement *statement, Datum *values, bool *isnull)
{
	if (statement->where != NULL)
		bind_expression(statement->where, values, isnull);
	for (int i = 0; statement->assigned != NULL && i < statement->model->nattributes; i++)
		if (statement->assigned[i] != NULL)
			bind_expression(statement->assigned[i], values, isnull);
}

/* Binds the values of one record as parameters. */
static void
bind_one(const OrmStatement *statement, const OrmRecord *record, Datum *values, bool *isnull)
{
	int nparams = 0;

	for (int i = 0; i < statement->model->nattributes; i++)
		if (statement->bound[i])
		{
			values[nparams] = record->values[i];
			isnull[nparams] = record->isnull[i];
			nparams++;
		}
}

/* Makes an array of the values of one attribute; "values" and "isnull" have room for n. */
static Datum
make_array(const OrmType *type, int attribute, OrmRecord *const *records, int n, Datum *values, bool *isnull)
{
	for (int i = 0; i < n; i++)
	{
		values[i] = records[i]->values[attribute];
		isnull[i] = records[i]->isnull[attribute];
	}
	return orm_unnest_array(type, values, isnull, n);
}

/* Makes a value of the table's row type; "values" and "isnull" have room for its columns. */
static Datum
make_row(const OrmStatement *statement, const OrmRecord *record, TupleDesc descriptor, Datum *values, bool *isnull)
{
	const OrmModel *model = statement->model;

	memset(isnull, true, descriptor->natts);
	for (int i = 0; i < model->nattributes; i++)
		if (statement->bound[i])
		{
			values[model->attributes[i].attnum - 1] = record->values[i];
			isnull[model->attributes[i].attnum - 1] = record->isnull[i];
		}
	return HeapTupleGetDatum(heap_form_tuple(descriptor, values, isnull));
}

/* Raises 0A000 if a column has another type than its attribute: code that this call ran altered the table. */
static void
check_columns(const OrmStatement *statement, TupleDesc descriptor)
{
	const OrmModel *model = statement->model;

	for (int i = 0; i < model->nattributes; i++)
		if (statement->bound[i] &&
			TupleDescAttr(descriptor, model->attributes[i].attnum - 1)->atttypid != model->attributes[i].type->oid)
			ereport(ERROR, errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
					errmsg("cached plan must not change parameter types"),
					errdetail("The table was altered during the call."));
}

/* Makes one array of row values of all records. */
static Datum
make_row_array(const OrmStatement *statement, OrmRecord *const *records, int n)
{
	TupleDesc descriptor = lookup_rowtype_tupdesc_copy(statement->model->row_type, -1);
	Datum *rows = palloc(sizeof(Datum) * n);
	Datum *values = palloc0(sizeof(Datum) * descriptor->natts);
	bool *isnull = palloc(sizeof(bool) * descriptor->natts);

	check_columns(statement, descriptor);
	for (int i = 0; i < n; i++)
		rows[i] = make_row(statement, records[i], descriptor, values, isnull);
	return PointerGetDatum(construct_array(rows, n, statement->model->row_type, -1, false, TYPALIGN_DOUBLE));
}

/* Binds the values of many records: one array per attribute, or one array of rows. */
static void
bind_many(const OrmStatement *statement, OrmRecord *const *records, int n, Datum *params)
{
	const OrmModel *model = statement->model;
	Datum *values;
	bool *isnull;
	int nparams = 0;

	if (orm_statement_by_row(statement))
	{
		params[0] = make_row_array(statement, records, n);
		return;
	}
	values = palloc(sizeof(Datum) * n);
	isnull = palloc(sizeof(bool) * n);
	for (int i = 0; i < model->nattributes; i++)
		if (statement->bound[i])
			params[nparams++] = make_array(model->attributes[i].type, i, records, n, values, isnull);
	pfree(values);
	pfree(isnull);
}

/* The place that records of a graph have in common; NULL: the root. */
static const OrmPath *
common_place(OrmRecord *const *records, int n)
{
	const OrmPath *place = records[0]->in_graph ? records[0]->place : NULL;

	for (int i = 1; i < n && place != NULL; i++)
		place = orm_path_common(place, records[i]->place);
	return place;
}

uint64
orm_statement_run(const OrmStatement *statement, OrmRecord *const *records, int n, DestReceiver *receiver)
{
	Datum few_values[MANY_PARAMETERS];
	bool few_isnull[MANY_PARAMETERS];
	Datum *values = few_values;
	bool *isnull = few_isnull;
	int first = orm_statement_nassigned(statement);
	int room = statement->model->nattributes + first;
	OrmPlan *plan = open_plan(statement);
	uint64 processed;
	OrmPath place;

	if (room > MANY_PARAMETERS)
	{
		values = palloc(sizeof(Datum) * room);
		isnull = palloc(sizeof(bool) * room);
	}
	if (orm_watch_is_on())
		orm_watch_place(n == 1 ? orm_record_place(records[0], &place) : common_place(records, n));
	bind_assigned(statement, values, isnull);
	if (statement->many)
	{
		bind_many(statement, records, n, values + first);
		memset(isnull + first, false, room - first);
	}
	else
		bind_one(statement, records[0], values + first, isnull + first);
	processed = orm_execute_plan(plan, values, statement->many && first == 0 ? NULL : isnull,
								 statement->patched ? ORM_READ : ORM_WRITE, 0, receiver);
	orm_plan_release(plan);
	return processed;
}
