/*
 * compile.h - the parts of the query compiler.  Private to this folder.
 *
 * Each production of the grammar (docs/query-documents.md) has one function that
 * checks a part of the document and appends its SQL:
 *
 *     compiler.c   a request: keys by verb, dependencies, parameters
 *     level.c      a level: where, distinct, order_by, lock, recursive
 *     limit.c      limit and offset
 *     selection.c  the members of objects: select, omit, compute, etag
 *     page.c       cursor values and the total of a page
 *     statement.c  the statement of a level, in each form
 *     link.c       the link of a level to its parent level
 *     derived.c    relationships over paths and by functions
 *     filter.c     filter and order of relationships (literal.c: their values)
 *     load.c       "load": the levels below a level
 *     named_scope.c "scope", "unscoped": what models declare by name
 *     count.c      count, exists
 *     modify.c     update_where, delete_where
 *     assign.c     expressions as the new values of attributes
 *     where.c      conditions on attributes, and, or, not
 *     related.c    conditions on relationships; joins
 *     condition.c  named operators, as a table; operators by symbol
 *     text.c       named operators of text
 *     operand.c    right operands: values, parameters, attributes
 *     path.c       names and paths
 *     member.c     members of composite values
 *     compute.c    expressions by name
 *     expression.c literals, calls of functions and operators
 *     form.c       expressions with a word of their own
 *     datetime.c   expressions of dates and times
 *     window.c     window functions
 *     aggregate.c  aggregates
 *     order.c      order_by, the order of pages
 *     group.c      aggregate documents (group_inner.c: aggregates inside of expressions)
 *     cursor.c     cursors of pages: as text, as values, as a condition
 *
 * A builder collects the aliases and parameters of one statement.  A scope is a
 * FROM item of it: objects of a model under an alias, with the names that can be
 * referenced.  Paths through to-one relationships add LEFT JOINs to their scope;
 * conditions on relationships make new scopes inside an EXISTS.
 *
 * All memory is allocated in the context of the compiled query.
 */
#ifndef ORM_QUERY_COMPILE_H
#define ORM_QUERY_COMPILE_H

#include "nodes/pg_list.h"

#include "base/members.h"
#include "base/sql.h"
#include "model/soft_delete.h"
#include "query/query.h"

typedef struct OrmCompiler
{
	const OrmQueryRequest *request;
	OrmCompiled *compiled;
	List *depends; /* of const OrmModel *, the root's first */
	List *levels;  /* of OrmLevel * */
	List *stars;   /* of OrmStar * */
	List *uses;	   /* of OrmScopeUse *: of named scopes, in all statements */
	List *within;  /* of OrmModelScope *: the named scopes that are being read */
} OrmCompiler;

typedef struct OrmBuilder
{
	OrmCompiler *compiler;
	List *slots; /* of OrmSlot *, from $1 on */
	int first;	 /* number of its first parameter, less one */
	int naliases;
	int njoins;	   /* joins added by paths */
	int nwindows;  /* window functions read so far, as named expressions are used too */
	bool unset;	   /* an expression names a parameter that was not given; it is NULL there */
	List *filters; /* of const OrmRelationship *: whose documents are being compiled; their values are literals */
	bool literal;  /* constants are literals: there are no parameters */
} OrmBuilder;

/* An expression over the rows of a scope. */
typedef struct OrmExpression
{
	const char *name; /* in the document */
	const char *sql;  /* can be an operand without parentheses */
	const OrmType *type;
	bool not_null;		   /* never NULL */
	bool window;		   /* contains a window function */
	const OrmModel *model; /* of an attribute: its model; else NULL */
	const OrmAttribute *attribute;
} OrmExpression;

