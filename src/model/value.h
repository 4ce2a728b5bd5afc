/*
 * value.h - reading JSON values into SQL types.
 *
 *   string       input of the type's input function; json types: a JSON string
 *   number       types of the numeric category and json; integers accept 2.0, but not 2.5
 *   true, false  boolean and json
 *   array        array types (nested arrays are dimensions) and json
 *   object       composite types and json; {"$value": x} is x, {"$vlaue": x} an error
 *   null         NULL for all types; the null of json is {"$value": null} (but see
 *                model/given_back.h)
 *
 * The output of to_json() is read back to an equal value, except for properties that
 * to_json() omits: lower bounds of arrays other than 1, dimensions of arrays of json,
 * the distinction of json nulls and SQL nulls in them, and white space around json
 * values.
 */
#ifndef ORM_MODEL_VALUE_H
#define ORM_MODEL_VALUE_H

#include "base/document.h"
#include "model/type.h"

/*
 * Reads a value of the type; pass-by-reference values are palloc'd.  Domain
 * constraints are checked, for NULL as well.  Raises 42804 for another kind of JSON,
 * 22023 for an unrecognized instruction, and the errors of the input function, all
 * with the place.
 */
extern Datum orm_value_read(const OrmType *type, OrmJson json, const OrmPath *path, bool *isnull);

/*
 * Raises 22023 for an object of a json type whose only key is similar to one of
 * the names, those of the instructions that are allowed; other objects are data.
 */
extern void orm_value_refuse_near(const OrmType *type, OrmJson json, const OrmPath *path, const char *const *names,
								  int nnames);

/* Reads any JSON as a value of a json type; null is the null of json. */
extern Datum orm_value_read_json(const OrmType *type, OrmJson json, const OrmPath *path);

/* The x of {"$value": x}, an object without other keys; other JSON is returned unchanged. */
extern OrmJson orm_value_unescape(OrmJson json);

/*
 * Checks the constraints of the type, if it is a domain.  Raises the server's error
 * with the place.
 */
extern void orm_value_check(const OrmType *type, Datum value, bool isnull, const OrmPath *path);

/*
 * Reads a value from text by the type's input function, and checks domain
 * constraints.  Errors have no place.
 */
extern Datum orm_value_read_text(const OrmType *type, const char *text);

/* For nested.c only. */

/* Like orm_value_read, without instructions. */
extern Datum orm_value_read_inner(const OrmType *type, OrmJson json, const OrmPath *path, bool *isnull);

/* Reads a value from text by the type's input function, without checking domain constraints. */
extern Datum orm_value_read_string(const OrmType *type, char *text, const OrmPath *path);

/* Raises 42804 for a kind of JSON that the type does not accept. */
extern void orm_value_raise_mismatch(const OrmType *type, OrmJson json, const OrmPath *path) pg_attribute_noreturn();

#endif
