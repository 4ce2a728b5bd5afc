/*
 * window.c - window functions.
 *
 *     {"rank": [], "over": {"partition_by": ["team"], "order_by": ["-points"]}}
 *         pg_catalog.rank() OVER (PARTITION BY t0."team" ORDER BY t0."points" DESC)
 *     {"sum": "points", "over": {"order_by": ["day"]}}
 *         pg_catalog.sum(t0."points") OVER (ORDER BY t0."day", t0."id" ROWS UNBOUNDED PRECEDING)
 *
 * An aggregate with an order but without a frame goes over the rows from the
 * first to this one, in that order and then by the primary key.  (SQL's own
 * default would add up rows that are equal in the order as one.)
 */
#include "postgres.h"

#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "model/callable.h"
#include "model/value.h"
#include "query/condition.h"
#include "query/expression.h"
#include "query/window.h"

/* The members of "over". */
enum
{
	PARTITION_BY,
	ORDER_BY,
	ROWS,
	RANGE,
	NKEYS
};

static const OrmMemberKey over_keys[NKEYS] = {
	[PARTITION_BY] = {ORM_MEMBER_KEY("partition_by"), .allowed = ORM_MEMBER_ALWAYS},
	[ORDER_BY] = {ORM_MEMBER_KEY("order_by"), .allowed = ORM_MEMBER_ALWAYS},
	[ROWS] = {ORM_MEMBER_KEY("rows"), .allowed = ORM_MEMBER_ALWAYS},
	[RANGE] = {ORM_MEMBER_KEY("range"), .allowed = ORM_MEMBER_ALWAYS},
};

static const OrmMemberTable over_table = {.noun = "key", ORM_MEMBER_RECORDS(over_keys)};

/* A window function while it is read. */
typedef struct WindowReader
{
	OrmScope *scope;
	const OrmPath *place;
	const char *function;
	OrmJson argument;
	OrmJson over[NKEYS];
	bool aggregate;
	List *order; /* of OrmOrder * */
} WindowReader;

/* Takes the object apart: the function, and "over". */
static void
take_members(WindowReader *r, OrmJson json)
{
	OrmPath over_place = orm_path_key(r->place, "over");
	OrmJsonWalk walk = orm_json_walk(json);
	OrmPath here;

	while (orm_json_next(&walk))
	{
		if (orm_json_equals(walk.key, "over"))
		{
			orm_members_take(&over_table, ORM_MEMBER_ALWAYS, walk.value, &over_place, r->over);
			continue;
		}
		here = orm_path_key(r->place, orm_json_string(walk.key));
		if (r->function != NULL)
			orm_members_raise_not_allowed("key", here.key, &here, "A window function has one function and \"over\".");
		r->function = orm_json_string(walk.key);
		r->argument = walk.value;
	}
	if (r->function == NULL)
		orm_members_raise_missing("key", "row_number", r->place,
								  "As in {\"row_number\": [], \"over\": {\"order_by\": [\"name\"]}}.");
}

/* Reads the arguments: an array, one expression, or "*". */
static OrmTerm *
read_arguments(WindowReader *r, int *n)
{
	OrmPath here = orm_path_key(r->place, r->function);
	OrmTerm *term;

	if (orm_json_kind(r->argument) == ORM_JSON_ARRAY)
		return orm_expression_terms(r->scope, r->argument, r->function, 0, 0, n, &here);
	*n = 0;
	if (orm_json_equals(r->argument, "*"))
		return NULL;
	term = palloc(sizeof(OrmTerm));
	*term = orm_expression_term(r->scope, r->argument, &here);
	*n = 1;
	return term;
}

/* Appends the call, and returns what it is. */
static OrmCallable
append_call(WindowReader *r, StringInfo sql, OrmTerm **terms, int *n)
{
	OrmPath here = orm_path_key(r->place, r->function);
	OrmCallable callable;
	Oid *types;
	bool first = true;

	*terms = read_arguments(r, n);
	types = palloc(sizeof(Oid) * Max(*n, 1));
	for (int i = 0; i < *n; i++)
		types[i] = orm_expression_type(&(*terms)[i]);
	callable = orm_callable_resolve(r->function, ORM_CALLABLE_WINDOW, *n, types, &here);
	r->aggregate = get_func_prokind(callable.oid) == PROKIND_AGGREGATE;
	orm_sql_function(sql, callable.oid);
	appendStringInfoChar(sql, '(');
	for (int i = 0; i < *n; i++)
	{
		orm_sql_comma(sql, &first);
		appendStringInfoString(sql, orm_expression_as(r->scope, &(*terms)[i], callable.declared[i]));
	}
	appendStringInfoString(sql, *n == 0 && r->aggregate ? "*)" : ")");
	return callable;
}

/* Appends PARTITION BY. */
static void
append_partition(WindowReader *r, StringInfo sql, const OrmPath *place)
{
	OrmPath here = orm_path_key(place, "partition_by");
	bool first = true;
	OrmTerm *terms;
	int n;

	if (r->over[PARTITION_BY].node == NULL)
		return;
	terms = orm_expression_terms(r->scope, r->over[PARTITION_BY], "partition_by", 1, 0, &n, &here);
	appendStringInfoString(sql, "PARTITION BY ");
	for (int i = 0; i < n; i++)
	{
		const OrmExpression *value = orm_expression_value(r->scope, &terms[i], "partition");

		if (!OidIsValid(orm_type_equality(value->type->oid)))
			ereport(ERROR, errcode(ERRCODE_UNDEFINED_FUNCTION),
					errmsg("values of type %s cannot be compared for equality", format_type_be(value->type->oid)),
					orm_error_place(terms[i].place));
		orm_sql_comma(sql, &first);
		appendStringInfoString(sql, value->sql);
	}
}

