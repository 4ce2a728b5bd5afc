/*
 * recipe.h - what functions follow from a model: names, arguments, bodies.
 * Knows nothing of the functions that exist; shared by the files of this
 * module alone.
 */
#ifndef ORM_ACCESSOR_RECIPE_H
#define ORM_ACCESSOR_RECIPE_H

#include "accessor/accessor.h"

/* The schema of a model's functions. */
extern const char *orm_recipe_schema(const OrmModel *model);

/*
 * All functions that a model could ever have under the names it has now (List
 * of OrmAccessor *): only name, body of those in LANGUAGE orm, in_sql and
 * by_row are set.
 */
extern List *orm_recipe_names(const OrmModel *model);

/*
 * The functions that it should have, complete but for "existing" and "same".
 * With "notices", says which cannot exist.
 */
extern List *orm_recipe_all(const OrmModel *model, bool notices);

/* Raises 42710 when a relationship's function may not have its name. */
extern void orm_recipe_check_name(const OrmModel *model, const OrmAccessor *accessor);

/* A relationship's function, without texts but for its body. */
extern OrmAccessor *orm_recipe_relationship(const OrmModel *model, const OrmRelationship *relationship, char **comment);

#endif
