/*
 * literal.h - reading values of documents by the form of a slot, and writing
 * values as literals, as those of documents in declarations are (filter.h).
 */
#ifndef ORM_QUERY_LITERAL_H
#define ORM_QUERY_LITERAL_H

#include "base/document.h"
#include "model/type.h"

/* The text of a JSON string that is searched for; raises 42804 for other JSON. */
extern char *orm_literal_text(OrmJson json, const OrmPath *place);

/* A LIKE pattern: the text with special characters escaped, between two others. */
extern char *orm_literal_pattern(const char *text, const char *before, const char *behind);

/* A JSON array as an array of "type", without nulls; raises 42804 for other JSON, 22004 for a null in {"$value"}. */
extern Datum orm_literal_list(OrmJson json, const OrmType *type, Oid array_type, const OrmPath *place);

/* A value as a literal, whose meaning does not depend on settings: '2026-01-01'::pg_catalog.date */
extern const char *orm_literal_value(Oid type, Datum value);

#endif
