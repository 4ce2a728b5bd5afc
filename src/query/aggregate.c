/*
 * aggregate.c - reading and writing aggregates.
 *
 * The aggregated objects are given by a chain of relationships:
 *
 *     {"sum": "posts.likes"}      pg_catalog.sum(t1."likes") over "s"."posts" AS t1
 *     {"sum": {"*": ["quantity", "price"]}, "of": "lines"}
 *                                 pg_catalog.sum((t1."quantity" * t1."price")) over "s"."lines" AS t1
 *     {"count": "posts.tags"}     pg_catalog.count(*) over "s"."posts" AS t1, "s"."posts_tags" AS t3, "s"."tags" AS t2
 *
 * Targets along the chain are joined by inner joins.  Over groups, a chain of to-one relationships does not
 * multiply rows: it is a LEFT JOIN with the grouped rows, with a FILTER for the matching rows.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "parser/parse_coerce.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "base/words.h"
#include "model/operator.h"
#include "query/aggregate.h"
#include "query/expression.h"
#include "query/member.h"

/* Maximum number of relationships in a chain; see MAX_JOINS of path.c. */
#define MAX_STEPS 30

typedef enum Function
{
	COUNT,
	SUM,
	AVG,
	MIN,
	MAX,
	BOOL_AND,
	BOOL_OR,
	ARRAY_AGG,
	STRING_AGG
} Function;

#define NFUNCTIONS (STRING_AGG + 1)

/* The options of aggregates, which follow the functions in the table. */
enum
{
	DISTINCT = NFUNCTIONS,
	WHERE,
	ORDER_BY,
	SEPARATOR,
	CHAIN,
	NKEYS
};

#define OF(function) (1 << (function))
#define FUNCTION(function, name) \
	[function] = {{ORM_MEMBER_KEY(name), .allowed = OF(function), .hint = "An aggregate has one function."}, \
				  orm_shape_expression}

/* The keys of an aggregate; the contexts of the table are functions. */
static const OrmShapedKey keys[NKEYS] = {
	FUNCTION(COUNT, "count"),
	FUNCTION(SUM, "sum"),
	FUNCTION(AVG, "avg"),
	FUNCTION(MIN, "min"),
	FUNCTION(MAX, "max"),
	FUNCTION(BOOL_AND, "bool_and"),
	FUNCTION(BOOL_OR, "bool_or"),
	FUNCTION(ARRAY_AGG, "array_agg"),
	FUNCTION(STRING_AGG, "string_agg"),
	[DISTINCT] = {{ORM_MEMBER_KEY("distinct"), .allowed = ORM_MEMBER_ALWAYS}, orm_shape_exact},
	[WHERE] = {{ORM_MEMBER_KEY("where"), .allowed = ORM_MEMBER_ALWAYS}, orm_shape_conditions},
	[ORDER_BY] = {{ORM_MEMBER_KEY("order_by"), .allowed = OF(ARRAY_AGG) | OF(STRING_AGG),
				   .hint = "\"order_by\" is allowed with \"array_agg\" and \"string_agg\"."},
				  orm_shape_orders},
	[SEPARATOR] = {{ORM_MEMBER_KEY("separator"), .allowed = OF(STRING_AGG),
					.hint = "\"separator\" is allowed with \"string_agg\"."},
				   orm_shape_exact},
	[CHAIN] = {{ORM_MEMBER_KEY("of"), .allowed = ORM_MEMBER_ALWAYS}, orm_shape_exact},
};

/* For use in ereport(): a hint for a word of another mapper. */
static bool
hint_word(const OrmMemberKey *member, const char *name, uint32 context, const void *argument)
{
	return member == NULL && orm_words_hint(ORM_WORD_AGGREGATE, name);
}

const OrmMemberTable orm_aggregate_keys = {.noun = "key", ORM_MEMBER_RECORDS(keys), .hint = hint_word};

/* State of reading an aggregate. */
typedef struct AggregateReader
{
	OrmScope *scope;	   /* of the document with the aggregate */
	OrmScope *objects;	   /* of the aggregated objects, for where and order_by */
	OrmJson values[NKEYS]; /* members of the aggregate */
	List **chains;
	const OrmPath *place;
	Function function;
	OrmAggregate *aggregate;
} AggregateReader;

/* Is this the aggregate "count"? */
static bool
counts(const AggregateReader *r)
{
	return r->function == COUNT;
}

/* The name of the function. */
static const char *
function_name(const AggregateReader *r)
{
	return keys[r->function].member.key;
}

