/*
 * shape.h - the shape of a query document: the document without its values.
 *
 * Documents of one shape have the same statements.  A shape consists of bytes, which are
 * the cache key of compiled queries, and of the list of omitted values, in document order.
 * Both are made in one walk over the nodes of the document, without a model.  The walk is
 * the cost of a cache hit, so it must be fast.
 *
 * The compiler's tables of keys say for each key how the walk treats its value, so that
 * the grammar is defined only once:
 *
 *   query    the object itself: keys are shape;
 *            "where", "having"       conditions
 *            "load"                  an object: names are shape, each member a query; else shape
 *            "compute", "aggregate"  names are shape, each member an expression
 *            "order_by"              shape; in its objects, members other than by, desc, nulls are values
 *            "limit"                 a number is shape, as plans depend on it; other JSON like "offset"
 *            "offset"                a value
 *            "after", "before"       whether it is null is shape (the values of the cursor are added by
 *                                    orm_shape_add_cursor)
 *            "scope"                 names are shape, arguments are values
 *            "settings"              names are shape, values only if they are parameters
 *            all others              shape, byte by byte
 *   conditions
 *            keys of objects are shape;
 *            null, true and false, numbers, strings: values;
 *            arrays: values as a whole, except under "and" and "or", where each element is conditions;
 *            whether they are empty is shape, because an empty array can replace an empty object;
 *            objects: conditions, and also values as a whole, as operands of json attributes; under a
 *            key of operator characters ("@>") and under "$value" only values as a whole;
 *            {"$": name} and {"$attribute": path}: shape
 *   expression
 *            words, paths and numbers are shape; "$value" is a value; under "where", "case" and "exists" are
 *            conditions
 *   patch    keys are shape, members are values as a whole, or patches (model/patch.h), whose names are
 *            shape, with a value as operand; {"$": name} is shape
 *
 * The shape contains the kind of each value (true and false are one kind) and whether an
 * array contains a null.  For parameters of the call it contains the name, the type, the
 * kind, whether it is inside {"$value": ...}, and whether it is null, unset, or an array
 * with a null, as conditions on null have another text.
 *
 * The walk can treat as a value what the compiler rejects, and as shape what is a value:
 * the compiler makes a constant of such a value (orm_shape_number is -1), at the cost of a
 * separate cache entry.  The compiler must not depend on values, except for their kinds;
 * blind.c checks this.
 */
#ifndef ORM_QUERY_SHAPE_H
#define ORM_QUERY_SHAPE_H

#include "base/members.h"
#include "lib/stringinfo.h"

/* A parameter of a call: a member of the parameters' document, or an argument of a function. */
typedef struct OrmQueryParameter
{
	const char *name;
	bool isnull;
	bool unset; /* an omitted argument: removes its condition */
	bool used;	/* referenced by a document */
	Oid type;	/* of "value"; InvalidOid: JSON, read with the type of the other operand */
	OrmJson json;
	Datum value;
} OrmQueryParameter;

#define ORM_SHAPE_ROOM 16

typedef struct OrmShape
{
	StringInfoData bytes;
	int nvalues;
	int capacity;
	OrmJson *values;
	OrmJson room[ORM_SHAPE_ROOM];
	bool twice;												 /* a document is in it twice, as in query and patch */
	void (*on_reference)(void *argument, OrmJson reference); /* of {"$": name} and {"$attribute": path} */
	void *argument;
} OrmShape;

/* Walks the value of a key. */
typedef void (*OrmShapeWalk)(OrmShape *shape, OrmJson json);

/* A key of the grammar: the first member of the records in the tables of keys used by the walk. */
typedef struct OrmShapedKey
{
	OrmMemberKey member;
	OrmShapeWalk walk;
} OrmShapedKey;

extern void orm_shape_exact(OrmShape *shape, OrmJson json);			 /* shape, byte by byte */
extern void orm_shape_operand(OrmShape *shape, OrmJson json);		 /* a value or an instruction */
extern void orm_shape_conditions(OrmShape *shape, OrmJson json);	 /* conditions */
extern void orm_shape_condition_list(OrmShape *shape, OrmJson json); /* an array of conditions */
extern void orm_shape_limit(OrmShape *shape, OrmJson json);			 /* "limit" */
extern void orm_shape_orders(OrmShape *shape, OrmJson json);		 /* "order_by" */
extern void orm_shape_expression(OrmShape *shape, OrmJson json);	 /* an expression */
extern void orm_shape_expressions(OrmShape *shape, OrmJson json);	 /* "compute", "aggregate" */
extern void orm_shape_cursor(OrmShape *shape, OrmJson json);		 /* "after", "before" */
extern void orm_shape_settings(OrmShape *shape, OrmJson json);		 /* "settings" */
extern void orm_shape_load(OrmShape *shape, OrmJson json);			 /* "load" */
extern void orm_shape_scopes(OrmShape *shape, OrmJson json);		 /* "scope" */

/* Initializes a shape in the current memory context.  The caller can set "on_reference" afterwards. */
extern void orm_shape_begin(OrmShape *shape);

extern void orm_shape_add_query(OrmShape *shape, const OrmDocument *query);
extern void orm_shape_add_patch(OrmShape *shape, const OrmDocument *patch);
extern void orm_shape_add_parameters(OrmShape *shape, const OrmQueryParameter *parameters, int nparameters);
extern void orm_shape_add_cursor(OrmShape *shape, const OrmDocument *cursor, bool backward);

/* Is the value of a parameter, or of its {"$value": ...}, an array with a null?  Not for null or unset parameters. */
extern bool orm_shape_parameter_has_null(const OrmQueryParameter *parameter);

/* Does a JSON array contain a null? */
extern bool orm_shape_has_null(OrmJson array);

#endif
