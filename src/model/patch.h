/*
 * patch.h - patches: instructions that change the current value of a column.
 *
 *     {"$inc": 1}  {"$mul": 2}                   numbers
 *     {"$append": [x]}  {"$remove": [x]}         arrays; json arrays
 *     {"$merge": {...}}                          json objects and composite values, shallow
 *     {"$unset": [["a", "b"]]}                   json: paths
 *
 * The operand is a parameter of the statement, of the attribute's base type without
 * type modifier (for "$unset": the list of paths, as json).  The text depends on the
 * patch; the server computes the new value of the column from the old one:
 *
 *     UPDATE "s"."t" AS t SET "a" = (COALESCE(t."a", '0'::pg_catalog.int4) OPERATOR(pg_catalog.+) $2)
 *
 * $inc, $append and $merge treat NULL as 0, [] and {}, so for a new row the operand
 * is the value.  The others leave NULL unchanged and require an existing row.
 *
 * To read a member of an object: orm_patch_find gives the patch, the caller checks
 * whether it is allowed here, orm_patch_operand gives the operand, orm_patch_check
 * checks it, and it is read with the type from orm_patch_type.
 */
#ifndef ORM_MODEL_PATCH_H
#define ORM_MODEL_PATCH_H

#include "lib/stringinfo.h"

#include "base/document.h"
#include "model/model.h"

/* Kinds of values given for an attribute. */
typedef enum OrmPatch
{
	ORM_PATCH_SET, /* no patch: the new value */
	ORM_PATCH_INC, /* from here on: the operand of a patch */
	ORM_PATCH_MUL,
	ORM_PATCH_APPEND,
	ORM_PATCH_REMOVE,
	ORM_PATCH_MERGE,
	ORM_PATCH_UNSET,
	ORM_PATCH_ATTRIBUTE,  /* no operand: the value of another attribute of the row; see orm_patch_source */
	ORM_PATCH_EXPRESSION, /* no operand: the value of an expression over the row; see orm_patch_expression */
	ORM_PATCH_MEMBERS	  /* the same, for "$merge" of a composite attribute; see orm_patch_is_of_members */
} OrmPatch;

/* The patch of that name ("$inc"), or ORM_PATCH_SET. */
extern OrmPatch orm_patch_named(OrmJson key);

/* The name of a patch other than ORM_PATCH_SET. */
extern const char *orm_patch_name(OrmPatch patch);

/*
 * The index of the attribute named by {"$attribute": name}, or -1 for other JSON.
 * "target" is the attribute to be set, and "place" its place.  Raises 22023 when
 * the name is not a string, 42703 when the attribute does not exist, and 42804 when
 * its type has no assignment cast to the target's.
 */
extern int orm_patch_source(const OrmModel *model, const OrmAttribute *target, OrmJson json, const OrmPath *place);

/*
 * Is the value of an attribute {"$expr": expr}?  For json types only if it has no
 * other key.  Stores the expression.  Raises 22023 when it is not the only key of its
 * object.
 */
extern bool orm_patch_expression(const OrmType *type, OrmJson json, OrmJson *expression, const OrmPath *place);

/* Does the patch change members of a composite attribute? */
extern bool orm_patch_is_of_members(const OrmAttribute *attribute, OrmPatch patch);

/*
 * Appends the composite value with members of "value", an SQL expression of its base
 * type, where the jsonb object "given" has them, and with those of "column" elsewhere.
 */
extern void orm_patch_append_members(StringInfo sql, const OrmType *type, const char *column, const char *value,
									 const char *given);

/* Raises 22023 for a patch of an attribute in the primary key or the version; "here" as below. */
extern void orm_patch_check_attribute(const OrmModel *model, const OrmAttribute *attribute, OrmPatch patch,
									  const OrmPath *here);

/* Is the operand of this patch the value for a new row? */
extern bool orm_patch_makes_value(OrmPatch patch);

/*
 * The patch given as the value of an attribute of that type, or ORM_PATCH_SET.  For
 * json types an object is a patch only if it has no other key.
 */
extern OrmPatch orm_patch_find(const OrmType *type, OrmJson json);

/*
 * Raises 22023 for an unrecognized instruction: an object whose first key begins
 * with "$" and is not "$value".  Objects of json types are data, unless the only
 * key is similar to the name of an instruction that is allowed; "sources" says
 * whether {"$attribute": name} is.
 */
extern void orm_patch_refuse_unknown(const OrmType *type, OrmJson json, bool sources, const OrmPath *path);

/*
 * The operand of a patch; "here" is its place, ending in the patch's name.  Raises
 * 22023 when the patch is not the only key of its object or the attribute is in the
 * primary key or the version, and 42804 when the patch does not apply to the type.
 */
extern OrmJson orm_patch_operand(const OrmModel *model, const OrmAttribute *attribute, OrmPatch patch, OrmJson json,
								 const OrmPath *here);

/*
 * Raises an error for an invalid operand: 22004 for null, 22023 for another kind of
 * JSON.  An operand {"$value": x} is x.
 */
extern void orm_patch_check(OrmPatch patch, OrmJson operand, const OrmPath *here);

/* Like orm_patch_check, for an SQL value of the type from orm_patch_type. */
extern void orm_patch_check_value(OrmPatch patch, const OrmType *type, Datum value, bool isnull, const OrmPath *here);

/* The type of operands and their parameters, allocated in the current memory context. */
extern OrmType *orm_patch_type(const OrmAttribute *attribute);

/* Appends the expression of the new value; "column" and "operand" are SQL expressions of the attribute's type. */
extern void orm_patch_append(StringInfo sql, OrmPatch patch, const OrmType *type, const char *column,
							 const char *operand);

#endif
