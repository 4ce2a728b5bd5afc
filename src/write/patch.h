/*
 * patch.h - values that say how a column changes, not what it becomes.
 * Private to this folder.
 *
 *     {"$inc": 1}  {"$mul": 2}                   numbers
 *     {"$append": [x]}  {"$remove": [x]}         arrays; json arrays
 *     {"$merge": {...}}                          json objects, shallow
 *     {"$unset": [["a", "b"]]}                   json: paths
 *
 * A record holds the operand as the attribute's value (of "$unset": the list
 * of paths, as json) and which patch it is; the text of the statement depends
 * on that, the column's new value is computed by the server from the old one:
 *
 *     UPDATE "s"."t" AS t SET "a" = (COALESCE(t."a", '0'::pg_catalog.int4) OPERATOR(pg_catalog.+) $2)
 *
 * $inc, $append and $merge take NULL for 0, [] and {}, so for a new row the
 * operand is the value; save and upsert take these.  The others leave NULL
 * NULL, and need a row that exists: only update takes them.
 */
#ifndef ORM_WRITE_PATCH_H
#define ORM_WRITE_PATCH_H

#include "lib/stringinfo.h"

#include "write/write.h"

/*
 * Reads a value that is a patch into a record; false when it is none.  Raises
 * 22023 for a patch that cannot stand here, 42804 for one that the attribute's
 * type does not take, 22004 for a null operand.
 */
extern bool orm_patch_read(const OrmModel *model, int attribute, OrmJson json, const OrmPath *path,
						   OrmVerb verb, OrmRecord *record);

/* Appends what an attribute becomes; "column" and "operand" are texts of expressions of its type. */
extern void orm_patch_append(StringInfo sql, OrmPatch patch, const OrmType *type,
							 const char *column, const char *operand);

/* Do two records patch the same attributes in the same way? */
extern int	orm_patch_compare(const OrmRecord *a, const OrmRecord *b, int nattributes);

#endif
