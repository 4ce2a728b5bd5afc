/*
 * patch.h - values that say how a column changes, not what it becomes.
 *
 *     {"$inc": 1}  {"$mul": 2}                   numbers
 *     {"$append": [x]}  {"$remove": [x]}         arrays; json arrays
 *     {"$merge": {...}}                          json objects, shallow
 *     {"$unset": [["a", "b"]]}                   json: paths
 *
 * A statement has the operand as a parameter, of the attribute's type without
 * its length and its domain (of "$unset": the list of paths, as json); its text
 * depends on which patch it is, and the column's new value is computed by the
 * server from the old one:
 *
 *     UPDATE "s"."t" AS t SET "a" = (COALESCE(t."a", '0'::pg_catalog.int4) OPERATOR(pg_catalog.+) $2)
 *
 * $inc, $append and $merge take NULL for 0, [] and {}, so for a new row the
 * operand is the value; the others leave NULL NULL, and need a row that exists.
 *
 * Who reads an object's member asks, in this order: which patch is it
 * (orm_patch_find), may it stand here, what is its operand (orm_patch_operand),
 * is that one (orm_patch_check); then reads it as orm_patch_type says.
 */
#ifndef ORM_MODEL_PATCH_H
#define ORM_MODEL_PATCH_H

#include "lib/stringinfo.h"

#include "base/document.h"
#include "model/model.h"

/* How a value that is given for an attribute is meant. */
typedef enum OrmPatch
{
	ORM_PATCH_SET, /* what it becomes */
	ORM_PATCH_INC, /* the others: the operand of a change */
	ORM_PATCH_MUL,
	ORM_PATCH_APPEND,
	ORM_PATCH_REMOVE,
	ORM_PATCH_MERGE,
	ORM_PATCH_UNSET,
	ORM_PATCH_ATTRIBUTE /* no operand: what another attribute of the row is; see orm_patch_source */
} OrmPatch;

/* The patch of that name, "$inc"; ORM_PATCH_SET: there is none. */
extern OrmPatch orm_patch_named(OrmJson key);

/* The name of one that is not ORM_PATCH_SET. */
extern const char *orm_patch_name(OrmPatch patch);

/*
 * The number of the attribute of the same row to which {"$attribute": name}
 * sets another one; -1 for any other JSON.  "place" is that of the attribute
 * that is set.  Raises 22023 for another kind of JSON, 42703, and 42804 for a
 * type that cannot be assigned.
 */
extern int orm_patch_source(const OrmModel *model, const OrmAttribute *target, OrmJson json, const OrmPath *place);

/* Is the operand the value of a new row? */
extern bool orm_patch_makes_value(OrmPatch patch);

/*
 * Which patch a value for an attribute of that type is.  An object on a json
 * attribute is one only if it has no other key.
 */
extern OrmPatch orm_patch_find(const OrmType *type, OrmJson json);

/*
 * Raises 22023 for an object that is no patch, though its first key says that
 * it is an instruction other than "$value".  On a json attribute it is data.
 */
extern void orm_patch_refuse_unknown(const OrmType *type, OrmJson json, const OrmPath *path);

/*
 * The operand of a patch, as it stands in its object; "here" is its place, with
 * the patch's name.  Raises 22023 for a patch that is not alone in its object,
 * or of a key attribute, 42804 for one that the attribute's type does not take.
 */
extern OrmJson orm_patch_operand(const OrmModel *model, const OrmAttribute *attribute, OrmPatch patch, OrmJson json,
								 const OrmPath *here);

/*
 * Raises for JSON that is no operand of the patch: 22004 for null, 22023 for
 * another kind.  What stands in {"$value": ...} is the operand.
 */
extern void orm_patch_check(OrmPatch patch, OrmJson operand, const OrmPath *here);

/* The same for an SQL value of the type that orm_patch_type says. */
extern void orm_patch_check_value(OrmPatch patch, const OrmType *type, Datum value, bool isnull, const OrmPath *here);

/* What an operand is read as, and a parameter for it declared as; made in the current context. */
extern OrmType *orm_patch_type(const OrmAttribute *attribute);

/* Appends what an attribute becomes; "column" and "operand" are texts of expressions of its type. */
extern void orm_patch_append(StringInfo sql, OrmPatch patch, const OrmType *type, const char *column,
							 const char *operand);

#endif