typedef struct OrmScope
{
	OrmBuilder *builder;
	const OrmModel *model;			/* NULL: only "named" is visible (having) */
	bool outermost;					/* the first one of its statement: window functions are allowed */
	const char *alias;				/* t0 */
	const char *from;				/* SQL of the call of a function in place of the table, or NULL */
	const char *item;				/* FROM item in place of the table and the alias, or NULL */
	StringInfo joins;				/* " LEFT JOIN ..." of paths, for after the scope's FROM item */
	List *joined;					/* of OrmScope *: scopes joined by paths */
	const OrmRelationship *through; /* relationship of a joined scope */
	List *named;					/* of OrmExpression *: names of "compute"; for having, groups and aggregates */
	List *inner;					/* of OrmExpression *: aggregates inside of expressions over groups */
	List *inner_nodes;				/* of OrmNode *: where they are in the document */
	OrmDeleted deleted;				/* which rows of a model with orm.soft_delete are meant */
	const char *restriction;		/* to those, and of default scopes: an operand of AND without joins; NULL: none */
	bool restricted;				/* the restriction is known */
	const OrmNode *lifted;			/* the values of "$unscoped" and "$deleted" that were read for it */
	const OrmNode *shown;
} OrmScope;

/*
 * The tables of keys, which are also the grammar for the walk of the shape; their
 * records begin with an OrmShapedKey.
 */
extern const OrmMemberTable orm_query_keys;		   /* compiler.c */
extern const OrmMemberTable orm_where_connectives; /* where.c */
extern const OrmMemberTable orm_order_keys;		   /* order.c */
extern const OrmMemberTable orm_aggregate_keys;	   /* aggregate.c */

/* ---- compiler.c ---- */

/* The keys of a query, as bits. */
typedef enum OrmQueryKey
{
	ORM_KEY_WHERE = 1 << 0,
	ORM_KEY_ORDER_BY = 1 << 1,
	ORM_KEY_LIMIT = 1 << 2,
	ORM_KEY_OFFSET = 1 << 3,
	ORM_KEY_LOAD = 1 << 4,
	ORM_KEY_SELECT = 1 << 5,
	ORM_KEY_OMIT = 1 << 6,
	ORM_KEY_COMPUTE = 1 << 7,
	ORM_KEY_DISTINCT = 1 << 8,
	ORM_KEY_LOCK = 1 << 9,
	ORM_KEY_ETAG = 1 << 10,
	ORM_KEY_AFTER = 1 << 11,
	ORM_KEY_BEFORE = 1 << 12,
	ORM_KEY_TOTAL = 1 << 13,
	ORM_KEY_GROUP_BY = 1 << 14,
	ORM_KEY_AGGREGATE = 1 << 15,
	ORM_KEY_HAVING = 1 << 16,
	ORM_KEY_OF = 1 << 17,
	ORM_KEY_ONE = 1 << 18,
	ORM_KEY_RECURSIVE = 1 << 19,
	ORM_KEY_SETTINGS = 1 << 20,
	ORM_KEY_SCOPE = 1 << 21,
	ORM_KEY_UNSCOPED = 1 << 22,
	ORM_KEY_FROM = 1 << 23,
	ORM_KEY_ARGUMENTS = 1 << 24,
	ORM_KEY_KEY_BY = 1 << 25,
	ORM_KEY_DELETED = 1 << 26
} OrmQueryKey;

#define ORM_KEY_COUNT 27

/* The keys of named scopes, and of deleted rows. */
#define ORM_KEYS_SCOPES (ORM_KEY_SCOPE | ORM_KEY_UNSCOPED | ORM_KEY_DELETED)

/* A flag for the allowed keys: the objects are given, so keys that find objects are not allowed. */
#define ORM_KEYS_ONLY (1 << ORM_KEY_COUNT)

/* The members of a query, by bit number of their key; the node is NULL for a key not given. */
typedef struct OrmQueryKeys
{
	OrmJson values[ORM_KEY_COUNT];
	List *uses; /* of OrmScopeUse *: named scopes, those of default scopes for their order and loads alone */
} OrmQueryKeys;

/* Reads the members of a query for objects of a model; "takes" has the allowed keys.  Raises as orm_members_take. */
extern void orm_query_take(OrmJson query, const OrmModel *model, int takes, const OrmPath *place, OrmQueryKeys *keys);

/* The member of that key, or NULL when it is not given; and the name of a key. */
extern const OrmJson *orm_query_key(const OrmQueryKeys *keys, OrmQueryKey key);
extern const char *orm_query_key_name(OrmQueryKey key);

/* Gives a key a value. */
extern void orm_query_set_key(OrmQueryKeys *keys, OrmQueryKey key, OrmJson json);