/* One end of a frame: a number of rows from this one, or unbounded. */
typedef struct FrameBound
{
	bool unbounded;
	int rows;
} FrameBound;

/* Reads one end of a frame: null is unbounded, 0 the row, others are counted from it. */
static FrameBound
read_bound(OrmJson json, bool rows, const OrmPath *place)
{
	FrameBound bound = {.unbounded = orm_json_kind(json) == ORM_JSON_NULL};
	bool isnull;

	if (bound.unbounded)
		return bound;
	if (orm_json_kind(json) != ORM_JSON_NUMBER)
		orm_members_raise_kind(json, "a number of rows, or null", place);
	bound.rows = DatumGetInt32(orm_value_read(orm_type_make(INT4OID, -1, InvalidOid), json, place, &isnull));
	if (!rows && bound.rows != 0)
		ereport(ERROR, errcode(ERRCODE_FEATURE_NOT_SUPPORTED), errmsg("a range is bounded by null or 0"),
				orm_error_place(place), errhint("\"rows\" counts rows."));
	return bound;
}

/* Appends one end of a frame. */
static void
append_bound(StringInfo sql, FrameBound bound, bool start)
{
	if (bound.unbounded)
		appendStringInfoString(sql, start ? "UNBOUNDED PRECEDING" : "UNBOUNDED FOLLOWING");
	else if (bound.rows == 0)
		appendStringInfoString(sql, "CURRENT ROW");
	else
	{
		int64 rows = bound.rows;

		appendStringInfo(sql, INT64_FORMAT " %s", rows < 0 ? -rows : rows, rows < 0 ? "PRECEDING" : "FOLLOWING");
	}
}

/* Appends the frame. */
static void
append_frame(WindowReader *r, StringInfo sql, const OrmPath *place)
{
	bool rows = r->over[ROWS].node != NULL;
	OrmJson frame = r->over[rows ? ROWS : RANGE];
	OrmPath here = orm_path_key(place, rows ? "rows" : "range");
	OrmJsonWalk walk;
	FrameBound bounds[2];

	if (rows && r->over[RANGE].node != NULL)
		orm_members_raise_not_allowed("key", "range", place, "A window has \"rows\" or \"range\".");
	if (frame.node == NULL && r->aggregate && r->order != NIL)
		appendStringInfoString(sql, " ROWS UNBOUNDED PRECEDING");
	if (frame.node == NULL)
		return;
	if (orm_json_kind(frame) != ORM_JSON_ARRAY || frame.node->count != 2)
		orm_members_raise_kind(frame, "an array of two bounds", &here);
	walk = orm_json_walk(frame);
	while (orm_json_next(&walk))
	{
		OrmPath place_of_bound = orm_path_index(&here, walk.index);

		bounds[walk.index] = read_bound(walk.value, rows, &place_of_bound);
	}
	if (!bounds[0].unbounded && !bounds[1].unbounded && bounds[0].rows > bounds[1].rows)
		ereport(ERROR, errcode(ERRCODE_WINDOWING_ERROR), errmsg("frame ends before it begins"), orm_error_place(&here));
	appendStringInfoString(sql, rows ? " ROWS BETWEEN " : " RANGE BETWEEN ");
	append_bound(sql, bounds[0], true);
	appendStringInfoString(sql, " AND ");
	append_bound(sql, bounds[1], false);
}

/* Appends ORDER BY; the primary key decides between equal rows where an aggregate adds them up one by one. */
static void
append_order(WindowReader *r, StringInfo sql, const OrmPath *place)
{
	OrmPath here = orm_path_key(place, "order_by");

	if (r->over[ORDER_BY].node == NULL)
		return;
	r->order = orm_query_order(r->scope, r->over[ORDER_BY], &here);
	if (r->aggregate && r->over[ROWS].node == NULL && r->over[RANGE].node == NULL && r->scope->model != NULL)
		r->order = orm_query_order_by_key(r->scope, r->order);
	if (r->order == NIL)
		return;
	appendStringInfoString(sql, r->over[PARTITION_BY].node != NULL ? " ORDER BY " : "ORDER BY ");
	orm_query_append_order(sql, r->order, false);
}

const OrmExpression *
orm_window_read(OrmScope *scope, OrmJson json, const OrmPath *place)
{
	WindowReader r = {.scope = scope, .place = place};
	OrmPath over_place = orm_path_key(place, "over");
	OrmBuilder *builder = scope->builder;
	OrmExpression *expression;
	OrmCallable callable;
	StringInfoData sql;
	OrmTerm *terms;
	int before = builder->nwindows;
	int n;

	if (!scope->outermost)
		orm_query_refuse_window(place);
	take_members(&r, json);
	initStringInfo(&sql);
	callable = append_call(&r, &sql, &terms, &n);
	appendStringInfoString(&sql, " OVER (");
	append_partition(&r, &sql, &over_place);
	append_order(&r, &sql, &over_place);
	append_frame(&r, &sql, &over_place);
	appendStringInfoChar(&sql, ')');
	if (builder->nwindows != before)
		ereport(ERROR, errcode(ERRCODE_WINDOWING_ERROR), errmsg("window function is not allowed in another one"),
				orm_error_place(place));
	builder->nwindows++;
	expression = orm_expression_make(sql.data, callable.result, terms, n);
	expression->window = true;
	return expression;
}
