/*
 * normalize.h - values of attributes that are normalized: orm.column(normalizes => 'lower(email)').
 *
 * The expression names its own column alone.  The trigger of the table (kept.h) has it as a tree
 * and gives its value to the column; values of documents that are compared with the column, or
 * look up rows by it, are normalized before that.  So an expression is to leave alone what it has
 * made: it is applied again whenever its row is written.
 */
#ifndef ORM_MODEL_NORMALIZE_H
#define ORM_MODEL_NORMALIZE_H

#include "model/model.h"

/*
 * Analyzes a declared expression over the rows of a relation, which the caller has locked.
 * Raises, with the place, the server's errors, and 42P10 where it names other columns.
 */
extern struct Node *orm_normalize_analyze(Oid relid, AttrNumber attnum, const OrmDeclaredColumn *column);

/*
 * Sets the expressions in a declaration as its names are now: expressions of the trigger
 * follow renames.  With "in_force" an expression that means something else is the kept one.
 */
extern void orm_normalize_follow(Oid relid, OrmDeclaration *declaration, bool in_force);

/* An expression, ready to be evaluated, in the memory context where it was made. */
typedef struct OrmNormalizer OrmNormalizer;

/* Makes one of an expression over the row, for its column of that type.  Raises 42804 for another type. */
extern OrmNormalizer *orm_normalize_make(const struct Node *expression, Oid type, int32 typmod);

/* The normalized value, in the current memory context. */
extern Datum orm_normalize_run(const OrmNormalizer *normalizer, Datum value, bool *isnull);

/* The same for a value of a type that is compared with an attribute; errors have the place. */
extern Datum orm_normalize_value(const OrmAttribute *attribute, Oid type, Datum value, bool *isnull,
								 const OrmPath *place);

/* The same for an array of such values; elements that become NULL are left out. */
extern Datum orm_normalize_list(const OrmAttribute *attribute, const OrmType *type, Datum list, const OrmPath *place);

#endif