/* Opens a model under AccessShareLock, and adds it to the dependencies. */
extern const OrmModel *orm_query_model(OrmCompiler *compiler, const char *name);

/* Adds a level to the compiler's list.  It is a root unless the caller sets its parent. */
extern OrmLevel *orm_query_add_level(OrmCompiler *compiler, const OrmModel *model);

/* A new builder. */
extern OrmBuilder *orm_query_builder(OrmCompiler *compiler);

/* Sets the text of a statement, and its slots from the builder. */
extern void orm_query_finish(OrmBuilder *builder, OrmQueryStatement *statement, const char *sql);

/* A copy of a place in the context of the compiled query. */
extern const OrmPath *orm_query_keep_place(const OrmPath *place);

/* ---- path.c ---- */

/* A new scope of a model: next alias, no joins, no names. */
extern OrmScope *orm_query_scope(OrmBuilder *builder, const OrmModel *model);

/* A resolved name: an expression (attribute or named) or a relationship; the other is NULL. */
typedef struct OrmName
{
	const OrmExpression *expression;
	const OrmRelationship *relationship;
} OrmName;

/*
 * Resolves a name; raises 42703 with the nearest name, 22023 for a name with a dot in a
 * model's scope, and 42501 for a hidden attribute.
 */
extern OrmName orm_query_name(OrmScope *scope, OrmJson name, const OrmPath *place);

/* Like orm_query_name, for a name whose conditions follow: it can be that of a hidden attribute. */
extern OrmName orm_query_condition_name(OrmScope *scope, OrmJson name, const OrmPath *place);

/* Like orm_query_name, for text, where a dot has no special meaning. */
extern OrmName orm_query_name_of(const OrmScope *scope, const char *name, const OrmPath *place);

/* A new expression other than an attribute. */
extern OrmExpression *orm_query_expression(const char *name, const char *sql, Oid type);

/* Appends "x IS NULL" or "x IS NOT NULL". */
extern void orm_query_null_test(StringInfo sql, const OrmExpression *expression, bool null);

/* The description of an expression in messages: attribute "edad" of model "Usuario". */
extern char *orm_query_describe(const OrmExpression *expression);

/* Raises 22023 for an expression in place of a relationship. */
extern void orm_query_not_relationship(const OrmExpression *expression, const OrmPath *place) pg_attribute_noreturn();

/* The scope of the target of a to-one relationship; adds the join if it does not exist. */
extern OrmScope *orm_query_join(OrmScope *scope, const OrmRelationship *relationship, const OrmPath *place);

/* The expression of an attribute of the scope's model. */
extern const OrmExpression *orm_query_attribute(const OrmScope *scope, int attribute);

/* The expression of a computed attribute of the scope's model. */
extern const OrmExpression *orm_query_computed(const OrmScope *scope, int computed);

/* The expression of a dotted path, (to_one ".")* name; adds joins.  "text" need not be null-terminated. */
extern const OrmExpression *orm_query_path(OrmScope *scope, const char *text, int length, const OrmPath *place);

/* Like orm_query_path, for a JSON string; raises 22023 for other JSON. */
extern const OrmExpression *orm_query_path_json(OrmScope *scope, OrmJson path, const OrmPath *place);

/* Does a unique key guarantee at most one target row of a to-one relationship?  Of several, the first is used. */
extern bool orm_query_is_unique(const OrmRelationship *relationship, const OrmModel *target);

/* ---- related.c ---- */

/* A new scope for the target of a relationship; raises 42704 and others when it cannot be resolved. */
extern OrmScope *orm_query_target(const OrmScope *scope, const OrmRelationship *relationship, const OrmPath *place);

/*
 * Appends the FROM item(s) of a relationship's target and the condition that
 * joins them to the row of "scope":
 *
 *     from   "s"."posts" AS t1                                many to many:  "s"."posts_tags" AS t2, "s"."tags" AS t1
 *     where  t1."autor_id" OPERATOR(pg_catalog.=) t0."id"     ... AND ...
 *
 * The default scopes of the target are part of the condition.
 */
extern void orm_query_relate(StringInfo from, StringInfo where, const OrmScope *scope,
							 const OrmRelationship *relationship, OrmScope *target);