/* Reads the members of an aggregate; raises 22023 unless it has one function. */
static void
take_members(AggregateReader *r, OrmJson json)
{
	OrmJson value;
	int function = 0;

	while (function < NFUNCTIONS && !orm_json_member(json, keys[function].member.key, &value))
		function++;
	r->function = function;
	orm_members_take(&orm_aggregate_keys, function < NFUNCTIONS ? OF(function) : ORM_MEMBER_ALWAYS, json, r->place,
					 r->values);
	if (function == NFUNCTIONS)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("aggregate has no function"),
				orm_error_place(r->place),
				errhint("One of \"count\", \"sum\", \"avg\", \"min\", \"max\", \"bool_and\", \"bool_or\", "
						"\"array_agg\", \"string_agg\", as in {\"sum\": \"likes\"}."));
}

/* Raises 22023 for an aggregate in "compute" without a relationship. */
static void
raise_row(const AggregateReader *r, const OrmPath *place)
{
	ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			errmsg("\"%s\" needs a relationship to go over", function_name(r)), orm_error_place(place),
			errhint("Here an aggregate is over what an object is related to, as in {\"count\": \"posts\"}; "
					"aggregates over the objects themselves belong in \"aggregate\" of orm.aggregate."));
}

/* Raises 22023 for a function that needs an attribute. */
static void
raise_no_value(const AggregateReader *r, const char *chain, const OrmPath *place)
{
	const OrmModel *model = r->objects->model;
	const char *attribute = model->nattributes > 0 ? model->attributes[0].name : "...";

	ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("\"%s\" needs an attribute", function_name(r)),
			orm_error_place(place),
			errhint("As in {\"%s\": \"%s\"}; only \"count\" counts objects.", function_name(r),
					strcmp(chain, "*") == 0 ? attribute : psprintf("%s.%s", chain, attribute)));
}

/* Are all relationships of the chain to-one? */
static bool
is_single(const List *relationships)
{
	ListCell *cell;

	foreach(cell, relationships)
		if (!orm_query_is_single(lfirst(cell)))
			return false;
	return true;
}

/* Makes a chain of relationships, with the scopes of their targets. */
static OrmChain *
make_chain(const AggregateReader *r, List *relationships, List *scopes)
{
	OrmChain *chain = palloc0(sizeof(OrmChain));
	OrmScope *scope = r->scope;
	ListCell *relationship;
	ListCell *target;

	chain->relationships = relationships;
	chain->from = makeStringInfo();
	chain->where = makeStringInfo();
	forboth(relationship, relationships, target, scopes)
	{
		if (scope != r->scope)
		{
			appendStringInfoString(chain->from, ", ");
			appendStringInfoString(chain->where, " AND ");
		}
		orm_query_relate(chain->from, chain->where, scope, lfirst(relationship), lfirst(target));
		scope = lfirst(target);
	}
	chain->scope = scope;
	return chain;
}

/* Are two lists of pointers equal? */
static bool
same_members(const List *a, const List *b)
{
	for (int i = 0; i < list_length(a); i++)
		if (i >= list_length(b) || list_nth(a, i) != list_nth(b, i))
			return false;
	return list_length(a) == list_length(b);
}

/* The chain of this aggregate: an existing one, or a new one if there is none or the aggregate has a "where". */
static OrmChain *
choose_chain(const AggregateReader *r, List *relationships, List *scopes)
{
	OrmChain *chain;
	bool narrowed = r->values[WHERE].node != NULL;
	ListCell *cell;

	foreach(cell, r->chains != NULL ? *r->chains : NIL)
	{
		chain = lfirst(cell);
		if (!narrowed && !chain->narrowed && same_members(chain->relationships, relationships))
			return chain;
	}
	chain = make_chain(r, relationships, scopes);
	chain->narrowed = narrowed;
	if (r->chains != NULL)
		*r->chains = lappend(*r->chains, chain);
	return chain;
}

/* A column of a to-one target that is NULL when there is no matching row. */
static const OrmExpression *
found_column(const OrmScope *joined)
{
	const OrmRelationship *through = joined->through;
	int attribute = orm_model_is_derived(through) ? orm_model_need_key(joined->model)->attributes[0]
												  : orm_model_attribute_over(joined->model, through->remote[0]);

	if (attribute < 0)
		ereport(ERROR, errcode(ERRCODE_UNDEFINED_COLUMN),
				errmsg("relationship \"%s\" uses a column that model \"%s\" does not have", through->name,
					   joined->model->name));
	return orm_query_attribute(joined, attribute);
}

