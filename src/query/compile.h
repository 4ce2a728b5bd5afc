/*
 * compile.h - the parts of the query compiler.  Private to this folder.
 *
 * Each production of the grammar (docs/query-documents.md) has one function that checks
 * a piece of the document and appends its SQL, the text shown above it:
 *
 *     compile.c    a request: the keys a verb takes, the models looked at, parameters
 *     level.c      one level: order, lock, the rows of one object
 *     limit.c      limit, offset, distinct
 *     selection.c  the members of its objects: select, omit, compute, etag
 *     page.c       cursors and the total of a page
 *     statement.c  the level's statement, in each form
 *     link.c       how its rows find their parents
 *     load.c       "load": the levels below
 *     count.c      count, exists
 *     modify.c     update_where, delete_where
 *     where.c      conditions on attributes, and, or, not
 *     related.c    conditions on relationships; joins
 *     operator.c   the named operators, as a table; operators by symbol
 *     text.c       the named operators of text
 *     operand.c    values, parameters, attributes: what stands on the right of an operator
 *     path.c       names and paths
 *     compute.c    expressions
 *     aggregate.c  aggregates
 *     order.c      order_by, the order of pages
 *     group.c      aggregate documents
 *     cursor.c     a page's cursor: as text, as values, as a condition
 *
 * A statement is written by a builder, which hands out aliases and parameters.
 * A scope is a row source in it: objects of a model under an alias, with the
 * names that can be used there.  Paths through to-one relationships add LEFT
 * JOINs to their scope; relationship conditions open scopes of their own
 * inside an EXISTS.
 *
 * All memory is the compiled query's.
 */
#ifndef ORM_QUERY_COMPILE_H
#define ORM_QUERY_COMPILE_H

#include "nodes/pg_list.h"

#include "base/members.h"
#include "base/sql.h"
#include "query/query.h"

typedef struct OrmCompiler
{
	const OrmQueryRequest *request;
	OrmCompiled *compiled;
	List *depends; /* of const OrmModel *, the root's first */
	List *levels;  /* of OrmLevel * */
} OrmCompiler;

typedef struct OrmBuilder
{
	OrmCompiler *compiler;
	List *slots; /* of OrmSlot *; $1 is the first */
	int naliases;
	int njoins; /* made by paths */
} OrmBuilder;

/* Something that has a value in each row of a scope. */
typedef struct OrmExpression
{
	const char *name; /* as the document calls it */
	const char *sql;  /* an operand that needs no parentheses */
	const OrmType *type;
	bool not_null;		   /* is never NULL */
	const OrmModel *model; /* when it is an attribute: whose, and which */
	const OrmAttribute *attribute;
} OrmExpression;

typedef struct OrmScope
{
	OrmBuilder *builder;
	const OrmModel *model;			/* NULL: only "named" can be used (having) */
	const char *alias;				/* t0 */
	StringInfo joins;				/* " LEFT JOIN ..." of paths, behind the scope's FROM item */
	List *joined;					/* of OrmScope *: what paths have gone through */
	const OrmRelationship *through; /* of a joined scope: the relationship */
	List *named;					/* of OrmExpression *: names of "compute"; groups and aggregates in having */
} OrmScope;

/*
 * The tables of keys that the walk of the shape knows the grammar from; their
 * records begin with an OrmShapedKey.
 */
extern const OrmMemberTable orm_query_keys;		   /* compile.c */
extern const OrmMemberTable orm_where_connectives; /* where.c */
extern const OrmMemberTable orm_order_keys;		   /* order.c */
extern const OrmMemberTable orm_aggregate_keys;	   /* aggregate.c */

/* ---- compile.c ---- */

/* What a key of a query may hold; documents with other keys are refused with the nearest one. */
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
	ORM_KEY_RECURSIVE = 1 << 19
} OrmQueryKey;

#define ORM_KEY_COUNT 20

/* Beside the keys that a query takes: the objects are known, nothing in it finds them. */
#define ORM_KEYS_ONLY (1 << ORM_KEY_COUNT)

/* The members of a query object, by bit number of their key; a node is NULL where the key is not given. */
typedef struct OrmQueryKeys
{
	OrmJson values[ORM_KEY_COUNT];
} OrmQueryKeys;

/* Takes a query about objects of a model apart; "takes": the keys that are allowed.  Raises as orm_members_take. */
extern void orm_query_take(OrmJson query, const OrmModel *model, int takes, const OrmPath *place, OrmQueryKeys *keys);

