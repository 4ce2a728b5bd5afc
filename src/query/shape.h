/*
 * shape.h - the shape of a query document: everything in it but its values.
 *
 * Two documents of one shape become the same statements.  The shape is bytes,
 * the key under which compiled queries are kept, and beside it the list of the
 * values that were left out, in document order.  Both are made in one walk over
 * the nodes of the document, without a model: this must cost little, as it is
 * what a hit in the cache costs.
 *
 * What is a value, and what is shape?  The tables of keys by which the compiler
 * reads an object say for each key how the walk takes its value, so that the two
 * know the grammar from one place:
 *
 *   query    the object itself: keys are shape;
 *            "where", "having"       conditions
 *            "load"                  an object: names are shape, each member a query; else shape
 *            "compute", "aggregate"  names and expressions are shape, but for "where" and "order_by" in these
 *            "order_by"              shape; in its objects, members other than by, desc, nulls are values
 *            "limit"                 a number is shape (the server plans by it); anything else as in offset
 *            "offset"                a value
 *            "after", "before"       only whether it is null (the cursor's own values are added by
 *                                    orm_shape_add_cursor)
 *            all others              shape, to the last byte
 *   conditions
 *            keys of objects are shape;
 *            null, true and false, numbers, strings: values;
 *            arrays: values as a whole, except under "and" and "or", where each element is conditions;
 *            whether they are empty is shape: the empty array stands for the empty object too;
 *            objects: conditions again, and a value as a whole too (an operand of a json attribute
 *            may be one); but under a key made of operator characters ("@>") and under "$value" only a
 *            value as a whole;
 *            {"$": name} and {"$attribute": path}: shape
 *   patch    keys are shape, members are values as a whole, or patches (model/patch.h), the names of which
 *            are shape, with a value as operand; {"$": name} is shape
 *
 * Of a value the shape has its kind (true and false are one) and, of an array,
 * whether it has a null.  Of the call's parameters it has the name, the
 * type, the kind, whether that is inside {"$value": ...}, and whether it is
 * null, unset, or an array with a null in it: a condition on null has another
 * text.
 *
 * The walk may take for a value what the grammar then refuses, or for shape
 * what is a value: the compiler makes a constant of a value that is part of the
 * shape (orm_shape_number is -1), at the cost of a cache entry of its own.  The
 * compiler must never decide by anything that is a value here, kinds excepted:
 * blind.c checks it.
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
	bool unset; /* an argument that was not given: it removes its condition */
	bool used;	/* a document names it */
	Oid type;	/* of "value"; InvalidOid: it is JSON, read as the type of what it is compared with */
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
	bool twice;												 /* a document is in it twice, as query and as patch */
	void (*on_reference)(void *argument, OrmJson reference); /* of {"$": name} and {"$attribute": path} */
	void *argument;
} OrmShape;

/* Walks the value of a key. */
typedef void (*OrmShapeWalk)(OrmShape *shape, OrmJson json);

/* A key of the grammar; the records of the tables of keys that the walk takes begin with one. */
typedef struct OrmShapedKey
{
	OrmMemberKey member;
	OrmShapeWalk walk;
} OrmShapedKey;

extern void orm_shape_exact(OrmShape *shape, OrmJson json);			 /* it is shape, to the last byte */
extern void orm_shape_operand(OrmShape *shape, OrmJson json);		 /* a value, perhaps in an instruction */
extern void orm_shape_conditions(OrmShape *shape, OrmJson json);	 /* conditions */
extern void orm_shape_condition_list(OrmShape *shape, OrmJson json); /* an array of conditions */
extern void orm_shape_limit(OrmShape *shape, OrmJson json);			 /* "limit" */
extern void orm_shape_orders(OrmShape *shape, OrmJson json);		 /* "order_by" */
extern void orm_shape_expressions(OrmShape *shape, OrmJson json);	 /* "compute", "aggregate" */
extern void orm_shape_cursor(OrmShape *shape, OrmJson json);		 /* "after", "before" */
extern void orm_shape_load(OrmShape *shape, OrmJson json);			 /* "load" */

/* Begins an empty shape in the current memory context.  "on_reference" may be set then. */
extern void orm_shape_begin(OrmShape *shape);

extern void orm_shape_add_query(OrmShape *shape, const OrmDocument *query);
extern void orm_shape_add_patch(OrmShape *shape, const OrmDocument *patch);
extern void orm_shape_add_parameters(OrmShape *shape, const OrmQueryParameter *parameters, int nparameters);
extern void orm_shape_add_cursor(OrmShape *shape, const OrmDocument *cursor, bool backward);

/* Which value of the shape this is, or -1: it is part of the shape. */
extern int orm_shape_number(const OrmShape *shape, OrmJson value);

/* Is the value of a parameter, perhaps in {"$value": ...}, an array with a null in it? */
extern bool orm_shape_parameter_has_null(const OrmQueryParameter *parameter);

/* Has a JSON array a null in it? */
extern bool orm_shape_has_null(OrmJson array);

#endif
