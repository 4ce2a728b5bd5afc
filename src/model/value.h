/*
 * value.h - the one place that says what JSON may become which type.
 *
 *   a string    is read by the type's input function (json types: it is a JSON string)
 *   a number    goes into number types only; 2.0 is good for an integer, 2.5 is not
 *   true, false go into boolean (and json) only
 *   an array    goes into arrays (nested ones: more dimensions) and json
 *   an object   goes into row types and json; {"$value": x} on a json attribute is x, always
 *   null        is NULL everywhere; json's own null is {"$value": null}
 *
 * What to_json prints of any value is read back to an equal value, except what
 * to_json leaves out: the lower bounds of an array that are not 1, the
 * dimensions of an array of json, whether a null in one is its own or SQL's,
 * white space around a json value.
 */
#ifndef ORM_MODEL_VALUE_H
#define ORM_MODEL_VALUE_H

#include "base/document.h"
#include "model/type.h"

/*
 * Reads a value of the type, palloc'd in the current context where it is by
 * reference.  Domain checks are made, for NULL as well.  Raises 42804 when the
 * kind of JSON does not fit, 22023 for an unknown instruction, and the type's
 * own errors; the place is added to all of them.
 */
extern Datum orm_value_read(const OrmType *type, OrmJson json, const OrmPath *path, bool *isnull);

/* What stands in {"$value": x}, an object with no other key; other JSON is itself. */
extern OrmJson orm_value_unescape(OrmJson json);

/*
 * Checks a value against its type's domain, if the type is one; nothing
 * otherwise.  Raises the domain's own error with the place.
 */
extern void orm_value_check(const OrmType *type, Datum value, bool isnull, const OrmPath *path);

/*
 * Reads a value from text by the type's input function ("what" and the place
 * are not known; for keys given as text).
 */
extern Datum orm_value_read_text(const OrmType *type, const char *text);

/* The rest is for nested.c. */

/* Reads a value, null too, with its domain's checks; nothing in it is an instruction. */
extern Datum orm_value_read_inner(const OrmType *type, OrmJson json, const OrmPath *path, bool *isnull);

/* Reads a value from text by the type's input function, without a domain's checks. */
extern Datum orm_value_read_string(const OrmType *type, char *text, const OrmPath *path);

/* Raises 42804: that JSON can be no value of the type. */
extern void orm_value_raise_mismatch(const OrmType *type, OrmJson json, const OrmPath *path) pg_attribute_noreturn();

#endif
