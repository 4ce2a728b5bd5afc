/*
 * given_back.h - stored values that JSON does not distinguish from the given ones.
 *
 * JSON output omits properties of values: the null of json and NULL are both
 * null, json text loses surrounding white space, arrays lose their lower bounds.
 * Saving an object as it was read must not change its row, so an existing row
 * that is saved keeps a stored value whose JSON equals that of the given one:
 *
 *     SET "a" = CASE WHEN $2 IS NULL AND pg_catalog.jsonb_typeof(t."a") OPERATOR(pg_catalog.=) 'null'
 *                    THEN t."a" ELSE $2 END
 */
#ifndef ORM_MODEL_GIVEN_BACK_H
#define ORM_MODEL_GIVEN_BACK_H

#include "lib/stringinfo.h"

#include "model/model.h"

/* Are there different values of the type with equal JSON? */
extern bool orm_given_back_is_ambiguous(const OrmType *type);

/* May a row keep a stored value that differs from the given one? */
extern bool orm_given_back_may_keep(const OrmType *type, bool isnull);

/*
 * Appends the new value of an attribute of an ambiguous type; "column" and
 * "given" are expressions of the type, and may be appended more than once.
 */
extern void orm_given_back_append(StringInfo sql, const OrmType *type, const char *column, const char *given);

/* Does a row keep the stored value, which is of a json type? */
extern bool orm_given_back_keeps_json(const OrmType *type, Datum stored, Datum given, bool given_isnull);

/* Is null the null of json for the attribute: a json type that is NOT NULL? */
extern bool orm_given_back_null_is_json(const OrmAttribute *attribute);

#endif