/* Appends "s"."t" AS t0 */
extern void orm_query_from(StringInfo sql, const OrmScope *scope);

/* Is this a to-one relationship? */
extern bool orm_query_is_single(const OrmRelationship *relationship);

/* Appends a condition on a relationship: EXISTS (...), NOT EXISTS (...), or a count; returns like orm_query_where. */
extern bool orm_query_related(OrmScope *scope, const OrmRelationship *relationship, OrmJson condition,
							  const OrmPath *place, StringInfo sql);

/* ---- filter.c (the rest in filter.h) ---- */

/* A part of the declaration of a relationship that is being compiled, for the places and the context of errors. */
typedef struct OrmQueryDocument
{
	const char *owner; /* name of the model */
	const OrmRelationship *relationship;
	OrmBuilder *builder;
	OrmElementPlace room;
	const OrmPath *place;
	ErrorContextCallback context;
	List *before; /* builder->filters of outside */
} OrmQueryDocument;

/* Begins a part; values are literals until it ends.  Raises 42P17 for a relationship inside of itself. */
extern void orm_query_begin_document(OrmQueryDocument *document, const char *owner, const OrmRelationship *relationship,
									 OrmBuilder *builder, const char *key);
extern void orm_query_end_document(OrmQueryDocument *document);

/*
 * The condition of the filter of a relationship of "owner" on the rows of a scope of its
 * target, as an operand of AND that needs no joins; NULL: it has none.  Raises 42P17 for a
 * filter that contains itself.
 */
extern const char *orm_query_relationship_filter(const char *owner, const OrmRelationship *relationship,
												 const OrmScope *target);

/* The order of a relationship (NIL: none).  Adds joins to the scope. */
extern List *orm_query_relationship_order(const char *owner, const OrmRelationship *relationship, OrmScope *target);

/* ---- where.c ---- */

/*
 * Appends "where" as one condition, which can be an operand of AND, OR and NOT without
 * parentheses ("true" for {}).  Returns false, appending nothing, when unset parameters
 * remove all of its conditions.
 */
extern bool orm_query_where(OrmScope *scope, OrmJson where, const OrmPath *place, StringInfo sql);

/* Appends the members of a where to either text, joined by AND: those without window functions and those with them. */
extern void orm_query_where_split(OrmScope *scope, OrmJson where, const OrmPath *place, StringInfo plain,
								  StringInfo windows);

/* Like orm_query_where, for the condition on one expression: a value or {op: value}. */
extern bool orm_query_condition(OrmScope *scope, const OrmExpression *left, OrmJson condition, const OrmPath *place,
								StringInfo sql);

/* ---- operand.c ---- */

typedef enum OrmOperandKind
{
	ORM_OPERAND_VALUE, /* not null */
	ORM_OPERAND_NULL,
	ORM_OPERAND_ATTRIBUTE, /* {"$attribute": path} */
	ORM_OPERAND_UNSET	   /* an unset parameter */
} OrmOperandKind;

typedef struct OrmOperand
{
	OrmOperandKind kind;
	OrmJson json;  /* VALUE of a document, without the instruction */
	OrmJson whole; /* VALUE of a document, with the instruction, for orm_value_read */
	int parameter; /* number of the parameter, or -1 */
	bool typed;	   /* the parameter is an SQL value, not JSON */
	bool has_null; /* VALUE that is an array with a null element */
	const OrmExpression *attribute;
	const OrmAttribute
		*normalized; /* VALUE, parameter: compared for equality with this normalized attribute, or NULL */
} OrmOperand;

/*
 * Reads an operand for a value of that type.  Attributes are allowed unless "type" or
 * "scope" is NULL.  Raises 42P02 for a parameter that does not exist, 22023 for an
 * unrecognized instruction.
 */
extern OrmOperand orm_query_operand(OrmScope *scope, OrmBuilder *builder, OrmJson json, const OrmType *type,
									const OrmPath *place);

/* Adds a slot for the value of an operand and returns its parameter, "$3", of type "sql_type". */
extern const char *orm_query_slot(OrmBuilder *builder, const OrmOperand *operand, const OrmType *type, Oid sql_type,
								  OrmSlotForm form, const OrmPath *place);