/* Sets the aggregated objects; "scopes" are the targets of "relationships". */
static void
set_objects(AggregateReader *r, List *relationships, List *scopes, const OrmPath *place)
{
	StringInfoData found;
	ListCell *cell;

	r->objects = r->scope;
	if (r->chains == NULL && relationships == NIL)
		raise_row(r, place);
	if (r->chains == NULL || !is_single(relationships))
	{
		r->aggregate->chain = choose_chain(r, relationships, scopes);
		r->objects = r->aggregate->chain->scope;
		return;
	}
	foreach(cell, relationships)
		r->objects = orm_query_join(r->objects, lfirst(cell), place);
	if (relationships == NIL)
		return;
	initStringInfo(&found);
	orm_query_null_test(&found, found_column(r->objects), false);
	r->aggregate->filter = found.data;
}

/* The primary key as one value. */
static const OrmExpression *
identity(const OrmScope *scope)
{
	const OrmKey *key = orm_model_need_key(scope->model);
	OrmExpression *row;
	StringInfoData sql;

	if (key->nattributes == 1)
		return orm_query_attribute(scope, key->attributes[0]);
	row = palloc0(sizeof(OrmExpression));
	initStringInfo(&sql);
	appendStringInfoString(&sql, "ROW(");
	for (int i = 0; i < key->nattributes; i++)
		appendStringInfo(&sql, "%s%s", i > 0 ? ", " : "", orm_query_attribute(scope, key->attributes[i])->sql);
	appendStringInfoChar(&sql, ')');
	row->name = "*";
	row->sql = sql.data;
	row->type = orm_type_make(RECORDOID, -1, InvalidOid);
	row->not_null = true;
	return row;
}

/* Sets the argument of a count of objects: "*", or the primary key for distinct objects. */
static void
set_rows(AggregateReader *r, const char *text, const OrmPath *place)
{
	if (!counts(r))
		raise_no_value(r, text, place);
	if (r->aggregate->distinct)
		r->aggregate->argument = identity(r->objects);
}

/* Reads the relationships of a chain; returns what is behind them: a name, or NULL. */
static const char *
read_chain(AggregateReader *r, const char *text, const OrmPath *place)
{
	List *relationships = NIL;
	List *scopes = NIL;
	OrmScope *scope = r->scope;
	char *name = pstrdup(text);

	while (name != NULL)
	{
		char *dot = strchr(name, '.');
		OrmName found;

		if (dot != NULL)
			*dot = '\0';
		found = orm_query_name_of(scope, name, place);
		if (found.relationship == NULL && dot != NULL && !orm_member_has(found.expression))
			orm_query_not_relationship(found.expression, place);
		if (found.relationship == NULL && dot != NULL)
			*dot = '.';
		if (found.relationship == NULL)
			break;
		if (list_length(relationships) == MAX_STEPS)
			ereport(ERROR, errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED), errmsg("aggregate joins too many relationships"),
					errdetail("At %s. There may be %d.", orm_path_text(place), MAX_STEPS));
		relationships = lappend(relationships, unconstify(OrmRelationship *, found.relationship));
		scope = orm_query_target(scope, found.relationship, place);
		scopes = lappend(scopes, scope);
		name = dot != NULL ? dot + 1 : NULL;
	}
	set_objects(r, relationships, scopes, place);
	return name;
}

/* Reads "of": the chain of relationships to the objects that the argument is about. */
static void
read_of(AggregateReader *r)
{
	OrmPath here = orm_path_key(r->place, "of");
	OrmJson of = r->values[CHAIN];
	const char *name;

	if (orm_json_kind(of) != ORM_JSON_STRING && orm_json_kind(of) != ORM_JSON_UNDECODABLE)
		orm_members_raise_kind(of, "a path of relationships", &here);
	name = read_chain(r, orm_json_string(of), &here);
	if (name != NULL)
		orm_query_not_relationship(orm_query_name_of(r->objects, name, &here).expression, &here);
}