/* The member of that key, or NULL when it is not given; and its place. */
extern const OrmJson *orm_query_key(const OrmQueryKeys *keys, OrmQueryKey key);
extern const char *orm_query_key_name(OrmQueryKey key);

/* Opens a model and remembers that the result depends on it. */
extern const OrmModel *orm_query_model(OrmCompiler *compiler, const char *name);

/* A new level at the end of the compiler's list: the root, unless the caller says what it is below. */
extern OrmLevel *orm_query_add_level(OrmCompiler *compiler, const OrmModel *model);

/* A builder with no slots and no aliases given. */
extern OrmBuilder *orm_query_builder(OrmCompiler *compiler);

/* Fills in slots and their number from the builder. */
extern void orm_query_finish(OrmBuilder *builder, OrmQueryStatement *statement, const char *sql);

/* A copy of a place that lives as long as the compiled query. */
extern const OrmPath *orm_query_keep_place(const OrmPath *place);

/* ---- path.c ---- */

/* A new scope of a model: next alias, no joins, no names. */
extern OrmScope *orm_query_scope(OrmBuilder *builder, const OrmModel *model);

/* What one name means: an expression (attribute or named) or a relationship; the other is NULL. */
typedef struct OrmName
{
	const OrmExpression *expression;
	const OrmRelationship *relationship;
} OrmName;

/* Raises 42703 with the nearest name; 22023 for a name with a dot in a model's scope ("nest" is the hint). */
extern OrmName orm_query_name(OrmScope *scope, OrmJson name, const OrmPath *place);

/* The same for text, in which a dot is nothing special. */
extern OrmName orm_query_name_of(const OrmScope *scope, const char *name, const OrmPath *place);

/* A new expression that is no attribute. */
extern OrmExpression *orm_query_expression(const char *name, const char *sql, Oid type);

/* Appends "x IS NULL" or "x IS NOT NULL". */
extern void orm_query_null_test(StringInfo sql, const OrmExpression *expression, bool null);

/* How messages call an expression: attribute "edad" of model "Usuario". */
extern char *orm_query_describe(const OrmExpression *expression);

/* Raises 22023: an expression stands where a relationship must. */
extern void orm_query_not_relationship(const OrmExpression *expression, const OrmPath *place) pg_attribute_noreturn();

/* The scope of the object at the other end of a to-one relationship; joins it unless it has been. */
extern OrmScope *orm_query_join(OrmScope *scope, const OrmRelationship *relationship, const OrmPath *place);

/* The expression of an attribute of the scope's model. */
extern const OrmExpression *orm_query_attribute(const OrmScope *scope, int attribute);

/* The expression of a dotted path, (to_one ".")* name; adds joins.  "text" need not be terminated. */
extern const OrmExpression *orm_query_path(OrmScope *scope, const char *text, int length, const OrmPath *place);

/* The same for a JSON string; raises 22023 for other JSON. */
extern const OrmExpression *orm_query_path_json(OrmScope *scope, OrmJson path, const OrmPath *place);

/* Is an object that a to-one relationship leads to the only one, whatever the data?  Of several the first counts. */
extern bool orm_query_is_unique(const OrmRelationship *relationship, const OrmModel *target);

/* ---- related.c ---- */

/* A scope for the target of a relationship; raises 42704... where that is not known or not resolved. */
extern OrmScope *orm_query_target(const OrmScope *scope, const OrmRelationship *relationship, const OrmPath *place);

/*
 * Appends the FROM item(s) of a relationship's target and the condition that
 * joins them to the row of "scope":
 *
 *     from   "s"."posts" AS t1                                many to many:  "s"."posts_tags" AS t2, "s"."tags" AS t1
 *     where  t1."autor_id" OPERATOR(pg_catalog.=) t0."id"     ... AND ...
 */
extern void orm_query_relate(StringInfo from, StringInfo where, const OrmScope *scope,
							 const OrmRelationship *relationship, const OrmScope *target);

/* Appends "s"."t" AS t0 */
extern void orm_query_from(StringInfo sql, const OrmScope *scope);

/* Is at most one object at the other end? */
extern bool orm_query_is_single(const OrmRelationship *relationship);

/* A condition on a relationship: EXISTS (...), NOT EXISTS (...), a count; as orm_query_where. */
extern bool orm_query_related(OrmScope *scope, const OrmRelationship *relationship, OrmJson condition,
							  const OrmPath *place, StringInfo sql);

/* ---- where.c ---- */

