/*
 * generate.h - definitions of the accessors of a model: names, arguments, bodies,
 * without regard to existing functions.  For the files of accessor/ only.
 */
#ifndef ORM_ACCESSOR_RECIPE_H
#define ORM_ACCESSOR_RECIPE_H

#include "accessor/accessor.h"

/* The schema of a model's functions. */
extern const char *orm_generate_schema(const OrmModel *model);

/*
 * All functions that a model could ever have under the names it has now (List
 * of OrmAccessor *): only name, body of those in LANGUAGE orm, in_sql and
 * by_row are set.
 */
extern List *orm_generate_names(const OrmModel *model);

/*
 * Writes the texts that follow from the rest of a function's record: its
 * signature, its statements and, of find and all, its body.
 */
extern void orm_generate_write(const OrmModel *model, OrmAccessor *accessor);

/*
 * The functions that it should have, complete but for "existing" and "same".
 * With "notices", says which cannot exist.
 */
extern List *orm_generate_all(const OrmModel *model, bool notices);

#endif