/* Reads a path as the argument: a chain, or behind "of" a path from the objects. */
static void
read_path(AggregateReader *r, OrmJson path, const OrmPath *place)
{
	char *text = orm_json_string(path);
	const char *name;

	if (strcmp(text, "*") == 0 && r->values[CHAIN].node == NULL)
		set_objects(r, NIL, NIL, place);
	if (strcmp(text, "*") == 0)
	{
		if (r->aggregate->distinct)
			ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("\"distinct\" is not allowed with \"*\""),
					orm_error_place(r->place),
					errhint("Objects are distinct; name the attribute whose values are to be."));
		set_rows(r, text, place);
		return;
	}
	if (r->values[CHAIN].node != NULL)
	{
		r->aggregate->argument = orm_query_path_json(r->objects, path, place);
		return;
	}
	name = read_chain(r, text, place);
	if (name == NULL)
		set_rows(r, text, place);
	else
		r->aggregate->argument = orm_query_path(r->objects, name, strlen(name), place);
}

/* Reads the argument of the function. */
static void
read_argument(AggregateReader *r, OrmJson argument)
{
	OrmPath here = orm_path_key(r->place, function_name(r));

	if (r->values[CHAIN].node != NULL)
		read_of(r);
	if (orm_json_kind(argument) == ORM_JSON_STRING || orm_json_kind(argument) == ORM_JSON_UNDECODABLE)
	{
		read_path(r, argument, &here);
		return;
	}
	if (orm_json_kind(argument) != ORM_JSON_OBJECT)
		orm_members_raise_kind(argument, "a path to an attribute or a relationship, or an expression", &here);
	if (r->values[CHAIN].node == NULL)
		set_objects(r, NIL, NIL, &here);
	r->aggregate->argument = orm_expression_read(r->objects, function_name(r), argument, &here);
}

/* Reads "distinct": true. */
static void
read_distinct(AggregateReader *r)
{
	OrmPath here = orm_path_key(r->place, "distinct");

	r->aggregate->distinct = r->values[DISTINCT].node != NULL && orm_members_boolean(r->values[DISTINCT], &here);
}

/* Reads "where", which is added to the chain or, over the grouped rows, is a FILTER. */
static void
read_where(AggregateReader *r)
{
	OrmPath here = orm_path_key(r->place, "where");
	OrmAggregate *aggregate = r->aggregate;
	StringInfoData where;

	if (r->values[WHERE].node == NULL)
		return;
	initStringInfo(&where);
	if (!orm_query_where(r->objects, r->values[WHERE], &here, &where))
		return;
	if (aggregate->chain != NULL)
		appendStringInfo(aggregate->chain->where, " AND (%s)", where.data);
	else if (aggregate->filter != NULL)
		aggregate->filter = psprintf("%s AND (%s)", aggregate->filter, where.data);
	else
		aggregate->filter = where.data;
}

/* Raises 22023 for DISTINCT with an order by another expression, which the server does not support. */
static void
check_distinct_order(const AggregateReader *r, const char *sql, const OrmPath *place)
{
	ListCell *cell;

	foreach(cell, r->aggregate->order)
	{
		OrmOrder *order = lfirst(cell);

		if (strcmp(order->expression->sql, sql) != 0)
			ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					errmsg("distinct values can only be ordered by themselves"), orm_error_place(place),
					errhint("Leave out \"distinct\", or order by \"%s\".", r->aggregate->argument->name));
		order->expression = r->aggregate->argument;
	}
}

/* Reads "order_by"; "sql" is the text of the argument without a cast. */
static void
read_order(AggregateReader *r, const char *sql)
{
	OrmPath here = orm_path_key(r->place, "order_by");

	if (r->values[ORDER_BY].node == NULL)
		return;
	r->aggregate->order = orm_query_order(r->objects, r->values[ORDER_BY], &here);
	if (r->aggregate->distinct)
		check_distinct_order(r, sql, &here);
}

/* Reads "separator", which becomes a parameter. */
static void
read_separator(AggregateReader *r)
{
	OrmPath here = orm_path_key(r->place, "separator");
	OrmJson value = r->values[SEPARATOR];
	char *text = ",";

	if (r->function != STRING_AGG)
		return;
	if (value.node != NULL)
	{
		if (orm_json_kind(value) != ORM_JSON_STRING && orm_json_kind(value) != ORM_JSON_UNDECODABLE)
			orm_members_raise_kind(value, "a string", &here);
		text = orm_json_string(value);
	}
	r->aggregate->separator = orm_query_constant(r->scope->builder, TEXTOID, CStringGetTextDatum(text));
}