/*
 * Appends a where as one condition, an operand of AND, OR and NOT
 * without parentheses ("true" for {}).  Returns false, having appended nothing,
 * when there was something in it and unset parameters have taken all of it away.
 */
extern bool orm_query_where(OrmScope *scope, OrmJson where, const OrmPath *place, StringInfo sql);

/* The same for the condition on one expression: plain or {op: value}. */
extern bool orm_query_condition(OrmScope *scope, const OrmExpression *left, OrmJson condition, const OrmPath *place,
								StringInfo sql);

/* ---- operand.c ---- */

typedef enum OrmOperandKind
{
	ORM_OPERAND_VALUE, /* not null */
	ORM_OPERAND_NULL,
	ORM_OPERAND_ATTRIBUTE, /* {"$attribute": path} */
	ORM_OPERAND_UNSET	   /* a parameter that was not given */
} OrmOperandKind;

typedef struct OrmOperand
{
	OrmOperandKind kind;
	OrmJson json;  /* VALUE in a document: the instruction taken off */
	OrmJson whole; /* ... and with it, as orm_value_read takes it */
	int parameter; /* VALUE by parameter: its number, or -1 */
	bool typed;	   /* ... and it is no JSON, but an argument that has a type */
	bool has_null; /* VALUE that is an array: one of its elements is null */
	const OrmExpression *attribute;
} OrmOperand;

/*
 * Reads an operand for a value of that type (NULL: no attribute is allowed
 * here, as for limit).  Raises 42P02 for an unknown parameter, 22023 for an
 * unknown instruction.
 */
extern OrmOperand orm_query_operand(OrmScope *scope, OrmBuilder *builder, OrmJson json, const OrmType *type,
									const OrmPath *place);

/* A parameter for an operand's value: "$3".  "sql_type" is the parameter's type. */
extern const char *orm_query_slot(OrmBuilder *builder, const OrmOperand *operand, const OrmType *type, Oid sql_type,
								  OrmSlotForm form, const OrmPath *place);

/* A parameter for a constant, a cursor's value, a part of the primary key, the parents' keys. */
extern const char *orm_query_constant(OrmBuilder *builder, Oid sql_type, Datum value);
extern const char *orm_query_source(OrmBuilder *builder, OrmSlotSource source, int number, const OrmType *type,
									Oid sql_type);

/* ---- compute.c (aggregates: see aggregate.h) ---- */

/* Raises 42602 unless the text can be the name of something that a query computes. */
extern void orm_query_check_name(const char *name, const OrmPath *place);

/*
 * Reads the "compute" of a query, if it has one, and adds its names to the
 * scope, in order; later ones may use earlier ones.
 */
extern void orm_query_compute(OrmScope *scope, const OrmQueryKeys *keys, const OrmPath *place);

/* ---- order.c ---- */

typedef struct OrmOrder
{
	const OrmExpression *expression;
	bool descending;
	bool nulls_first;
	bool computed;	  /* by a name of "compute" */
	const char *text; /* says it in a signature */
} OrmOrder;

/* Reads order_by: List of OrmOrder *.  Adds joins to the scope. */
extern List *orm_query_order(OrmScope *scope, OrmJson order_by, const OrmPath *place);

/* Appends the attributes of the primary key that are not in the list yet, in the direction of its last item. */
extern List *orm_query_order_by_key(OrmScope *scope, List *order);

/* Appends an expression, in the direction of the last item, unless it is in the list. */
extern List *orm_query_add_order(const OrmScope *scope, List *order, const OrmExpression *expression);

/* Appends t0."edad" DESC NULLS LAST, t0."id" (all turned round when "backward"); nothing for an empty list. */
extern void orm_query_append_order(StringInfo sql, List *order, bool backward);

/* ---- cursor.c (the rest in cursor.h) ---- */

/* The value of a cursor for an item of the order: its expression, or that as text. */
extern const OrmExpression *orm_query_cursor_value(const OrmOrder *order);

/* Appends the condition that a row comes behind (backward: before) the cursor of the request; null-aware. */
extern void orm_query_append_cursor(OrmBuilder *builder, List *order, StringInfo sql);

/* The model and the order as text, and on a line of its own the conditions; for OrmCompiled.signature. */
extern char *orm_query_signature(const OrmModel *model, List *order, const OrmJson *where);

/* ---- level.c, load.c, count.c, modify.c, group.c: called by compile.c ---- */

/*
 * The columns of a level's SELECT as they are collected; the same text is
 * selected only once.
 */