/* The same as a literal, under the settings for SQL of declarations.  Not for parameters. */
extern const char *orm_query_literal(const OrmOperand *operand, const OrmType *type, Oid sql_type, OrmSlotForm form,
									 const OrmPath *place);

/* Like orm_query_slot, for a constant, and for values of a cursor, the primary key or the parents' keys. */
extern const char *orm_query_constant(OrmBuilder *builder, Oid sql_type, Datum value);
extern const char *orm_query_source(OrmBuilder *builder, OrmSlotSource source, int number, const OrmType *type,
									Oid sql_type);

/* ---- compute.c (aggregates: see aggregate.h) ---- */

/* Raises 42602 unless the text is a valid name of a computed value. */
extern void orm_query_check_name(const char *name, const OrmPath *place);

/*
 * Reads "compute" of a query, if given, and adds its names to the scope in order.
 * Expressions can use earlier names.
 */
extern void orm_query_compute(OrmScope *scope, const OrmQueryKeys *keys, const OrmPath *place);

/* ---- order.c ---- */

typedef struct OrmOrder
{
	const OrmExpression *expression;
	bool descending;
	bool nulls_first;
	bool computed;	  /* a name of "compute" */
	const char *text; /* for the signature of cursors */
} OrmOrder;

/* Reads order_by: List of OrmOrder *.  Adds joins to the scope. */
extern List *orm_query_order(OrmScope *scope, OrmJson order_by, const OrmPath *place);

/* Appends the primary key attributes not in the list, in the direction of its last item. */
extern List *orm_query_order_by_key(OrmScope *scope, List *order);

/* Appends an expression, in the direction of the last item, unless it is in the list. */
extern List *orm_query_add_order(const OrmScope *scope, List *order, const OrmExpression *expression);

/* Appends t0."edad" DESC NULLS LAST, t0."id", with reversed directions if "backward"; nothing for an empty list. */
extern void orm_query_append_order(StringInfo sql, List *order, bool backward);

/* ---- cursor.c (the rest in cursor.h) ---- */

/* The value of a cursor for an item of the order: its expression, or the expression cast to text. */
extern const OrmExpression *orm_query_cursor_value(const OrmOrder *order);

/* Appends the condition that a row is after (backward: before) the cursor of the request, with NULLs in their order. */
extern void orm_query_append_cursor(OrmBuilder *builder, List *order, StringInfo sql);

/* The text for OrmCompiled.signature: the model and the order, and on the last line a hash of the conditions. */
extern char *orm_query_signature(const OrmModel *model, List *order, const OrmQueryKeys *keys);

/* ---- assign.c (the rest in assign.h) ---- */

/* Reads the expression of {"$expr": expr} for an attribute at "place"; raises as orm_assign_compile. */
extern const OrmExpression *orm_query_assigned(OrmScope *scope, const OrmAttribute *attribute, OrmJson json,
											   const OrmPath *place);

/* ---- levels: level.c and its parts; count.c, modify.c, group.c ---- */

/* The columns of a level's SELECT, without duplicates. */
typedef struct OrmColumns
{
	List *sql;	 /* of const char * */
	List *types; /* of Oid */
} OrmColumns;

/* The position of an expression among the columns; adds it if it is new. */
extern int orm_query_column(OrmColumns *columns, const char *sql, Oid type);

/* A load (or the root): a member of "load", or a step of a path in its array form. */
typedef struct OrmLoad
{
	const char *name;				/* in the result; NULL: the root */
	OrmJson query;					/* an object, or true; its node is NULL for a step of a path */
	List *loads;					/* of OrmLoad *: next steps of paths */
	const OrmModelScope *loaded_by; /* the named scope whose load it is; NULL: a load of the query */
	const OrmPath *place;
} OrmLoad;

