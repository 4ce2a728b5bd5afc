/*
 * generate.h - the definitions of the accessors of a model: names, arguments
 * and bodies, without regard to existing functions.  Private to this folder.
 */
#ifndef ORM_ACCESSOR_GENERATE_H
#define ORM_ACCESSOR_GENERATE_H

#include "accessor/accessor.h"

/* The schema of a model's accessors. */
extern const char *orm_generate_schema(const OrmModel *model);

/*
 * All accessors that the model could have under its current names (List of
 * OrmAccessor *).  Only name, in_sql, writes, by_row, wanted and the body of functions
 * in LANGUAGE orm are set.
 */
extern List *orm_generate_names(const OrmModel *model);

/* Writes the texts of a definition: its schema, its signature, its statements and, of find and all, its body. */
extern void orm_generate_write(const OrmModel *model, OrmAccessor *accessor);

/*
 * The accessors that the model should have, without "existing" and "same".
 * With "notices", reports functions that cannot exist.
 */
extern List *orm_generate_all(const OrmModel *model, bool notices);

#endif