typedef struct OrmColumns
{
	List *sql;	 /* of const char * */
	List *types; /* of Oid */
} OrmColumns;

/* The position of an expression among the columns, added when it is new. */
extern int orm_query_column(OrmColumns *columns, const char *sql, Oid type);

/* What is to be loaded (or the root): a member of "load", or a step of a path in its array form. */
typedef struct OrmLoad
{
	const char *name; /* in the result; NULL: the root */
	OrmJson query;	  /* an object, or true; its node is NULL for a step of a path */
	List *loads;	  /* of OrmLoad *: what follows a step of a path */
	const OrmPath *place;
} OrmLoad;

/* A level while it is compiled. */
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
	List *conditions;  /* of const char *, ANDed */
	List *order;	   /* of OrmOrder * */
	List *distinct;	   /* of const OrmExpression * */
	const char *limit; /* a parameter or a number; NULL: none */
	const char *offset;
	const char *joined;	 /* many to many: the join table and how it is joined; else NULL */
	const char *parents; /* the parents' keys as a FROM item; NULL: they are in a condition, or nowhere */
	const char *lock;	 /* FOR UPDATE...; NULL: none */
	int ncomputed;		 /* the first slots are those of "compute"; */
	int order_begin;	 /* these are those of order_by */
	int order_end;
	bool windowed; /* LATERAL: rows are numbered in one pass, as no index leads to those of one parent */
} OrmLevelBuild;

/*
 * Compiles a load into a level (parent NULL: the root) and those below it,
 * adds them to the compiler's list and returns it.  "relationship" leads from
 * the parent to this level; "takes": the keys that its query may have.
 */
extern OrmLevel *orm_query_level(OrmCompiler *compiler, OrmLevelBuild *parent, const OrmRelationship *relationship,
								 const OrmModel *model, const OrmLoad *load, int takes);

/* Reads what the level's own "load" says and compiles the levels below. */
extern void orm_query_load(OrmLevelBuild *build, const OrmLoad *load);

/*
 * Decides how the rows of a level find their parents: the form of its link,
 * the columns for it in both levels, the joins and conditions.
 */
extern void orm_query_link(OrmLevelBuild *build);

/* The same for the root of KEYS, whose rows are found by their primary keys. */
extern void orm_query_link_keys(OrmLevelBuild *build);

/* Raises 42883 unless an attribute's values can be compared. */
extern void orm_query_need_equality(const OrmModel *model, const OrmAttribute *attribute);

/* Adds the members of the level's objects, in their order: select, omit, compute, etag. */
extern void orm_query_selection(OrmLevelBuild *build);

/* Reads "limit", "offset" and "distinct"; a page takes one object more, which says whether there is a next page. */
extern void orm_query_level_limits(OrmLevelBuild *build);

/* What a page has beside its objects: the values of the order, for cursors; where it begins; the total. */
extern void orm_query_add_page(OrmLevelBuild *build);

/* Writes the level's statement from what has been collected. */
extern void orm_query_statement(OrmLevelBuild *build);

/*
 * The parameter for "limit" or "offset", or the number that a limit is; NULL:
 * not given, or its own parameter was not.
 */
extern const char *orm_query_limit(OrmBuilder *builder, const OrmQueryKeys *keys, OrmQueryKey key, OrmSlotForm form,
								   const OrmPath *place);

/* Reads "distinct" (List of const OrmExpression *). */
extern List *orm_query_distinct(OrmScope *scope, OrmJson distinct, const OrmPath *place);

/* Reads "where" into a condition; NULL: none is left. */
extern const char *orm_query_filter(OrmScope *scope, const OrmQueryKeys *keys, const OrmPath *place);

/* Is the member given, and true?  Raises for one that is neither true nor false. */
extern bool orm_query_flag(const OrmQueryKeys *keys, OrmQueryKey key, const OrmPath *place);

extern void orm_query_count(OrmCompiler *compiler, OrmJson query);	/* COUNT, EXISTS */
extern void orm_query_modify(OrmCompiler *compiler, OrmJson query); /* UPDATE, DELETE */
extern void orm_query_group(OrmCompiler *compiler, OrmJson query);	/* AGGREGATE */

/*
 * FROM and WHERE of what count and the total of a page count; "compute" has been
 * read.  Paths that are used later add no joins to it any more.
 */
extern void orm_query_append_source(OrmScope *scope, const OrmQueryKeys *keys, StringInfo sql);

#endif