/* State of compiling a level. */
typedef struct OrmLevelBuild
{
	OrmCompiler *compiler;
	OrmLevel *level;
	struct OrmLevelBuild *parent;		 /* NULL: the root */
	const OrmRelationship *relationship; /* from the parent; NULL: the root */
	const OrmPath *place;
	OrmQueryKeys keys;
	OrmScope *scope;
	OrmColumns columns;
	List *kept;		   /* of const char *, ANDed: conditions with window functions, on the rows that are left */
	List *conditions;  /* of const char *, ANDed */
	List *order;	   /* of OrmOrder * */
	List *distinct;	   /* of const OrmExpression * */
	const char *limit; /* a parameter or a number; NULL: none */
	const char *offset;
	const char *joined;				/* many to many: JOIN of the join table; else NULL */
	const char *parents;			/* the parents' keys as a FROM item, or NULL */
	const char *lock;				/* FOR UPDATE...; NULL: none */
	const OrmModelScope *loaded_by; /* the named scope whose load it is; NULL: a load of the query */
	int ncomputed;					/* number of slots of "compute", which come first */
	int order_begin;				/* slots of order_by */
	int order_end;
	bool windowed; /* LATERAL without an index on the key: numbers the rows of all parents in one scan */
} OrmLevelBuild;

/*
 * Compiles a load and its own loads into levels, adds them to the compiler's list and
 * returns the first.  "parent" and "relationship" are NULL for the root; "takes" has the
 * allowed keys of the query.
 */
extern OrmLevel *orm_query_level(OrmCompiler *compiler, OrmLevelBuild *parent, const OrmRelationship *relationship,
								 const OrmModel *model, const OrmLoad *load, int takes);

/* Compiles the levels of "load" of this level. */
extern void orm_query_load(OrmLevelBuild *build, const OrmLoad *load);

/*
 * Sets the link of a level to its parent: its form, the columns for it in both levels,
 * joins and conditions.
 */
extern void orm_query_link(OrmLevelBuild *build);

/* Sets the link of the root of KEYS, whose rows are found by given primary keys. */
extern void orm_query_link_keys(OrmLevelBuild *build);

/* Adds the members of the level's objects, in their order: select, omit, compute, etag. */
extern void orm_query_selection(OrmLevelBuild *build);

/* Reads "limit", "offset" and "distinct"; a page reads one more object, to find out whether there is a next page. */
extern void orm_query_level_limits(OrmLevelBuild *build);

/* Adds the parts of a page: columns for cursors, the condition of the cursor, and the total. */
extern void orm_query_add_page(OrmLevelBuild *build);

/* Makes the statement of a level. */
extern void orm_query_statement(OrmLevelBuild *build);

/*
 * The parameter for "limit" or "offset", or the number of a constant limit.  NULL when
 * the key is not given or its parameter is unset.
 */
extern const char *orm_query_limit(OrmBuilder *builder, const OrmQueryKeys *keys, OrmQueryKey key, OrmSlotForm form,
								   const OrmPath *place);

/* Reads "distinct" (List of const OrmExpression *). */
extern List *orm_query_distinct(OrmScope *scope, OrmJson distinct, const OrmPath *place);

/* The condition of "where", or NULL when there is none. */
extern const char *orm_query_filter(OrmScope *scope, const OrmQueryKeys *keys, const OrmPath *place);

/*
 * The same; conditions with window functions, which the server evaluates after
 * WHERE, are kept apart: they hold for the rows that the others leave.  NULL: none.
 */
extern const char *orm_query_filter_windows(OrmScope *scope, const OrmQueryKeys *keys, const OrmPath *place,
											const char **windows);

/* Raises 0A000: a window function is not allowed there. */
extern void orm_query_refuse_window(const OrmPath *place) pg_attribute_noreturn();

/* Is the member given, and true?  Raises 22023 for other JSON than true and false. */
extern bool orm_query_flag(const OrmQueryKeys *keys, OrmQueryKey key, const OrmPath *place);

extern void orm_query_count(OrmCompiler *compiler, OrmJson query);	/* COUNT, EXISTS */
extern void orm_query_modify(OrmCompiler *compiler, OrmJson query); /* UPDATE, DELETE */
extern void orm_query_group(OrmCompiler *compiler, OrmJson query);	/* AGGREGATE */

/*
 * Appends FROM and WHERE of a count.  "compute" must have been read before; joins of
 * paths resolved later are not included.
 */
extern void orm_query_append_source(OrmScope *scope, const OrmQueryKeys *keys, StringInfo sql);

#endif