/* An expression cast to another type. */
static const OrmExpression *
cast_to(const OrmExpression *expression, Oid type)
{
	OrmExpression *cast = palloc(sizeof(OrmExpression));
	StringInfoData sql;

	initStringInfo(&sql);
	appendStringInfo(&sql, "%s::", expression->sql);
	orm_sql_type(&sql, type, -1);
	*cast = *expression;
	cast->sql = sql.data;
	cast->type = orm_type_make(type, -1, expression->type->collation);
	return cast;
}

/*
 * Casts the argument to a type of the function.  Domains are cast to their base type,
 * because the NULLs in other parts of a UNION can violate domain constraints.  string_agg
 * accepts string types only, cast to text.
 */
static void
cast_argument(AggregateReader *r, const OrmPath *place)
{
	OrmAggregate *aggregate = r->aggregate;
	const OrmExpression *argument = aggregate->argument;

	if (r->function == STRING_AGG)
	{
		if (TypeCategory(argument->type->base) != TYPCATEGORY_STRING)
			ereport(ERROR, errcode(ERRCODE_UNDEFINED_FUNCTION),
					errmsg("\"%s\" does not support %s of type %s", function_name(r), orm_query_describe(argument),
						   format_type_be(argument->type->oid)),
					orm_error_place(place), errhint("\"string_agg\" is for text; \"array_agg\" is for any type."));
		if (argument->type->oid != TEXTOID)
			aggregate->argument = cast_to(argument, TEXTOID);
	}
	else if (argument->type->is_domain)
		aggregate->argument = cast_to(argument, argument->type->base);
}

/* Checks the argument's type, and sets the result type. */
static void
set_type(AggregateReader *r)
{
	OrmAggregate *aggregate = r->aggregate;
	const OrmExpression *argument = aggregate->argument;
	OrmPath here = orm_path_key(r->place, function_name(r));
	Oid result = INT8OID;

	if (argument != NULL)
	{
		cast_argument(r, &here);
		argument = aggregate->argument;
		if (aggregate->distinct && argument->type->oid != RECORDOID && !orm_operator_has_order(argument->type))
			ereport(ERROR, errcode(ERRCODE_UNDEFINED_FUNCTION),
					errmsg("%s of type %s has no equality operator", orm_query_describe(argument),
						   format_type_be(argument->type->oid)),
					orm_error_place(&here));
		if (r->function == STRING_AGG)
			result = TEXTOID;
		else if (!counts(r))
			result = orm_operator_aggregate_result(function_name(r), argument->type->oid, orm_query_describe(argument),
												   &here);
	}
	aggregate->type = orm_type_make(result, -1,
									OidIsValid(get_typcollation(result)) && argument != NULL
										? argument->type->collation
										: get_typcollation(result));
}

bool
orm_aggregate_is_function(const char *name)
{
	for (int i = 0; i < NFUNCTIONS; i++)
		if (strcmp(keys[i].member.key, name) == 0)
			return true;
	return false;
}

OrmAggregate *
orm_aggregate_read(OrmScope *scope, const char *name, OrmJson json, List **chains, const OrmPath *place)
{
	AggregateReader r = {.scope = scope, .chains = chains, .place = place};
	OrmAggregate *aggregate = palloc0(sizeof(OrmAggregate));
	const char *sql;

	r.aggregate = aggregate;
	take_members(&r, json);
	aggregate->name = name;
	aggregate->function = function_name(&r);
	read_distinct(&r);
	read_argument(&r, r.values[r.function]);
	if (aggregate->argument != NULL && aggregate->argument->window)
		orm_query_refuse_window(place);
	sql = aggregate->argument != NULL ? aggregate->argument->sql : "*";
	if (counts(&r) && !aggregate->distinct && aggregate->argument != NULL && aggregate->argument->not_null)
		aggregate->argument = NULL;
	set_type(&r);
	read_where(&r);
	read_order(&r, sql);
	read_separator(&r);
	return aggregate;
}

void
orm_aggregate_append(StringInfo sql, const OrmAggregate *aggregate)
{
	appendStringInfo(sql, "pg_catalog.%s(%s%s", aggregate->function, aggregate->distinct ? "DISTINCT " : "",
					 aggregate->argument != NULL ? aggregate->argument->sql : "*");
	if (aggregate->separator != NULL)
		appendStringInfo(sql, ", %s", aggregate->separator);
	if (aggregate->order != NIL)
		appendStringInfoString(sql, " ORDER BY ");
	orm_query_append_order(sql, aggregate->order, false);
	appendStringInfoChar(sql, ')');
	if (aggregate->filter != NULL)
		appendStringInfo(sql, " FILTER (WHERE %s)", aggregate->filter);
}
