/*
 * follow.h - names in a model document, and the columns they mean.
 */
#ifndef ORM_MODEL_FOLLOW_H
#define ORM_MODEL_FOLLOW_H

#include "model/model.h"

/*
 * Gives every relationship that can be resolved its foreign key by name, so
 * that a key added later does not make it ambiguous and a rename is followed.
 */
extern void orm_follow_pin(OrmDeclaration *declaration, const OrmModel *model);

/* Names in a declaration follow the columns they were bound to; see registry.h. */
extern void orm_follow_names(OrmDeclaration *declaration, const OrmRegistered *row);

/* The columns a declaration names, with their numbers now: refs for the registry row. */
extern void orm_follow_bind(const OrmDeclaration *declaration, OrmRegistered *row);

/*
 * The table of a model, or InvalidOid when it has none or is not known; its
 * declaration, names as they are now, as well when "declaration" is not NULL.
 */
extern Oid orm_follow_table(const char *name, OrmDeclaration **declaration);

/* The name of a table as documents have it, "schema.table"; raises 42P01 when it is gone. */
extern char *orm_follow_table_name(Oid relation);

#endif
